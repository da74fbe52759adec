"""Which state of a recommendation may follow which. The one writer of states is `outcomes`."""

from __future__ import annotations

NEXT: dict[str, set[str]] = {
    # A link may be opened, or the broker be told, before the provider's word of the message has come in.
    "recommended": {"sent", "seen", "interested", "refused", "expired"},
    "sent": {"delivered", "seen", "interested", "refused", "placed", "expired"},
    "delivered": {"seen", "interested", "refused", "placed", "expired"},
    "seen": {"interested", "refused", "placed", "expired"},
    # From here on the employer knows name and phone; who takes the word back refuses.
    "interested": {"interview", "offered", "placed", "not_hired", "refused", "expired"},
    "interview": {"offered", "placed", "not_hired", "refused", "expired"},
    "offered": {"placed", "not_hired", "refused", "expired"},
    "placed": {"stable_1", "left"},
    "stable_1": {"stable_3", "left"},
    "stable_3": {"stable_6", "left"},
    "stable_6": set(),
    "refused": set(),
    "not_hired": set(),
    "left": set(),
    "expired": set(),
}
LIVE = ("recommended", "sent", "delivered", "seen", "interested", "interview", "offered")
UNANSWERED = ("recommended", "sent", "delivered", "seen")
CONSENTED = ("interested", "interview", "offered", "placed", "stable_1", "stable_3", "stable_6")
TALKING = ("interested", "interview", "offered")  # with the employer: nobody else ends it but they, death or time
AT_WORK = ("placed", "stable_1", "stable_3", "stable_6")
STARTED = (*AT_WORK, "left")

# After so many months at work somebody asks, and a yes is this state.
STABLE = {1: "stable_1", 3: "stable_3", 6: "stable_6"}

ANSWER_DAYS = 14  # a recommendation nobody answered makes room after two weeks
SEND_DAYS = 7  # and one nobody could be told of after one: a message itself waits no longer
TALK_DAYS = 60  # an interview or offer nobody told the end of


class Refused(ValueError):
    """The transition is not in the table, or lacks what it needs; the message is for whoever asked."""


def check(before: str, after: str) -> None:
    """Raise Refused unless ``after`` may follow ``before``."""
    if after not in NEXT[before]:
        raise Refused(f"推荐不能从“{before}”变为“{after}”")


def sources(after: str) -> list[str]:
    """States that ``after`` may follow."""
    return [before for before, targets in NEXT.items() if after in targets]
