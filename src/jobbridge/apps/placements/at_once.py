"""当场推荐: posts for one person who stands at the counter, without waiting for the night's run."""

from __future__ import annotations

from datetime import date, datetime

import pyarrow.compute as pc
from django.db.models import Q
from django.utils.translation import gettext_noop

from jobbridge.apps.accounts.scope import Actor, acting_as, system_actor
from jobbridge.apps.placements import columns, runs
from jobbridge.apps.placements.enums import RunKind, RunState
from jobbridge.apps.placements.flows import LIVE, TALKING, UNANSWERED, Refused
from jobbridge.apps.placements.models import Recommendation, RunDecision
from jobbridge.apps.placements.on_offer import gone
from jobbridge.apps.placements.outcomes import move
from jobbridge.apps.placements.policies import in_force, parameters_of, settings_of
from jobbridge.apps.placements.writing import one_at_a_time, write
from jobbridge.apps.registry.models import Person

BUSY = gettext_noop("正在为别人撮合，请过几秒再试")
WAITING = gettext_noop("已有岗位在等答复，有了结果再推荐新的")
NOT_SEEKING = gettext_noop("台账上没有在找工作，或上次说已有工作：请先登记求职意愿")
NOTHING = gettext_noop("现在没有符合条件的岗位，可看看放宽哪一项能多些岗位")
NOTE = "当场推荐"


def may(person_id: int, *, on: date) -> bool:
    """Whether there is anything to ask for: they seek work, and no post that is open waits for their answer.

    For pages: in the scope of whoever looks. That a post was filled elsewhere only `recommend` finds.
    """
    live = Recommendation.objects.filter(person=person_id, state__in=LIVE)
    waiting = live.filter(Q(state__in=TALKING) | Q(post__state="active", post__expires_on__gte=on))
    return not waiting.exists() and columns.seeks(person_id, on)


def recommend(*, actor: Actor, person_id: int, on: date, now: datetime) -> int:
    """Match one person with what is free now, by the day's rules; returns how many posts were recommended.

    What others were recommended before keeps its place. The clerk who asks has let the run go: its decision says who.

    Raises Person.DoesNotExist for somebody beyond the actor's area, flows.Refused when there is nothing to recommend.
    """
    from jobbridge.engines.matching import match

    with acting_as(actor):
        Person.objects.visible_to(actor).get(pk=person_id)
    # How full a post is only the system sees: its candidates live in every township.
    with acting_as(system_actor("at-once")):
        if not one_at_a_time(wait=False):
            raise Refused(BUSY)
        waiting, over = _waiting(person_id, on)
        if waiting:
            raise Refused(WAITING)
        for item in over:
            move(item, "expired", actor=system_actor("at-once"), on=on)
        told = settings_of(in_force(on))
        parameters = parameters_of(told)
        given = columns.instance(on, parameters, person=person_id)
        if not given.seekers.num_rows:
            raise Refused(NOT_SEEKING)
        # What the night's run has not yet placed in the classification waits for it.
        given = given._replace(posts=given.posts.filter(pc.not_equal(given.posts["occupation"], "")))
        if not given.posts.num_rows:
            raise Refused(NOTHING)
        result = match(
            given.seekers, given.posts, excluded=given.excluded, places=given.places, on=on, parameters=parameters
        )
        count: int = result.recommendations.num_rows
        if not count:
            raise Refused(NOTHING)
        run = write(on, result, given, told, state=RunState.RELEASED, kind=RunKind.PERSON)
        runs.keep_seekers(run, result, given)
        RunDecision.objects.create(run=run, state=RunState.RELEASED, note=NOTE, decided_by=actor.key, decided_at=now)
        return count


def _waiting(person_id: int, on: date) -> tuple[list[Recommendation], list[Recommendation]]:
    """What still waits for an answer or is talked about, and what only the night's run would find to be over."""
    live = list(Recommendation.objects.filter(person=person_id, state__in=LIVE).order_by("pk"))
    lost = gone({item.post_id for item in live}, on=on)
    over = [item for item in live if item.state in UNANSWERED and item.post_id in lost]
    return [item for item in live if item not in over], over
