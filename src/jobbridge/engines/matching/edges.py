"""Every legal pair with its score, so that anyone can check a small run with another solver."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from .columns import County, Posts, Seekers, column_of, load
from .compiled import compiled, usable_cores
from .legality import count_rejections, refusals
from .parameters import Parameters
from .places import Places
from .score import TERMS, terms

MOST_PAIRS = 20_000_000


@compiled
def _legal_pairs(
    seekers: Seekers, posts: Posts, places: Places, rows: NDArray[np.int64], columns: NDArray[np.int64]
) -> None:
    found = 0
    for i in range(seekers.age.shape[0]):
        for turn in range(3):
            group = 0 if turn == 0 else (seekers.group_1[i] if turn == 1 else seekers.group_2[i])
            if group < 0:
                continue
            for j in range(posts.group_start[group], posts.group_start[group + 1]):
                if refusals(seekers, posts, places, i, j) == 0:
                    rows[found] = i
                    columns[found] = j
                    found += 1


def pairs_of(county: County, threads: int, most: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the seeker and the post of every legal pair; ValueError when there are more than ``most``."""
    legal, _ = count_rejections(county, threads)
    count = int(legal.sum(dtype=np.int64))
    if count > most:
        raise ValueError(f"{count:,} legal pairs: only up to {most:,} are listed")
    rows, columns = np.empty(count, np.int64), np.empty(count, np.int64)
    _legal_pairs(county.seekers, county.posts, county.places, rows, columns)
    return rows, columns


def legal_pairs(
    seekers: pa.Table, posts: pa.Table, *, excluded: pa.Table | None = None, places: pa.Table | None = None,
    parameters: Parameters | None = None, on: dt.date,
) -> pa.Table:  # fmt: skip
    """Return person_id, post_id, tier, capacity (of the post), score and its terms; one row a legal pair.

    Raises
    ------
    ValueError
        More than 20 million pairs, or the input is not as documented in ``columns``.
    """
    parameters = parameters or Parameters()
    county = load(seekers, posts, excluded, places, parameters, on)
    rows, columns = pairs_of(county, parameters.threads or usable_cores(), MOST_PAIRS)
    points, _ = terms(county, rows, columns, parameters.weights)
    table = pa.table({
        "person_id": column_of(seekers, "person_id", county.seeker_row[rows]),
        "post_id": column_of(posts, "post_id", county.post_row[columns]),
        "tier": pa.array(county.seekers.tier[rows]),
        "capacity": pa.array(county.posts.capacity[columns]),
        "score": pa.array(points.sum(1, dtype=np.int64), pa.int16()),
        **{name: pa.array(points[:, place]) for place, name in enumerate(TERMS)},
    })  # fmt: skip
    return table.sort_by([("person_id", "ascending"), ("post_id", "ascending")])
