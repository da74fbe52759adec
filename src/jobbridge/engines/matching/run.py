"""One run: tables in, recommendations with their terms, certificate and report out."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from . import fairness
from .columns import County, column_of, load
from .compiled import usable_cores
from .legality import REASONS, count_rejections, detail_rejections
from .parameters import Parameters, Weights
from .priority import given_up
from .score import NEARNESS, TERMS, terms
from .solve import Progress, Solution, solve

PLACE_KINDS = ("town", "county", "preferred", "province", "elsewhere")


@dataclass(frozen=True)
class MatchResult:
    """Outcome of a run.

    Attributes
    ----------
    recommendations
        person_id, post_id, rank (1 is best), score 0-10000, the terms occupation, place, wage, skill, lodging
        (their sum is the score), nearness (first_same ... general), place_kind (town, county, preferred,
        province, elsewhere), distance_km (null where not known or not in the county), price (points). Sorted by
        person_id and rank.
    gap
        Certified: no allowed allocation is better by more than this share of the score.
    bound
        Proven upper bound on score + coverage bonus, in points.
    report
        Figures of the run; plain values, fit for JSON. ``fairness`` holds reach and mean score by sex, age band,
        township (9 digits) and, where the seekers say it, disability; the Gini coefficient of the candidates for
        each opening; and, when asked for, the score given up for priority.
    prices
        post_id, price (points: what a place in this post is worth to the last one in), capacity, candidates,
        openings; one row an open post, sorted by post_id.
    unserved
        Seekers without a recommendation: person_id, reason, posts, only. Without any legal post: one row for
        each limit, with the posts that it removes and those that it alone removes. Otherwise one row with reason
        ``full``: the legal posts, all of whose places went to others. Sorted by person_id.
    seekers
        person_id, legal (posts that the seeker may be sent to), given (recommendations); sorted by person_id.
    instance, parameters
        What was solved, for questions about single persons afterwards (``near_misses``).
    """

    recommendations: pa.Table
    gap: float
    bound: int
    report: dict[str, Any]
    prices: pa.Table
    unserved: pa.Table
    seekers: pa.Table
    instance: County
    parameters: Parameters


def match(
    seekers: pa.Table, posts: pa.Table, *, excluded: pa.Table | None = None, places: pa.Table | None = None,
    parameters: Parameters | None = None, on: dt.date, progress: Progress | None = None,
) -> MatchResult:  # fmt: skip
    """Recommend up to k posts to each seeker, each post to at most kappa candidates an opening.

    Parameters
    ----------
    seekers, posts, excluded
        Columns as documented in ``columns``.
    places
        region_code (9-digit town or 6-digit county), lon, lat in degrees, for distances.
    on
        The date of the run: posts that expired before it and seekers not available in time fall out.
    progress
        Called with a stage, how much of it is done, and of how much.

    Raises
    ------
    ValueError
        The input is not as documented.
    """
    parameters = parameters or Parameters()
    threads = parameters.threads or usable_cores()
    started = time.perf_counter()
    county = load(seekers, posts, excluded, places, parameters, on)
    solution = solve(county, parameters, progress)
    legal, rejections = count_rejections(county, threads)
    recommendations, order = recommendation_table(
        county, seekers, posts, solution.seeker, solution.post, solution.price, parameters.weights
    )
    prices = _prices(county, posts, solution)
    report = _report(county, seekers, solution, parameters, legal, rejections, order, prices)
    report["fairness"] = _fairness(county, seekers, legal, order, prices)
    if parameters.measure_priority:
        report["fairness"]["priority"] = given_up(county, parameters, solution, progress)
    unserved = _unserved(county, seekers, solution, legal, threads)
    report["seconds"] = round(time.perf_counter() - started, 3)
    reach = pa.table({
        "person_id": column_of(seekers, "person_id", county.seeker_row),
        "legal": pa.array(legal, pa.int32()),
        "given": pa.array(np.bincount(order[0], minlength=len(legal)), pa.int8()),
    })  # fmt: skip
    return MatchResult(
        recommendations, solution.gap, solution.bound, report, prices, unserved, reach, county, parameters
    )


def recommendation_table(
    county: County, seekers: pa.Table, posts: pa.Table, i: NDArray[np.int64], j: NDArray[np.int64],
    price: NDArray[np.int32], weights: Weights,
) -> tuple[pa.Table, NDArray[np.int64]]:  # fmt: skip
    """Return the table for these pairs at these prices, and the score of each row beside its seeker as (2, pairs)."""
    points, near = terms(county, i, j, weights)
    score = points.sum(1, dtype=np.int64)
    order = np.lexsort((j, -score, i))
    i, j, points, near, score = i[order], j[order], points[order], near[order], score[order]
    first = np.searchsorted(i, i)
    home, place = county.seekers.home[i], county.posts.place[j]
    need = county.places.need[home, place]
    km = np.where(need == 0, county.places.km[home, place], np.nan)
    outside = np.where(
        county.places.county[place] == county.seekers.preferred[i], 2, np.where(need == 1, 3, 4)
    )
    kind = np.where(need == 0, np.where(county.places.same_town[home, place], 0, 1), outside)
    table = pa.table({
        "person_id": column_of(seekers, "person_id", county.seeker_row[i]),
        "post_id": column_of(posts, "post_id", county.post_row[j]),
        "rank": pa.array(np.arange(len(i)) - first + 1, pa.int8()),
        "score": pa.array(score, pa.int16()),
        **{name: pa.array(points[:, place], pa.int16()) for place, name in enumerate(TERMS)},
        "nearness": pa.array(NEARNESS, pa.string()).take(pa.array(near, pa.int16())),
        "place_kind": pa.array(PLACE_KINDS, pa.string()).take(pa.array(kind, pa.int64())),
        "distance_km": pa.array(km, pa.float32(), mask=np.isnan(km)),
        "price": pa.array(price[j], pa.int32()),
    })  # fmt: skip
    return table, np.stack([i, score])


def _prices(county: County, posts: pa.Table, solution: Solution) -> pa.Table:
    candidates = np.bincount(solution.post, minlength=len(county.post_row))
    ids = column_of(posts, "post_id", county.post_row)
    return pa.table({
        "post_id": ids,
        "price": pa.array(solution.price, pa.int32()),
        "capacity": pa.array(county.posts.capacity, pa.int32()),
        "candidates": pa.array(candidates, pa.int32()),
        "openings": column_of(posts, "openings", county.post_row),
    }).sort_by("post_id")  # fmt: skip


def _report(
    county: County, seekers: pa.Table, solution: Solution, parameters: Parameters, legal: NDArray[np.int32],
    rejections: dict[str, int], served: NDArray[np.int64], prices: pa.Table,
) -> dict[str, Any]:  # fmt: skip
    tier = county.seekers.tier
    zero, zero_served = np.flatnonzero(tier == 0), served[0][tier[served[0]] == 0]
    candidates, openings = prices["candidates"].to_numpy(), prices["openings"].to_numpy()
    return {
        "gap": solution.gap,
        "bound": solution.bound,
        "score": solution.score,
        "bonus": solution.bonus,
        "seekers": len(tier),
        "open_posts": len(openings),
        "closed_posts": county.closed,
        "openings": int(openings.sum()),
        "legal_pairs": int(legal.sum(dtype=np.int64)),
        "recommendations": len(solution.seeker),
        "reached": len(np.unique(solution.seeker)),
        "reach_by_tier": fairness.by_tier(tier, legal, served[0], served[1]),
        "zero_employment_households": fairness.households(
            column_of(seekers, "household_id", county.seeker_row[zero]),
            column_of(seekers, "household_id", county.seeker_row[zero_served]),
        ),
        "without_legal_post": int((legal == 0).sum()),
        "rejections": rejections,
        "posts_short_of_candidates": int((candidates < openings).sum()),
        "openings_without_candidate": int(np.maximum(0, openings - candidates).sum()),
        "k": parameters.k,
        "kappa": parameters.kappa,
        "rounds": [vars(one) for one in solution.rounds],
    }


def _fairness(
    county: County, seekers: pa.Table, legal: NDArray[np.int32], served: NDArray[np.int64], prices: pa.Table
) -> dict[str, Any]:
    names = [name for name in fairness.COLUMNS if name in seekers.column_names]
    people = seekers.select(names).take(pa.array(county.seeker_row))
    return {
        **fairness.by_group(people, legal, served[0], served[1]),
        "gini": fairness.gini(prices["candidates"].to_numpy(), prices["openings"].to_numpy()),
        "priority": None,
    }


def _unserved(
    county: County, seekers: pa.Table, solution: Solution, legal: NDArray[np.int32], threads: int
) -> pa.Table:
    """Why nothing: the limits in the way of those without a legal post; the others met full posts."""
    got = np.bincount(solution.seeker, minlength=len(legal)) > 0
    stuck, crowded = np.flatnonzero(~got & (legal == 0)), np.flatnonzero(~got & (legal > 0))
    counts = detail_rejections(stuck, county.seekers, county.posts, county.places, threads)
    at, reason = np.nonzero(counts[:, :, 0])
    full = np.full(len(crowded), len(REASONS))
    rows, reason_of = np.concatenate([stuck[at], crowded]), np.concatenate([reason, full])
    order = np.lexsort((reason_of, rows))
    names = pa.array([*REASONS, "full"], pa.string())
    return pa.table({
        "person_id": column_of(seekers, "person_id", county.seeker_row[rows[order]]),
        "reason": names.take(pa.array(reason_of[order], pa.int64())),
        "posts": pa.array(np.concatenate([counts[at, reason, 0], legal[crowded]])[order], pa.int32()),
        "only": pa.array(np.concatenate([counts[at, reason, 1], legal[crowded]])[order], pa.int32()),
    })  # fmt: skip
