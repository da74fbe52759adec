"""What would come of other settings: the whole county matched twice, with the present policy and with a trial.

Everybody who seeks work today takes part, whatever they have waiting, and every open post with all its places.
Nothing is recommended to anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.placements.models import WhatIf
from jobbridge.apps.placements.policies import PolicyRefused, in_force, parameters_of, settings_of
from jobbridge.apps.placements.policy_rules import problems
from jobbridge.apps.vacancies.titles import classify_posts

if TYPE_CHECKING:
    from jobbridge.engines.matching import MatchResult

Report = Callable[..., None]
SIDES = ("present", "trial")


def propose(*, actor: Actor, on: date, settings: Mapping[str, Any], now: datetime) -> WhatIf:
    """Write a trial down, to be computed by the worker. Raises PolicyRefused for settings out of range."""
    found = problems(settings)
    if found:
        raise PolicyRefused(found)
    present = settings_of(in_force(on))
    return WhatIf.objects.create(
        on=on, present=present, trial=dict(settings), started_by=actor.key, started_at=now
    )


def compute(*, trial_id: int, actor: Actor) -> WhatIf:
    """Match with both settings; the page sees how far it is. What goes wrong is written down and raised."""
    trial = WhatIf.objects.get(pk=trial_id)

    def progress(step: str, done: int, total: int) -> None:
        WhatIf.objects.filter(pk=trial.pk).update(step=step[:60], done=done, total=total)

    try:
        trial.result = {
            side: _side(trial.on, getattr(trial, side), actor, _named(progress, side)) for side in SIDES
        }
    except Exception as error:
        trial.error = (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
        raise
    finally:
        trial.finished_at = timezone.now()
        trial.save(update_fields=["result", "error", "finished_at"])
    return trial


def _named(progress: Report, side: str) -> Report:
    words = {"present": "现行口径", "trial": "试算口径"}
    return lambda step, done, total: progress(f"{words[side]}：{step}", done, total)


def _side(on: date, settings: Mapping[str, Any], actor: Actor, progress: Report) -> dict[str, Any]:
    from jobbridge.apps.placements import columns
    from jobbridge.engines.matching import match

    progress("读取求职人员和岗位", 0, 0)
    # Between reading and the end no transaction is open: the matching of a large county takes a minute.
    with acting_as(actor):
        classify_posts()  # those that came in since the last cycle
        given = columns.instance(on, parameters_of(settings), afresh=True)
    result = match(
        given.seekers, given.posts, excluded=given.excluded, places=given.places,
        parameters=parameters_of(settings, seekers=given.seekers.num_rows), on=on, progress=progress,
    )  # fmt: skip
    return brief(result)


def brief(result: MatchResult) -> dict[str, Any]:
    """The figures of a run that the page compares; plain values."""
    report, prices = result.report, result.prices.to_pylist()
    given = report["recommendations"]
    crowd = [row["candidates"] / row["openings"] for row in prices]
    return {
        "seekers": report["seekers"],
        "posts": report["open_posts"],
        "recommendations": given,
        "reached": report["reached"],
        "reach": report["reached"] / report["seekers"] if report["seekers"] else None,
        "tiers": [line["reach"] for line in report["reach_by_tier"]],
        "zero_households": report["zero_employment_households"]["reach"],
        "mean_score": report["score"] / given / 100 if given else None,
        "gap": report["gap"],
        "gini": report["fairness"]["gini"],
        "priority": (report["fairness"]["priority"] or {}).get("share"),
        "full": sum(row["candidates"] >= row["capacity"] for row in prices),
        "crowded": max(crowd, default=None),
        "short": report["posts_short_of_candidates"],
        "without_legal_post": report["without_legal_post"],
        "seconds": report["seconds"],
    }
