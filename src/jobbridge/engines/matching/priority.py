"""What priority costs: the same county solved once more without any bonus for coverage."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .columns import County
from .parameters import Parameters
from .solve import Progress, Solution, solve


def given_up(
    county: County, parameters: Parameters, solution: Solution, progress: Progress | None = None
) -> dict[str, Any]:
    """Score that the bonuses of the tiers cost.

    Without bonuses only the score counts: nobody is served first, and a seeker may stay without so that others
    fit better.

    Returns
    -------
    score_without: the score so found; share: the part of it that this run has less, 0 when it has none less;
    gap_without: certified gap of the second run, by which the share may be too small.
    """
    free = replace(parameters, first_bonus=(0, 0, 0), next_bonus=0)
    other = solve(county, free, progress)
    lost = max(0, other.score - solution.score)
    return {"score_without": other.score, "share": lost / max(1, other.score), "gap_without": other.gap}
