"""Kinds of household: lifted out of poverty, monitored, relocated to a settlement site."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import places
from .people import Population

CATEGORIES = ("一般农户", "脱贫户", "脱贫不稳定户", "边缘易致贫户", "突发严重困难户")
ORDINARY, LIFTED, LIFTED_UNSTABLE, EDGE, SHOCK = range(5)
LIFTED_SHARE, MONITORED_SHARE = 0.09, 0.015
CLEARED_SHARE = 0.3  # of the monitored households
SITE_NAMES = ("幸福家园", "新民小区", "安居苑", "向阳新村", "龙泉小区", "滨江安置小区", "和美家园", "高坪安置点")


@dataclass(frozen=True)
class Welfare:
    """One element a household; `site` is an index into `sites` or -1."""

    category: NDArray[np.int8]
    site: NDArray[np.int64]
    allowance: NDArray[np.bool_]  # 低保
    risk_cleared: NDArray[np.str_]  # 是 or 否 for monitored households, '' for others
    sites: list[tuple[str, int]]  # (name, township index)


def make(rng: np.random.Generator, people: Population, site_towns: NDArray[np.int64]) -> Welfare:
    """Draw the household kinds. Settlement sites lie in `site_towns`; households move there from anywhere."""
    count = people.households
    first = np.searchsorted(people.house, np.arange(count))
    burden = np.zeros(count)
    np.add.at(burden, people.house, (people.health == 2) * 1.5 + (people.health == 3) * 0.8 + (people.age > 70) * 0.2)
    chance = 0.4 + burden
    lifted = rng.random(count) < chance / chance.mean() * (LIFTED_SHARE + MONITORED_SHARE * 0.4)
    monitored = rng.random(count) < chance / chance.mean() * MONITORED_SHARE
    kind = rng.random(count)
    category = np.select(
        [monitored & (kind < 0.4), monitored & (kind < 0.75), monitored, lifted],
        [LIFTED_UNSTABLE, EDGE, SHOCK, LIFTED],
        ORDINARY,
    ).astype(np.int8)
    sites = []
    for order, town in enumerate(site_towns):
        base = SITE_NAMES[order % len(SITE_NAMES)]
        sites.append((f"{places.county().town_names[town]}{base}", int(town)))
    # A site takes families from its own township, sometimes from the neighbours.
    home = places.county().town_of[people.village[first]]
    relocated = (rng.random(count) < np.where(category == ORDINARY, 0.012, 0.6)) & np.isin(home, site_towns)
    place_of = {int(town): order for order, town in enumerate(site_towns)}
    site = np.array([place_of.get(int(town), -1) for town in home])
    allowance = rng.random(count) < np.where(category == ORDINARY, 0.01, 0.25)
    cleared = np.where(rng.random(count) < CLEARED_SHARE, "是", "否")
    return Welfare(
        category=category,
        site=np.where(relocated, site, -1),
        allowance=allowance,
        risk_cleared=np.where(category >= LIFTED_UNSTABLE, cleared, ""),
        sites=sites,
    )
