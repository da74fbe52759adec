"""A province in parts: every part matches its own seekers within a quota of every post's places.

1. Prices are learnt from a sample of all seekers.
2. Every part says how many of its seekers lean to each post at these prices; the post's places are shared out so.
3. Every part runs rounds of auction and rescan within its quotas.
4. Places that a part had and could not fill go to seekers of any part who have room for them (the repair).
5. The certificate: at one price a post, the mean of the parts', every part adds up what its seekers could reach over
   all their legal posts. Whatever the quotas were, the sum bounds every allocation of the whole province.

Only vectors of one number a post pass between the parts and the one who shares out. The steps are plain functions of
tables, so that they run in one process (:func:`match_in_parts`) as on Spark (:mod:`spark_run`).
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from .candidates import empty_lists
from .certificate import rescan
from .columns import SEEKER_COLUMNS, County, load
from .compiled import usable_cores
from .legality import count_rejections
from .parameters import TIERS, Parameters
from .run import recommendation_table
from .solve import Solution, learn_prices, settle
from .values import required, rows_by_id, text

# Bits of the checksum that says whether somebody is in the sample.
SAMPLE_RANGE = 1000
# The share of a post's places that goes round whether anybody seems to want it or not: demand is an estimate.
EVEN_SHARE = 0.02
# Points by which a post may be worse than the best and still be wanted about a third as much.
INDIFFERENT = 1000
# What one part may offer for a place left over: the best few, most do not get it anyway.
OFFERS_A_PLACE = 2


@dataclass(frozen=True)
class Task:
    """What all parts have in common."""

    posts: pa.Table
    excluded: pa.Table | None
    places: pa.Table | None
    parameters: Parameters
    on: dt.date

    def load(self, seekers: pa.Table) -> County:
        """The instance of these seekers; posts are numbered alike in all parts."""
        return load(seekers, self.posts, self.excluded, self.places, self.parameters, self.on)

    @property
    def threads(self) -> int:
        """Threads of one part."""
        return self.parameters.threads or usable_cores()


@dataclass(frozen=True)
class Allocated:
    """What a part found within its quotas; posts by their number, seekers by their place in the instance."""

    seeker: NDArray[np.int64]
    post: NDArray[np.int64]
    score: int
    bonus: int
    bids: int
    price: NDArray[np.int32]
    filled: NDArray[np.int32]


def part_of(region_code: str, parts: int) -> int:
    """The part of a seeker: a township stays together, so that a part has few homes."""
    return zlib.crc32(region_code[:9].encode()) % parts


def in_sample(person_id: object, share: float) -> bool:
    """Whether a person is in the sample that prices are learnt from."""
    return zlib.crc32(str(person_id).encode()) % SAMPLE_RANGE < share * SAMPLE_RANGE


def sample_prices(task: Task, sampled: pa.Table, share: float) -> NDArray[np.int32]:
    """Step 1, on the sampled seekers."""
    return learn_prices(task.load(sampled), share, task.parameters, task.threads)


def demand(task: Task, seekers: pa.Table, price: NDArray[np.int32]) -> NDArray[np.float64]:
    """Step 2 of one part: for each post, how many seekers lean to it at these prices.

    At prices that are nearly right most seekers hardly prefer one post to the next: so everybody's wish is divided
    over his list, falling with the distance from the best. Counting first choices makes the quotas a game of chance.
    """
    county = task.load(seekers)
    parameters = replace(task.parameters, list_size=task.parameters.sampled_list_size)
    lists = empty_lists(len(county.seekers.age), parameters.list_size)
    rescan(county, price, lists, parameters, task.threads)
    row, place = np.nonzero(lists.post >= 0)
    post = lists.post[row, place]
    net = lists.score[row, place].astype(np.int64) - price[post]
    # The first place of a list is the best.
    best = np.zeros(len(lists.post), np.int64)
    best[row[place == 0]] = net[place == 0]
    wish = np.exp((net - best[row]) / INDIFFERENT)
    whole = np.bincount(row, wish, minlength=len(lists.post))
    return np.asarray(np.bincount(post, wish / whole[row], minlength=len(price)), np.float64)


def share_out(capacity: NDArray[np.int32], wanted: Sequence[NDArray[np.float64]]) -> NDArray[np.int32]:
    """Step 2 for all: quotas (parts, m) whose sum over the parts is the capacity, by largest remainders."""
    weight = np.stack(wanted)
    total = weight.sum(0)
    weight = np.where(total > 0, (1 - EVEN_SHARE) * weight / np.where(total > 0, total, 1), 0)
    weight += (1 - weight.sum(0)) / len(wanted)
    exact = weight * capacity
    quota = np.floor(exact + 1e-9).astype(np.int64)
    rest = capacity - quota.sum(0)
    order = np.argsort(quota - exact, axis=0, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(len(wanted))[:, None] + np.zeros_like(order), axis=0)
    return np.asarray(quota + (rank < rest), np.int32)


def allocate(task: Task, seekers: pa.Table, quota: NDArray[np.int32], price: NDArray[np.int32]) -> Allocated:
    """Step 3 of one part."""
    county = task.load(seekers)
    small = county._replace(posts=county.posts._replace(capacity=quota))
    parameters = replace(task.parameters, list_size=task.parameters.sampled_list_size)
    found: Solution = settle(small, parameters, task.threads, price, None, "")
    return Allocated(
        found.seeker, found.post, found.score, found.bonus, sum(one.bids for one in found.rounds), found.price,
        np.bincount(found.post, minlength=len(quota)).astype(np.int32),
    )  # fmt: skip


def mean_price(quotas: NDArray[np.int32], prices: Sequence[NDArray[np.int32]]) -> NDArray[np.int32]:
    """One price a post from those of the parts that had places of it."""
    weight = quotas.astype(float)
    total = sum(w * np.where(w > 0, price, 0) for w, price in zip(weight, prices, strict=True))
    return np.asarray(total / np.maximum(1, weight.sum(0)), np.int32)


def offers(task: Task, seekers: pa.Table, found: Allocated, left: NDArray[np.int32]) -> NDArray[np.int64]:
    """Step 4 of one part: seekers with room who may take a place left over.

    Returns
    -------
    int64 (offers, 5) : gain (score and bonus), seeker, post, score, bonus; the best few for each post.
    """
    county = task.load(seekers)
    parameters = replace(task.parameters, list_size=task.parameters.sampled_list_size)
    # Nobody is to bid for anything but what is left: everything else costs more than it can be worth.
    price = np.where(left > 0, 0, 1 << 29).astype(np.int32)
    lists = empty_lists(len(county.seekers.age), parameters.list_size)
    rescan(county, price, lists, parameters, task.threads)
    given = np.bincount(found.seeker, minlength=len(county.seekers.age))
    room = np.flatnonzero(given < parameters.k)
    row, place = np.nonzero((lists.post[room] >= 0) & (left[lists.post[room]] > 0))
    seeker, post, score = room[row], lists.post[room][row, place], lists.score[room][row, place].astype(np.int64)
    known = np.isin(seeker * len(left) + post, found.seeker * len(left) + found.post)
    seeker, post, score = seeker[~known], post[~known], score[~known]
    bonus = parameters.bonuses()[county.seekers.tier[seeker], given[seeker]].astype(np.int64)
    order = np.lexsort((seeker, -(score + bonus), post))
    rank = np.arange(len(order)) - np.searchsorted(post[order], post[order])
    best = order[rank < OFFERS_A_PLACE * left[post[order]]]
    return np.stack([(score + bonus)[best], seeker[best], post[best], score[best], bonus[best]], 1)


def repair(parts: Sequence[NDArray[np.int64]], left: NDArray[np.int32]) -> list[NDArray[np.int64]]:
    """Step 4 for all: the offers taken, by part; best gain first, one place a seeker."""
    rows = [(-offer[0], part, *offer[1:].tolist()) for part, mine in enumerate(parts) for offer in mine]
    room, served, taken = left.copy(), set(), [[] for _ in parts]  # type: ignore[var-annotated]
    for _, part, seeker, post, score, bonus in sorted(rows):
        if room[post] > 0 and (part, seeker) not in served:
            room[post] -= 1
            served.add((part, seeker))
            taken[part].append((seeker, post, score, bonus))
    return [np.array(mine, np.int64).reshape(-1, 4) for mine in taken]


def joined(found: Allocated, taken: NDArray[np.int64]) -> Allocated:
    """What a part found, with the places it got in the repair."""
    return replace(
        found,
        seeker=np.concatenate([found.seeker, taken[:, 0]]),
        post=np.concatenate([found.post, taken[:, 1]]),
        score=found.score + int(taken[:, 2].sum()),
        bonus=found.bonus + int(taken[:, 3].sum()),
        filled=found.filled + np.bincount(taken[:, 1], minlength=len(found.filled)).astype(np.int32),
    )


def finish(
    task: Task, seekers: pa.Table, found: Allocated, price: NDArray[np.int32]
) -> tuple[pa.Table, dict[str, Any]]:
    """Step 5 of one part: its recommendations, and what its seekers add to the bound and to the report."""
    county = task.load(seekers)
    parameters = replace(task.parameters, list_size=task.parameters.k + 1)
    lists = empty_lists(len(county.seekers.age), parameters.list_size)
    bound = rescan(county, price, lists, parameters, task.threads)
    bound -= int((county.posts.capacity.astype(np.int64) * price).sum())  # counted once for all parts
    legal, rejections = count_rejections(county, task.threads)
    tier, got = county.seekers.tier, np.bincount(found.seeker, minlength=len(legal)) > 0
    table, _ = recommendation_table(
        county, seekers, task.posts, found.seeker, found.post, price, parameters.weights
    )
    return table, {
        "bound": bound,
        "legal_pairs": int(legal.sum(dtype=np.int64)),
        "rejections": rejections,
        "seekers": np.bincount(tier, minlength=TIERS).tolist(),
        "with_legal_post": np.bincount(tier[legal > 0], minlength=TIERS).tolist(),
        "reached": np.bincount(tier[got], minlength=TIERS).tolist(),
    }


def report_of(
    capacity: NDArray[np.int32], price: NDArray[np.int32], found: Sequence[Allocated],
    notes: Sequence[dict[str, Any]], left: tuple[int, int],
) -> dict[str, Any]:  # fmt: skip
    """The report of the whole province."""
    score, bonus = sum(one.score for one in found), sum(one.bonus for one in found)
    bound = sum(note["bound"] for note in notes) + int((capacity.astype(np.int64) * price).sum())
    people, legal, reached = (
        np.array([note[name] for note in notes]).sum(0).tolist() for name in ("seekers", "with_legal_post", "reached")
    )
    return {
        "gap": (bound - score - bonus) / max(1, score),
        "bound": bound,
        "score": score,
        "bonus": bonus,
        "seekers": sum(people),
        "open_posts": len(capacity),
        "legal_pairs": sum(note["legal_pairs"] for note in notes),
        "recommendations": sum(len(one.seeker) for one in found),
        "reached": sum(reached),
        "reach_by_tier": [
            {"tier": tier, "seekers": a, "with_legal_post": b, "reached": c}
            for tier, (a, b, c) in enumerate(zip(people, legal, reached, strict=True))
        ],
        "rejections": {
            reason: sum(note["rejections"][reason] for note in notes) for reason in notes[0]["rejections"]
        },
        "over_capacity": int((sum(one.filled for one in found) > capacity).sum()),
        "places_left": {"before_repair": left[0], "after_repair": left[1]},
        "parts": len(notes),
    }


Each = Callable[..., list[Any]]


def conduct(task: Task, sampled: pa.Table, share: float, each: Each) -> tuple[list[pa.Table], dict[str, Any]]:
    """All steps; ``each(step, *words)`` calls a step for every part with its word of each list, or the one word."""
    capacity = task.load(sampled.slice(0, 0)).posts.capacity
    price = sample_prices(task, sampled, share)
    quotas = share_out(capacity, each(demand, price))
    found = each(allocate, list(quotas), price)
    left = capacity - sum(one.filled for one in found)
    before = int(left.sum())
    if before:
        taken = repair(each(offers, found, left), left)
        found = [joined(one, more) for one, more in zip(found, taken, strict=True)]
    final = mean_price(quotas, [one.price for one in found])
    done = each(finish, found, final)
    after = before and int((capacity - sum(one.filled for one in found)).sum())
    report = report_of(capacity, final, found, [note for _, note in done], (before, after))
    return [table for table, _ in done], report


def match_in_parts(
    seekers: pa.Table, posts: pa.Table, *, parts: int, excluded: pa.Table | None = None,
    places: pa.Table | None = None, parameters: Parameters | None = None, on: dt.date,
) -> tuple[pa.Table, dict[str, Any]]:  # fmt: skip
    """The whole scheme in this process, a part after the other: recommendations and report."""
    parameters = parameters or Parameters()
    required(seekers, SEEKER_COLUMNS, "seekers")
    rows_by_id(seekers, "person_id")  # A part by itself would not see that somebody is in two.
    task = Task(posts, excluded, places, parameters, on)
    regions = text(seekers["region_code"], "region_code").to_pylist()
    part = np.array([part_of(code or "", parts) for code in regions], np.int64)
    mine = [seekers.take(pa.array(np.flatnonzero(part == number))) for number in range(parts)]
    share = parameters.sample_share if len(part) >= parameters.sample_from else 1.0
    ids = seekers["person_id"].to_pylist()
    sampled = seekers.filter(pa.array([in_sample(number, share) for number in ids], pa.bool_()))

    def each(step: Callable[..., Any], *words: Any) -> list[Any]:
        return [
            step(task, table, *(word[number] if isinstance(word, list) else word for word in words))
            for number, table in enumerate(mine)
        ]

    tables, report = conduct(task, sampled, share, each)
    return pa.concat_tables(tables).sort_by([("person_id", "ascending"), ("rank", "ascending")]), report
