"""What a county may set.  Thresholds and defaults are data: they are stored with every run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parameters:
    """Settings of one run.

    The ``*_rates`` are what the engine believes before it has seen a single verified pair; each counts
    as ``belief`` pairs and is overruled by the validated ids of the feed itself (stage A).  They were
    measured on the made-up county, not on real people.

    Attributes
    ----------
    auto, review
        Lower ends of the two upper zones, as posterior probabilities.
    propagate
        Whether the second pass (stage P) runs.
    proven
        Posterior from which a link may teach the second pass a new phone.
    max_block
        A key shared by more register rows than this (a very common name, a clerk's phone entered for a
        whole village) proposes no candidates by itself.
    max_namesakes
        The same for a full name with nothing else: one of so many could never be told from the others by it.
    max_household
        Larger households (collective ones) are not searched for relatives of a phone's owner.
    belief
        Pseudo-count, in pairs, of the default rates.
    name_rates
        P(level | same person): exact, sound, glyph, edit, other.
    mask_fits
        P(the mask fits the register's name | same person).
    phone_rates
        P(level | same person, the feed gives a phone): own, household, other, unlisted.
    alias_holds
        P(the proven phone is used again | same person).
    village_rates
        P(level | same person): same, town, other.
    sex_agrees, birth_rates
        P(sex agrees | same person); P(level | same person): same, near, other.
    masked_id_rates
        P(level | same person) of a masked id: fit, near, other.
    wrong_id_rates
        P(level | same person) of an id with a bad checksum: near, other.
    other_id_rates
        P(level | same person) of a valid id that is not the register's: near, other.
    same_id_chance
        Chance that a stranger's valid id is a given one: one person of 1.4 thousand million.
    near_id_chance
        Share of the register within one edit of an arbitrary id (brothers, neighbours, twins).
    in_register
        Share of feed rows about people of the register, before looking.
    threads, memory_limit
        Given to DuckDB.
    spill_directory
        Where DuckDB may put what does not fit; None keeps personal data off the disk.
    """

    auto: float = 0.95
    review: float = 0.30
    propagate: bool = True
    proven: float = 0.97
    max_block: int = 60
    max_namesakes: int = 12
    max_household: int = 15
    belief: float = 50.0
    name_rates: tuple[float, float, float, float, float] = (0.930, 0.030, 0.025, 0.010, 0.005)
    mask_fits: float = 0.97
    phone_rates: tuple[float, float, float, float] = (0.60, 0.06, 0.16, 0.18)
    alias_holds: float = 0.90
    village_rates: tuple[float, float, float] = (0.88, 0.05, 0.07)
    sex_agrees: float = 0.99
    birth_rates: tuple[float, float, float] = (0.97, 0.02, 0.01)
    masked_id_rates: tuple[float, float, float] = (0.94, 0.05, 0.01)
    wrong_id_rates: tuple[float, float] = (0.97, 0.03)
    other_id_rates: tuple[float, float] = (0.004, 0.0005)
    same_id_chance: float = 7e-10
    near_id_chance: float = 5e-6
    in_register: float = 0.5
    threads: int = 2
    memory_limit: str = "4GB"
    spill_directory: str | None = None

    def __post_init__(self) -> None:
        if not 0.0 < self.review <= self.auto < 1.0:
            raise ValueError(f"need 0 < review <= auto < 1, not review={self.review} auto={self.auto}")
        if self.threads < 1:
            raise ValueError(f"threads must be at least 1, not {self.threads}")
        if min(self.max_block, self.max_namesakes, self.max_household) < 1 or self.belief <= 0:
            raise ValueError("max_block, max_namesakes, max_household and belief must be positive")
