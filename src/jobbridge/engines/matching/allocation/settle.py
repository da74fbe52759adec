"""One instance settled: the best flow, and each tier held against a maximum computed on its own."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..parameters import TIERS
from .instance import Instance
from .network import HOUSEHOLDS, OTHER, Network, TooLarge, best, build, most

SPREAD = 32


class Settled(NamedTuple):
    """Who got what: ``pair`` numbers the pairs chosen, ``level`` says in which tier each counts.

    ``served`` and ``maximum`` are by tier; with them equal the allocation is the best there is, tier by tier, and
    within the tiers by score.
    """

    pair: NDArray[np.int64]
    level: NDArray[np.int64]
    served: tuple[int, ...]
    maximum: tuple[int, ...]
    worth: tuple[int, ...]


def settle(instance: Instance, cap: int | None) -> Settled:
    """Allocate.

    Without a cap on households the worths ``3G, 2G, G`` are enough (see ``network``). With one they may not be;
    they are then spread until every tier reaches its maximum, at the latest when one claim of a tier outweighs all
    claims below it.

    Raises
    ------
    TooLarge
        The worths do not fit 64 bits.
    """
    if len(instance.person) == 0 or instance.capacity.sum() == 0:
        nobody = np.zeros(0, np.int64)
        return Settled(nobody, nobody, (0,) * TIERS, (0,) * TIERS, (0,) * TIERS)
    network = build(instance, cap)
    maximum = _maxima(instance, network, cap)
    spread, least = 1, _range(instance) + 1
    settled = _settle(instance, network, maximum, _worth(least, spread))
    while settled.served != maximum and spread < network.flow:
        spread = min(spread * SPREAD, network.flow)
        try:
            settled = _settle(instance, network, maximum, _worth(least, spread))
        except TooLarge:
            break  # What there is stays allowed; the report says that it is not proved.
    return settled


def _settle(instance: Instance, network: Network, maximum: tuple[int, ...], worth: tuple[int, ...]) -> Settled:
    pair = best(network, worth, instance.score)
    level = _levels(instance, pair)
    return Settled(pair, level, _count(level), maximum, worth)


def _worth(least: int, spread: int) -> tuple[int, ...]:
    """Worth of a claim of tier 0, 1, 2: each is ``spread`` times the next one and ``least`` more."""
    worth = [least]
    for _ in range(TIERS - 1):
        worth.insert(0, worth[0] * spread + least)
    return tuple(worth)


def _range(instance: Instance) -> int:
    """No allocation has a greater score: everybody's best pair, or every place filled with its best."""
    of_person = np.zeros(len(instance.persons), np.int64)
    np.maximum.at(of_person, instance.person, instance.score)
    of_place = np.zeros(len(instance.capacity), np.int64)
    np.maximum.at(of_place, instance.place, instance.score)
    return int(min(of_person.sum(), (of_place * instance.capacity).sum()))


def _maxima(instance: Instance, network: Network, cap: int | None) -> tuple[int, ...]:
    """The largest number of each tier's claims, the tiers before it being served as far as possible.

    Without a cap by maximum flows of the claims of tiers 0 to t. With a cap those are only a bound, so the claims
    are counted by a flow without scores whose worths are the digits of a number.
    """
    if cap is None:
        reach = [most(network, level) for level in range(TIERS)]
        return tuple(np.diff([0, *reach]).tolist())
    base = network.flow + 1
    digits = tuple(base**power for power in reversed(range(TIERS)))
    return _count(_levels(instance, best(network, digits, None)))


def _count(level: NDArray[np.int64]) -> tuple[int, ...]:
    return tuple(np.bincount(level, minlength=TIERS).tolist())


def _levels(instance: Instance, pair: NDArray[np.int64]) -> NDArray[np.int64]:
    """The tier in which each pair counts: of a household of tier 0 the best one, its others count as others."""
    person = instance.person[pair]
    level = instance.tier[person].copy()
    zero = np.flatnonzero(level == HOUSEHOLDS)
    order = zero[np.lexsort((person[zero], -instance.score[pair[zero]], instance.household[person[zero]]))]
    household = instance.household[person[order]]
    level[order[1:][household[1:] == household[:-1]]] = OTHER
    return level
