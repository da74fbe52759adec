"""Which state of a case may follow which, and what may close it."""

from __future__ import annotations

NEXT = {
    "open": {"measures", "watch", "closed"},
    "measures": {"watch", "closed"},
    "watch": {"measures", "closed"},
    "closed": set(),  # who needs work again gets a new case; one after a cleared case counts as a relapse
}

# Cleared (动态清零) is only what was watched; the others end without it.
OUTCOMES = {
    "open": {"ineligible", "moved"},
    "measures": {"ineligible", "moved"},
    "watch": {"cleared", "ineligible", "moved"},
}


class Refused(ValueError):
    """The transition is not in the table."""


def check(before: str, after: str, outcome: str = "") -> None:
    """Raise Refused unless ``after`` may follow ``before``; closing needs an outcome, nothing else has one."""
    if after not in NEXT[before]:
        raise Refused(f"个案不能从“{before}”变为“{after}”")
    if outcome not in (OUTCOMES[before] if after == "closed" else {""}):
        raise Refused(f"个案从“{before}”变为“{after}”，结果不能是“{outcome}”")
