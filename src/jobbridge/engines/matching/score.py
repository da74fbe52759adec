"""The score 0-10,000 of a legal pair: a sum of five named terms, all whole numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .columns import WAGE_SHIFT, County, Posts, Seekers
from .compiled import compiled, inlined
from .parameters import Weights
from .places import ANYWHERE, Places

TERMS = ("occupation", "place", "wage", "skill", "lodging")
# Nearness of the post's occupation to the seeker's, best first; the number is its place in ``Weights``.
NEARNESS = (
    "first_same", "second_same", "first_minor", "second_minor", "first_middle", "second_middle", "general",
)  # fmt: skip


@inlined
def nearness(first: int, second: int, wanted: int) -> int:
    """Return the place in ``NEARNESS``; the packed codes are compared by shifts (-1 equals nothing)."""
    a = first ^ wanted
    b = second ^ wanted
    if a == 0:
        return 0
    if b == 0:
        return 1
    if a >> 8 == 0:
        return 2
    if b >> 8 == 0:
        return 3
    if a >> 16 == 0:
        return 4
    if b >> 16 == 0:
        return 5
    return 6


@inlined
def occupation_points(weights: Weights, near: int) -> int:
    """Points of a nearness."""
    if near == 0:
        return weights.first_same
    if near == 1:
        return weights.second_same
    if near == 2:
        return weights.first_minor
    if near == 3:
        return weights.second_minor
    if near == 4:
        return weights.first_middle
    if near == 5:
        return weights.second_middle
    return weights.general


@inlined
def place_points(weights: Weights, away: bool, preferred: bool, tabulated: int) -> int:
    """Points for the place: where the seeker wants to go, else as tabulated (near home, or elsewhere)."""
    return weights.preferred if away and preferred else int(tabulated)


@inlined
def wage_points(weights: Weights, wanted: int, slope: int, middle: int) -> int:
    """Half of the points at the wanted wage, all at 30 % above, none at 30 % below."""
    half = weights.wage // 2
    if middle < 0:
        return half
    points = half + ((int(middle) - wanted) * slope >> WAGE_SHIFT)
    return min(weights.wage, max(0, points))


@inlined
def bits(word: Any) -> int:
    """Count the set bits of a uint64."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return int((word * np.uint64(0x0101010101010101)) >> np.uint64(56))


@inlined
def skill_points(weights: Weights, have: int, asked: int) -> int:
    """Share of the skills asked for; half of the points where none is asked for."""
    return weights.skill * have // int(asked) if asked > 0 else weights.skill // 2


@inlined
def lodging_points(weights: Weights, away: bool, lodging: int) -> int:
    """Lodging counts only away from the home county."""
    return weights.lodging if away and lodging else 0


@compiled
def _terms(
    rows: NDArray[np.int64], columns: NDArray[np.int64], seekers: Seekers, posts: Posts, places: Places,
    weights: Weights, out: NDArray[np.int16],
) -> None:  # fmt: skip
    for place in range(rows.shape[0]):
        i, j = rows[place], columns[place]
        near = nearness(seekers.occupation_1[i], seekers.occupation_2[i], posts.occupation[j])
        home, work = seekers.home[i], posts.place[j]
        away = places.need[home, work] > 0
        stay = 1 if seekers.travel[i] == ANYWHERE else 0
        have = 0
        for word in range(posts.skills.shape[1]):
            have += bits(seekers.skills[i, word] & posts.skills[j, word])
        wanted = places.county[work] == seekers.preferred[i]
        out[place, 0] = occupation_points(weights, near)
        out[place, 1] = place_points(weights, away, wanted, places.points[stay, home, work])
        out[place, 2] = wage_points(weights, seekers.wage_wanted[i], seekers.wage_slope[i], posts.wage_middle[j])
        out[place, 3] = skill_points(weights, have, posts.skills_wanted[j])
        out[place, 4] = lodging_points(weights, away, posts.lodging[j])
        out[place, 5] = near


def terms(
    county: County, rows: NDArray[np.int64], columns: NDArray[np.int64], weights: Weights
) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """Break the score of pairs up again.

    Returns
    -------
    points : int16 (pairs, 5), columns as ``TERMS``; the row sum is the score.
    near : int16 (pairs,), place in ``NEARNESS``.
    """
    out = np.empty((len(rows), len(TERMS) + 1), np.int16)
    _terms(rows, columns, county.seekers, county.posts, county.places, weights, out)
    return out[:, : len(TERMS)], out[:, len(TERMS)]
