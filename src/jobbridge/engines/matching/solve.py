"""Rounds of lists, auction and certificate, until the proven gap is small enough.

Lists of the best posts by score alone all name the same popular posts; what counts is score minus price. So
each round bids on the lists (from prices of zero), then scans all legal pairs at the prices found: that scan
proves how far the result can be from the best, and renews the lists with what is worth having at these
prices. In a large county the first prices are learnt on a tenth of the seekers with a tenth of the places.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .auction import auction, objective
from .candidates import Lists, empty_lists
from .certificate import rescan
from .columns import County, take_seekers
from .compiled import usable_cores
from .parameters import Parameters

Progress = Callable[[str, int, int], None]

# Odd multipliers spread consecutive numbers evenly over 32 bits: a sample without a random generator, the
# same on every machine and every run.
SEEKER_SPREAD, POST_SPREAD = 2_654_435_761, 2_246_822_519
# Prices good enough to choose lists by: 5 % of the score, at coarse steps.
SAMPLE_ROUNDS, SAMPLE_STEP, SAMPLE_LAST_STEP, SAMPLE_TOLERANCE = 8, 1000, 200, 0.05


@dataclass(frozen=True)
class Round:
    """One round, in points; ``bound`` is the one proven by this round's prices."""

    step: int
    bids: int
    score: int
    bonus: int
    bound: int


@dataclass(frozen=True)
class Solution:
    """Outcome of the rounds.

    Attributes
    ----------
    seeker, post : int64 (pairs,), the best allocation found.
    score, bonus : its worth, in points.
    bound : smallest bound on score + bonus that any round proved, in points.
    price : int32 (m,), prices of the round with that bound.
    rounds : every round.
    lists : the lists of the last round.
    """

    seeker: NDArray[np.int64]
    post: NDArray[np.int64]
    score: int
    bonus: int
    bound: int
    price: NDArray[np.int32]
    rounds: list[Round]
    lists: Lists

    @property
    def gap(self) -> float:
        """Certified distance from the best possible, as a share of the score."""
        return (self.bound - self.score - self.bonus) / max(1, self.score)


def solve(county: County, parameters: Parameters, progress: Progress | None = None) -> Solution:
    """Allocate ``k`` posts to each seeker.

    Parameters
    ----------
    county : the instance.
    progress : called with a stage, how much of it is done, and of how much.
    """
    threads = parameters.threads or usable_cores()
    price = np.zeros(len(county.posts.capacity), np.int32)
    if len(county.seekers.age) >= parameters.sample_from and len(price):
        price = _sample_prices(county, parameters, threads, progress)
        parameters = replace(parameters, list_size=parameters.sampled_list_size)
    return settle(county, parameters, threads, price, progress, "竞价验证")


def settle(
    county: County, parameters: Parameters, threads: int, price: NDArray[np.int32], progress: Progress | None,
    stage: str,
) -> Solution:  # fmt: skip
    """Go through the rounds, with lists made at the given prices to begin with."""
    bonus, tier = parameters.bonuses(), county.seekers.tier
    lists = empty_lists(len(tier), parameters.list_size)
    best: Solution | None = None
    # The prices given prove a bound as well, whatever they are.
    bound = rescan(county, price, lists, parameters, threads)
    rounds: list[Round] = []
    step = parameters.step
    for number in range(parameters.rounds):
        if progress is not None:
            progress(stage, number, parameters.rounds)
        found, bids = auction(lists, tier, county.posts.capacity, bonus, step)
        score, worth = objective(lists, tier, bonus)
        seeker, place = held(lists)
        post = lists.post[seeker, place].astype(np.int64)
        proven = rescan(county, found, lists, parameters, threads)
        rounds.append(Round(step, int(bids), score, worth, proven))
        if proven <= bound:
            bound, price = proven, found
        if best is None or score + worth > best.score + best.bonus:
            best = Solution(seeker, post, score, worth, bound, price, rounds, lists)
        best = replace(best, bound=bound, price=price)
        if best.gap <= parameters.tolerance:
            break
        step = _next_step(step, rounds, best.gap, parameters)
    assert best is not None
    if progress is not None:
        progress(stage, parameters.rounds, parameters.rounds)
    return best


def _next_step(step: int, rounds: list[Round], gap: float, parameters: Parameters) -> int:
    """Finer bids pay only once the lists are nearly right: until then they cost time for nothing."""
    if gap > 5 * parameters.tolerance and len(rounds) < parameters.rounds // 2:
        return step
    return max(parameters.last_step, step // 10)


def held(lists: Lists) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and places of the posts held."""
    rows, places = [], []
    for place in range(lists.post.shape[1]):
        row = np.flatnonzero((lists.held >> np.uint64(place)) & np.uint64(1))
        rows.append(row)
        places.append(np.full(len(row), place, np.int64))
    return np.concatenate(rows), np.concatenate(places)


def _sample_prices(
    county: County, parameters: Parameters, threads: int, progress: Progress | None
) -> NDArray[np.int32]:
    """Learn prices on a share of the seekers with the same share of the places.

    The prices are passed on as they are: cutting off the high ones would send everybody's list back to the
    posts that are already full.
    """
    share = parameters.sample_share
    rows = np.flatnonzero(_spread(len(county.seekers.age), SEEKER_SPREAD) < share)
    return learn_prices(
        county._replace(seekers=take_seekers(county.seekers, rows)), share, parameters, threads, progress
    )


def learn_prices(
    sample: County, share: float, parameters: Parameters, threads: int, progress: Progress | None = None
) -> NDArray[np.int32]:
    """Learn prices from a sample of the seekers that is this share of all; the posts' places are all of them."""
    places = sample.posts.capacity * share + _spread(len(sample.posts.capacity), POST_SPREAD)
    capacity = np.floor(places).astype(np.int32)
    small = sample._replace(posts=sample.posts._replace(capacity=capacity))
    coarse = replace(
        parameters, rounds=SAMPLE_ROUNDS, step=SAMPLE_STEP, last_step=SAMPLE_LAST_STEP, tolerance=SAMPLE_TOLERANCE
    )
    price = settle(small, coarse, threads, np.zeros(len(capacity), np.int32), progress, "抽样定价").price
    for group in range(len(sample.posts.group_start) - 1):
        inside = slice(sample.posts.group_start[group], sample.posts.group_start[group + 1])
        seen = capacity[inside] > 0
        # A post without a place in the sample showed no price of its own: that of its group is the best guess.
        usual = int(np.median(price[inside][seen])) if seen.any() else 0
        price[inside] = np.where(seen, price[inside], usual)
    return price


def _spread(count: int, multiplier: int) -> NDArray[np.float64]:
    """Evenly spread numbers in 0..1, the same every time."""
    mixed = (np.arange(1, count + 1, dtype=np.uint64) * np.uint64(multiplier)) & np.uint64(0xFFFFFFFF)
    return mixed.astype(np.float64) / 2.0**32
