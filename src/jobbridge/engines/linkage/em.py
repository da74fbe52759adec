"""Rates without labels: how often fields agree for one and the same person, and for strangers.

Pairs come grouped by their pattern of levels, so the work here follows the number of patterns, not of rows.

*Found* pairs are those some block proposed: nearly all true pairs are among them.  From these, m of a field is
learnt only where a block that does not use the field found the pair, or agreement would prove itself.
*Drawn* pairs are a sample of all pairs; nearly all are strangers, and u is their share, the few that look
like one person counted out.  Both rest on the fields being independent given the answer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_MAX_ROUNDS = 200
_CLOSE_ENOUGH = 1e-6
# Pairs that the first guess of m counts for, and the share of "exact" in it.
_BELIEF = 4.0
_FIRST_EXACT = 0.85
_LEAST_PRIOR = 1e-13


@dataclass(frozen=True, slots=True)
class Patterns:
    """Distinct patterns with their number of pairs.

    Attributes
    ----------
    levels
        One row a pattern, one column a field; 0 is the closest level, -1 nothing to compare.
    blocks
        Bit mask of the blocks that found the pairs.
    pairs
        How many pairs look so.
    """

    levels: NDArray[np.int64]
    blocks: NDArray[np.int64]
    pairs: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rates:
    """What a run rests on.

    Attributes
    ----------
    m, u
        By field, P(level | same person) and P(level | strangers); each sums to one.
    prior
        P(two rows drawn at random are one person).
    rounds
        Of estimation until nothing moved.
    """

    m: tuple[tuple[float, ...], ...]
    u: tuple[tuple[float, ...], ...]
    prior: float
    rounds: int


def learn(
    found: Patterns, drawn: Patterns, sizes: tuple[int, ...], free: tuple[int, ...], all_pairs: float, prior: float
) -> Rates:
    """Expectation and maximisation in turn.

    Parameters
    ----------
    sizes
        Number of levels of each field, ``other`` included.
    free
        By field, the mask of the blocks that do not use it.
    all_pairs
        Number of pairs there are in all.
    prior
        First guess.
    """
    m = [_first(size) for size in sizes]
    u = [_shares(drawn.levels[:, at], drawn.pairs, size) for at, size in enumerate(sizes)]
    learnt_from = [(found.blocks & mask) != 0 for mask in free]
    rounds, moved = 0, 1.0
    while moved > _CLOSE_ENOUGH and rounds < _MAX_ROUNDS:
        rounds += 1
        before = np.concatenate([*m, *u])
        expected = found.pairs * _chance(found.levels, m, u, prior)
        strangers = drawn.pairs * (1 - _chance(drawn.levels, m, u, prior))
        prior = min(0.5, max(_LEAST_PRIOR, float(expected.sum()) / max(1.0, all_pairs)))
        for at, size in enumerate(sizes):
            counted = _count(found.levels[:, at], np.where(learnt_from[at], expected, 0.0), size)
            m[at] = (counted + _BELIEF * _first(size)) / (counted.sum() + _BELIEF)
            u[at] = _shares(drawn.levels[:, at], strangers, size)
        moved = float(np.abs(np.concatenate([*m, *u]) - before).max())
    return Rates(
        m=tuple(tuple(float(x) for x in rates) for rates in m),
        u=tuple(tuple(float(x) for x in rates) for rates in u),
        prior=prior,
        rounds=rounds,
    )


def _chance(
    levels: NDArray[np.int64], m: list[NDArray[np.float64]], u: list[NDArray[np.float64]], prior: float
) -> NDArray[np.float64]:
    """Posterior of every pattern."""
    odds = np.full(len(levels), np.log(prior / (1 - prior)))
    for at in range(levels.shape[1]):
        weights = np.append(np.log(m[at] / u[at]), 0.0)  # level -1, nothing to compare, finds the last
        odds += weights[levels[:, at]]
    chance: NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(odds, -700, 700)))
    return chance


def _first(size: int) -> NDArray[np.float64]:
    return np.array([_FIRST_EXACT] + [(1 - _FIRST_EXACT) / (size - 1)] * (size - 1))


def _count(level: NDArray[np.int64], weights: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    told = level >= 0
    return np.bincount(level[told], weights=weights[told], minlength=size).astype(np.float64)


def _shares(level: NDArray[np.int64], weights: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Shares of the levels; a level never met counts as half a pair."""
    counted = _count(level, weights, size) + 0.5
    shares: NDArray[np.float64] = counted / counted.sum()
    return shares
