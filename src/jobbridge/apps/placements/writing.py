"""Writing a run down: what was recommended to whom, and why."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils import timezone

from jobbridge.apps.placements.enums import RunKind, RunState
from jobbridge.apps.placements.models import MatchRun, Recommendation

if TYPE_CHECKING:
    from jobbridge.apps.placements.columns import Instance
    from jobbridge.engines.matching import MatchResult

BATCH = 2000
_LOCK = "SELECT {function}(hashtextextended('placements:run', 0))"


def one_at_a_time(*, wait: bool = True) -> bool:
    """Until the transaction ends nobody else matches anybody; False, without ``wait``, when somebody is at it.

    Two runs at once would give the same place, or the same pair, twice.
    """
    with connection.cursor() as cursor:
        if wait:
            cursor.execute(_LOCK.format(function="pg_advisory_xact_lock"))
            return True
        cursor.execute(_LOCK.format(function="pg_try_advisory_xact_lock"))
        return bool(cursor.fetchone()[0])


def write(
    on: date,
    result: MatchResult,
    given: Instance,
    told: dict[str, Any],
    *,
    state: RunState,
    kind: RunKind = RunKind.DAY,
) -> MatchRun:
    """The run with the settings it was ``told``, and its recommendations."""
    from jobbridge.engines.matching.score import TERMS

    people, offers = given.people, given.offers
    nobody = result.report["seekers"] - result.report["reached"]
    run = MatchRun.objects.create(
        kind=kind,
        on=on,
        seekers=given.seekers.num_rows,
        posts=given.posts.num_rows,
        recommendations=result.recommendations.num_rows,
        gap=result.gap,
        report=result.report | {"settings": told, "nobody": nobody},
        finished_at=timezone.now(),
        state=state,
    )
    Recommendation.objects.bulk_create(
        (
            Recommendation(
                run=run,
                person_id=row["person_id"],
                post_id=row["post_id"],
                region_code=people[row["person_id"]]["region_code"],
                rank=row["rank"],
                score=row["score"],
                terms={name: row[name] for name in TERMS},
                reasons=_reasons(row, people[row["person_id"]], offers[row["post_id"]]),
                state_on=on,
            )
            for row in result.recommendations.to_pylist()
        ),
        batch_size=BATCH,
    )
    return run


def _reasons(row: dict[str, Any], seeker: dict[str, Any], post: dict[str, Any]) -> list[str]:
    """Why this post, and that what the person said of the last ones was heard; what is missing stays last."""
    from jobbridge.engines.matching.explain import reasons

    phrases = reasons(row, seeker, post)
    if said := seeker["heard"].phrase:
        phrases.insert(len(phrases) - any(phrase.startswith("不足") for phrase in phrases), said)
    return [text[:60] for text in phrases]
