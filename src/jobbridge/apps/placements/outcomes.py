"""What becomes of recommendations: the one writer of their states. Each step is checked, logged, told to the plan.

`move` takes one recommendation a step on and does what the step brings with it; `move_where` takes all those that a
query names, in one statement.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import connection

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.placements import flows, spells
from jobbridge.apps.placements.enums import RecommendationState, Refusal
from jobbridge.apps.placements.models import Recommendation
from jobbridge.apps.placements.on_offer import gone

NOTE_LENGTH = 100
# Yuan a month; below somebody wrote a day's pay or hundreds, above a digit too many.
LOWEST_WAGE, HIGHEST_WAGE = 100, 100_000

# The rows that {found} names, locked in the order of their keys, so that two writers never wait for each other.
STEP = """
WITH found AS MATERIALIZED (
  SELECT r.id, r.state AS before FROM placements_recommendation r
  WHERE r.state = ANY(%(sources)s) AND r.id IN ({found}) ORDER BY r.id FOR UPDATE OF r
), moved AS (
  UPDATE placements_recommendation r SET state = %(after)s, state_on = %(on)s, refusal = %(reason)s, note = %(note)s,
    started_on = coalesce(%(started)s::date, r.started_on), spell_id = coalesce(%(spell)s::bigint, r.spell_id)
  FROM found f WHERE r.id = f.id RETURNING r.id, r.region_code, r.post_id, f.before
), logged AS (
  INSERT INTO placements_recommendationlog (recommendation_id, region_code, before, after, "on", reason, note, actor,
    at)
  SELECT id, region_code, before, %(after)s, %(on)s, %(reason)s, %(note)s, current_setting('jb.actor'), now()
  FROM moved ORDER BY id
), told AS (
  UPDATE casework_serviceitem s SET note = left(o.title || '：' || %(outcome)s, 200)
  FROM moved JOIN vacancies_post o ON o.id = moved.post_id WHERE s.recommendation_id = moved.id
)
SELECT count(*) FROM moved
"""
ONE = "%(pk)s"


def move_where(
    found: str, parameters: Mapping[str, Any], after: str, *, on: date, reason: str = "", note: str = ""
) -> int:
    """Take every recommendation whose id the query ``found`` gives to ``after``, if it may go there; how many did.

    For steps without consequences of their own (sent, seen, expired, ...), inside `acting_as`.
    """
    return _write(found, parameters, after, on=on, reason=reason, note=note)


def move(
    recommendation: Recommendation, after: str, *, actor: Actor, on: date, reason: str = "", note: str = "",
    started: date | None = None, wage: int | None = None, seen: str = "",
) -> Recommendation:  # fmt: skip
    """Take one recommendation to ``after`` and do what that brings with it.

    ``placed`` opens a spell of employment from ``started`` (default ``on``) and ends the person's other live
    recommendations; ``left`` ends the spell on ``on``. A yes (``interested``) to a post that is no longer on offer is
    no consent: the recommendation expires instead.

    Parameters
    ----------
    reason
        A code of `Refusal`: with ``refused``, and with nothing else.
    note
        In words; ``left`` needs it.
    wage
        Yuan a month at the start, when it was told.
    seen
        The state that whoever asks had before them, when they had one.

    Raises
    ------
    flows.Already
        It was written down before, in the same words.
    flows.Refused
        The step is not in the table, or lacks what it needs. Recommendation.DoesNotExist outside the actor's scope.
    """
    with acting_as(actor):
        rows = Recommendation.objects.visible_to(actor).select_for_update(of=("self",))
        current = rows.select_related("person", "post__employer").get(pk=recommendation.pk)
        if current.state == after and (current.refusal, current.note) == (reason, cut(note)):
            raise flows.already(after)
        if after == "interested" and current.state not in flows.CONSENTED and gone([current.post_id], on=on):
            if "expired" not in flows.NEXT[current.state]:
                raise flows.Refused(flows.GONE)
            after, reason, note, seen = "expired", "", flows.GONE, ""
        flows.check(current.state, after, seen)
        _check_words(after, reason, note)
        spell = None
        if after == "placed":
            started = started or on
            if started > on:
                raise flows.Refused("到岗日不能晚于登记日")
            if wage is not None and not LOWEST_WAGE <= wage <= HIGHEST_WAGE:
                raise flows.Refused("月薪请填写每月多少元")
            spell = spells.open_spell(current, actor=actor, started=started, on=on, wage=wage)
        elif after == "left":
            spells.end_spell(current, on=on)
        _write(
            ONE, {"pk": current.pk}, after, on=on, reason=reason, note=note,
            started=started if after == "placed" else None, spell=spell,
        )  # fmt: skip
        if after == "placed":
            others = "SELECT id FROM placements_recommendation WHERE person_id = %(person)s AND id <> %(pk)s"
            values = {"person": current.person_id, "pk": current.pk}
            _write(others, values, "expired", on=on, note="已到其他岗位上岗")
        recommendation.refresh_from_db()
    return recommendation


def cut(note: str) -> str:
    """A note as it is kept."""
    return note.strip()[:NOTE_LENGTH]


def _check_words(after: str, reason: str, note: str) -> None:
    if after == "refused" and reason not in Refusal.values:
        raise flows.Refused("不合适要说明原因")
    if after != "refused" and reason:
        raise flows.Refused("只有“不合适”有原因代码")
    if after == "left" and not note.strip():
        raise flows.Refused("离岗要写明原因")


def _write(
    found: str, parameters: Mapping[str, Any], after: str, *, on: date, reason: str = "", note: str = "",
    started: date | None = None, spell: int | None = None,
) -> int:  # fmt: skip
    label = str(RecommendationState(after).label)
    outcome = f"{label}（{Refusal(reason).label}）" if reason else label
    values = {
        "sources": flows.sources(after), "after": after, "on": on, "reason": reason,
        "note": cut(note), "started": started, "spell": spell, "outcome": outcome,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(STEP.format(found=found), {**parameters, **values})
        return cursor.fetchone()[0]
