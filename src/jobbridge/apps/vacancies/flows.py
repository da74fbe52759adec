"""Which state of a post may follow which, and by what."""

from __future__ import annotations

# Before its first state a post is "".
NEXT: dict[str, dict[str, str]] = {
    "": {"entered": "draft", "submitted": "pending", "approved": "active"},
    "draft": {"edited": "draft", "submitted": "pending", "approved": "active", "closed": "closed"},
    "pending": {"edited": "pending", "approved": "active", "returned": "rejected", "closed": "closed"},
    "rejected": {"edited": "rejected", "submitted": "pending", "approved": "active", "closed": "closed"},
    "active": {
        "edited": "active",
        "submitted": "pending",
        "approved": "active",
        "confirmed": "active",
        "no_answer": "active",
        "paused": "paused",
        "filled": "closed",
        "closed": "closed",
    },
    "paused": {
        "edited": "paused",
        "submitted": "pending",
        "approved": "active",
        "confirmed": "active",
        "no_answer": "paused",
        "filled": "closed",
        "closed": "closed",
    },
    # What was stopped is looked at again before it is published.
    "closed": {"submitted": "pending", "approved": "active"},
}
LIVE = ("pending", "active", "paused")


class Refused(ValueError):
    """The event is not in the table."""


def after(before: str, event: str) -> str:
    """The state that an event leads to; Refused when it may not happen now."""
    try:
        return NEXT[before][event]
    except KeyError:
        raise Refused(f"岗位不能从“{before}”经“{event}”变动") from None


def listed(state: str, *, looked: bool, clean: bool) -> str:
    """What a newer list that names a post means for it.

    ``looked`` is whether the list changes what was screened, ``clean`` whether the machine finds nothing in it.
    """
    if state == "rejected" or (state in ("active", "paused") and looked and not clean):
        return "submitted"
    if state == "active":
        return "approved" if looked else "confirmed"
    return "edited"
