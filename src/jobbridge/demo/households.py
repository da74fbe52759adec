"""Who lives together: households of a county whose working generation is mostly away.

Every household is built around a couple (P1, P2) with parents (G1, G2), children (C1-C3) and an unmarried brother
(U), each of whom may be missing. All draws are made for all households at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .words import words

G1, G2, P1, P2, C1, C2, C3, U = range(8)
SLOTS = 8
MALE_SLOTS, FEMALE_SLOTS = (G1, P1, U), (G2, P2)

RELATIONS = words("""
    户主 配偶 之子 之女 之儿媳 之女婿 之孙子 之孙女 之外孙子 之外孙女 之父 之母 之岳父 之岳母 之公公 之婆婆
    之兄弟姐妹 其他
""")
_R = {name: index for index, name in enumerate(RELATIONS)}

# Share of each shape, and the chance that each slot is filled in it (G1 G2 P1 P2 C1 C2 C3 U).
SHAPES = (
    ("nuclear", 0.290, (0, 0, 1, 1, 0.97, 0.50, 0.10, 0)),
    ("three generations", 0.265, (0.62, 0.80, 1, 1, 0.95, 0.50, 0.10, 0)),
    ("old couple", 0.105, (1, 1, 0, 0, 0, 0, 0, 0)),
    ("old man", 0.025, (1, 0, 0, 0, 0, 0, 0, 0)),
    ("old woman", 0.040, (0, 1, 0, 0, 0, 0, 0, 0)),
    ("couple alone", 0.080, (0, 0, 1, 1, 0, 0, 0, 0)),
    ("grandparents and grandchildren", 0.025, (0.65, 1, 0, 0, 1, 0.45, 0, 0)),
    ("father and children", 0.035, (0.15, 0.35, 1, 0, 1, 0.35, 0, 0)),
    ("mother and children", 0.025, (0.05, 0.15, 0, 1, 1, 0.40, 0, 0)),
    ("single man", 0.050, (0, 0, 1, 0, 0, 0, 0, 0)),
    ("son and old mother", 0.045, (0.35, 1, 1, 0, 0, 0, 0, 0)),
    ("three generations and brother", 0.015, (0.6, 0.9, 1, 1, 0.95, 0.5, 0.1, 1)),
)
_OLD = {"old couple", "old man", "old woman"}


@dataclass(frozen=True)
class Members:
    """People in household order; one element a person."""

    house: NDArray[np.int64]
    slot: NDArray[np.int64]
    relation: NDArray[np.int8]  # index into RELATIONS
    sex: NDArray[np.int8]  # 0 man, 1 woman
    age: NDArray[np.int64]  # full years
    own_family: NDArray[np.bool_]  # bears the household's surname


def _ages(rng: np.random.Generator, shape: NDArray[np.int64]) -> NDArray[np.int64]:
    """(households, slots) ages; the couple's age decides the others."""
    size = len(shape)
    names = np.array([name for name, _, _ in SHAPES])[shape]
    couple = rng.triangular(25, 41, 60, size)
    couple = np.where(names == "couple alone", rng.triangular(38, 56, 68, size), couple)
    couple = np.where(names == "single man", rng.triangular(24, 45, 74, size), couple)
    couple = np.where(np.isin(names, list(_OLD)), rng.triangular(36, 44, 64, size), couple)
    couple = np.where(names == "grandparents and grandchildren", rng.triangular(29, 36, 48, size), couple)
    age = np.zeros((size, SLOTS))
    age[:, P1] = couple
    age[:, P2] = np.maximum(20, couple - rng.normal(1.8, 2.6, size))
    age[:, G1] = couple + rng.triangular(20, 25, 37, size)
    age[:, G2] = np.maximum(couple + 17, age[:, G1] - rng.normal(2.2, 2.6, size))
    age[:, C1] = np.minimum(age[:, P1], age[:, P2]) - rng.triangular(19, 23.5, 34, size)
    twins = rng.random(size) < 0.012
    age[:, C2] = age[:, C1] - np.where(twins, 0, rng.triangular(1, 3, 9, size))
    age[:, C3] = age[:, C2] - rng.triangular(1, 3, 8, size)
    age[:, U] = couple - rng.normal(3, 4, size)
    return np.floor(age).astype(np.int64)


def _relations(
    head: NDArray[np.int64], married_in: NDArray[np.bool_], child_sex: NDArray[np.int8]
) -> NDArray[np.int8]:
    """(households, slots) relation to the head; `married_in` marks couples where the man moved in."""
    size = len(head)
    out = np.full((size, SLOTS), _R["其他"], np.int8)
    old = (head == G1) | (head == G2)
    first, second = head == P1, head == P2
    out[:, G1] = np.select(
        [old, first & ~married_in, first, second & ~married_in],
        [_R["配偶"], _R["之父"], _R["之岳父"], _R["之公公"]],
        _R["之父"],
    )
    out[:, G2] = np.select(
        [old, first & ~married_in, first, second & ~married_in],
        [_R["配偶"], _R["之母"], _R["之岳母"], _R["之婆婆"]],
        _R["之母"],
    )
    out[:, P1] = np.select([old & married_in, old, second], [_R["之女婿"], _R["之子"], _R["配偶"]], _R["户主"])
    out[:, P2] = np.select([old & married_in, old, first], [_R["之女"], _R["之儿媳"], _R["配偶"]], _R["户主"])
    for order, slot in enumerate((C1, C2, C3)):
        girl = child_sex[:, order] == 1
        out[:, slot] = np.select(
            [old & married_in & girl, old & married_in, old & girl, old, girl],
            [_R["之外孙女"], _R["之外孙子"], _R["之孙女"], _R["之孙子"], _R["之女"]],
            _R["之子"],
        )
    out[:, U] = np.select([old, first], [_R["之子"], _R["之兄弟姐妹"]], _R["其他"])
    out[np.arange(size), head] = _R["户主"]
    return out


def build(rng: np.random.Generator, people: int) -> Members:
    """Households with exactly `people` members in all; the last one is cut to fit."""
    size = people // 2 + 20
    shape = rng.choice(len(SHAPES), size, p=[share for _, share, _ in SHAPES])
    chance = np.array([row for _, _, row in SHAPES])[shape]
    present = rng.random((size, SLOTS)) < chance
    age = _ages(rng, shape)
    child_sex = (rng.random((size, 3)) < 0.475).astype(np.int8)
    for order, slot in enumerate((C1, C2, C3)):
        gone = (child_sex[:, order] == 1) & (age[:, slot] > 25) & (rng.random(size) < 0.75)  # married away
        present[:, slot] &= (age[:, slot] >= 0) & ~gone
    present[:, [G1, G2]] &= age[:, [G1, G2]] < 100
    empty = ~present.any(axis=1)
    present[empty, G2] = True
    age[:, G2] = np.minimum(age[:, G2], 99)
    only_children = ~present[:, [G1, G2, P1, P2]].any(axis=1)
    present[only_children, G2] = True
    # Head: usually the husband; the old man while he is able; whoever is there otherwise.
    old_leads = present[:, G1] & (age[:, G1] < 78) & (rng.random(size) < 0.4)
    head = np.select(
        [old_leads, present[:, P1] & (rng.random(size) < 0.94), present[:, P2], present[:, P1], present[:, G1]],
        [G1, P1, P2, P1, G1],
        G2,
    )
    married_in = (rng.random(size) < 0.06) & present[:, P1] & present[:, P2]
    relation = _relations(head, married_in, child_sex)
    sex = np.zeros((size, SLOTS), np.int8)
    sex[:, list(FEMALE_SLOTS)] = 1
    sex[:, [C1, C2, C3]] = child_sex
    own = np.ones((size, SLOTS), bool)
    own[:, G2] = False
    own[:, P2] = married_in
    own[:, P1] = ~married_in
    # The head comes first in every list a county keeps.
    order = np.tile(np.arange(SLOTS), (size, 1))
    order[order == head[:, None]] = -1
    rows, slots = np.nonzero(present)
    sorting = np.lexsort((order[rows, slots], rows))[:people]
    if len(sorting) < people:
        raise ValueError("household shapes are too small for the number of people asked for")
    house, slot = rows[sorting], slots[sorting]
    return Members(house, slot, relation[house, slot], sex[house, slot], age[house, slot], own[house, slot])
