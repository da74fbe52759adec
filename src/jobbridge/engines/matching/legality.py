"""Hard limits: which posts a seeker may be sent to, and why the others fall out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .blocks import AGE_MAX, AGE_MIN, EXPIRES, FACTS, LODGING, REFUSED, TOO_FAR, WAGE_TOP, WIDTH, Blocks
from .columns import EDUCATION_LEVELS, HEALTH_LEVELS, County, Posts, Seekers
from .compiled import compiled, inlined, over_chunks
from .places import ANYWHERE, Places

# Reason -> what the screen says. The order is that of the bits below, and that in which a rejection with
# several reasons is booked.
REASONS = {
    "occupation": "工种不符",
    "place": "工作地点超出意愿范围",
    "age": "年龄不符",
    "sex": "岗位有法定性别限制",
    "education": "学历不够",
    "health": "身体条件不适合",
    "wage": "工资低于最低期望",
    "available": "到岗时间不合",
    "sent": "已推荐过",
}
HEALTH_BITS = np.int64((1 << HEALTH_LEVELS) - 1)
EDUCATION_BITS = np.int64(((1 << EDUCATION_LEVELS) - 1) << HEALTH_LEVELS)


@inlined
def is_barred(start: NDArray[np.int64], barred_posts: NDArray[np.int32], i: int, j: int) -> bool:
    """Whether this pair was excluded; the posts of one seeker are sorted, and a refused trade may be many."""
    low, high = start[i], start[i + 1]
    while low < high:
        middle = (low + high) // 2
        if barred_posts[middle] < j:
            low = middle + 1
        else:
            high = middle
    return bool(low < start[i + 1] and barred_posts[low] == j)


@inlined
def refusals(seekers: Seekers, posts: Posts, places: Places, i: int, j: int) -> int:
    """Return every limit that the pair breaks, one bit for each of ``REASONS`` (occupation, bit 0, aside)."""
    broken = 0
    both = np.int64(seekers.limits[i] & posts.refused[j])
    age = seekers.age[i]
    if places.need[seekers.home[i], posts.place[j]] > seekers.travel[i]:
        broken |= 1 << 1
    if age < posts.age_min[j] or age > posts.age_max[j]:
        broken |= 1 << 2
    if both & ~(HEALTH_BITS | EDUCATION_BITS):
        broken |= 1 << 3
    if both & EDUCATION_BITS:
        broken |= 1 << 4
    if both & HEALTH_BITS:
        broken |= 1 << 5
    if posts.wage_top[j] < seekers.wage_least[i]:
        broken |= 1 << 6
    if seekers.available[i] > posts.expires[j]:
        broken |= 1 << 7
    if is_barred(seekers.barred_start, seekers.barred, i, j):
        broken |= 1 << 8
    return broken


@inlined
def see_from(home: int, stay: int, posts: Posts, places: Places, blocks: Blocks, seen: NDArray[np.int32]) -> None:
    """Lay out by blocks what the posts are from a home: willingness needed, and points for place and lodging."""
    need, points, place_of = places.need, places.points, posts.place
    slot, facts = blocks.slot, blocks.facts
    seen[:] = TOO_FAR
    for j in range(place_of.shape[0]):
        block, inside, place = slot[j] // WIDTH, slot[j] % WIDTH, place_of[j]
        lodging = facts[(block * FACTS + LODGING) * WIDTH + inside] if need[home, place] > 0 else 0
        seen[block * 2 * WIDTH + inside] = need[home, place]
        seen[(block * 2 + 1) * WIDTH + inside] = points[stay, home, place] + lodging


@compiled
def _count(
    low: int, high: int, rows: NDArray[np.int64], seekers: Seekers, posts: Posts, places: Places, blocks: Blocks,
    legal: NDArray[np.int32], first: NDArray[np.int64],
) -> None:  # fmt: skip
    """Count the legal posts of each seeker, and book every rejection under its first reason."""
    m = posts.occupation.shape[0]
    seen = np.empty(2 * WIDTH * (blocks.start.shape[0] - 1), np.int32)
    here = -1
    facts, of_group, start = blocks.facts, blocks.of_group, blocks.start
    education_bits, health_bits = np.int32(EDUCATION_BITS), np.int32(HEALTH_BITS)
    sex_bits = np.int32(~(EDUCATION_BITS | HEALTH_BITS))
    one, none = np.int32(1), np.int32(0)
    for place in range(low, high):
        i = rows[place]
        if seekers.home[i] != here:
            here = seekers.home[i]
            see_from(here, 0, posts, places, blocks, seen)
        limits, age, travel = np.int32(seekers.limits[i]), np.int32(seekers.age[i]), np.int32(seekers.travel[i])
        available, wage_least = seekers.available[i], seekers.wage_least[i]
        reached = 0
        for turn in range(3):
            group = 0 if turn == 0 else (seekers.group_1[i] if turn == 1 else seekers.group_2[i])
            if group < 0:
                continue
            far = young = sex = learnt = fit = paid = late = left = none
            for b in range(of_group[group], of_group[group + 1]):
                block, view = np.uint64(b * (FACTS * WIDTH)), np.uint64(b * (2 * WIDTH))
                for t in range(np.uint64(WIDTH)):
                    # In the order of ``REASONS``; who has fallen out already does not count again.
                    still = one if seen[view + t] <= travel else none
                    far += one - still
                    ok = (facts[block + np.uint64(AGE_MIN * WIDTH) + t] <= age) & (
                        facts[block + np.uint64(AGE_MAX * WIDTH) + t] >= age
                    )
                    now = still if ok else none
                    young += still - now
                    both = limits & facts[block + np.uint64(REFUSED * WIDTH) + t]
                    still = now if both & sex_bits == 0 else none
                    sex += now - still
                    now = still if both & education_bits == 0 else none
                    learnt += still - now
                    still = now if both & health_bits == 0 else none
                    fit += now - still
                    now = still if facts[block + np.uint64(WAGE_TOP * WIDTH) + t] >= wage_least else none
                    paid += still - now
                    still = now if facts[block + np.uint64(EXPIRES * WIDTH) + t] >= available else none
                    late += now - still
                    left += still
            here_posts = start[of_group[group + 1]] - start[of_group[group]]
            # The empty room of the blocks counted as too far.
            first[1] += far - ((of_group[group + 1] - of_group[group]) * WIDTH - here_posts)
            first[2] += young
            first[3] += sex
            first[4] += learnt
            first[5] += fit
            first[6] += paid
            first[7] += late
            reached += here_posts
            sent = 0
            for entry in range(seekers.barred_start[i], seekers.barred_start[i + 1]):
                j = seekers.barred[entry]
                if start[of_group[group]] <= j < start[of_group[group + 1]]:
                    sent += refusals(seekers, posts, places, i, j) == 1 << 8
            first[8] += sent
            legal[i] += left - sent
        first[0] += m - reached


@compiled
def _detail(
    low: int, high: int, rows: NDArray[np.int64], seekers: Seekers, posts: Posts, places: Places,
    counts: NDArray[np.int32],
) -> None:  # fmt: skip
    """For each given seeker: posts that each limit removes [0] and that it alone removes [1]."""
    for place in range(low, high):
        i = rows[place]
        for group in range(posts.group_start.shape[0] - 1):
            near = group == 0 or group == seekers.group_1[i] or group == seekers.group_2[i]
            for j in range(posts.group_start[group], posts.group_start[group + 1]):
                broken = refusals(seekers, posts, places, i, j) | (0 if near else 1)
                alone = broken & (broken - 1) == 0
                for reason in range(counts.shape[1]):
                    if (broken >> reason) & 1:
                        counts[place, reason, 0] += 1
                        counts[place, reason, 1] += alone


def by_home(seekers: Seekers) -> NDArray[np.int64]:
    """Rows of the seekers in an order in which what a home sees is worked out once for many of them."""
    return np.lexsort((seekers.travel == ANYWHERE, seekers.home))


def count_rejections(county: County, threads: int) -> tuple[NDArray[np.int32], dict[str, int]]:
    """Go through every pair once.

    Returns
    -------
    legal : int32 (n,), legal posts of each seeker.
    rejections : pairs that fell out, by the first reason that applies; with the legal pairs they add up to
        seekers x open posts.
    """
    legal = np.zeros(len(county.seekers.age), np.int32)
    rows = by_home(county.seekers)

    def work(low: int, high: int) -> NDArray[np.int64]:
        first = np.zeros(len(REASONS), np.int64)
        _count(low, high, rows, county.seekers, county.posts, county.places, county.blocks, legal, first)
        return first

    total = sum(over_chunks(work, len(legal), threads), np.zeros(len(REASONS), np.int64))
    return legal, dict(zip(REASONS, total.tolist(), strict=True))


def detail_rejections(
    rows: NDArray[np.int64], seekers: Seekers, posts: Posts, places: Places, threads: int
) -> NDArray[np.int32]:
    """Return int32 (rows, reasons, 2): posts that each limit removes, and that it alone removes."""
    counts = np.zeros((len(rows), len(REASONS), 2), np.int32)

    def work(low: int, high: int) -> None:
        _detail(low, high, rows, seekers, posts, places, counts)

    over_chunks(work, len(rows), threads)
    return counts
