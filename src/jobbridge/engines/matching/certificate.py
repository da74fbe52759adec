"""The proof: an upper bound on what any allowed allocation could reach, over all legal pairs.

For any prices p >= 0 on the posts, weak duality of the transport problem gives

    score + bonus  <=  sum over seekers of max over r of [their best r values (score - p) + bonus of r]
                     + sum over posts of capacity * p

The first sum needs each seeker's best k posts at these prices over *all* legal posts, not over a list: the
same scan that renews the lists. Whatever produced the prices, the bound holds.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .blocks import WIDTH, Blocks
from .candidates import POST_BITS, Lists, Prices, best_posts, price_tables, renew_list, worst_known
from .columns import County, Posts, Seekers
from .compiled import compiled, over_chunks
from .legality import by_home, see_from
from .parameters import Parameters, Weights
from .places import ANYWHERE, Places


@compiled
def _rescan(
    low: int, high: int, rows: NDArray[np.int64], seekers: Seekers, posts: Posts, places: Places, blocks: Blocks,
    weights: Weights, bonus: NDArray[np.int32], price: NDArray[np.int32], prices: Prices, lists: Lists,
) -> int:  # fmt: skip
    size = lists.post.shape[1]
    keys = np.empty(size, np.int64)
    old_post, old_score = np.empty(size, np.int32), np.empty(size, np.int16)
    seen, most = np.empty(2 * WIDTH * (blocks.start.shape[0] - 1), np.int32), np.empty(WIDTH, np.int32)
    home, stay = -1, -1
    bound = 0
    for place in range(low, high):
        i = rows[place]
        stays = 1 if seekers.travel[i] == ANYWHERE else 0
        if seekers.home[i] != home or stays != stay:
            home, stay = seekers.home[i], stays
            see_from(home, stay, posts, places, blocks, seen)
        least = worst_known(i, lists, price)
        count = best_posts(i, seekers, posts, blocks, weights, prices, seen, least, most, keys)
        for r in range(min(count, bonus.shape[1])):
            worth = (keys[r] >> POST_BITS) + bonus[seekers.tier[i], r]
            if worth <= 0:  # both parts fall with r: nothing better follows
                break
            bound += worth
        renew_list(i, lists, keys, count, price, old_post, old_score)
    return bound


def rescan(county: County, price: NDArray[np.int32], lists: Lists, parameters: Parameters, threads: int) -> int:
    """Renew every list at these prices and return the bound that they prove.

    Parameters
    ----------
    price : int32 (m,), points, none negative.
    lists : renewed in place; the ``held`` bits no longer describe the new order.
    """
    weights = parameters.weights
    bonus = parameters.bonuses()
    prices = price_tables(price, county.posts, county.blocks, weights)
    rows = by_home(county.seekers)

    def work(low: int, high: int) -> int:
        return _rescan(
            low, high, rows, county.seekers, county.posts, county.places, county.blocks, weights, bonus, price,
            prices, lists,
        )  # fmt: skip

    bound = sum(over_chunks(work, len(lists.held), threads))
    return bound + int((county.posts.capacity.astype(np.int64) * price).sum())
