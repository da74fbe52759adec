"""What a person did not get, and why: the posts that were full, the limits in the way, the training that opens most.

Computed for given persons; nothing here changes what was recommended.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from .candidates import empty_lists
from .certificate import rescan
from .columns import County, Posts, Seekers, column_of, load, take_seekers
from .compiled import compiled, over_chunks, usable_cores
from .legality import REASONS, detail_rejections, refusals
from .parameters import Parameters
from .places import Places
from .run import MatchResult

CHUNK_PERSONS = 1024  # a table of these by all posts is held at a time
SPARE = 4  # places in a list beyond those that can be needed, for posts that tie


class Training(NamedTuple):
    """Something to learn, and how many posts ask for it that only the occupation keeps away, or that fit already."""

    name: str
    posts: int
    openings: int


@dataclass(frozen=True)
class Outlook:
    """What stands between one person and more posts.

    Attributes
    ----------
    legal : posts that the person may be sent to.
    limits : reason -> posts that it removes, posts that it alone removes.
    skills : certificates and skills the person lacks, those that most posts ask for first.
    trades : occupation codes that would open posts to the person, those that open most first.
    """

    legal: int
    limits: dict[str, tuple[int, int]]
    skills: list[Training]
    trades: list[Training]


def near_misses(
    seekers: pa.Table, posts: pa.Table, result: MatchResult, persons: Sequence[Any], k: int = 2
) -> pa.Table:
    """Posts that suit a person better than one he was given, or than nothing, but were full.

    Parameters
    ----------
    seekers, posts : the tables of the run.
    result : the run; its prices say which posts are full.
    persons : their ids; unknown ones are left out.
    k : at most so many for each.

    Returns
    -------
    person_id, post_id, score, price (points: what a place in the post is worth to the last one in), given (how
    many posts the person got instead); best score first for each person, persons in the order of their id.
    """
    county, parameters = result.instance, result.parameters
    rows = _rows(county, seekers, persons)
    small = county._replace(seekers=take_seekers(county.seekers, rows))
    size = min(64, parameters.k + k + SPARE)
    lists = empty_lists(len(rows), size)
    nothing = np.zeros(len(county.post_row), np.int32)
    # At prices of zero the lists are simply the best posts by score.
    rescan(small, nothing, lists, replace(parameters, list_size=size), parameters.threads or usable_cores())
    given, least = _given(county, posts, seekers, result, rows)
    price, full = _prices(county, posts, result)
    at, place = np.nonzero(lists.post >= 0)
    post, score = lists.post[at, place].astype(np.int64), lists.score[at, place].astype(np.int64)
    mine = np.isin(at * len(nothing) + post, given[:, 0] * len(nothing) + given[:, 1])
    better = full[post] & ~mine & (score > least[at])
    at, post, score = at[better], post[better], score[better]
    order = np.lexsort((post, -score, at))
    order = order[_within(at[order]) < k]
    at, post, score = at[order], post[order], score[order]
    count = np.bincount(given[:, 0], minlength=len(rows))
    return pa.table({
        "person_id": column_of(seekers, "person_id", county.seeker_row[rows[at]]),
        "post_id": column_of(posts, "post_id", county.post_row[post]),
        "score": pa.array(score, pa.int16()),
        "price": pa.array(price[post], pa.int32()),
        "given": pa.array(count[at], pa.int8()),
    })  # fmt: skip


def outlooks(
    seekers: pa.Table, posts: pa.Table, *, excluded: pa.Table | None = None, places: pa.Table | None = None,
    parameters: Parameters | None = None, on: dt.date, most: int = 3,
) -> dict[Any, Outlook]:  # fmt: skip
    """What would have to change for each of the seekers to fit more posts.

    What one may be sent to depends on nobody else: the seekers may be a few of a run, or one person.

    Parameters
    ----------
    seekers, posts, excluded, places, parameters, on : as for `match`.
    most : at most so many skills and occupations are named.
    """
    parameters = parameters or Parameters()
    threads = parameters.threads or usable_cores()
    county = load(seekers, posts, excluded, places, parameters, on)
    rows = np.arange(seekers.num_rows, dtype=np.int64)
    counts = detail_rejections(rows, county.seekers, county.posts, county.places, threads)
    ids = column_of(seekers, "person_id", county.seeker_row).to_pylist()
    have = column_of(seekers, "skills", county.seeker_row).to_pylist()
    demand = _Demand.of(county, posts)
    found = {}
    for low in range(0, len(rows), CHUNK_PERSONS):
        reach = _reach(rows[low : low + CHUNK_PERSONS], county, threads)
        skills, trades = demand.posts_and_openings(reach)
        for at in range(len(reach)):
            removed = counts[low + at].tolist()
            found[ids[low + at]] = Outlook(
                int((reach[at] == LEGAL).sum()),
                {name: (n, only) for name, (n, only) in zip(REASONS, removed, strict=True) if n},
                _largest(demand.skills, skills[at], most, without=set(have[low + at] or ())),
                _largest(demand.trades, trades[at], most, without=set()),
            )
    return found


LEGAL, OTHER_TRADE = 1, 2


@compiled
def _reach_rows(
    low: int, high: int, rows: NDArray[np.int64], seekers: Seekers, posts: Posts, places: Places,
    out: NDArray[np.int8],
) -> None:  # fmt: skip
    """Mark the posts that are legal for each given seeker, and those that only the occupation keeps away."""
    for place in range(low, high):
        i = rows[place]
        for group in range(posts.group_start.shape[0] - 1):
            near = group == 0 or group == seekers.group_1[i] or group == seekers.group_2[i]
            for j in range(posts.group_start[group], posts.group_start[group + 1]):
                if refusals(seekers, posts, places, i, j) == 0:
                    out[place, j] = LEGAL if near else OTHER_TRADE


def _reach(rows: NDArray[np.int64], county: County, threads: int) -> NDArray[np.int8]:
    out = np.zeros((len(rows), len(county.post_row)), np.int8)

    def work(low: int, high: int) -> None:
        _reach_rows(low, high, rows, county.seekers, county.posts, county.places, out)

    over_chunks(work, len(rows), threads)
    return out


class _Demand(NamedTuple):
    """Which open post asks for which skill and trade, as matrices of 0 and 1 by post."""

    skills: list[str]
    asks: NDArray[np.float32]
    trades: list[str]
    belongs: NDArray[np.float32]
    openings: NDArray[np.float32]

    @classmethod
    def of(cls, county: County, posts: pa.Table) -> _Demand:
        wanted = [set(some or ()) for some in column_of(posts, "skills", county.post_row).to_pylist()]
        codes = [_minor(code) for code in column_of(posts, "occupation", county.post_row).to_pylist()]
        skills, trades = sorted(set().union(*wanted)), sorted(set(codes))
        asks = np.array([[name in some for name in skills] for some in wanted], np.float32)
        belongs = np.array([[name == code for name in trades] for code in codes], np.float32)
        openings = column_of(posts, "openings", county.post_row).to_numpy().astype(np.float32)
        shape = len(codes)
        return cls(
            skills, asks.reshape(shape, len(skills)), trades, belongs.reshape(shape, len(trades)), openings
        )

    def posts_and_openings(self, reach: NDArray[np.int8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Posts [0] and openings [1] by person and skill, and by person and trade: (persons, names, 2) each."""
        near, other = (reach > 0).astype(np.float32), (reach == OTHER_TRADE).astype(np.float32)
        both = [
            np.stack([who @ table, (who * self.openings) @ table], axis=2)
            for who, table in ((near, self.asks), (other, self.belongs))
        ]
        return both[0], both[1]


def _largest(names: list[str], counts: NDArray[np.float32], most: int, *, without: set[str]) -> list[Training]:
    """The names with most posts, then most openings; a tie goes by name."""
    some = [
        Training(name, round(float(posts)), round(float(openings)))
        for name, (posts, openings) in zip(names, counts, strict=True)
        if posts and name not in without
    ]
    return sorted(some, key=lambda one: (-one.posts, -one.openings, one.name))[:most]


def _minor(code: str) -> str:
    """The 小类 (three parts) that one is trained for."""
    return "-".join(code.split("-")[:3])


def _rows(county: County, seekers: pa.Table, persons: Sequence[Any]) -> NDArray[np.int64]:
    """Rows of the instance that stand for these persons, ascending."""
    ids = column_of(seekers, "person_id", county.seeker_row)
    wanted = pa.array(persons, ids.type)
    return np.flatnonzero(np.asarray(pc.is_in(ids, value_set=wanted).to_numpy())).astype(np.int64)


def _given(
    county: County, posts: pa.Table, seekers: pa.Table, result: MatchResult, rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs (place in ``rows``, post) that were recommended, and the score that a post must beat by person."""
    ids = column_of(seekers, "person_id", county.seeker_row[rows])
    given = result.recommendations
    at = pc.index_in(given["person_id"], value_set=ids.combine_chunks())
    post = pc.index_in(
        given["post_id"], value_set=column_of(posts, "post_id", county.post_row).combine_chunks()
    )
    mine = np.asarray(pc.is_valid(at).to_numpy(), np.bool_)
    pairs = np.stack(
        [np.asarray(pc.fill_null(column, 0).to_numpy(), np.int64)[mine] for column in (at, post)], axis=1
    )
    score = np.asarray(given["score"].to_numpy(), np.int64)[mine]
    least = np.full(len(rows), np.iinfo(np.int64).max)
    np.minimum.at(least, pairs[:, 0], score)
    # Who got fewer than he could have is missed by every post that suits him at all.
    least[np.bincount(pairs[:, 0], minlength=len(rows)) < result.parameters.k] = -1
    return pairs, least


def _prices(county: County, posts: pa.Table, result: MatchResult) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Price of each post of the instance, and whether all its places were taken."""
    ids = column_of(posts, "post_id", county.post_row)
    at = np.asarray(pc.index_in(ids, value_set=result.prices["post_id"].combine_chunks()).to_numpy(), np.int64)
    prices, capacity, candidates = (
        np.asarray(result.prices[name].to_numpy()) for name in ("price", "capacity", "candidates")
    )
    return prices[at].astype(np.int32), (candidates >= capacity)[at]


def _within(at: NDArray[np.int64]) -> NDArray[np.int64]:
    """Place of each row among those of the same person; the rows are sorted by person."""
    return np.arange(len(at)) - np.searchsorted(at, at)
