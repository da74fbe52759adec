"""Who was reached, and how well: one line a tier."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from .parameters import TIERS


def by_tier(
    tier: NDArray[np.int8], legal: NDArray[np.int32], served: NDArray[np.int64], score: NDArray[np.int64]
) -> list[dict[str, Any]]:
    """Reach and mean score by tier.

    Parameters
    ----------
    tier, legal : by seeker (n,): tier, number of legal posts.
    served, score : by recommendation: the seeker's row, the score.

    Returns
    -------
    One dict a tier: seekers, with_legal_post, reached, reach (share of all seekers of the tier; None when there
    are none), recommendations, mean_score (None without recommendations).
    """
    got = np.bincount(served, minlength=len(tier))
    lines = []
    for level in range(TIERS):
        inside = tier == level
        seekers, reached = int(inside.sum()), int((got[inside] > 0).sum())
        mine = inside[served]
        lines.append({
            "tier": level,
            "seekers": seekers,
            "with_legal_post": int((legal[inside] > 0).sum()),
            "reached": reached,
            "reach": reached / seekers if seekers else None,
            "recommendations": int(mine.sum()),
            "mean_score": float(score[mine].mean()) if mine.any() else None,
        })  # fmt: skip
    return lines


def households(household: pa.ChunkedArray, served: pa.ChunkedArray) -> dict[str, Any]:
    """Of the zero-employment households, how many have at least one member with a recommendation.

    Parameters
    ----------
    household : household of every seeker of tier 0.
    served : household of every recommendation to a seeker of tier 0.
    """
    total, reached = len(household.unique().drop_null()), len(served.unique().drop_null())
    return {"households": total, "reached": reached, "reach": reached / total if total else None}
