"""Who works where, who wants work, and which households have no job at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from jobbridge.kernel.retirement import Kind, retirement_month

from . import households, places, welfare
from .people import NONE, SKILLED, WEAK, Population

STATES = ("非劳动力", "外出务工", "县内务工", "灵活就业", "公益性岗位", "未就业无意愿", "未就业有意愿")
OUT, AWAY, NEARBY, FLEXIBLE, PUBLIC, UNWILLING, WILLING = range(7)
EMPLOYED = (AWAY, NEARBY, FLEXIBLE, PUBLIC)
REASONS = ("", "照料老幼", "健康原因", "务农", "其他", "找不到合适岗位", "企业停产或裁员", "刚返乡")
ZERO_SHARE = 0.004  # households made to have labour, no job and the wish for one
RECORDED = 0.93  # of those at work have a record in the monthly work sheet
INDUSTRIES = (
    "制造业",
    "建筑业",
    "批发和零售业",
    "住宿和餐饮业",
    "居民服务、修理和其他服务业",
    "交通运输、仓储和邮政业",
)


@dataclass(frozen=True)
class Spells:
    """Periods of work; one element a period, in order of person and start."""

    person: NDArray[np.int64]
    start: NDArray[np.datetime64]
    end: NDArray[np.datetime64]  # NaT while it lasts
    place: NDArray[np.int64]  # index into places.destinations(), -1 for the own county
    state: NDArray[np.int8]  # one of EMPLOYED
    wage: NDArray[np.int64]  # yuan a month
    industry: NDArray[np.int8]


@dataclass(frozen=True)
class Survey:
    """Answers of the willingness survey; one element a labourer who was reached."""

    person: NDArray[np.int64]
    day: NDArray[np.datetime64]


@dataclass(frozen=True)
class Work:
    """The truth about work on the day, by person and by household."""

    labour: NDArray[np.bool_]
    state: NDArray[np.int8]
    reason: NDArray[np.int8]  # index into REASONS for those without work
    spells: Spells
    survey: Survey
    zero: NDArray[np.bool_]  # by household: labour, nobody at work, somebody willing
    zero_from_files: NDArray[np.int8]  # what undamaged files let one conclude: 1 yes, 0 no, -1 unknown


def _retirement(birth: NDArray[np.datetime64], sex: NDArray[np.int8]) -> NDArray[np.datetime64]:
    """Month of legal retirement of everybody, through the kernel's rule for each month of birth."""
    month = birth.astype("M8[M]")
    result = month.copy()
    for code, kind in ((0, Kind.MEN_60), (1, Kind.WOMEN_55)):
        rows = sex == code
        births, back = np.unique(month[rows], return_inverse=True)
        leaves = [retirement_month(value.astype("M8[D]").astype(date), kind) for value in births]
        result[rows] = np.array(leaves, "M8[M]")[back]
    return result


def _states(
    rng: np.random.Generator, people: Population, kinds: welfare.Welfare, labour: NDArray[np.bool_]
) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    """First draw of everybody's state, before households are looked at as a whole."""
    grand = np.zeros(people.households, bool)
    grand[people.house[np.isin(people.slot, (households.G1, households.G2)) & (people.age < 76)]] = True
    small = np.zeros(people.households, bool)
    small[people.house[people.age < 6]] = True
    poor = kinds.category[people.house] != welfare.ORDINARY
    minder = labour & (people.sex == 1) & small[people.house] & ~grand[people.house]
    weak = people.skill == WEAK
    shares = np.array([0.53, 0.235, 0.09, 0.0, 0.12, 0.025])  # AWAY .. WILLING
    weight = np.tile(shares, (people.size, 1))
    weight[grand[people.house], 0] *= 1.35
    weight[people.age > 55, 0] *= 0.5
    weight[people.age > 55, 4] *= 2.2
    weight[weak, 0] *= 0.25
    weight[weak, 4] *= 2.5
    weight[weak | poor, 3] = 0.08
    weight[minder, 4] *= 4.5
    cumulative = np.cumsum(weight, axis=1)
    draw = rng.random(people.size) * cumulative[:, -1]
    state = (cumulative < draw[:, None]).sum(axis=1) + 1
    return np.where(labour, state, OUT).astype(np.int8), minder


def _settle_households(
    rng: np.random.Generator, people: Population, labour: NDArray[np.bool_], state: NDArray[np.int8]
) -> NDArray[np.bool_]:
    """Make the chosen households zero-employment and every other one not; returns the flag by household."""
    count = people.households
    has_labour = np.zeros(count, bool)
    has_labour[people.house[labour]] = True
    able = np.flatnonzero(has_labour)
    # A household with one or two labourers is where it happens.
    size = np.bincount(people.house[labour], minlength=count)[able]
    weight = np.select([size == 1, size == 2], [1.5, 1.0], 0.25)
    wanted = min(len(able), max(3, round(count * ZERO_SHARE)))
    zero = np.zeros(count, bool)
    zero[rng.choice(able, wanted, replace=False, p=weight / weight.sum())] = True
    inside = labour & zero[people.house]
    rows = np.flatnonzero(inside)
    first = rows[np.r_[True, np.diff(people.house[rows]) != 0]]
    state[rows] = np.where(rng.random(len(rows)) < 0.45, WILLING, UNWILLING)
    state[first] = WILLING
    # Elsewhere somebody willing but nobody at work: the willing one has found work nearby.
    working = np.zeros(count, bool)
    working[people.house[np.isin(state, EMPLOYED)]] = True
    alone = (state == WILLING) & ~working[people.house] & ~zero[people.house]
    state[alone] = NEARBY
    working[people.house[alone]] = True
    # Half of the households that live from their field alone have somebody with odd jobs.
    idle = np.flatnonzero(labour & ~working[people.house] & ~zero[people.house])
    odd = idle[rng.random(len(idle)) < 0.5]
    state[odd] = FLEXIBLE
    return zero


def _wage(
    rng: np.random.Generator,
    people: Population,
    person: NDArray[np.int64],
    state: NDArray[np.int8],
    place: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Monthly wage in yuan, in steps of 50: by place, skill and sex."""
    coast = place >= 0
    base = np.select([coast, state == NEARBY, state == FLEXIBLE], [6100.0, 3900.0, 3000.0], 900.0)
    factor = rng.lognormal(0, 0.2, len(person)) * np.where(people.sex[person] == 1, 0.86, 1.0)
    factor *= np.where(people.skill[person] == SKILLED, 1.18, 1.0)
    factor = np.where(state == PUBLIC, 1.0, factor)
    return np.clip(np.round(base * factor / 50) * 50, 500, 16000).astype(np.int64)


def _spells(rng: np.random.Generator, people: Population, state: NDArray[np.int8]) -> Spells:
    today = np.datetime64(people.on, "D")
    oldest = people.birth + np.timedelta64(int(16.2 * 365.25), "D")
    now = np.flatnonzero(np.isin(state, EMPLOYED))
    begun = np.minimum(today - rng.integers(8, 900, len(now)), today - 1)
    begun = np.maximum(begun, np.minimum(oldest[now], today - 1))
    past_share = np.select([state == WILLING, state == UNWILLING, np.isin(state, EMPLOYED)], [0.8, 0.2, 0.25], 0.0)
    before = np.flatnonzero(rng.random(people.size) < past_share)
    current_start = np.full(people.size, today)
    current_start[now] = begun
    end = np.minimum(current_start[before] - rng.integers(5, 160, len(before)), today - 2)
    start = end - rng.integers(35, 700, len(before))
    kept = start > oldest[before]
    before, start, end = before[kept], start[kept], end[kept]
    person = np.r_[now, before]
    kind = np.r_[state[now], np.where(rng.random(len(before)) < 0.75, AWAY, NEARBY)].astype(np.int8)
    _, shares = places.destinations()
    place = np.where(kind == AWAY, np.searchsorted(shares, rng.random(len(person))), -1)
    begin = np.r_[begun, start]
    order = np.lexsort((begin, person))
    return Spells(
        person=person[order],
        start=begin[order],
        end=np.r_[np.full(len(now), np.datetime64("NaT"), "M8[D]"), end][order],
        place=place[order],
        state=kind[order],
        wage=_wage(rng, people, person[order], kind[order], place[order]),
        industry=rng.choice(6, len(person), p=[0.45, 0.2, 0.1, 0.11, 0.08, 0.06]).astype(np.int8),
    )


def make(rng: np.random.Generator, people: Population, kinds: welfare.Welfare) -> Work:
    """Draw the work of everybody on the day, and what the survey and the work sheet know of it."""
    today = np.datetime64(people.on, "D")
    retires = _retirement(people.birth, people.sex)
    labour = (
        (people.age >= 16)
        & (retires > today.astype("M8[M]"))
        & ~people.student
        & (people.skill < 3)
        & (people.skill != NONE)
    )
    state, minder = _states(rng, people, kinds, labour)
    zero = _settle_households(rng, people, labour, state)
    sick = people.health > 0
    draw = rng.random(people.size)
    unwilling = np.select([minder | (draw < 0.3), sick & (draw < 0.7), draw < 0.85], [1, 2, 3], 4)
    willing = np.select([draw < 0.5, draw < 0.65], [5, 6], 7)
    reason = np.select([state == UNWILLING, state == WILLING], [unwilling, willing], 0).astype(np.int8)
    spells = _spells(rng, people, state)
    absent = rng.random(people.households) < 0.06  # nobody at home when the surveyor came
    reached = np.flatnonzero(labour & ~absent[people.house] & (rng.random(people.size) < 0.936))
    survey = Survey(reached, today - rng.integers(3, 75, len(reached)))
    recorded = rng.random(len(spells.person)) < RECORDED
    spells = Spells(**{key: value[recorded] for key, value in vars(spells).items()})
    return Work(labour, state, reason, spells, survey, zero, _conclusion(people, labour, state, spells, reached))


def _conclusion(
    people: Population,
    labour: NDArray[np.bool_],
    state: NDArray[np.int8],
    spells: Spells,
    reached: NDArray[np.int64],
) -> NDArray[np.int8]:
    """Three-valued answer by household from work sheet and survey alone: at work, else unknown, else willing."""
    count = people.households
    working = np.zeros(people.size, bool)
    working[spells.person[np.isnat(spells.end)]] = True
    asked = np.zeros(people.size, bool)
    asked[reached] = True
    working |= asked & np.isin(state, EMPLOYED)

    def any_in_house(rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
        flag = np.zeros(count, bool)
        flag[people.house[rows]] = True
        return flag

    return np.select(
        [
            ~any_in_house(labour) | any_in_house(working),
            any_in_house(labour & ~working & ~asked),
            any_in_house(labour & asked & (state == WILLING)),
        ],
        [0, -1, 1],
        0,
    ).astype(np.int8)
