"""Whether somebody who started is still at work: asked after one, three and six months, and read from the ledger."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db import connection

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.placements import flows
from jobbridge.apps.placements.models import Recommendation
from jobbridge.apps.placements.outcomes import move
from jobbridge.kernel.months import add_months

# Jobs whose spell somebody else has ended meanwhile: an import, a visit, the next job.
ENDED = """
SELECT r.id, least(s."end", %(on)s::date) FROM placements_recommendation r
  JOIN registry_employmentspell s ON s.id = r.spell_id
WHERE r.state = ANY(%(at_work)s) AND s."end" <= %(on)s ORDER BY r.id
"""


def steps(state: str, started: date, on: date) -> list[str]:
    """The states that "still at work" on a day leads through, the earlier months with the later ones.

    >>> steps("placed", date(2026, 1, 31), date(2026, 4, 30))
    ['stable_1', 'stable_3']
    """
    reached = []
    for months, after in flows.STABLE.items():
        if after in flows.NEXT[state] and add_months(started, months) <= on:
            reached.append(after)
            state = after
    return reached


def jobs_of(persons: Collection[int]) -> list[Recommendation]:
    """The jobs of these persons that are still to be asked about; inside `acting_as`."""
    jobs = Recommendation.objects.filter(person__in=persons, state__in=flows.AT_WORK[:-1])
    return list(jobs.select_related("post__employer").order_by("pk"))


def answer_at_work(*, actor: Actor, person_id: int, working: bool, on: date, note: str = "") -> list[str]:
    """Somebody asked whether the person still works; gives the states that their job came to.

    A yes confirms every month that is full by ``on``. A no ends the job on ``on``. Who has no job of ours is not
    concerned. An answer about a day before they started says nothing.
    """
    with acting_as(actor):
        jobs = Recommendation.objects.visible_to(actor).filter(person_id=person_id, state__in=flows.AT_WORK[:-1])
        came_to = []
        for job in jobs.filter(started_on__lte=on).order_by("pk"):
            after = steps(job.state, job.started_on, on) if working else ["left"]
            for state in after:
                move(job, state, actor=actor, on=on, note=note if working else note or "回访时已不在岗")
            came_to += after
    return came_to


def follow_ledger(*, on: date, actor: Actor) -> int:
    """End the jobs that the ledger says have ended; what was full by then counts first. Returns how many."""
    with acting_as(actor):
        with connection.cursor() as cursor:
            cursor.execute(ENDED, {"on": on, "at_work": list(flows.AT_WORK[:-1])})
            ended = dict(cursor.fetchall())
        for job in Recommendation.objects.filter(pk__in=ended).order_by("pk"):
            day = ended[job.pk]
            for state in steps(job.state, job.started_on, day):
                move(job, state, actor=actor, on=day, note="按台账务工记录")
            move(job, "left", actor=actor, on=day, note="台账务工记录已结束")
    return len(ended)
