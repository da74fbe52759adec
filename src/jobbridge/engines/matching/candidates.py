"""The lists: each seeker's best legal posts by score minus price, exact over all pairs.

The seeker only looks at the posts of his occupation groups and of general labour; within them every post is
compared, with one exact short cut (the most that its other terms could add does not reach the list).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .columns import Posts, Seekers
from .compiled import inlined
from .legality import is_barred
from .parameters import Weights
from .places import ANYWHERE, Places
from .score import bits, lodging_points, nearness, occupation_points, place_points, skill_points, wage_points

NO_POST = -1
POST_BITS = 31
LAST_POST = (1 << POST_BITS) - 1


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


@inlined
def best_posts(
    i: int, seekers: Seekers, posts: Posts, places: Places, weights: Weights, beyond: int, price: NDArray[np.int32],
    keys: NDArray[np.int64],
) -> int:  # fmt: skip
    """Fill ``keys`` with seeker i's top posts by score minus price, best first; return how many.

    Each key is the value in the high bits and ``LAST_POST`` minus the post in the low ``POST_BITS``.
    ``beyond`` is the most that all terms but the occupation add up to.

    The limits are those of ``legality.refusals``, written out on local arrays: inside this loop numba would
    count references to every array of a tuple it touches, which makes the scan fifty times slower.
    """
    size = keys.shape[0]
    count = 0
    least = np.int64(-(1 << 40))
    first, second = seekers.occupation_1[i], seekers.occupation_2[i]
    limits, age, travel, available = seekers.limits[i], seekers.age[i], seekers.travel[i], seekers.available[i]
    wage_least, wanted, slope = seekers.wage_least[i], seekers.wage_wanted[i], seekers.wage_slope[i]
    preferred, home, skills = seekers.preferred[i], seekers.home[i], seekers.skills
    need, near_points = places.need, places.points
    occupation, refused, age_min, age_max = posts.occupation, posts.refused, posts.age_min, posts.age_max
    wage_top, wage_middle, expires, place_of = posts.wage_top, posts.wage_middle, posts.expires, posts.place
    lodging, asked, wanted_skills, county = posts.lodging, posts.skills_wanted, posts.skills, places.county
    has_barred = seekers.barred_start[i + 1] > seekers.barred_start[i]
    stay = 1 if travel == ANYWHERE else 0
    for turn in range(3):
        group = seekers.group_1[i] if turn == 0 else (seekers.group_2[i] if turn == 1 else 0)
        if group < 0:
            continue
        for row in range(posts.group_start[group], posts.group_start[group + 1]):
            j = row & LAST_POST
            place = place_of[j]
            # One branch for all: each alone would be mispredicted half of the time.
            if (
                (limits & refused[j] != 0) | (wage_top[j] < wage_least) | (age < age_min[j]) | (age > age_max[j])
                | (need[home, place] > travel) | (available > expires[j])
            ):  # fmt: skip
                continue
            points = occupation_points(weights, nearness(first, second, occupation[j]))
            if points + beyond - price[j] <= least:
                continue
            away = need[home, place] > 0
            points += place_points(weights, away, county[place] == preferred, near_points[stay, home, place])
            points += lodging_points(weights, away, lodging[j])
            points += wage_points(weights, wanted, slope, wage_middle[j])
            have = 0
            for word in range(skills.shape[1]):
                have += bits(skills[i, word] & wanted_skills[j, word])
            points += skill_points(weights, have, asked[j])
            net = points - np.int64(price[j])
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
                least = keys[size - 1] >> POST_BITS
    return count


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
        for q in range(filled):
            known |= lists.post[i, q] == j
        if not known:
            lists.post[i, filled] = j
            lists.score[i, filled] = points
            filled += 1
    for p in range(filled, size):
        lists.post[i, p] = NO_POST
