"""Blocks of sixteen neighbouring posts: looked at together, and passed over together.

The posts of an occupation group lie sorted by occupation and place of work. A block is a run of up to sixteen of
them with one occupation, so its posts are alike, and a few numbers a block (the nearest place, the best points for
it, the top wage) are close to what the posts in it have. They are bounds, never estimates: passing over a block
loses nothing.

What the limits and the score need of a post lies in one array, a block after the other and within it a fact after the
other: so a processor compares sixteen posts with a seeker in a few steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .parameters import Weights
from .places import Places

if TYPE_CHECKING:
    from .columns import Posts

WIDTH = 16
# Places of the facts of a post within its block.
REFUSED, AGE_MIN, AGE_MAX, WAGE_TOP, WAGE_MIDDLE, EXPIRES, COUNTY, LODGING, FACTS = range(9)
# What the room after the last post of a block refuses: everybody.
EVERYTHING = (1 << 16) - 1
NO_COUNTY = -2
TOO_FAR = 99


class Blocks(NamedTuple):
    """Arrays by block (B) or by home and block (H, B).

    Attributes
    ----------
    of_group : int64 (groups + 1,), group g has the blocks ``of_group[g]:of_group[g + 1]``.
    start : int64 (B + 1,), block b has the posts ``start[b]:start[b + 1]``.
    slot : int64 (m,), where each post lies in arrays of blocks: block x 16 + its place in the block.
    facts : int32 (B x FACTS x 16,), of each post; lodging is in points.
    occupation : int32 (B,), the one occupation of its posts.
    need : int8 (H, B), smallest willingness to travel that any of its posts asks for.
    points : int16 (2, H, B), most points for place and lodging together, as in ``Places.points``.
    county_low, county_high : int32 (B,), range of the counties of its posts.
    wage_top : int32 (B,), highest of the wages that the limit is held against.
    wage_middle : int32 (B,), highest wage that points are given for, -1 where none is stated.
    wage_open : bool (B,), whether some post states no wage.
    skills : uint64 (B, words), skills that any of its posts asks for.
    skills_open : bool (B,), whether some post asks for none.
    refused : uint16 (B,), what all of its posts refuse.
    """

    of_group: NDArray[np.int64]
    start: NDArray[np.int64]
    slot: NDArray[np.int64]
    facts: NDArray[np.int32]
    occupation: NDArray[np.int32]
    need: NDArray[np.int8]
    points: NDArray[np.int16]
    county_low: NDArray[np.int32]
    county_high: NDArray[np.int32]
    wage_top: NDArray[np.int32]
    wage_middle: NDArray[np.int32]
    wage_open: NDArray[np.bool_]
    skills: NDArray[np.uint64]
    skills_open: NDArray[np.bool_]
    refused: NDArray[np.uint16]


def cut(posts: Posts, places: Places, weights: Weights) -> Blocks:
    """Cut the posts into blocks and sum each up."""
    m, homes = len(posts.occupation), len(places.need)
    start = _starts(posts)
    first = start[:-1]
    block = np.repeat(np.arange(len(first)), np.diff(start))
    slot = block * WIDTH + np.arange(m) - start[block]
    lodging = posts.lodging.astype(np.int32) * weights.lodging
    need = np.empty((homes, len(first)), np.int8)
    points = np.empty((2, homes, len(first)), np.int16)
    # Home by home: homes x posts at once would be large in a province.
    for home in range(homes):
        there = places.need[home, posts.place]
        need[home] = _over(np.minimum, there, first)
        for stay in range(2):
            offered = places.points[stay, home, posts.place] + np.where(there > 0, lodging, 0)
            points[stay, home] = _over(np.maximum, offered, first)
    county = places.county[posts.place]
    return Blocks(
        of_group=np.searchsorted(first, posts.group_start).astype(np.int64),
        start=start,
        slot=slot.astype(np.int64),
        facts=_facts(posts, county, lodging, slot, len(first)),
        occupation=posts.occupation[first],
        need=need,
        points=points,
        county_low=_over(np.minimum, county, first),
        county_high=_over(np.maximum, county, first),
        wage_top=_over(np.maximum, posts.wage_top, first),
        wage_middle=_over(np.maximum, posts.wage_middle, first),
        wage_open=_over(np.logical_or, posts.wage_middle < 0, first),
        skills=_over(np.bitwise_or, posts.skills, first),
        skills_open=_over(np.logical_or, posts.skills_wanted == 0, first),
        refused=_over(np.bitwise_and, posts.refused, first),
    )


def _starts(posts: Posts) -> NDArray[np.int64]:
    """Where blocks begin, and the number of posts at the end."""
    m = len(posts.occupation)
    new = np.ones(m, np.bool_)
    new[1:] = posts.occupation[1:] != posts.occupation[:-1]
    new[posts.group_start[posts.group_start < m]] = True
    run = np.flatnonzero(new)
    within = np.arange(m) - np.repeat(run, np.diff(np.append(run, m)))
    return np.append(np.flatnonzero(within % WIDTH == 0), m).astype(np.int64)


def _facts(
    posts: Posts, county: NDArray[np.int32], lodging: NDArray[np.int32], slot: NDArray[np.int64], blocks: int
) -> NDArray[np.int32]:
    facts = np.zeros((blocks, FACTS, WIDTH), np.int32)
    facts[:, REFUSED] = EVERYTHING
    facts[:, COUNTY] = NO_COUNTY
    for fact, values in (
        (REFUSED, posts.refused), (AGE_MIN, posts.age_min), (AGE_MAX, posts.age_max), (WAGE_TOP, posts.wage_top),
        (WAGE_MIDDLE, posts.wage_middle), (EXPIRES, posts.expires), (COUNTY, county), (LODGING, lodging),
    ):  # fmt: skip
        facts[slot // WIDTH, fact, slot % WIDTH] = values
    return facts.ravel()


def _over(function: np.ufunc, values: NDArray[Any], first: NDArray[np.int64]) -> NDArray[Any]:
    """Apply a reduction to each block."""
    return np.asarray(function.reduceat(values, first, axis=0)) if len(first) else values[:0]


def spread(values: NDArray[np.int32], blocks: Blocks, empty: int) -> NDArray[np.int32]:
    """Lay values of the posts out by blocks, ``empty`` in the room after the last post of a block."""
    wide = np.full(WIDTH * (len(blocks.start) - 1), empty, np.int32)
    wide[blocks.slot] = values
    return wide


def lowest(price: NDArray[np.int32], blocks: Blocks) -> NDArray[np.int32]:
    """Return the lowest price in each block."""
    return _over(np.minimum, price, blocks.start[:-1])
