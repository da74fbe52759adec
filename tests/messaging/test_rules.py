"""When, whether and how fast messages leave."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobbridge.apps.messaging import rules
from jobbridge.apps.messaging.rules import CHINA, Bucket, Policy, QuietHours, Verdict

DAY = timedelta(days=1)


def china(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=CHINA)


NOON = china(2, 12)
POLICY = Policy(cap=2, window=7 * DAY)


@pytest.mark.parametrize(
    ("at", "allowed"),
    [
        (china(2, 20, 59), china(2, 20, 59)),
        (china(2, 21, 0), china(3, 8)),
        (china(2, 23, 59), china(3, 8)),
        (china(3, 0, 0), china(3, 8)),
        (china(3, 7, 59), china(3, 8)),
        (china(3, 8, 0), china(3, 8)),
    ],
)
def test_quiet_hours_cross_midnight(at, allowed):
    assert QuietHours().next_allowed(at) == allowed


@pytest.mark.parametrize(
    ("quiet", "at", "allowed"),
    [
        (QuietHours(time(12), time(14)), china(2, 13), china(2, 14)),
        (QuietHours(time(12), time(14)), china(2, 14), china(2, 14)),
        (QuietHours(time(9), time(9)), china(2, 9), china(2, 9)),  # equal ends: none
    ],
)
def test_quiet_hours_within_a_day_or_none(quiet, at, allowed):
    assert quiet.next_allowed(at) == allowed


def test_quiet_hours_are_chinese_hours_whatever_zone_is_asked():
    at = datetime(2026, 3, 2, 13, 30, tzinfo=UTC)  # 21:30 in China
    allowed = QuietHours().next_allowed(at)
    assert allowed == datetime(2026, 3, 3, 0, 0, tzinfo=UTC)
    assert allowed.tzinfo is UTC


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.times(), st.times())
def test_the_allowed_moment_is_never_quiet_never_early_and_within_a_day(at, start, end):
    quiet = QuietHours(start.replace(microsecond=0), end.replace(microsecond=0))
    moment = at.replace(tzinfo=UTC)
    allowed = quiet.next_allowed(moment)
    assert moment <= allowed < moment + DAY
    assert allowed not in quiet


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ([], Verdict("send")),
        ([NOON - DAY], Verdict("send")),
        ([NOON - DAY, NOON - 7 * DAY], Verdict("send")),  # the older one has just left the window
        ([NOON - DAY, NOON - 2 * DAY], Verdict("defer", NOON + 5 * DAY)),
        ([NOON - 2 * DAY, NOON - DAY, NOON - 3 * DAY], Verdict("defer", NOON + 5 * DAY)),
    ],
)
def test_cap_counts_the_window_and_waits_for_it(sent, expected):
    verdict = rules.admit(
        now=NOON, expires_at=None, policy=POLICY, quiet_hours=QuietHours(), opted_out=False, sent_at=sent
    )
    assert verdict == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"expires_at": NOON}, "expire"),
        ({"opted_out": True}, "suppress"),
        ({"opted_out": True, "policy": Policy(cap=1, window=DAY, optional=False)}, "send"),
        ({"now": china(2, 22)}, "defer"),
        ({"now": china(2, 22), "policy": Policy(cap=1, window=DAY, quiet=False)}, "send"),
        # Waiting for the morning would outlast it.
        ({"now": china(2, 22), "expires_at": china(3, 7)}, "expire"),
        ({"expires_at": NOON + DAY, "sent_at": [NOON - DAY, NOON - DAY]}, "expire"),
        ({"expires_at": NOON, "opted_out": True}, "expire"),
    ],
)
def test_verdicts(changes, expected):
    question = {
        "now": NOON, "expires_at": None, "policy": POLICY, "quiet_hours": QuietHours(),
        "opted_out": False, "sent_at": [],
    }  # fmt: skip
    assert rules.admit(**question | changes).action == expected


def test_a_cap_that_frees_in_the_night_waits_for_the_morning():
    sent = [china(1, 22), china(1, 22)]
    verdict = rules.admit(
        now=china(2, 12), expires_at=None, policy=Policy(cap=2, window=DAY), quiet_hours=QuietHours(),
        opted_out=False, sent_at=sent,
    )  # fmt: skip
    assert verdict == Verdict("defer", china(3, 8))


def test_a_policy_without_a_cap_or_window_is_refused():
    with pytest.raises(ValueError, match="cap"):
        Policy(cap=0, window=DAY)
    with pytest.raises(ValueError, match="window"):
        Policy(cap=1, window=timedelta(0))


@given(
    limit=st.floats(0.5, 200),
    burst=st.integers(1, 50),
    steps=st.lists(st.tuples(st.floats(0, 5), st.integers(0, 60), st.booleans()), max_size=30),
)
def test_a_bucket_never_gives_more_than_its_rate_and_room(limit, burst, steps):
    bucket, clock, total = Bucket.empty(limit, burst, 0.0), 0.0, 0
    for pause, wanted, throttled in steps:
        clock += pause
        granted, bucket = bucket.take(wanted, clock)
        total += granted
        assert 0 <= granted <= min(wanted, burst)
        bucket = bucket.slowed() if throttled else bucket.recovered()
        assert bucket.rate <= limit
    assert total <= limit * clock + 1e-6 * len(steps) + 1e-6


@given(limit=st.floats(0.1, 500), burst=st.integers(1, 50), wanted=st.integers(1, 80), at=st.floats(0, 1e6))
def test_waiting_as_told_yields_the_tokens(limit, burst, wanted, at):
    bucket = Bucket.empty(limit, burst, at)
    granted, _ = bucket.take(wanted, at + bucket.wait(wanted) + 1e-6)
    assert granted == min(wanted, burst)


def test_throttling_halves_the_rate_and_success_wins_it_back():
    bucket = Bucket.empty(20, 10, 0.0).slowed().slowed()
    assert bucket.rate == 5
    for _ in range(8):
        bucket = bucket.recovered()
    assert bucket.rate == 20
    assert Bucket.empty(0.2, 1, 0.0).slowed().rate == 0.2  # never raised by being throttled


def test_unused_tokens_come_back():
    granted, bucket = Bucket.empty(10, 10, 0.0).take(10, 1.0)
    again, _ = bucket.give_back(4).take(10, 1.0)
    assert (granted, again) == (10, 4)


def test_retries_grow_and_end():
    minutes = [rules.retry_delay(tries) for tries in range(1, 6)]
    assert minutes == [timedelta(minutes=n) for n in (1, 4, 16, 64)] + [None]
    assert [rules.pause_seconds(n) for n in (1, 2, 6, 7)] == [1, 2, 32, None]


@pytest.mark.parametrize(
    ("text", "private"),
    [
        ("请拨打16412345678", True),
        ("号码：99010119900101123X。", True),
        ("99010119900101123", False),  # 17 digits are no id number
        ("990101900101123", True),  # the old form of 15
        ("咨询电话023-55128888", False),
        ("编号164123456789012345678", False),
        ("月薪4500-6000元，2026年3月1日截止", False),
    ],
)
def test_private_numbers_in_a_text(text, private):
    assert rules.has_private_number(text) is private
