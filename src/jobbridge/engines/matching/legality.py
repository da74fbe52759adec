"""Hard limits: which posts a seeker may be sent to, and why the others fall out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .columns import EDUCATION_LEVELS, HEALTH_LEVELS, Posts, Seekers
from .compiled import compiled, inlined, over_chunks
from .places import Places

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
    """Whether this pair was excluded; the list of one seeker is short."""
    barred = False
    for place in range(start[i], start[i + 1]):
        barred |= barred_posts[place] == j
    return barred


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


@compiled
def _count(
    low: int, high: int, seekers: Seekers, posts: Posts, places: Places, legal: NDArray[np.int32],
    first: NDArray[np.int64],
) -> None:  # fmt: skip
    """Count the legal posts of each seeker, and book every rejection under its first reason."""
    m = posts.occupation.shape[0]
    for i in range(low, high):
        reached = 0
        for turn in range(3):
            group = 0 if turn == 0 else (seekers.group_1[i] if turn == 1 else seekers.group_2[i])
            if group < 0:
                continue
            for j in range(posts.group_start[group], posts.group_start[group + 1]):
                reached += 1
                broken = refusals(seekers, posts, places, i, j)
                if broken == 0:
                    legal[i] += 1
                    continue
                reason = 1
                while not (broken >> reason) & 1:
                    reason += 1
                first[reason] += 1
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


def count_rejections(
    seekers: Seekers, posts: Posts, places: Places, threads: int
) -> tuple[NDArray[np.int32], dict[str, int]]:
    """Go through every pair once.

    Returns
    -------
    legal : int32 (n,), legal posts of each seeker.
    rejections : pairs that fell out, by the first reason that applies; with the legal pairs they add up to
        seekers x open posts.
    """
    legal = np.zeros(len(seekers.age), np.int32)

    def work(low: int, high: int) -> NDArray[np.int64]:
        first = np.zeros(len(REASONS), np.int64)
        _count(low, high, seekers, posts, places, legal, first)
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
