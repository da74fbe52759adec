"""What a doubtful pair is worth, which decisions are looked at twice, and how well two reviewers agree."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SCALE = 1000  # a priority is a whole number: thousandths of posterior x points


@dataclass(frozen=True)
class Facts:
    """What hangs on a pair. ``status`` is the letter of the ledger, "" for persons outside the labour force."""

    direction: str = ""
    status: str = ""
    hold: str = ""
    zero_household: bool = False
    key_group: bool = False
    monitored: bool = False
    draws_pension: bool = False


def consequences(facts: Facts) -> tuple[str, ...]:
    """Names of the consequences that a confirmed pair would have; ``data/review.yaml`` says what each weighs."""
    found = {
        "zero_household": facts.zero_household,
        "home_while_away": facts.direction == "home" and facts.status == "W",
        "id_misuse": facts.hold == "id_other_name",
        "aided": facts.monitored or (facts.draws_pension and facts.direction == "away"),
        "key_group": facts.key_group,
        "away_while_here": facts.direction == "away" and facts.status in ("S", "N", "U"),
    }
    return tuple(name for name, true in found.items() if true)


def priority(posterior: float, names: Sequence[str], weights: Mapping[str, int], *, asked: bool = False) -> int:
    """Posterior times the points of the consequences: what a right decision is expected to bring.

    A pair whose question is ``asked`` by another pair already comes after all others.

    >>> priority(0.8, ["zero_household"], {"zero_household": 4})
    4000
    >>> priority(0.8, ["zero_household"], {"zero_household": 4}, asked=True)
    0
    """
    if asked:
        return 0
    return round(SCALE * posterior * (1 + sum(weights[name] for name in names)))


def sampled(key: bytes, share: float) -> bool:
    """Whether the pair of this record is shown to a second clerk: by its digest, so that nobody can choose.

    The same record always falls on the same side; a larger share takes in all of a smaller one.
    """
    digest = hashlib.sha256(b"second opinion" + key).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64


def rank_of(person_id: int | None, candidates: Sequence[int]) -> int:
    """A word as a category: 0 is none of them, 1 the first candidate and so on."""
    return 1 + list(candidates).index(person_id) if person_id in candidates else 0


@dataclass(frozen=True)
class Agreement:
    """How far two reviewers of the same pairs agree: share, and Cohen's kappa (None where it says nothing)."""

    pairs: int
    observed: float | None
    kappa: float | None


def agreement(words: Sequence[tuple[int, int]]) -> Agreement:
    """Agreement of ``(first, second)`` categories.

    Kappa is (observed - expected) / (1 - expected), expected from how often each side used each category; where
    both always said one and the same thing there is nothing to compare with chance.
    """
    n = len(words)
    if not n:
        return Agreement(0, None, None)
    observed = sum(first == second for first, second in words) / n
    ones, twos = Counter(first for first, _ in words), Counter(second for _, second in words)
    expected = sum(ones[category] * twos[category] for category in ones) / n**2
    return Agreement(n, observed, None if expected == 1 else (observed - expected) / (1 - expected))
