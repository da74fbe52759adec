"""Which state of a case may follow which."""

from __future__ import annotations

NEXT = {
    "open": {"measures", "watch", "closed"},
    "measures": {"watch", "closed"},
    "watch": {"measures", "closed"},
    "closed": set(),  # a household that is zero again gets a new case that counts the reopening
}


class Refused(ValueError):
    """The transition is not in the table."""


def check(before: str, after: str) -> None:
    """Raise Refused unless ``after`` may follow ``before``."""
    if after not in NEXT[before]:
        raise Refused(f"个案不能从“{before}”变为“{after}”")
