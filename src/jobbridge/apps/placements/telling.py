"""What staff and brokers write down of a recommendation after a call or a meeting."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext_noop

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.placements import flows
from jobbridge.apps.placements.enums import RunState
from jobbridge.apps.placements.models import Recommendation
from jobbridge.apps.placements.outcomes import move

# What may be told, in the order of the way. Sent, delivered and expired come of themselves; months at work are asked
# about on visits.
SAYS: Mapping[str, str] = {
    "interested": gettext_noop("有意向"),
    "interview": gettext_noop("约了面试"),
    "offered": gettext_noop("决定录用"),
    "placed": gettext_noop("已到岗"),
    "refused": gettext_noop("不合适"),
    "not_hired": gettext_noop("没有录用"),
    "left": gettext_noop("已离岗"),
}


# What a step is called where it changes a word that was given before.
CHANGES: Mapping[tuple[str, str], str] = {
    ("refused", "interested"): gettext_noop("改主意：有意向"),
    ("refused", "refused"): gettext_noop("改原因"),
    ("interview", "interview"): gettext_noop("改面试时间"),
}


def may_say(state: str, says: Mapping[str, str] = SAYS, *, gone: bool = False) -> list[tuple[str, str]]:
    """What can be told of a recommendation that stands here, with its words; no yes to a post that is ``gone``.

    >>> [after for after, word in may_say("offered")]
    ['placed', 'refused', 'not_hired']
    """
    possible = [after for after in says if after in flows.NEXT[state] and not (gone and after == "interested")]
    return [(after, CHANGES.get((state, after), says[after])) for after in possible]


def tell(
    recommendation_id: int, *, actor: Actor, after: str, on: date, reason: str = "", note: str = "",
    day: date | None = None, wage: int | None = None, seen: str = "",
) -> Recommendation:  # fmt: skip
    """Take a recommendation where somebody said it went: one of `SAYS`.

    Parameters
    ----------
    day
        When they started (``placed``) or left (``left``); default ``on``, and never after it.
    seen
        The state that the page showed.

    Raises
    ------
    Recommendation.DoesNotExist
        Outside the actor's scope, or of a run that was not let go.
    flows.Already
        It was told before.
    flows.Refused
        The step is not possible from here, or lacks what it needs, or the page was behind.
    """
    with acting_as(actor):
        rows = Recommendation.objects.visible_to(actor).filter(run__state=RunState.RELEASED)
        row = rows.select_related("run").get(pk=recommendation_id)
        if after not in SAYS:
            raise flows.Refused("请选择结果")
        if after == "not_hired" and not note.strip():
            raise flows.Refused("没有录用要写明原因")
        day = check_day(row, after, day or on, on)
        if after == "left":
            return move(row, after, actor=actor, on=day, note=note, seen=seen)
        started = day if after == "placed" else None
        return move(row, after, actor=actor, on=on, reason=reason, note=note, started=started, wage=wage, seen=seen)


def check_day(row: Recommendation, after: str, day: date, on: date) -> date:
    """The day on which somebody started or left, when it can be; other steps have none of their own."""
    if after == "placed" and day < row.run.on:
        raise flows.Refused("到岗日不能早于推荐的日子")
    if after == "left" and row.started_on and not row.started_on <= day <= on:
        raise flows.Refused("离岗日应在到岗日和今天之间")
    return day
