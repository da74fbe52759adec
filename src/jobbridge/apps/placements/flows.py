"""Which state of a recommendation may follow which."""

from __future__ import annotations

NEXT = {
    "recommended": {"sent", "interested", "refused", "expired"},
    "sent": {"delivered", "interested", "refused", "placed", "expired"},
    "delivered": {"interested", "refused", "placed", "expired"},
    "interested": {"refused", "placed", "expired"},
    "refused": set(),
    "placed": set(),
    "expired": set(),
}
LIVE = ("recommended", "sent", "delivered", "interested")
ANSWER_DAYS = 14  # a recommendation nobody answered makes room after two weeks
SEND_DAYS = 7  # and one nobody could be told of after one: a message itself waits no longer


class Refused(ValueError):
    """The transition is not in the table."""


def check(before: str, after: str) -> None:
    """Raise Refused unless ``after`` may follow ``before``."""
    if after not in NEXT[before]:
        raise Refused(f"推荐不能从“{before}”变为“{after}”")
