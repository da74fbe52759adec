"""Decisions about messages: plain values in, plain values out.

Times are aware datetimes; results keep the zone of what was passed in. Nothing here knows the database or a
channel.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
EVERY_PURPOSE = "*"


# ---------------------------------------------------------------- when


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Hours of the day in which nobody is disturbed; may cross midnight; equal ends mean none."""

    start: time = time(21)
    end: time = time(8)
    zone: ZoneInfo = CHINA

    def __contains__(self, at: datetime) -> bool:
        clock = at.astimezone(self.zone).time()
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def next_allowed(self, at: datetime) -> datetime:
        """``at`` itself outside the quiet hours, otherwise the moment they end."""
        if at not in self:
            return at
        local = at.astimezone(self.zone)
        end = local.replace(hour=self.end.hour, minute=self.end.minute, second=self.end.second, microsecond=0)
        if end <= local:
            # Wall-clock arithmetic in the zone: correct across a change of offset too.
            end += timedelta(days=1)
        return end.astimezone(at.tzinfo)


# ---------------------------------------------------------------- whether


@dataclass(frozen=True, slots=True)
class Policy:
    """How one purpose may be used.

    Parameters
    ----------
    cap, window
        At most ``cap`` messages of the purpose to one number within ``window``.
    quiet
        Whether quiet hours hold for it.
    optional
        Whether a person can opt out of it; what the law obliges us to tell cannot be refused.
    """

    cap: int
    window: timedelta
    quiet: bool = True
    optional: bool = True

    def __post_init__(self) -> None:
        if self.cap < 1 or self.window <= timedelta(0):
            raise ValueError("a purpose needs a cap of at least 1 and a positive window")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do with a due message: ``send``, ``suppress``, ``expire``, or ``defer`` until ``until``."""

    action: str
    until: datetime | None = None


def admit(
    *,
    now: datetime,
    expires_at: datetime | None,
    policy: Policy,
    quiet_hours: QuietHours,
    opted_out: bool,
    sent_at: Sequence[datetime],
) -> Verdict:
    """Decide on one due message.

    Parameters
    ----------
    opted_out
        Whether the number opted out of this purpose or of all.
    sent_at
        When messages of the same purpose left for the same number, any order.
    """
    if expires_at is not None and expires_at <= now:
        return Verdict("expire")
    if opted_out and policy.optional:
        return Verdict("suppress")
    at = cap_free_at(sent_at, now, policy)
    if policy.quiet:
        at = quiet_hours.next_allowed(at)
    if at <= now:
        return Verdict("send")
    # Waiting past its end would only hide that it will never be sent.
    return Verdict("expire") if expires_at is not None and at >= expires_at else Verdict("defer", at)


def cap_free_at(sent_at: Sequence[datetime], now: datetime, policy: Policy) -> datetime:
    """The first moment from ``now`` on at which one more message stays within the cap."""
    recent = sorted((at for at in sent_at if at > now - policy.window), reverse=True)
    return now if len(recent) < policy.cap else recent[policy.cap - 1] + policy.window


# ---------------------------------------------------------------- how fast


@dataclass(frozen=True, slots=True)
class Bucket:
    """Token bucket as a value. It starts empty, so that restarting never exceeds the agreed rate.

    Parameters
    ----------
    limit
        Agreed rate, messages a second.
    rate
        Present rate: halved when the provider throttles, won back step by step.
    burst
        Most tokens kept.
    tokens, at
        Tokens held at clock reading ``at`` (seconds of any monotonic clock).
    """

    limit: float
    rate: float
    burst: float
    tokens: float
    at: float

    @classmethod
    def empty(cls, limit: float, burst: float, at: float) -> Bucket:
        """A bucket without tokens at clock reading ``at``."""
        if limit <= 0 or burst < 1:
            raise ValueError("a bucket needs a positive rate and room for at least one token")
        return cls(limit=limit, rate=limit, burst=burst, tokens=0.0, at=at)

    def take(self, wanted: int, at: float) -> tuple[int, Bucket]:
        """Up to ``wanted`` whole tokens, and what is left."""
        held = min(self.burst, self.tokens + max(0.0, at - self.at) * self.rate)
        # A wait of exactly 1/rate seconds must yield its token in spite of floating point.
        granted = min(wanted, int(held + 1e-9))
        return granted, replace(self, tokens=max(0.0, held - granted), at=max(at, self.at))

    def give_back(self, count: int) -> Bucket:
        """Return tokens that were not used."""
        return replace(self, tokens=min(self.burst, self.tokens + count))

    def wait(self, wanted: int = 1) -> float:
        """Seconds until ``wanted`` tokens (at most a full bucket) are there."""
        return max(0.0, min(wanted, self.burst) - self.tokens) / self.rate

    def slowed(self) -> Bucket:
        """After throttling: half the rate, no tokens."""
        return replace(self, rate=max(self.rate / 2, min(1.0, self.limit)), tokens=0.0)

    def recovered(self) -> Bucket:
        """After a batch without throttling: a tenth of the agreed rate won back."""
        return replace(self, rate=min(self.limit, self.rate + self.limit / 10))


def retry_delay(tries: int) -> timedelta | None:
    """Wait before the next try after ``tries`` failed ones (1, 4, 16, 64 minutes); None gives up."""
    if tries < 1:
        raise ValueError("a delay needs at least one failed try")
    return timedelta(minutes=4 ** (tries - 1)) if tries <= 4 else None


def pause_seconds(pauses: int) -> float | None:
    """Pause after being throttled ``pauses`` times in a row (1, 2, 4 … 32 seconds); None ends the run."""
    return float(2 ** (pauses - 1)) if pauses <= 6 else None


# ---------------------------------------------------------------- what may be written

_PRIVATE = re.compile(r"(?<![0-9])(?:1[3-9][0-9]{9}|[0-9]{17}[0-9Xx]|[0-9]{15})(?![0-9Xx])")


def has_private_number(text: str) -> bool:
    """Whether a text holds something shaped like a mobile number or an id number."""
    return bool(_PRIVATE.search(text))
