"""What a run can be told: weights of the score, tiers, capacities, and how hard to try."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SCORE_MAX = 10_000
TIERS = 3

# Posts that ask for no trade, open to every seeker: labourers (6-00), packers, other production helpers,
# porters, cleaners. Prefixes of the occupation classification of 2022.
GENERAL_LABOUR = ("6-00", "6-31-05", "6-31-99", "4-02-05-01", "4-09-08-01")


class Weights(NamedTuple):
    """Points of each named term. The largest possible sum must not exceed 10,000.

    ``first`` and ``second`` are the seeker's first and second occupation; ``minor`` is the same 小类 (three
    parts of the code), ``middle`` the same 中类 (two parts). Place points fall linearly to nothing at
    ``far_km`` inside the county. A seeker willing to go anywhere gets ``home_percent`` of the home points,
    so that posts near home stay with those who cannot leave.
    """

    first_same: int = 4000
    second_same: int = 3400
    first_minor: int = 2600
    second_minor: int = 2300
    first_middle: int = 2000
    second_middle: int = 1800
    general: int = 1200
    place: int = 2000
    preferred: int = 2000
    province: int = 1300
    elsewhere: int = 1100
    far_km: int = 50
    home_percent: int = 80
    lodging: int = 500
    wage: int = 2000
    skill: int = 1500

    @property
    def beyond_occupation(self) -> int:
        """Most points that all terms but the occupation can add up to."""
        return max(self.place, self.preferred, self.province, self.elsewhere) + self.lodging + self.wage + self.skill

    @property
    def largest(self) -> int:
        """Largest possible score."""
        return max(self[:7]) + self.beyond_occupation


@dataclass(frozen=True)
class Parameters:
    """Settings of one run.

    Attributes
    ----------
    k : recommendations for each seeker, 1 to 8.
    kappa : candidates for each opening; a post gets at most ``max(1, floor(kappa * openings))``.
    tolerance : stop when the certified gap is at most this share of the score.
    weights : points of the score's terms.
    first_bonus : worth of the first recommendation to a seeker of tier 0, 1, 2, in points. Priority of the
        zero-employment households is this and nothing else; it is far above any score.
    next_bonus : worth of a second recommendation; each further one is worth half of the one before.
    wage_percent : a post is refused when its top wage is below this percentage of the seeker's floor.
    notice_days : a seeker available later than this many days from the date of the run is not matched.
    general_labour : prefixes of the occupations open to every seeker.
    list_size : posts kept in view for each seeker, at most 64. With fewer than about 50 the lists of a county
        with many posts a seeker take three times the rounds to settle.
    sampled_list_size : the same once prices are known from a sample, when 30 are enough.
    rounds : at most so many rounds of auction and rescan.
    step, last_step : price step of the early rounds and smallest price step, in points.
    sample_from : from so many seekers on, prices are first learnt on a sample.
    sample_share : size of that sample.
    threads : threads of the scans; 0 takes the usable cores. The result does not depend on it.
    measure_priority : solve once more without bonuses, to tell what priority costs; takes as long again.
    """

    k: int = 3
    kappa: float = 3.0
    tolerance: float = 0.005
    weights: Weights = field(default_factory=Weights)
    first_bonus: tuple[int, int, int] = (80_000, 50_000, 20_000)
    next_bonus: int = 5_000
    wage_percent: int = 80
    notice_days: int = 30
    general_labour: tuple[str, ...] = GENERAL_LABOUR
    list_size: int = 60
    sampled_list_size: int = 30
    rounds: int = 10
    step: int = 200
    last_step: int = 5
    sample_from: int = 50_000
    sample_share: float = 0.1
    threads: int = 0
    measure_priority: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.k <= 8:
            raise ValueError("k must be between 1 and 8")
        if not all(self.k < size <= 64 for size in (self.list_size, self.sampled_list_size)):
            raise ValueError("list sizes must be above k and at most 64")
        if not 0 < self.kappa < math.inf:
            raise ValueError("kappa must be a number above 0")
        if min(self.weights) < 0 or self.weights.largest > SCORE_MAX or self.weights.far_km == 0:
            raise ValueError(f"weights must be positive and add up to at most {SCORE_MAX}")
        if not (self.rounds >= 1 and self.step >= self.last_step >= 1 and self.tolerance >= 0):
            raise ValueError("rounds and price steps must be at least 1, the tolerance not negative")
        if not 0 < self.sample_share < 1:
            raise ValueError("sample_share must be between 0 and 1")
        if len(self.first_bonus) != TIERS or not 0 <= self.next_bonus <= min(self.first_bonus) <= 1_000_000:
            raise ValueError("bonuses must not be negative, and the first must be the largest")
        if max(self.first_bonus) > 1_000_000:
            raise ValueError("bonuses above 1,000,000 points are not supported")

    def bonuses(self) -> NDArray[np.int32]:
        """Return the worth of the first, second, ... recommendation: shape (3, k), falling along a row."""
        later = [self.next_bonus >> step for step in range(self.k - 1)]
        return np.array([[first, *later] for first in self.first_bonus], np.int32)
