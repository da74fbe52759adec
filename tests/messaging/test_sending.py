"""Sending: what goes, what waits, what is given up, and when a run stops."""

from __future__ import annotations

import os
from datetime import datetime, timedelta

import psycopg
import pytest
from django.db import connection, transaction

from jobbridge.apps.accounts.scope import acting_as
from jobbridge.apps.messaging import conf, sending, services
from jobbridge.apps.messaging.channels.base import Incoming, Outcome, Receipt, Result
from jobbridge.apps.messaging.enums import Priority, State
from jobbridge.apps.messaging.models import Message
from jobbridge.apps.messaging.rules import CHINA
from tests.messaging.fakes import NOW, FakeChannel, draft
from tests.messaging.outbox import ACTOR, put, states

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


class Ticking:
    """A clock that a test moves; waiting on the channel moves it too."""

    def __init__(self, channel: FakeChannel) -> None:
        self.at = 0.0
        poll = channel.poll

        def waiting(seconds: float) -> int:
            self.at += seconds
            return poll(seconds)

        channel.poll = waiting

    def __call__(self) -> float:
        self.at += 0.001
        return self.at


def send(channel, now=NOW, **more) -> sending.SendReport:
    return sending.send_due(actor=ACTOR, channel=channel, now=now, clock=Ticking(channel), **more)


def one(key: str = "test:1") -> Message:
    with acting_as(ACTOR):
        return Message.objects.get(idempotency_key=key)


def test_due_messages_go_urgent_first_and_once():
    put(draft(1), draft(2, priority=Priority.BULK), draft(3, priority=Priority.URGENT))
    put(draft(4, not_before=NOW + DAY))
    channel, steps = FakeChannel(window=2), []
    report = send(channel, progress=lambda *step: steps.append(step))
    assert [m.key for m in channel.taken] == ["test:3", "test:1", "test:2"]
    assert (report.sent, report.stopped) == (3, "")
    assert steps == [("发送消息", 2, 3), ("发送消息", 3, 3)]
    assert states()["test:4"] == State.QUEUED
    assert send(channel).sent == 0
    sent = one()
    assert (sent.state, sent.provider_id, sent.claimed_by) == (State.SENT, f"p{sent.id}", "")
    assert NOW <= sent.sent_at < NOW + timedelta(minutes=1)


def test_a_limit_is_kept():
    put(*(draft(n) for n in range(1, 8)))
    channel = FakeChannel(window=3)
    assert send(channel, limit=4).sent == 4
    assert len(channel.taken) == 4


def test_the_night_is_quiet_for_all_and_the_morning_is_not():
    put(draft(1), draft(2, template="visit_notice"))
    night = datetime(2026, 3, 2, 22, 0, tzinfo=CHINA)
    channel = FakeChannel()
    report = send(channel, now=night)
    assert (report.sent, report.deferred) == (0, 2)
    assert one().next_try_at == datetime(2026, 3, 3, 8, 0, tzinfo=CHINA)
    assert send(channel, now=datetime(2026, 3, 3, 8, 0, tzinfo=CHINA)).sent == 2


def test_a_long_run_ends_at_the_quiet_hours():
    put(*(draft(n) for n in range(1, 11)))
    channel = FakeChannel(window=1, rate=0.1)
    report = send(channel, now=datetime(2026, 3, 2, 20, 59, 15, tzinfo=CHINA))
    assert 3 <= report.sent <= 5
    assert report.sent + report.deferred == 10


def test_the_cap_of_a_purpose_counts_the_batch_the_past_and_no_other_purpose():
    put(*(draft(n, phone=1, expires_at=NOW + 30 * DAY) for n in range(1, 5)), draft(5, phone=1))
    put(draft(6, phone=1, template="policy_notice"), draft(7))
    report = send(FakeChannel())
    # Three recommendations, the policy, and the other person; the fifth would expire before its turn.
    assert (report.sent, report.deferred, report.expired) == (5, 1, 1)
    turn = one("test:4").next_try_at
    assert timedelta(0) <= turn - (NOW + 7 * DAY) < timedelta(seconds=5)
    assert send(FakeChannel(), now=turn).sent == 1


def test_an_undelivered_message_does_not_use_up_the_cap():
    put(*(draft(n, phone=1) for n in range(1, 4)))
    send(FakeChannel(lambda message: Outcome.REFUSED))
    put(draft(4, phone=1))
    assert send(FakeChannel()).sent == 1


def test_who_opted_out_is_not_written_to_except_where_it_must_be():
    services.opt_out(actor=ACTOR, phone="16400000001", purpose="*", source="窗口", now=NOW)
    services.opt_out(actor=ACTOR, phone="16400000002", purpose="policy", source="窗口", now=NOW)
    put(draft(1), draft(2, phone=1, template="visit_notice"), draft(3, phone=2))
    put(draft(4, phone=2, template="policy_notice"))
    report = send(FakeChannel())
    assert (report.sent, report.suppressed) == (2, 2)
    assert states() == {"test:1": "suppressed", "test:2": "sent", "test:3": "sent", "test:4": "suppressed"}
    assert services.opt_in(actor=ACTOR, phone="16400000001", purpose="*") == 1
    put(draft(5, phone=1))
    assert send(FakeChannel()).sent == 1


def test_what_is_too_late_expires():
    put(draft(1, expires_at=NOW + DAY), draft(2))
    report = send(FakeChannel(), now=NOW + 2 * DAY)
    assert (report.sent, report.expired) == (1, 1)


@pytest.mark.parametrize(
    ("outcome", "state", "error"),
    [
        (Outcome.DELIVERED, State.DELIVERED, ""),
        (Outcome.REFUSED, State.FAILED, "because refused"),
        (Outcome.BLOCKED, State.QUEUED, "because blocked"),
        (Outcome.UNKNOWN, State.CLAIMED, "短信中心未应答，结果不明"),
    ],
)
def test_outcomes(outcome, state, error):
    put(draft(1))
    report = send(FakeChannel(lambda message: outcome))
    assert (one().state, one().error) == (state, error)
    assert bool(report.stopped) == (outcome is Outcome.BLOCKED)


def test_a_passing_fault_is_tried_five_times_then_given_up():
    put(draft(1))
    channel, moment = FakeChannel(lambda message: Outcome.RETRY), NOW
    for tries, minutes in ((1, 1), (2, 4), (3, 16), (4, 64)):
        assert send(channel, now=moment).retried == 1
        message = one()
        assert (message.state, message.tries) == (State.QUEUED, tries)
        assert timedelta(0) <= message.next_try_at - moment - timedelta(minutes=minutes) < timedelta(seconds=5)
        assert send(channel, now=moment).retried == 0  # not before its time
        moment = message.next_try_at
    assert send(channel, now=moment).failed == 1
    assert (one().state, one().tries) == (State.FAILED, 5)


def test_throttling_pauses_slows_down_and_loses_nothing():
    put(*(draft(n) for n in range(1, 11)))
    asked = []

    def every_third(message):
        asked.append(message.id)
        return Outcome.THROTTLED if len(asked) % 3 == 0 else Outcome.ACCEPTED

    channel = FakeChannel(every_third, window=5)
    report = send(channel)
    assert (report.sent, report.stopped) == (10, "")
    assert report.pauses >= 2
    assert set(states().values()) == {State.SENT}
    assert all(m.tries == 0 for m in [one("test:3"), one("test:6")])


def test_throttling_without_end_stops_the_run():
    put(draft(1))
    channel = FakeChannel(lambda message: Outcome.THROTTLED)
    report = send(channel)
    assert "持续限速" in report.stopped
    assert [round(pause) for pause in channel.waited if pause >= 1] == [1, 2, 4, 8, 16, 32]
    assert one().state == State.QUEUED


def test_a_line_that_breaks_is_opened_again_three_times():
    put(draft(1))
    channel = FakeChannel(lambda message: Outcome.UNSENT)
    assert send(channel).stopped == "because unsent"
    assert channel.opened == 3
    answers = iter([Outcome.UNSENT, Outcome.UNSENT, Outcome.ACCEPTED])
    assert send(FakeChannel(lambda message: next(answers))).sent == 1


def test_a_channel_that_does_not_open_leaves_everything_queued():
    put(draft(1))
    channel = FakeChannel()
    channel.refuses_to_open = "密码不对"
    assert send(channel).stopped == "密码不对"
    assert one().state == State.QUEUED


def test_the_agreed_rate_holds():
    put(*(draft(n) for n in range(1, 41)))
    channel = FakeChannel(rate=20, window=10)
    clock, times = Ticking(channel), []
    channel.decide = lambda message: times.append(clock.at) or Outcome.ACCEPTED
    sending.send_due(actor=ACTOR, channel=channel, now=NOW, clock=clock)
    assert len(times) == 40
    assert all(sum(start <= at < start + 1 for at in times) <= 25 for start in times)
    assert times[-1] - times[0] > 1.5


class Killed(BaseException):
    """As kill -9: nothing runs after it."""


@pytest.mark.parametrize(("idempotent", "expected"), [(True, State.SENT), (False, State.CLAIMED)])
def test_a_sender_killed_with_a_batch_in_hand(idempotent, expected):
    put(draft(1))

    def die(message):
        raise Killed

    with pytest.raises(Killed):
        send(FakeChannel(die))
    assert one().state == State.CLAIMED
    report = send(FakeChannel(idempotent=idempotent))
    assert report.recovered == 1
    assert one().state == expected


def test_an_unknown_outcome_waits_then_goes_once_more_then_fails():
    put(draft(1))
    channel = FakeChannel(lambda message: Outcome.UNKNOWN)
    send(channel)
    assert one().uncertain_at is not None
    almost = NOW + conf.RECEIPT_WAIT
    assert send(channel, now=almost - timedelta(seconds=1)).recovered == 0
    assert len(channel.taken) == 1
    send(channel, now=almost + timedelta(minutes=1))
    assert len(channel.taken) == 2
    message = one()
    assert (message.state, message.resent, message.error) == (State.FAILED, True, "短信中心未应答，结果不明")
    assert send(channel, now=almost + DAY).sent == 0
    assert len(channel.taken) == 2


def test_a_receipt_settles_an_unknown_outcome():
    put(draft(1), draft(2))
    channel = FakeChannel(lambda message: Outcome.UNKNOWN)
    send(channel)
    receipt = Receipt("lost-id", True, phone="16400000001", at=NOW)
    services.record_receipt(actor=ACTOR, channel="file", receipt=receipt, now=NOW)
    assert states() == {"test:1": State.DELIVERED, "test:2": State.CLAIMED}


def test_a_receipt_of_an_unknown_message_is_no_other_messages():
    put(draft(1), draft(2, phone=1))
    send(FakeChannel(lambda message: Outcome.UNKNOWN))
    receipt = Receipt("lost-id", True, phone="16400000001", at=NOW)
    services.record_receipt(actor=ACTOR, channel="file", receipt=receipt, now=NOW)
    assert set(states().values()) == {State.CLAIMED}  # it could be either's


def test_a_number_that_does_not_open_fails_alone():
    put(draft(1), draft(2))
    with acting_as(ACTOR):
        Message.objects.filter(idempotency_key="test:1").update(recipient_sealed=b"\x01" + b"x" * 60)
    report = send(FakeChannel())
    assert (report.sent, report.failed) == (1, 1)
    assert "无法解密" in one().error


def test_one_sender_at_a_time():
    put(draft(1))
    with psycopg.connect(**_parameters(), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s, hashtext('file'))", [sending._LOCK])
        assert "另一个进程" in send(FakeChannel()).stopped
        other.execute("SELECT pg_advisory_unlock_all()")
    assert send(FakeChannel()).sent == 1
    assert send(FakeChannel()).stopped == ""  # the lock was given back


def _parameters() -> dict[str, object]:
    wanted = ("dbname", "user", "password", "host", "port")
    return {name: value for name, value in connection.get_connection_params().items() if name in wanted}


def test_receipts_are_left_to_whoever_sends(settings, tmp_path):
    settings.STATE, settings.SMS_CHANNEL = tmp_path, "file"
    with psycopg.connect(**_parameters(), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s, hashtext('file'))", [sending._LOCK])
        assert sending.collect(actor=ACTOR, now=NOW, quiet=0).busy
        other.execute("SELECT pg_advisory_unlock_all()")
    assert not (tmp_path / "sms").exists()
    (tmp_path / "sms").mkdir()
    (tmp_path / "sms" / "replies.jsonl").write_text('{"from": "16400000001", "text": "1"}\n')
    assert sending.collect(actor=ACTOR, now=NOW, quiet=0).replies == 1


def test_sending_inside_a_transaction_is_refused():
    put(draft(1))
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        send(FakeChannel())
    assert one().state == State.QUEUED


def test_receipts_and_replies_are_taken_until_it_is_quiet():
    put(draft(1))
    channel = FakeChannel()
    send(channel)
    channel.inbox = [Receipt(one().provider_id, True), Incoming("r1", "16400000001", "1")]
    report = sending.deliver(actor=ACTOR, now=NOW, channel=channel, listen=0.01)
    assert (report.receipts, report.replies) == (1, 1)
    assert one().state == State.DELIVERED


def test_the_configured_channel_delivers(settings, tmp_path):
    settings.STATE = tmp_path
    settings.SMS_CHANNEL = "file"
    put(draft(1), draft(2))
    report = sending.deliver(actor=ACTOR, now=NOW, listen=0)
    assert (report.sent, report.delivered, report.stopped) == (2, 2, "")
    assert len((tmp_path / "sms" / "outbox.jsonl").read_text().splitlines()) == 2


@pytest.mark.parametrize(("channel", "url"), [("pigeon", ""), ("smpp", "")])
def test_a_channel_that_is_not_configured_says_so(settings, channel, url):
    settings.SMS_CHANNEL, settings.SMPP_URL = channel, url
    assert "JOBBRIDGE_SM" in sending.deliver(actor=ACTOR, now=NOW).stopped


def test_a_result_in_parts_is_delivered_when_all_are():
    put(draft(1))
    send(FakeChannel(lambda m: Result(m.id, Outcome.ACCEPTED, ("a", "b"))))
    for part, state in (("a", State.SENT), ("b", State.DELIVERED)):
        services.record_receipt(actor=ACTOR, channel="file", receipt=Receipt(part, True), now=NOW)
        assert one().state == state


def test_the_process_is_named_while_it_holds_a_batch():
    put(draft(1))
    seen = []
    send(FakeChannel(lambda m: seen.append(one().claimed_by) or Outcome.ACCEPTED))
    assert seen[0].endswith(f":{os.getpid()}")


def test_a_template_that_the_channel_cannot_send_stops_before_anything_is_claimed():
    put(draft(1), draft(2, template="visit_notice"))
    channel = FakeChannel()
    channel.lacks = [("visit_notice", 1)]
    assert "visit_notice@1" in send(channel).stopped
    assert channel.taken == []
    assert set(states().values()) == {State.QUEUED}


def test_what_an_earlier_channel_left_goes_over_the_new_one_and_none_twice(settings, tmp_path):
    settings.STATE, settings.SMS_CHANNEL = tmp_path, "smpp"
    put(draft(1), draft(2), draft(3))

    def die(message):
        raise Killed

    with pytest.raises(Killed):
        send(FakeChannel(die, name="smpp"), limit=1)
    settings.SMS_CHANNEL = "file"
    assert sending.deliver(actor=ACTOR, now=NOW, listen=0).sent == 2
    assert states()["test:1"] == State.CLAIMED
    # Nobody can tell whether it had left: it waits as long as after any lost answer, then goes once more.
    after = NOW + conf.RECEIPT_WAIT + timedelta(minutes=1)
    assert sending.deliver(actor=ACTOR, now=after, listen=0).sent == 1
    assert set(states().values()) == {State.DELIVERED}
