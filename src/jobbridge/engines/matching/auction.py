"""Forward auction: seekers bid for places in posts until nobody wants to bid any more.

Each post keeps its best ``capacity`` bids in a heap; its price is the lowest bid it holds once it is full,
and nothing before. Prices start at zero and only rise, so every seeker ends within one price step of his
best choice (epsilon complementary slackness). Starting from other prices would break exactly that: a post
left over at a price above zero. The coverage bonus enters as what a seeker gives up by staying without.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .candidates import Lists
from .compiled import compiled, inlined

PLACE_BITS = 6  # a list has at most 64 places
CLOSED = 1 << 29  # no bid reaches this price


@inlined
def _sink(bids: NDArray[np.int32], holders: NDArray[np.int64], start: int, size: int) -> None:
    """Restore the heap after its top was replaced."""
    bid, holder = bids[start], holders[start]
    at = 0
    while 2 * at + 1 < size:
        child = 2 * at + 1
        if child + 1 < size and bids[start + child + 1] < bids[start + child]:
            child += 1
        if bids[start + child] >= bid:
            break
        bids[start + at] = bids[start + child]
        holders[start + at] = holders[start + child]
        at = child
    bids[start + at] = bid
    holders[start + at] = holder


@inlined
def _rise(bids: NDArray[np.int32], holders: NDArray[np.int64], start: int, at: int) -> None:
    """Restore the heap after a bid was added at its end."""
    bid, holder = bids[start + at], holders[start + at]
    while at > 0:
        parent = (at - 1) // 2
        if bids[start + parent] <= bid:
            break
        bids[start + at] = bids[start + parent]
        holders[start + at] = holders[start + parent]
        at = parent
    bids[start + at] = bid
    holders[start + at] = holder


@compiled
def _auction(
    lists: Lists, order: NDArray[np.int32], tier: NDArray[np.int8], capacity: NDArray[np.int32],
    bonus: NDArray[np.int32], step: int, price: NDArray[np.int32],
) -> int:  # fmt: skip
    n, size = lists.post.shape
    m, k = capacity.shape[0], bonus.shape[1]
    start = np.zeros(m + 1, np.int64)
    for j in range(m):
        start[j + 1] = start[j] + capacity[j]
    bids = np.zeros(start[m], np.int32)
    holders = np.zeros(start[m], np.int64)
    taken = np.zeros(m, np.int32)
    held, filled = lists.held, lists.filled
    one = np.uint64(1)
    queue = np.empty(n + 1, np.int32)
    queued = np.zeros(n, np.bool_)
    head, tail = 0, 0
    for t in range(order.shape[0]):
        queue[tail] = order[t]
        queued[order[t]] = True
        tail += 1
    value = np.empty(k + 1, np.int64)
    place = np.empty(k + 1, np.int32)
    made = 0
    while head != tail:
        i = queue[head]
        head = head + 1 if head < n else 0
        queued[i] = False
        need = k - filled[i]
        if need <= 0:
            continue
        # The best need + 1 posts not held yet: the last one says how high to bid.
        count = 0
        for p in range(size):
            j = lists.post[i, p]
            if j < 0:
                break
            if (held[i] >> np.uint64(p)) & one:
                continue
            v = np.int64(lists.score[i, p]) - price[j]
            if count == need + 1 and v <= value[count - 1]:
                continue
            at = count if count < need + 1 else count - 1
            while at > 0 and value[at - 1] < v:
                value[at] = value[at - 1]
                place[at] = place[at - 1]
                at -= 1
            value[at] = v
            place[at] = p
            if count < need + 1:
                count += 1
        take = 0
        while take < min(need, count) and value[take] > -bonus[tier[i], filled[i] + take]:
            take += 1
        if take == 0:
            continue
        fallback = -np.int64(bonus[tier[i], filled[i] + take - 1])
        if take < count and value[take] > fallback:
            fallback = value[take]
        for t in range(take):
            p = place[t]
            j = lists.post[i, p]
            bid = np.int64(lists.score[i, p]) - fallback + step
            made += 1
            if taken[j] < capacity[j]:
                bids[start[j] + taken[j]] = bid
                holders[start[j] + taken[j]] = np.int64(i) << PLACE_BITS | p
                _rise(bids, holders, start[j], taken[j])
                taken[j] += 1
            else:
                out = holders[start[j]] >> PLACE_BITS
                held[out] &= ~(one << np.uint64(holders[start[j]] & ((1 << PLACE_BITS) - 1)))
                filled[out] -= 1
                if not queued[out]:
                    queue[tail] = out
                    tail = tail + 1 if tail < n else 0
                    queued[out] = True
                bids[start[j]] = bid
                holders[start[j]] = np.int64(i) << PLACE_BITS | p
                _sink(bids, holders, start[j], capacity[j])
            if taken[j] == capacity[j]:
                price[j] = bids[start[j]]
            held[i] |= one << np.uint64(p)
            filled[i] += 1
    return made


@compiled
def _objective(lists: Lists, tier: NDArray[np.int8], bonus: NDArray[np.int32]) -> tuple[int, int]:
    score, worth = 0, 0
    for i in range(lists.held.shape[0]):
        for p in range(lists.post.shape[1]):
            if (lists.held[i] >> np.uint64(p)) & np.uint64(1):
                score += lists.score[i, p]
        for r in range(lists.filled[i]):
            worth += bonus[tier[i], r]
    return score, worth


def auction(
    lists: Lists, tier: NDArray[np.int8], capacity: NDArray[np.int32], bonus: NDArray[np.int32], step: int
) -> tuple[NDArray[np.int32], int]:
    """Allocate afresh on the given lists, from prices of zero.

    Parameters
    ----------
    lists : ``held`` and ``filled`` are overwritten with the outcome.
    capacity : int32 (m,), candidates that each post takes; 0 closes it.
    bonus : int32 (3, k), worth of the first, second, ... post by tier, falling along a row.
    step : how much a bid goes over the second choice; the loss is at most this a recommendation.

    Returns
    -------
    price : int32 (m,), points; 0 where the post is not full, ``CLOSED`` where it takes nobody.
    bids : how many bids were made.
    """
    lists.held[:] = 0
    lists.filled[:] = 0
    # A longer heap would only cost memory; one more than there are seekers, or it would count as full.
    capacity = np.minimum(capacity, len(tier) + 1).astype(np.int32)
    # Tier by tier, best first: the first prices are then close to the last ones.
    order = np.lexsort((-lists.score[:, 0], tier)).astype(np.int32)
    price = np.zeros(len(capacity), np.int32)
    price[capacity == 0] = CLOSED
    return price, _auction(lists, order, tier, capacity, bonus, step, price)


def objective(lists: Lists, tier: NDArray[np.int8], bonus: NDArray[np.int32]) -> tuple[int, int]:
    """Return the score held and the coverage bonus earned, in points."""
    score, worth = _objective(lists, tier, bonus)
    return int(score), int(worth)
