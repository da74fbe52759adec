"""The WeChat official account: who follows it is written to there, everybody else by text message."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection

from jobbridge.apps.accounts.scope import acting_as
from jobbridge.apps.messaging import conf, sending, services
from jobbridge.apps.messaging.enums import State
from jobbridge.apps.messaging.models import Message, WeChatBinding
from tests.messaging.fakes import NOW, draft
from tests.messaging.outbox import ACTOR, put, send
from tests.messaging.providers import KEY_ID, KEY_SECRET
from tests.messaging.providers.wechat import WeChat

pytestmark = pytest.mark.django_db
TEMPLATES = json.dumps(
    {
        "recommend_posts@2": {
            "id": "TM1",
            "params": {"name": "name", "count": "count", "posts": "posts", "place": "place"},
            "link": "answer~(https?://\\S+)",
        },
        "visit_notice@1": {
            "id": "TM2",
            "params": {"thing1": "name", "thing2": "broker", "time3": "date"},
            "longest": 2,
        },
    }
)


@pytest.fixture
def wechat(settings, tmp_path) -> Iterator[WeChat]:
    settings.STATE = tmp_path
    settings.SMS_CHANNEL = "file"
    service = WeChat()
    service.followers = {"open1", "open2"}
    settings.WECHAT_ACCOUNT = {
        "KEY_ID": KEY_ID, "KEY_SECRET": KEY_SECRET, "TEMPLATES": TEMPLATES, "ENDPOINT": service.endpoint,
        "RATE": "1000",
    }  # fmt: skip
    for person in (1, 2, 3):
        services.bind_wechat(actor=ACTOR, person_id=person, openid=f"open{person}", source="窗口", now=NOW)
    yield service
    service.stop()
    assert service.faults == []


def rows() -> dict[str, tuple[str, str]]:
    with acting_as(ACTOR):
        found = Message.objects.order_by("id").values_list("idempotency_key", "channel", "state")
        return {key: (channel, state) for key, channel, state in found}


def test_followers_over_wechat_all_others_by_text_message(wechat):
    put(draft(1, person_id=1), draft(2, person_id=9), draft(3), draft(4, person_id=2, template="policy_notice"))
    report = send()
    assert (report.sent, report.stopped) == (4, "")
    assert rows() == {
        "test:1": ("wechat", State.SENT),
        "test:2": ("file", State.DELIVERED),
        "test:3": ("file", State.DELIVERED),
        "test:4": ("file", State.DELIVERED),  # no approved text for it
    }
    (sent,) = wechat.taken
    assert sent["phone"] == "open1"
    assert sent["data"]["count"] == {"value": "2"}
    assert sent["url"] == "https://jobs.example.cn/w/AbC123"


def test_values_are_cut_to_what_wechat_allows(wechat):
    put(draft(1, person_id=1, template="visit_notice"))
    assert send().sent == 1
    assert wechat.taken[0]["data"]["thing1"] == {"value": "陈小"}


@pytest.mark.parametrize(("code", "bound"), [(None, 2), (43101, 3), (47003, 3)])
def test_who_is_not_reached_there_is_by_text_message_in_the_same_run(wechat, code, bound):
    put(draft(3, person_id=3))
    wechat.codes = {"open3": (code, None)} if code else {}
    assert send().sent == 1
    assert rows() == {"test:3": ("file", State.DELIVERED)}
    assert wechat.taken == []
    with acting_as(ACTOR):
        assert WeChatBinding.objects.count() == bound  # an unfollowed account is forgotten


def test_who_is_unbound_meanwhile_is_written_to_by_text_message(wechat):
    put(draft(1, person_id=1))
    assert services.unbind_wechat(actor=ACTOR, person_id=1)
    assert not services.unbind_wechat(actor=ACTOR, person_id=1)
    assert send().sent == 1
    assert rows() == {"test:1": ("file", State.DELIVERED)}


def test_an_opt_out_by_phone_holds_for_wechat(wechat):
    services.opt_out(actor=ACTOR, phone="16400000001", purpose="*", source="窗口", now=NOW)
    put(draft(1, person_id=1))
    assert send().suppressed == 1
    assert wechat.taken == []


def test_the_cap_counts_both_channels(wechat):
    put(*(draft(n, phone=1, person_id=1) for n in (1, 2)), *(draft(n, phone=1) for n in (3, 4)))
    report = send()
    # The fourth would be too late when its turn comes.
    assert (report.sent, report.expired) == (3, 1)


def test_a_token_is_used_until_it_ends_and_renewed_once(wechat):
    put(draft(1, person_id=1), draft(2, person_id=2))
    channel = conf.wechat_channel()
    wechat_run = {"actor": ACTOR, "channel": channel, "now": NOW}
    assert sending.send_due(**wechat_run, limit=1).sent == 1
    wechat.expire()
    assert sending.send_due(**wechat_run).sent == 1
    channel.close()
    assert wechat.tokens == 2
    assert [call["force_refresh"] for call in wechat.calls if call["path"].endswith("stable_token")] == [False, True]
    assert sorted(sent["phone"] for sent in wechat.taken) == ["open1", "open2"]


@pytest.mark.parametrize(("drops", "state"), [(1, State.SENT), (2, State.SENT), (9, State.CLAIMED)])
def test_a_lost_answer_is_asked_for_again_and_never_doubles(wechat, drops, state):
    put(draft(1, person_id=1))
    wechat.drops = drops
    send()
    assert rows() == {"test:1": ("wechat", state)}
    assert len(wechat.taken) == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"KEY_ID": "wrong"}, "WECHAT_KEY_ID"), ({"KEY_SECRET": "wrong"}, "WECHAT_KEY_SECRET"),
     ({"TEMPLATES": "["}, "WECHAT_TEMPLATES")],
)  # fmt: skip
def test_a_faulty_account_keeps_no_text_message_from_going(wechat, settings, changes, words):
    put(draft(1, person_id=1), draft(2))
    settings.WECHAT_ACCOUNT |= changes
    report = send()
    assert words in report.stopped
    assert rows() == {"test:1": ("wechat", State.QUEUED), "test:2": ("file", State.DELIVERED)}
    put(draft(3, person_id=2))
    assert rows()["test:3"][0] == ("file" if "TEMPLATES" in changes else "wechat")


def test_throttled_and_blocked(wechat):
    put(draft(1, person_id=1), draft(2, person_id=2))
    wechat.codes = {"open1": (45011, 1), "open2": (-1, 1)}
    report = send()
    assert (report.sent, report.pauses, report.retried) == (1, 1, 1)
    wechat.codes = {"*": (45009, None)}
    assert "上限" in send(NOW + timedelta(hours=1)).stopped
    assert rows()["test:2"] == ("wechat", State.QUEUED)


def test_the_id_is_sealed(wechat):
    with connection.cursor() as cursor:
        cursor.execute("SELECT messaging_wechatbinding::text FROM messaging_wechatbinding")
        assert all("open" not in row for (row,) in cursor.fetchall())
    with pytest.raises(ValueError, match="微信标识"):
        services.bind_wechat(actor=ACTOR, person_id=1, openid="", source="窗口", now=NOW)
    services.bind_wechat(actor=ACTOR, person_id=1, openid="open2", source="窗口", now=NOW)
    with acting_as(ACTOR):
        assert WeChatBinding.objects.count() == 3


def test_without_the_account_those_that_wait_go_by_text_message(wechat, settings):
    put(draft(1, person_id=1), draft(2, person_id=2))
    wechat.codes = {"open1": (45009, None), "open2": (45009, None)}
    assert "上限" in send().stopped
    assert set(rows().values()) == {("wechat", State.QUEUED)}
    settings.WECHAT_ACCOUNT = {}
    assert send().sent == 2
    assert set(rows().values()) == {("file", State.DELIVERED)}


def test_a_faulty_account_is_still_set_and_keeps_its_messages(wechat, settings):
    put(draft(1, person_id=1))
    settings.WECHAT_ACCOUNT |= {"KEY_SECRET": ""}
    assert "JOBBRIDGE_WECHAT_KEY_SECRET" in send().stopped
    assert rows() == {"test:1": ("wechat", State.QUEUED)}
