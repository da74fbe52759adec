"""The SMPP channel against a real message centre on loopback."""

from __future__ import annotations

import shutil
import time
from datetime import UTC, datetime

import pytest

from jobbridge.apps.messaging.channels.base import ChannelError, Incoming, Outcome, Outgoing, Receipt
from jobbridge.apps.messaging.channels.smpp import SmppChannel
from jobbridge.apps.messaging.channels.smpp_settings import SmppSettings
from tests.messaging.smsc import Smsc, SmscMissingError

TEXT = "【云阳就业】您好，为您推荐2个岗位。拒收请回复TD"
LONG = "【云阳就业】" + "".join(f"{n}.缝纫工，月薪4500元至6000元，县内服装厂；" for n in range(1, 9)) + "𠮷先生收"


def message(number: int, text: str = TEXT) -> Outgoing:
    return Outgoing(id=number, key=f"k{number}", phone=f"164{number:08d}", text=text)


class Session:
    """A channel and what it handed over."""

    def __init__(self, smsc: Smsc, **options) -> None:
        self.seen: list[Receipt | Incoming] = []
        self.channel = SmppChannel(SmppSettings.from_url(smsc.url(**options)))
        self.fail = False

    def keep(self, item: Receipt | Incoming) -> None:
        if self.fail:
            raise OSError("the database is away")
        self.seen.append(item)

    def open(self) -> SmppChannel:
        self.channel.open(self.keep)
        return self.channel

    def wait_for(self, count: int) -> None:
        deadline = time.monotonic() + 10
        while len(self.seen) < count:
            assert time.monotonic() < deadline, self.seen
            self.channel.poll(0.05)

    def poll_until_error(self) -> None:
        """Read until something goes wrong; returns quietly when nothing does within 10 s."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            self.channel.poll(0.05)


@pytest.fixture
def connect(smsc):
    """Sessions with options of their own, left at the end."""
    made = []

    def session(**options) -> Session:
        made.append(Session(smsc, **options))
        return made[-1]

    yield session
    for each in made:
        each.channel.close()


@pytest.fixture
def session(connect):
    return connect()


def test_messages_are_taken_and_receipts_come_back(smsc, session):
    results = session.open().send([message(n) for n in range(1, 26)])
    assert {r.outcome for r in results} == {Outcome.ACCEPTED}
    assert [r.id for r in results] == list(range(1, 26))
    taken = smsc.report()["taken"]
    assert [(m["to"], m["text"], m["from"]) for m in taken] == [(f"164{n:08d}", TEXT, "1069") for n in range(1, 26)]
    session.wait_for(25)
    assert {s.provider_id for s in session.seen} == {r.provider_ids[0] for r in results}
    assert all(s.delivered for s in session.seen)
    assert session.seen[0].at == datetime(2026, 3, 1, 1, 1, tzinfo=UTC)
    assert set(smsc.report(lambda seen: len(seen["answers"]) == 25)["answers"]) == {0}


def test_a_failed_delivery_says_why(smsc, session):
    smsc.set(receipts="failed")
    session.open().send([message(1)])
    session.wait_for(1)
    assert session.seen[0].delivered is False
    assert session.seen[0].phone == "16400000001"
    assert session.seen[0].error == "无法送达（代码027）"


@pytest.mark.parametrize(("way", "parts"), [("udh", 4), ("payload", 1)])
def test_long_messages_arrive_whole(smsc, connect, way, parts):
    session = connect(long=way)
    (result,) = session.open().send([message(7, LONG)])
    session.wait_for(parts)
    assert result.outcome is Outcome.ACCEPTED
    assert len(result.provider_ids) == parts
    (taken,) = smsc.report()["taken"]
    assert (taken["text"], taken["parts"]) == (LONG, parts)


def test_prefix_and_expiry_reach_the_centre_and_the_prefix_is_taken_off_again(smsc, connect):
    session = connect(prefix="86")
    until = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
    session.open().send([Outgoing(1, "k", "16400000001", TEXT, expires_at=until)])
    session.wait_for(1)
    (taken,) = smsc.report()["taken"]
    assert taken["to"] == "8616400000001"
    assert datetime.fromisoformat(taken["validity"]) == until
    assert session.seen[0].phone == "16400000001"


def test_throttling_is_no_success_and_holds_the_rest_back(smsc, connect):
    session = connect(window=2)
    smsc.set(throttle=1)
    results = session.open().send([message(n) for n in range(1, 11)])
    outcomes = [r.outcome for r in results]
    assert outcomes[0] is Outcome.THROTTLED
    assert set(outcomes) == {Outcome.THROTTLED, Outcome.ACCEPTED}
    seen = smsc.report()
    assert len(seen["taken"]) == outcomes.count(Outcome.ACCEPTED)
    assert seen["units"] <= 4  # the answer was heard before the whole batch had left
    again = session.channel.send([message(r.id) for r in results if r.outcome is Outcome.THROTTLED])
    assert {r.outcome for r in again} == {Outcome.ACCEPTED}
    assert len(smsc.report()["taken"]) == 10


def test_a_long_message_throttled_in_the_middle_is_completed_not_repeated(smsc, connect):
    session = connect(window=1)
    smsc.set(receipts="none")
    session.open().send([message(1)])
    # With one unit on its way at a time, the third of the message's four parts meets the throttle.
    original, count = session.channel._await_answers, 0

    def throttle_third(left):
        nonlocal count
        original(left)
        count += 1
        if count == 3:
            smsc.set(throttle=1)

    session.channel._await_answers = throttle_third
    (result,) = session.channel.send([message(7, LONG)])
    assert result.outcome is Outcome.ACCEPTED
    seen = smsc.report()
    assert [m["text"] for m in seen["taken"]] == [TEXT, LONG]
    assert seen["units"] == 1 + 4 + 1  # only the throttled part went again


@pytest.mark.parametrize(
    ("status", "outcome", "words"),
    [
        (0x0B, Outcome.REFUSED, "0x0000000B"),
        (0x08, Outcome.RETRY, "System Error"),
        (0x14, Outcome.THROTTLED, "Queue is full"),
        (0x0A, Outcome.BLOCKED, "接入号不被接受"),
    ],
)
def test_refusals_by_kind(smsc, session, status, outcome, words):
    smsc.set(status=status)
    (result,) = session.open().send([message(1)])
    assert result.outcome is outcome
    assert words in result.error


@pytest.mark.parametrize(
    ("options", "words"),
    [({"password": "wrong"}, "密码不对"), ({"account": "nobody"}, "不认识这个账号")],
)
def test_a_wrong_login_says_what_to_do_and_never_the_password(smsc, connect, options, words):
    session = connect(**options)
    with pytest.raises(ChannelError, match=words) as caught:
        session.open()
    assert "JOBBRIDGE_SMPP_URL" in str(caught.value)
    assert "都还在队列中" in str(caught.value)
    assert "wrong" not in str(caught.value)
    assert "wrong" not in repr(session.channel.settings)
    (result,) = session.channel.send([message(1)])
    assert result.outcome is Outcome.UNSENT


def test_no_centre_says_where_it_was_sought(smsc, connect):
    session = connect()
    smsc.stop()
    with pytest.raises(ChannelError, match=f"连不上短信中心 127.0.0.1:{smsc.port}"):
        session.open()


def test_the_centre_vanishing_in_the_middle_of_a_batch(smsc, connect):
    session = connect(window=2)
    smsc.set(silentAfter=5, receipts="none")
    results = session.open().send([message(n) for n in range(1, 21)])
    outcomes = [r.outcome for r in results]
    accepted, unknown = outcomes.count(Outcome.ACCEPTED), outcomes.count(Outcome.UNKNOWN)
    assert accepted == 5
    assert 1 <= unknown <= 2  # never more than the window
    assert outcomes == [Outcome.ACCEPTED] * 5 + [Outcome.UNKNOWN] * unknown + [Outcome.UNSENT] * (15 - unknown)
    with pytest.raises(ChannelError, match="断开"):
        session.channel.poll(0)
    rest = session.open().send([message(r.id) for r in results if r.outcome is Outcome.UNSENT])
    assert {r.outcome for r in rest} == {Outcome.ACCEPTED}
    taken = [m["to"] for m in smsc.report()["taken"]]
    assert len(taken) == len(set(taken))


def test_a_centre_that_stops_answering_leaves_the_outcome_unknown(smsc, connect):
    session = connect(timeout=0.4)
    session.open()
    smsc.freeze()
    (result,) = session.channel.send([message(1)])
    assert result.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("text", "encoding", "coding"),
    [("退订", "utf-16-be", 8), ("退订", "gb18030", 15), ("TD", "ascii", 0), ("TD", "ascii", 1)],
)
def test_replies_are_read_in_every_encoding(smsc, session, text, encoding, coding):
    session.open()
    smsc.reply("8616400000001", text, encoding=encoding, coding=coding)
    session.wait_for(1)
    (reply,) = session.seen
    assert (reply.phone, reply.text) == ("16400000001", text)


def test_a_reply_that_could_not_be_stored_is_left_with_the_centre(smsc, session):
    session.open()
    session.fail = True
    smsc.reply("16400000001", "退订")
    with pytest.raises(OSError, match="database"):
        session.poll_until_error()
    session.fail = False
    smsc.reply("16400000001", "退订")
    session.wait_for(1)
    answers = smsc.report(lambda seen: len(seen["answers"]) == 2)["answers"]
    assert answers == [0x64, 0]


def test_a_store_that_fails_while_sending_loses_no_result(smsc, session):
    session.open()
    session.fail = True
    results = session.channel.send([message(n) for n in range(1, 4)])
    assert {r.outcome for r in results} == {Outcome.ACCEPTED}


def test_an_unlisted_parameter_is_refused_once_and_the_line_lives_on(smsc, session):
    session.open()
    smsc.tell("odd", **{"from": "16400000001"})
    smsc.reply("16400000001", "TD", encoding="ascii", coding=0)
    session.wait_for(1)
    assert smsc.report(lambda seen: len(seen["answers"]) == 2)["answers"] == [0x66, 0]


def test_a_silent_line_is_tested(smsc, connect):
    session = connect(idle=0.1)
    session.open().poll(0.5)
    assert smsc.report()["enquiries"] >= 2
    smsc.tell("hang_up")
    with pytest.raises(ChannelError, match="断开"):
        session.poll_until_error()


def test_leaving_logs_out(smsc, session):
    session.open()
    assert smsc.report()["sessions"] == 1
    session.channel.close()
    session.channel.close()
    smsc.report(lambda seen: seen["sessions"] == 0)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://a:b@localhost", "应形如"),
        ("", "应形如"),
        ("smpp://a:ninechars@localhost", "最长8位"),
        ("smpp://localhost", "账号"),
        ("smpp://a:b@localhost?rate=fast", "参数 rate"),
        ("smpp://a:b@localhost?colour=red", "参数 colour"),
        ("smpp://a:b@localhost?long=sar", "udh 或 payload"),
        ("smpp://a:b@localhost?window=0", "大于0"),
    ],
)
def test_settings_that_cannot_work(url, words):
    with pytest.raises(ChannelError, match=words):
        SmppSettings.from_url(url)


def test_settings_with_signs_in_the_password():
    made = SmppSettings.from_url("smpp://acc:p%40ss%2F1@sms.example:2776?source=1069&rate=5&window=3")
    assert (made.host, made.port, made.password) == ("sms.example", 2776, "p@ss/1")
    assert (made.source, made.rate, made.window) == ("1069", 5.0, 3)


def test_a_missing_node_is_named(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda *args, **more: None)
    with pytest.raises(SmscMissingError, match="nodejs"):
        Smsc()
