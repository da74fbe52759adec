"""Tencent Cloud's service through its own client, against a stand-in that checks signatures and parameters."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from jobbridge.apps.accounts.scope import acting_as
from jobbridge.apps.messaging import conf, sending
from jobbridge.apps.messaging.enums import ReplyKind, State
from jobbridge.apps.messaging.models import Inbound, OptOut
from tests.messaging.fakes import NOW, draft
from tests.messaging.outbox import ACTOR, put, send, states
from tests.messaging.providers import KEY_ID, KEY_SECRET
from tests.messaging.providers.tencent import APP_ID, Tencent

pytestmark = pytest.mark.django_db
TEMPLATES = json.dumps(
    {"recommend_posts@2": "2001", "visit_notice@1": {"id": 2002, "params": ["date", "name", "broker"]}}
)


@pytest.fixture
def tencent(settings) -> Iterator[Tencent]:
    settings.SMS_CHANNEL = "tencent"
    service = Tencent()
    settings.SMS_ACCOUNT = {
        "KEY_ID": KEY_ID, "KEY_SECRET": KEY_SECRET, "APP_ID": APP_ID, "TEMPLATES": TEMPLATES,
        "ENDPOINT": service.endpoint, "RATE": "1000",
    }  # fmt: skip
    yield service
    service.stop()
    assert service.faults == []


def test_messages_with_the_same_values_share_a_call(tencent):
    put(*(draft(n) for n in range(1, 51)), draft(51, template="visit_notice"))
    report = send()
    assert (report.sent, report.stopped) == (51, "")
    assert set(tencent.times().values()) == {1}
    # Two, and one more for each time that the rate cuts a batch.
    assert len([call for call in tencent.calls if call["action"] == "SendSms"]) <= 4
    assert ["3月5日", "陈小满", "向明"] in [sent["values"] for sent in tencent.taken]
    assert set(states().values()) == {State.SENT}


def test_each_number_has_its_own_answer(tencent):
    put(*(draft(n) for n in range(1, 6)))
    tencent.codes = {
        "16400000002": ("FailedOperation.PhoneNumberInBlacklist", None),
        "16400000003": ("LimitExceeded.PhoneNumberDailyLimit", None),
        "16400000004": ("LimitExceeded.DeliveryFrequencyLimit", 1),
    }
    report = send()
    assert (report.sent, report.failed, report.retried, report.pauses) == (3, 1, 1, 1)
    assert states()["test:2"] == State.FAILED
    assert set(tencent.times().values()) == {1}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("FailedOperation.InsufficientBalanceInSmsPackage", "套餐包余量不足"),
        ("LimitExceeded.AppDailyLimit", "上限"),
        ("AuthFailure.SignatureFailure", "JOBBRIDGE_SMS_KEY_SECRET"),
    ],
)
def test_a_fault_of_the_account_stops_and_keeps_all(tencent, code, words):
    put(draft(1), draft(2))
    tencent.codes = {"*": (code, None)}
    assert words in send().stopped
    assert set(states().values()) == {State.QUEUED}


@pytest.mark.parametrize("name", ["KEY_ID", "KEY_SECRET", "APP_ID"])
def test_a_wrong_account_is_named_and_nothing_is_given_up(tencent, settings, name):
    settings.SMS_ACCOUNT |= {name: "wrong"}
    put(draft(1))
    assert f"JOBBRIDGE_SMS_{name}" in send().stopped
    assert states() == {"test:1": State.QUEUED}


def test_throttling_slows_down_and_loses_nothing(tencent):
    put(*(draft(n) for n in range(1, 6)))
    tencent.codes = {"*": ("RequestLimitExceeded", 1)}
    report = send()
    assert (report.sent, report.pauses) == (5, 1)
    assert set(tencent.times().values()) == {1}


def test_a_provider_that_cannot_be_reached_leaves_all_queued(tencent):
    tencent.stop()
    put(draft(1))
    assert "连不上服务商" in send().stopped
    assert states() == {"test:1": State.QUEUED}


@pytest.mark.parametrize("context", [True, False])
def test_a_lost_answer_is_settled_by_its_receipt(tencent, context):
    put(draft(1))
    tencent.silent = {"16400000001"}
    assert send().uncertain == 1
    assert states() == {"test:1": State.CLAIMED}
    tencent.report("16400000001", context=context)
    assert sending.collect(actor=ACTOR, now=NOW + timedelta(minutes=5)).receipts == 1
    assert states() == {"test:1": State.DELIVERED}
    assert send(NOW + conf.RECEIPT_WAIT * 2).sent == 0
    assert tencent.times() == Counter({"16400000001": 1})


def test_our_reference_tells_two_messages_to_one_number_apart(tencent):
    put(draft(1), draft(2, phone=1, template="visit_notice"))
    tencent.silent = {"16400000001"}
    assert send().uncertain == 2
    tencent.taken = [sent for sent in tencent.taken if len(sent["values"]) == 3]
    tencent.report("16400000001")
    sending.collect(actor=ACTOR, now=NOW + timedelta(minutes=5))
    assert states() == {"test:1": State.CLAIMED, "test:2": State.DELIVERED}


def test_receipts_and_replies_are_pulled(tencent):
    put(*(draft(n) for n in range(1, 151)))
    send()
    for number in range(1, 151):
        tencent.report(f"164{number:08d}", "FAIL" if number == 150 else "SUCCESS")
    tencent.reply("16400000001", "退订")
    tencent.reply("16400000002", "1")
    tencent.reply("16400000002", "1")
    report = sending.collect(actor=ACTOR, now=NOW)
    assert (report.receipts, report.replies) == (150, 3)
    assert Counter(states().values()) == {State.DELIVERED: 149, State.FAILED: 1}
    with acting_as(ACTOR):
        kinds = Inbound.objects.order_by("id").values_list("kind", "answers__idempotency_key")
        assert list(kinds) == [(ReplyKind.OPT_OUT, "test:1"), (ReplyKind.OTHER, "test:2")]
        assert OptOut.objects.count() == 1
    put(draft(151, phone=1))
    assert send().suppressed == 1


def test_an_account_that_may_not_pull_still_sends(tencent, monkeypatch, caplog):
    answer = tencent.answer

    def no_pulls(request):
        sends = request.headers["x-tc-action"] == "SendSms"
        return answer(request) if sends else tencent._error("UnsupportedOperation")

    monkeypatch.setattr(tencent, "answer", no_pulls)
    put(draft(1))
    assert (send().sent, send().stopped) == (1, "")
    assert "PullSmsSendStatus" in caplog.text
