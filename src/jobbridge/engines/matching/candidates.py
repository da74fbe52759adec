"""The lists: each seeker's best legal posts by score minus price, exact over all pairs.

The seeker only looks at the posts of his occupation groups and of general labour; within them every post is
compared, with exact short cuts: a block of posts, or a post, is passed over when the most that it could be worth
does not reach the list.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import blocks as facts_at
from .blocks import FACTS, WIDTH, Blocks, lowest, spread
from .columns import WAGE_SHIFT, Posts, Seekers
from .compiled import inlined
from .legality import is_barred
from .parameters import Weights
from .places import ANYWHERE
from .score import bits, nearness, occupation_points, skill_points, wage_points

NO_POST = -1
POST_BITS = 31
LAST_POST = (1 << POST_BITS) - 1
NEVER, NOTHING_KNOWN = -(1 << 31), -(1 << 31)  # below any value of a post


class Lists(NamedTuple):
    """Candidate lists of all seekers.

    Attributes
    ----------
    post : int32 (n, C), post index, -1 after the last.
    score : int16 (n, C).
    held : uint64 (n,), bit p set when the seeker holds the post in place p.
    filled : int8 (n,), how many are held.
    """

    post: NDArray[np.int32]
    score: NDArray[np.int16]
    held: NDArray[np.uint64]
    filled: NDArray[np.int8]


def empty_lists(rows: int, size: int) -> Lists:
    """Return lists without any post."""
    return Lists(
        np.full((rows, size), NO_POST, np.int32),
        np.zeros((rows, size), np.int16),
        np.zeros(rows, np.uint64),
        np.zeros(rows, np.int8),
    )


class Prices(NamedTuple):
    """What a scan needs to know of the prices.

    Attributes
    ----------
    lowest : int32 (B,), the lowest price in each block.
    skill : int32 (m,), most points for skills that each post can give.
    dear : int32 (B x 16,), by blocks: those points minus the price.
    """

    lowest: NDArray[np.int32]
    skill: NDArray[np.int32]
    dear: NDArray[np.int32]


def price_tables(price: NDArray[np.int32], posts: Posts, blocks: Blocks, weights: Weights) -> Prices:
    """Build the tables of one scan."""
    skill = np.where(posts.skills_wanted > 0, weights.skill, weights.skill // 2).astype(np.int32)
    return Prices(lowest(price, blocks), skill, spread(skill - price, blocks, 0))


@inlined
def best_posts(
    i: int, seekers: Seekers, posts: Posts, blocks: Blocks, weights: Weights, prices: Prices, seen: NDArray[np.int32],
    least: int, most: NDArray[np.int32], keys: NDArray[np.int64],
) -> int:  # fmt: skip
    """Fill ``keys`` with seeker i's top posts by score minus price, best first; return how many.

    Each key is the value in the high bits and ``LAST_POST`` minus the post in the low ``POST_BITS``. ``seen`` is what
    ``see_from`` made of the seeker's home, ``least`` a value that as many posts as ``keys`` has places are known to
    exceed; ``most`` is scratch for a block.

    The limits are those of ``legality.refusals``, written out on local arrays: inside this loop numba would
    count references to every array of a tuple it touches, which makes the scan fifty times slower. The first of
    the two loops over a block has no branch, and numbers of 32 bits only: it is run on many posts at a time.
    """
    size = keys.shape[0]
    count = 0
    first, second = seekers.occupation_1[i], seekers.occupation_2[i]
    limits, age, travel = np.int32(seekers.limits[i]), np.int32(seekers.age[i]), np.int32(seekers.travel[i])
    available, wage_least = seekers.available[i], seekers.wage_least[i]
    wanted, slope = seekers.wage_wanted[i], np.int32(seekers.wage_slope[i])
    preferred, home, skills = seekers.preferred[i], seekers.home[i], seekers.skills
    asked, wanted_skills, most_skill = posts.skills_wanted, posts.skills, prices.skill
    of_group, start, facts, refused = blocks.of_group, blocks.start, blocks.facts, blocks.refused
    need, points, occupation, wage_top = blocks.need, blocks.points, blocks.occupation, blocks.wage_top
    county_low, county_high, block_skills = blocks.county_low, blocks.county_high, blocks.skills
    wage_middle, wage_open, skills_open = blocks.wage_middle, blocks.wage_open, blocks.skills_open
    dear, low_price = prices.dear, prices.lowest
    all_wage, half_wage, wished = np.int32(weights.wage), np.int32(weights.wage // 2), np.int32(weights.preferred)
    has_barred = seekers.barred_start[i + 1] > seekers.barred_start[i]
    stay = 1 if travel == ANYWHERE else 0
    for turn in range(3):
        group = seekers.group_1[i] if turn == 0 else (seekers.group_2[i] if turn == 1 else 0)
        if group < 0:
            continue
        for b in range(of_group[group], of_group[group + 1]):
            if (need[home, b] > travel) | (wage_top[b] < wage_least) | (limits & refused[b] != 0):
                continue
            # The most that a post here can score, term by term, so that dear blocks fall out whole.
            occupied = np.int32(occupation_points(weights, nearness(first, second, occupation[b])))
            reach = np.int64(points[stay, home, b])
            if (county_low[b] <= preferred) & (preferred <= county_high[b]):
                reach = max(reach, np.int64(weights.preferred + weights.lodging))
            waged = wage_points(weights, wanted, int(slope), wage_middle[b])
            reach += occupied + (max(waged, weights.wage // 2) if wage_open[b] else waged)
            some = False
            for word in range(skills.shape[1]):
                some |= skills[i, word] & block_skills[b, word] != 0
            reach += weights.skill if some else (weights.skill // 2 if skills_open[b] else 0)
            if reach - low_price[b] <= least:
                continue
            # The most that each post can be worth: all but the skills is exact already.
            block, wide, view = np.uint64(b * (FACTS * WIDTH)), np.uint64(b * WIDTH), np.uint64(b * (2 * WIDTH))
            for t in range(np.uint64(WIDTH)):
                far = seen[view + t]
                near = seen[view + np.uint64(WIDTH) + t]
                lodging = facts[block + np.uint64(facts_at.LODGING * WIDTH) + t]
                county = facts[block + np.uint64(facts_at.COUNTY * WIDTH) + t]
                near = np.int32(wished + lodging) if (far > 0) & (county == preferred) else near
                middle = facts[block + np.uint64(facts_at.WAGE_MIDDLE * WIDTH) + t]
                # Beyond twice the wanted wage all points are reached, and 32 bits would not do.
                above = min(wanted, np.int32(max(middle, 0) - wanted))
                wage = np.int32(half_wage + (np.int32(above * slope) >> WAGE_SHIFT))
                wage = half_wage if middle < 0 else min(all_wage, max(np.int32(0), wage))
                legal = (
                    (limits & facts[block + np.uint64(facts_at.REFUSED * WIDTH) + t] == 0)
                    & (facts[block + np.uint64(facts_at.WAGE_TOP * WIDTH) + t] >= wage_least)
                    & (facts[block + np.uint64(facts_at.AGE_MIN * WIDTH) + t] <= age)
                    & (facts[block + np.uint64(facts_at.AGE_MAX * WIDTH) + t] >= age)
                    & (facts[block + np.uint64(facts_at.EXPIRES * WIDTH) + t] >= available)
                    & (far <= travel)
                )  # fmt: skip
                most[t] = np.int32(np.int32(near + wage) + np.int32(dear[wide + t] + occupied)) if legal else NEVER
            for t in range(start[b + 1] - start[b]):
                if most[t] <= least:
                    continue
                j = start[b] + t
                have = 0
                for word in range(skills.shape[1]):
                    have += bits(skills[i, word] & wanted_skills[j, word])
                net = np.int64(most[t]) - most_skill[j] + skill_points(weights, have, asked[j])
                if net <= least or (has_barred and is_barred(seekers.barred_start, seekers.barred, i, j)):
                    continue
                # Value and post in one number: half of the moves while sorting.
                key = net << POST_BITS | (LAST_POST - j)
                at = count if count < size else size - 1
                while at > 0 and keys[at - 1] < key:
                    keys[at] = keys[at - 1]
                    at -= 1
                keys[at] = key
                if count < size:
                    count += 1
                if count == size:
                    least = max(least, int(keys[size - 1] >> POST_BITS))
    return count


@inlined
def worst_known(i: int, lists: Lists, price: NDArray[np.int32]) -> int:
    """Return a value below that of every post in a full list: the new list need not look at worse ones."""
    size = lists.post.shape[1]
    if lists.post[i, size - 1] < 0:
        return NOTHING_KNOWN
    worst = np.int64(1 << 40)
    for p in range(size):
        worst = min(worst, np.int64(lists.score[i, p]) - price[lists.post[i, p]])
    return int(worst) - 1


@inlined
def renew_list(
    i: int, lists: Lists, keys: NDArray[np.int64], count: int, price: NDArray[np.int32], old_post: NDArray[np.int32],
    old_score: NDArray[np.int16],
) -> None:  # fmt: skip
    """New list of seeker i, in place: what he holds, then the best found, then what the old list still has.

    ``old_post`` and ``old_score`` are scratch of the length of a list.
    """
    size = lists.post.shape[1]
    held = lists.held[i]
    filled = 0
    for p in range(size):
        old_post[p] = lists.post[i, p]
        old_score[p] = lists.score[i, p]
        if (held >> np.uint64(p)) & np.uint64(1):
            lists.post[i, filled] = old_post[p]
            lists.score[i, filled] = old_score[p]
            filled += 1
    kept = filled
    for place in range(count + size):
        if filled == size:
            break
        if place < count:
            j = LAST_POST - (keys[place] & LAST_POST)
            points = (keys[place] >> POST_BITS) + price[j]
        else:
            j = np.int64(old_post[place - count])
            points = np.int64(old_score[place - count])
        known = j < 0
        # Those found differ from each other.
        for q in range(kept if place < count else filled):
            known |= lists.post[i, q] == j
        if not known:
            lists.post[i, filled] = j
            lists.score[i, filled] = points
            filled += 1
    for p in range(filled, size):
        lists.post[i, p] = NO_POST
