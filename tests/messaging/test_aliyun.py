"""Alibaba Cloud's service through its own client, against a stand-in that checks signatures and parameters."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from jobbridge.apps.messaging import conf, sending, services
from jobbridge.apps.messaging.channels import cloud
from jobbridge.apps.messaging.channels.aliyun import AliyunChannel
from jobbridge.apps.messaging.channels.base import ChannelError
from jobbridge.apps.messaging.channels.cloud import CloudSettings
from jobbridge.apps.messaging.enums import State
from tests.messaging.fakes import NOW, draft
from tests.messaging.outbox import ACTOR, error, put, send, states
from tests.messaging.providers import KEY_ID, KEY_SECRET
from tests.messaging.providers.aliyun import Aliyun

pytestmark = pytest.mark.django_db
VISIT = {"id": "SMS_1002", "params": {"who": "name", "broker": "broker", "day": "date"}}
POSTS = {
    "id": "SMS_1001",
    "params": {"name": "name", "count": "count", "place": "place", "code": "answer~/w/(\\w+)"},
}
TEMPLATES = json.dumps({"recommend_posts@2": POSTS, "visit_notice@1": VISIT})


@pytest.fixture
def aliyun(settings) -> Iterator[Aliyun]:
    settings.SMS_CHANNEL = "aliyun"
    service = Aliyun()
    settings.SMS_ACCOUNT = {
        "KEY_ID": KEY_ID, "KEY_SECRET": KEY_SECRET, "TEMPLATES": TEMPLATES, "ENDPOINT": service.endpoint,
        "RATE": "1000",
    }  # fmt: skip
    yield service
    service.stop()
    assert service.faults == []


def test_messages_go_by_template_in_few_calls(aliyun):
    put(*(draft(n) for n in range(1, 91)), *(draft(n, template="visit_notice") for n in range(91, 96)))
    report = send()
    assert (report.sent, report.stopped) == (95, "")
    assert set(aliyun.times().values()) == {1}
    assert len([call for call in aliyun.calls if call["action"] == "SendBatchSms"]) <= 6
    assert {sent["values"]["code"] for sent in aliyun.taken if "code" in sent["values"]} == {"AbC123"}
    assert {json.dumps(sent["values"], ensure_ascii=False) for sent in aliyun.taken if "who" in sent["values"]} == {
        '{"who": "陈小满", "broker": "向明", "day": "3月5日"}'
    }
    assert set(states().values()) == {State.SENT}


def test_one_bad_number_spoils_no_other(aliyun):
    put(*(draft(n) for n in range(1, 6)))
    aliyun.codes = {"16400000002": ("isv.MOBILE_NUMBER_ILLEGAL", None),
                    "16400000004": ("isv.BUSINESS_LIMIT_CONTROL", None)}  # fmt: skip
    report = send()
    assert (report.sent, report.failed, report.retried) == (3, 1, 1)
    assert states()["test:2"] == State.FAILED
    assert states()["test:4"] == State.QUEUED
    assert "号码格式不对" in error("test:2")
    assert set(aliyun.times().values()) == {1}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("isv.AMOUNT_NOT_ENOUGH", "请充值"),
        ("isv.SMS_TEMPLATE_ILLEGAL", "JOBBRIDGE_SMS_TEMPLATES"),
        ("isp.RAM_PERMISSION_DENY", "权限"),
    ],
)
def test_a_fault_of_the_account_stops_and_keeps_all(aliyun, code, words):
    put(draft(1), draft(2))
    aliyun.codes = {"*": (code, None)}
    assert words in send().stopped
    assert set(states().values()) == {State.QUEUED}


@pytest.mark.parametrize(("name", "words"), [("KEY_ID", "KEY_ID"), ("KEY_SECRET", "KEY_SECRET")])
def test_a_wrong_key_is_named_and_nothing_is_given_up(aliyun, settings, name, words):
    settings.SMS_ACCOUNT |= {name: "wrong"}
    put(draft(1))
    assert f"JOBBRIDGE_SMS_{words}" in send().stopped
    assert states() == {"test:1": State.QUEUED}


def test_throttling_slows_down_and_loses_nothing(aliyun):
    put(*(draft(n) for n in range(1, 6)))
    aliyun.codes = {"*": ("Throttling.User", 1)}
    report = send()
    assert (report.sent, report.pauses) == (5, 1)
    assert set(aliyun.times().values()) == {1}


def test_a_template_without_a_text_of_the_provider_stops_before_anything_is_taken(aliyun):
    put(draft(1), draft(2, template="policy_notice"))
    report = send()
    assert "policy_notice@1" in report.stopped
    assert aliyun.calls == []
    assert set(states().values()) == {State.QUEUED}


@pytest.mark.parametrize(
    ("change", "words"),
    [({"longest": 3}, "有4字，超过上限3字"), ({"params": {"code": "answer~/x/(.+)"}}, "参数 code 没有值")],
)
def test_a_value_that_the_provider_would_refuse_is_not_sent(aliyun, settings, change, words):
    settings.SMS_ACCOUNT |= {"TEMPLATES": json.dumps({"recommend_posts@2": POSTS | change})}
    put(draft(1))
    assert send().failed == 1
    assert words in error()
    assert aliyun.calls == []


def test_a_provider_that_cannot_be_reached_leaves_all_queued(aliyun):
    aliyun.stop()
    put(draft(1))
    assert "连不上服务商" in send().stopped
    assert states() == {"test:1": State.QUEUED}


def test_a_lost_answer_is_found_out_and_never_doubled(aliyun):
    put(*(draft(n) for n in range(1, 4)))
    aliyun.silent = {"16400000002"}
    report = send()
    assert report.uncertain == 3  # they went in one call
    # Asked at once by number and day: the service has them.
    assert set(states().values()) == {State.SENT}
    aliyun.silent = set()
    aliyun.fates = {"16400000001": 3, "16400000002": 3, "16400000003": 2}
    later = NOW + conf.RECEIPT_WAIT + timedelta(hours=1)
    assert send(later).sent == 0
    assert states() == {"test:1": State.DELIVERED, "test:2": State.DELIVERED, "test:3": State.FAILED}
    assert error("test:3") == "未送达（运营商代码 MK:0001）"
    assert set(aliyun.times().values()) == {1}


def test_an_answer_that_takes_too_long_is_no_answer(aliyun, monkeypatch):
    monkeypatch.setattr(cloud, "TIMEOUT", 0.3)
    put(draft(1))
    slow = aliyun._send

    def late(given):
        import time

        got = slow(given)
        time.sleep(0.6)
        return got

    monkeypatch.setattr(aliyun, "_send", late)
    report = send()
    assert report.uncertain == 1
    assert aliyun.times() == Counter({"16400000001": 1})


def test_a_fault_within_the_service_is_no_answer_either(aliyun):
    put(draft(1))
    aliyun.codes = {"*": ("InternalError", None)}
    assert send().uncertain == 1
    assert states() == {"test:1": State.CLAIMED}
    # The service does not know it: it goes once more after the wait.
    aliyun.codes = {}
    assert send(NOW + conf.RECEIPT_WAIT + timedelta(minutes=1)).sent == 1
    assert aliyun.times() == Counter({"16400000001": 1})


def test_receipts_are_asked_for_in_time_and_not_for_ever(aliyun):
    put(draft(1), draft(2))
    send()
    assert aliyun.asked == []  # too early
    aliyun.fates = {"16400000001": 3}
    sending.collect(actor=ACTOR, quiet=0, now=NOW + conf.ASK_AFTER * 2)
    assert states() == {"test:1": State.DELIVERED, "test:2": State.SENT}
    assert Counter(aliyun.asked) == {"16400000001": 1, "16400000002": 1}
    sending.collect(actor=ACTOR, quiet=0, now=NOW + conf.ASK_AFTER * 2.5)
    assert len(aliyun.asked) == 2  # not again so soon
    sending.collect(actor=ACTOR, quiet=0, now=NOW + conf.ASK_AFTER * 4)
    assert len(aliyun.asked) == 3
    sending.collect(actor=ACTOR, quiet=0, now=NOW + conf.ASK_UNTIL * 2)
    assert len(aliyun.asked) == 3


def test_who_opted_out_is_left_out_here_too(aliyun):
    services.opt_out(actor=ACTOR, phone="16400000001", purpose="*", source="窗口", now=NOW)
    put(draft(1), draft(2))
    report = send()
    assert (report.sent, report.suppressed) == (1, 1)
    assert aliyun.times() == Counter({"16400000002": 1})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"KEY_SECRET": ""}, "JOBBRIDGE_SMS_KEY_SECRET"),
        ({"TEMPLATES": "{"}, "JOBBRIDGE_SMS_TEMPLATES"),
        ({"TEMPLATES": "/nowhere.json"}, "/nowhere.json"),
        ({"TEMPLATES": '{"visit_notice": "SMS_1"}'}, "模板名@版本"),
        ({"TEMPLATES": '{"visit_notice@1": {"id": "SMS_1", "params": {"a": "nothing"}}}'}, "nothing"),
        ({"TEMPLATES": '{"visit_notice@7": "SMS_1"}'}, "params"),
        ({"TEMPLATES": '{"visit_notice@1": {"id": "SMS_1", "extra": 1}}'}, "extra"),
        ({"TEMPLATES": '{"visit_notice@1": {"id": "SMS_1", "params": {"a": "name~(.)(.)"}}}'}, "一个括号"),
        ({"RATE": "0"}, "JOBBRIDGE_SMS_RATE"),
        ({"ENDPOINT": "http://sms.example.cn"}, "JOBBRIDGE_SMS_ENDPOINT"),
    ],
)
def test_wrong_settings_are_named(aliyun, settings, changes, words):
    settings.SMS_ACCOUNT |= changes
    assert words in send().stopped
    name, fault = conf.channels_in_use()[0]
    assert name == "aliyun"
    assert words in fault


def test_the_secret_is_not_shown():
    made = CloudSettings("X", "id", "hush", TEMPLATES)
    assert "hush" not in repr(made)
    with pytest.raises(ChannelError):
        CloudSettings.read("X", {})
    assert AliyunChannel(made).missing([("visit_notice", 1), ("x", 1)]) == [("x", 1)]
