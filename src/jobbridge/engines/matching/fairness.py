"""Who was reached, and how well: by tier, sex, age, township and disability; and how evenly the posts were filled.

What is not known is a class of its own and never counted as no. Every class is counted, however few it holds.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from .parameters import TIERS

UNKNOWN = "unknown"
COLUMNS = ("sex", "age", "region_code", "disabled")  # of the seekers; the last is optional
# First year of each band; the last has no end.
AGE_BANDS = (0, 16, 25, 35, 45, 55, 60)
Line = dict[str, Any]


def by_tier(
    tier: NDArray[np.int8], legal: NDArray[np.int32], served: NDArray[np.int64], score: NDArray[np.int64]
) -> list[Line]:
    """Reach and mean score by tier: one line a tier, also when it has no seekers; see `by_class`."""
    lines = by_class([str(level) for level in range(TIERS)], tier.astype(np.int64), legal, served, score)
    return [{"tier": int(line.pop("key")), **line} for line in lines]


def by_class(
    names: list[str], of: NDArray[np.int64], legal: NDArray[np.int32], served: NDArray[np.int64],
    score: NDArray[np.int64],
) -> list[Line]:  # fmt: skip
    """Reach and mean score by class.

    Parameters
    ----------
    names : name of each class.
    of, legal : by seeker (n,): place of the class in ``names``, number of legal posts.
    served, score : by recommendation: the seeker's row, the score.

    Returns
    -------
    One dict a class, in the order of the names: key, seekers, with_legal_post, reached, reach (share of all
    seekers of the class; None when there are none), recommendations, mean_score (None without recommendations).
    """
    size = len(names)
    got = np.bincount(served, minlength=len(of)) > 0
    mine = of[served]
    seekers, able, reached = (np.bincount(of[rows], minlength=size) for rows in (slice(None), legal > 0, got))
    given, points = np.bincount(mine, minlength=size), np.bincount(mine, weights=score, minlength=size)
    return [
        {
            "key": name,
            "seekers": int(seekers[at]),
            "with_legal_post": int(able[at]),
            "reached": int(reached[at]),
            "reach": float(reached[at] / seekers[at]) if seekers[at] else None,
            "recommendations": int(given[at]),
            "mean_score": float(points[at] / given[at]) if given[at] else None,
        }
        for at, name in enumerate(names)
    ]


def by_group(
    seekers: pa.Table, legal: NDArray[np.int32], served: NDArray[np.int64], score: NDArray[np.int64]
) -> dict[str, list[Line]]:
    """Lines of `by_class` for sex, age band, township and, when the table has the column, disability.

    Parameters
    ----------
    seekers : the documented columns, in the order of ``legal``; ``disabled`` bool is optional.
    """
    bands = pa.array(band_names(), pa.string()).take(pa.array(_band(seekers["age"]), pa.int64()))
    towns = pc.utf8_slice_codeunits(seekers["region_code"].cast(pa.string()), 0, 9)
    groups: dict[str, Any] = {"sex": seekers["sex"].cast(pa.string()), "age": bands, "township": towns}
    if "disabled" in seekers.column_names:
        groups["disability"] = pc.if_else(seekers["disabled"].cast(pa.bool_()), "yes", "no")
    lines = {}
    for group, column in groups.items():
        names, of = _classes(column)
        lines[group] = by_class(names, of, legal, served, score)
    return lines


def band_names() -> list[str]:
    """The age bands, such as ``25-34``; the last is ``60-``."""
    ends = [str(first - 1) for first in AGE_BANDS[1:]] + [""]
    return [f"{first}-{end}" for first, end in zip(AGE_BANDS, ends, strict=True)]


def _band(ages: pa.ChunkedArray) -> NDArray[np.int64]:
    years = np.asarray(ages.cast(pa.int64()).to_numpy(), np.int64)
    return np.searchsorted(np.array(AGE_BANDS), years, side="right").astype(np.int64) - 1


def _classes(column: Any) -> tuple[list[str], NDArray[np.int64]]:
    """The values that occur, sorted, nulls last as ``unknown``; and the place of each row's value among them."""
    known = pc.fill_null(column, "")
    values = sorted(value for value in pc.unique(known).to_pylist() if value)
    place = np.asarray(pc.fill_null(pc.index_in(known, value_set=pa.array(values, pa.string())), len(values)))
    has_unknown = bool((place == len(values)).any())
    return values + ([UNKNOWN] if has_unknown else []), place.astype(np.int64)


def households(household: pa.ChunkedArray, served: pa.ChunkedArray) -> dict[str, Any]:
    """Of the zero-employment households, how many have at least one member with a recommendation.

    Parameters
    ----------
    household : household of every seeker of tier 0.
    served : household of every recommendation to a seeker of tier 0.
    """
    total, reached = len(household.unique().drop_null()), len(served.unique().drop_null())
    return {"households": total, "reached": reached, "reach": reached / total if total else None}


def gini(candidates: NDArray[np.int64], openings: NDArray[np.int64]) -> float | None:
    """Gini coefficient of the candidates for each opening: 0 all alike, towards 1 few openings have them all.

    The openings of one post share its candidates evenly. None when there is no opening or no candidate.
    """
    weight = openings.astype(np.float64)
    if weight.sum() == 0 or candidates.sum() == 0:
        return None
    order = np.argsort(candidates / np.maximum(1, openings), kind="stable")
    weight, mine = weight[order], candidates[order].astype(np.float64)
    up_to = np.cumsum(mine)
    return float(1 - (weight * (2 * up_to - mine)).sum() / (up_to[-1] * weight.sum()))
