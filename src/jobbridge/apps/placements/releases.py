"""Who lets a draft run go to the people, or throws it away."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.placements.enums import RunState
from jobbridge.apps.placements.models import MatchRun, Recommendation, RecommendationLog, RunDecision


class RunRefused(ValueError):
    """The run cannot be released or discarded; the message says why."""


def release(*, run_id: int, actor: Actor, now: datetime) -> MatchRun:
    """Let a draft go: the next delivery sends it."""
    with acting_as(actor):
        return _decide(run_id, RunState.RELEASED, "", actor, now)


def discard(*, run_id: int, actor: Actor, note: str, now: datetime) -> MatchRun:
    """Throw a draft away: what nobody was told of is deleted, and may be recommended again.

    So may what ran out while the draft waited.
    """
    with acting_as(actor):
        run = _decide(run_id, RunState.DISCARDED, note, actor, now)
        steps = RecommendationLog.objects.filter(recommendation=OuterRef("pk")).exclude(after="expired")
        untold = Q(state="recommended") | Q(state="expired") & ~Exists(steps)
        Recommendation.objects.filter(untold, run=run).delete()
        return run


def lapse(*, before: date, actor: Actor, now: datetime) -> int:
    """Throw away the drafts of days before this one, whose advice nobody may be told of any more; returns how many.

    Left to expire pair by pair, a forgotten draft would use up its pairs, and released later it would reach nobody.
    """
    with acting_as(actor):
        late = list(MatchRun.objects.filter(state=RunState.DRAFT, on__lt=before).order_by("pk"))
        for run in late:
            discard(run_id=run.pk, actor=actor, note="到期无人放行，自动作废", now=now)
    return len(late)


def _decide(run_id: int, state: RunState, note: str, actor: Actor, now: datetime) -> MatchRun:
    run = MatchRun.objects.select_for_update().get(pk=run_id)
    if run.state != RunState.DRAFT:
        raise RunRefused(_("这一批{state}，不能再改").format(state=_(run.get_state_display())))
    run.state = state
    run.save(update_fields=["state"])
    RunDecision.objects.create(
        run=run, state=state, note=note.strip()[:200], decided_by=actor.key, decided_at=now
    )
    return run
