"""Made-up people: places, names, identity numbers, phones, schooling, health."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from jobbridge.kernel import citizen_id

from . import households, names, places

Ints = NDArray[np.int64]
Texts = NDArray[np.str_]

LOCAL_PREFIX = "990235"
OTHER_PREFIXES = np.array(
    [
        "990101",
        "990112",
        "990229",
        "990234",
        "990236",
        "990237",
        "990422",
        "990521",
        "991302",
        "991681",
        "992801",
        "994403",
        "994419",
        "993303",
        "993505",
        "993205",
        "995223",
        "995301",
    ]
)
MINORITY_TOWN = "清水土家族乡"

EDUCATION = ("文盲或半文盲", "小学", "初中", "高中", "大专", "本科及以上")
_EDUCATION_BY_AGE = (  # upper age, shares
    (30, (0.000, 0.03, 0.36, 0.28, 0.19, 0.14)),
    (45, (0.005, 0.12, 0.56, 0.19, 0.09, 0.035)),
    (60, (0.030, 0.36, 0.48, 0.10, 0.025, 0.005)),
    (200, (0.22, 0.55, 0.19, 0.035, 0.004, 0.001)),
)
HEALTH = ("健康", "长期慢性病", "患有大病", "残疾")
SKILLS = ("普通劳动力", "技能劳动力", "弱劳动力或半劳动力", "丧失劳动力", "无劳动力")
ORDINARY, SKILLED, WEAK, LOST, NONE = range(5)
_STUDENT_SHARE = {16: 0.94, 17: 0.92, 18: 0.78, 19: 0.62, 20: 0.56, 21: 0.5, 22: 0.27, 23: 0.07}


@dataclass
class Population:
    """The register as it is in truth: one element a person, ordered by village, household, head first."""

    on: date
    house: Ints  # 0.. in order
    slot: Ints
    relation: NDArray[np.int8]
    sex: NDArray[np.int8]
    age: Ints
    birth: NDArray[np.datetime64]
    name: Texts
    id_number: Texts
    phone: Texts  # in use now, '' for none
    register_phone: Texts  # what the register knows: the same, an old one, or ''
    village: Ints
    minority: NDArray[np.bool_]
    education: NDArray[np.int8]
    student: NDArray[np.bool_]
    health: NDArray[np.int8]
    disability: NDArray[np.int8]  # kind * 10 + level, 0 for none
    skill: NDArray[np.int8]
    first: Ints  # index of the head of the person's household
    outsiders: dict[str, Texts]  # people of other counties who turn up in feeds: name, id_number, phone, sex, birth

    @property
    def size(self) -> int:
        """Number of people."""
        return len(self.house)

    @property
    def households(self) -> int:
        """Number of households."""
        return int(self.house[-1]) + 1


def _villages(rng: np.random.Generator, size: int) -> Ints:
    """A village for each household: sizes differ, communities in town are larger."""
    here = places.county()
    weight = rng.lognormal(0, 0.45, len(here.village_codes))
    weight *= np.array([2.2 if name.endswith("社区") else 1.0 for name in here.village_names])
    return np.sort(rng.choice(len(weight), size, p=weight / weight.sum()))


def _birth_days(rng: np.random.Generator, age: Ints, slot: Ints, on: date) -> NDArray[np.datetime64]:
    """A day on which somebody of that age was born; twins share it."""
    today = np.datetime64(on, "D")
    back = np.floor(age * 365.25 + rng.random(len(age)) * 364.0 + 1).astype(np.int64)
    twin = np.r_[False, (slot[1:] == households.C2) & (slot[:-1] == households.C1) & (age[1:] == age[:-1])]
    back[twin] = back[np.flatnonzero(twin) - 1]
    return today - back.astype("m8[D]")


def identity_numbers(
    rng: np.random.Generator, prefix: Texts, birth: NDArray[np.datetime64], sex: NDArray[np.int8]
) -> Texts:
    """Unique 18-character numbers with a right check character; the order number is odd for men."""
    day = np.char.replace(birth.astype("M8[D]").astype(str), "-", "")
    key = np.char.add(prefix, day)
    _, group = np.unique(np.char.add(key, sex.astype(str)), return_inverse=True)
    shuffled = rng.permutation(len(group))
    order = shuffled[np.argsort(group[shuffled], kind="stable")]  # members of one group side by side, at random
    starts = np.flatnonzero(np.r_[True, np.diff(group[order]) != 0])
    rank = np.arange(len(order)) - np.repeat(starts, np.diff(np.r_[starts, len(order)]))
    if rank.max() >= 500:
        raise ValueError("more than 500 people with one birthday, sex and place")
    offset = rng.integers(0, 500, len(starts))
    number = np.empty(len(order), np.int64)
    # 7 and 500 have no common factor, so the walk never meets itself.
    number[order] = (np.repeat(offset, np.diff(np.r_[starts, len(order)])) + 7 * rank) % 500
    serial = number * 2 + (sex == 0)
    first17 = np.char.add(key, np.char.zfill(serial.astype(str), 3))
    digits = first17.astype("S17").view(np.uint8).reshape(-1, 17).astype(np.int64) - 48
    check = np.array(list(citizen_id.CHECK_CHARACTERS))[(digits * np.array(citizen_id.WEIGHTS)).sum(axis=1) % 11]
    return np.char.add(first17, check)


def phone_numbers(rng: np.random.Generator, size: int) -> Texts:
    """Different numbers beginning with 164, a block nobody can have."""
    drawn = np.unique(rng.integers(0, 10**8, int(size * 1.02) + 100 + size * size // 10**8))
    rng.shuffle(drawn)
    return np.char.add("164", np.char.zfill(drawn[:size].astype(str), 8))


def _full_years(birth: NDArray[np.datetime64], on: date) -> Ints:
    """Age on the day in full years, as `jobbridge.kernel.months.age_on` counts."""
    month = birth.astype("M8[M]")
    day = (birth - month).astype(np.int64) + 1
    month_of_year = month.astype(np.int64) % 12 + 1
    year = birth.astype("M8[Y]").astype(np.int64) + 1970
    return on.year - year - ((month_of_year * 100 + day) > on.month * 100 + on.day)


def _schooling(rng: np.random.Generator, age: Ints) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    education = np.zeros(len(age), np.int8)
    lower = 0
    draw = rng.random(len(age))
    for upper, shares in _EDUCATION_BY_AGE:
        rows = (age >= lower) & (age < upper)
        education[rows] = np.minimum(np.searchsorted(np.cumsum(shares), draw[rows]), len(EDUCATION) - 1)
        lower = upper
    share = np.array([1.0 if years < 16 else _STUDENT_SHARE.get(years, 0.0) for years in range(120)])
    student = (rng.random(len(age)) < share[age]) & (age >= 3)
    return education, student


def _health(rng: np.random.Generator, age: Ints) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    draw = rng.random(len(age))
    disabled = draw < 0.012 + 0.0007 * np.maximum(age - 20, 0)
    severe = ~disabled & (draw > 0.997 - 0.00012 * age)
    chronic = ~disabled & ~severe & (rng.random(len(age)) < np.maximum(0.01, (age - 35) * 0.008))
    health = np.select([disabled, severe, chronic], [3, 2, 1], 0).astype(np.int8)
    kind = rng.choice([1, 2, 3, 4, 5, 6, 7], len(age), p=[0.12, 0.12, 0.02, 0.5, 0.08, 0.12, 0.04])
    level = rng.choice([1, 2, 3, 4], len(age), p=[0.1, 0.22, 0.33, 0.35])
    return health, np.where(disabled, kind * 10 + level, 0).astype(np.int8)


def _skills(
    rng: np.random.Generator,
    age: Ints,
    student: NDArray[np.bool_],
    health: NDArray[np.int8],
    disability: NDArray[np.int8],
) -> NDArray[np.int8]:
    draw = rng.random(len(age))
    level = disability % 10
    return np.select(
        [
            (age < 16) | student,
            (level > 0) & (level <= 2),
            (age >= 75) | ((age >= 63) & (draw < 0.55)),
            (health == 2) & (draw < 0.5),
            (level > 2) | (health == 2) | ((health == 1) & (draw < 0.3)) | (age >= 63),
            draw > 0.86,
        ],
        [NONE, LOST, NONE, LOST, WEAK, SKILLED],
        ORDINARY,
    ).astype(np.int8)


def _share_opening(
    rng: np.random.Generator,
    given: NDArray[np.uint32],
    slot: Ints,
    house: Ints,
    members: tuple[int, ...],
    share: float,
) -> None:
    """Brothers and sisters carry one generation character: the elder's first one, changed in place."""
    rows = np.flatnonzero(np.isin(slot, members) & (given[:, 1] > 0))
    families, start = np.unique(house[rows], return_index=True)
    keeps = rng.random(len(families)) < share
    family = np.searchsorted(families, house[rows])
    given[rows[keeps[family]], 0] = given[rows[start[family[keeps[family]]]], 0]


def _phones(rng: np.random.Generator, age: Ints, first: Ints, own: Texts) -> tuple[Texts, Texts]:
    """(in use, in the register); the old and the young often share the head's phone, children have none.

    `own` holds two numbers a person: the one in use and one given up since.
    """
    size = len(age)
    share = np.select([age > 66, age < 22], [0.5, 0.3], 0.06)
    shared = (rng.random(size) < share) & (age[first] >= 14)
    now = np.where(age < 14, "", np.where(shared, own[:size][first], own[:size]))
    draw = rng.random(size)
    known = np.where((draw < 0.18) | (now == ""), "", np.where(draw < 0.32, own[size:], now))
    return now, known


def make(rng: np.random.Generator, people: int, on: date, *, outsiders: float = 0.025) -> Population:
    """Draw the whole register of `people` as it stands on the day `on`, and so many outsiders a person of it."""
    here = places.county()
    member = households.build(rng, people)
    size, house = len(member.house), member.house
    count = int(house[-1]) + 1
    house_village = _villages(rng, count)
    village = house_village[house]
    first = np.searchsorted(house, np.arange(count))[house]

    clans = names.draw_surnames(rng, len(here.village_codes) * 3).reshape(-1, 3)
    clan = clans[house_village, rng.choice(3, count, p=[0.6, 0.25, 0.15])]
    family = np.where(rng.random(count) < 0.55, clan, names.draw_surnames(rng, count))
    surname = np.where(member.own_family, family[house], names.draw_surnames(rng, size))
    birth = _birth_days(rng, member.age, member.slot, on)
    age = _full_years(birth, on)
    year = birth.astype("M8[Y]").astype(np.int64) + 1970
    given = names.draw_given(rng, member.sex, year)
    _share_opening(rng, given, member.slot, house, (households.C1, households.C2, households.C3), 0.35)
    _share_opening(rng, given, member.slot, house, (households.P1, households.U), 0.45)

    strangers = max(300, round(people * outsiders))
    stranger_sex = rng.integers(0, 2, strangers).astype(np.int8)
    stranger_age = rng.integers(17, 62, strangers)
    stranger_birth = _birth_days(rng, stranger_age, np.zeros(strangers, np.int64), on)
    moved = rng.random(size) < np.where(np.isin(member.slot, households.FEMALE_SLOTS), 0.28, 0.03)
    prefix = np.where(moved, rng.choice(OTHER_PREFIXES, size), LOCAL_PREFIX)
    ids = identity_numbers(
        rng,
        np.r_[prefix, rng.choice(OTHER_PREFIXES, strangers)],
        np.r_[birth, stranger_birth],
        np.r_[member.sex, stranger_sex],
    )
    education, student = _schooling(rng, age)
    health, disability = _health(rng, age)
    numbers = phone_numbers(rng, 2 * size + strangers)
    phone, register_phone = _phones(rng, age, first, numbers[: 2 * size])
    stranger_year = stranger_birth.astype("M8[Y]").astype(np.int64) + 1970
    stranger_phone = numbers[2 * size :].copy()
    # Numbers go back to the carrier and to somebody else: a few strangers hold one the register still has.
    old = np.flatnonzero((register_phone != "") & (register_phone != phone))
    reused = rng.random(strangers) < (0.06 if len(old) else 0.0)
    if reused.any():
        stranger_phone[reused] = register_phone[rng.choice(old, reused.sum())]
    town = np.array(here.town_names)[here.town_of[village]]
    return Population(
        on=on,
        house=house,
        slot=member.slot,
        relation=member.relation,
        sex=member.sex,
        age=age,
        birth=birth,
        name=names.compose(surname, given),
        id_number=ids[:size],
        phone=phone,
        register_phone=register_phone,
        village=village,
        minority=rng.random(size) < np.where(town == MINORITY_TOWN, 0.72, 0.02),
        education=education,
        student=student,
        health=health,
        disability=disability,
        skill=_skills(rng, age, student, health, disability),
        first=first,
        outsiders={
            "name": names.compose(
                names.draw_surnames(rng, strangers), names.draw_given(rng, stranger_sex, stranger_year)
            ),
            "id_number": ids[size:],
            "phone": stranger_phone,
            "sex": np.array(["男", "女"])[stranger_sex],
            "birth": stranger_birth.astype(str),
        },
    )
