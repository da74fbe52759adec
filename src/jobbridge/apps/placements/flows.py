"""Which state of a recommendation may follow which. The one writer of states is `outcomes`."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from jobbridge.apps.placements.enums import RecommendationState

NEXT: dict[str, set[str]] = {
    # A link may be opened, or the broker be told, before the provider's word of the message has come in.
    "recommended": {"sent", "seen", "interested", "refused", "expired"},
    "sent": {"delivered", "seen", "interested", "refused", "placed", "expired"},
    "delivered": {"seen", "interested", "refused", "placed", "expired"},
    "seen": {"interested", "refused", "placed", "expired"},
    # From here on the employer knows name and phone; who takes the word back refuses.
    "interested": {"interview", "offered", "placed", "not_hired", "refused", "expired"},
    # A second appointment takes the place of the first.
    "interview": {"interview", "offered", "placed", "not_hired", "refused", "expired"},
    "offered": {"placed", "not_hired", "refused", "expired"},
    "placed": {"stable_1", "left"},
    "stable_1": {"stable_3", "left"},
    "stable_3": {"stable_6", "left"},
    "stable_6": set(),
    # Another reason corrects the first; a yes is a changed mind, and `outcomes` asks whether the post is still there.
    "refused": {"interested", "refused"},
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


GONE = gettext_noop("这个岗位已招满或停止招聘")


class Refused(ValueError):
    """The transition is not in the table, or lacks what it needs; the message is for whoever asked.

    ``labels`` fill the message; pages put both into the reader's language.
    """

    def __init__(self, message: str, **labels: str) -> None:
        super().__init__(message.format(**labels))
        self.message, self.labels = message, labels


class Already(Refused):
    """What is said was written down before: nothing is wrong, and nothing is to be done."""


def already(state: str) -> Already:
    """The refusal of a word that was given before."""
    return Already(gettext_noop("已经记过“{state}”"), state=_label(state))


def check(before: str, after: str, seen: str = "") -> None:
    """Raise Refused unless ``after`` may follow ``before``.

    ``seen`` is the state that was on the screen of whoever asks: a page that is behind the records decides nothing.
    A message that went out meanwhile is no news to them.
    """
    if before == after and after not in NEXT[before]:
        raise already(before)
    if seen and seen != before and not {seen, before} <= set(UNANSWERED):
        raise Refused(gettext_noop("刚刚有了变化，请看过现在的情况再记"))
    if after not in NEXT[before]:
        raise Refused(gettext_noop("推荐不能从“{before}”变为“{after}”"), before=_label(before), after=_label(after))


def sources(after: str) -> list[str]:
    """States that ``after`` may follow."""
    return [before for before, targets in NEXT.items() if after in targets]


def _label(state: str) -> str:
    return str(RecommendationState(state).label)
