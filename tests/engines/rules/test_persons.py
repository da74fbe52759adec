"""The shipped person definitions, one table each, unknown facts among them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date

import pytest

from jobbridge.engines.rules import Definition, evaluate_one
from jobbridge.kernel.months import age_on
from jobbridge.kernel.retirement import Kind, months_to_retirement
from tests.engines.rules.support import DAY

Find = Callable[[str], Definition]
ABLE = {
    "age_years": 40,
    "months_to_retirement": 240,
    "labour_skill": "普通劳动力",
    "student": False,
    "alive": True,
    "serving": False,
    "in_custody": False,
    "draws_pension": False,
}
TRUTHS = (True, False, None)


def answer(definition: Definition, facts: dict[str, object], on: date = DAY) -> bool | None:
    return evaluate_one(definition, facts, on).verdict


@pytest.mark.parametrize(
    ("change", "expected", "failed"),
    [
        ({}, True, set()),
        ({"age_years": 16}, True, set()),
        ({"age_years": 15}, False, {"age"}),
        ({"age_years": None}, None, {"age"}),
        ({"months_to_retirement": 1}, True, set()),
        ({"months_to_retirement": 0}, False, {"not_retired"}),
        ({"months_to_retirement": -30}, False, {"not_retired"}),
        ({"months_to_retirement": None}, None, {"not_retired"}),
        ({"labour_skill": "技能劳动力"}, True, set()),
        ({"labour_skill": "弱劳动力或半劳动力"}, True, set()),
        ({"labour_skill": "丧失劳动力"}, False, {"able"}),
        ({"labour_skill": "无劳动力"}, False, {"able"}),
        ({"labour_skill": None}, None, {"able"}),
        ({"student": True}, False, {"not_student"}),
        ({"alive": False}, False, {"alive"}),
        ({"serving": True}, False, {"not_serving"}),
        ({"in_custody": True}, False, {"not_in_custody"}),
        ({"draws_pension": True}, False, {"no_pension"}),
        ({"draws_pension": None}, None, {"no_pension"}),
        ({"labour_skill": None, "student": True}, False, {"able", "not_student"}),
    ],
)
def test_labour_force(
    definition: Find, change: dict[str, object], expected: bool | None, failed: set[str]
) -> None:
    outcome = evaluate_one(definition("labour_force"), {**ABLE, **change}, DAY)
    assert outcome.verdict is expected
    assert {reason.id for reason in outcome.reasons if reason.verdict != "yes"} == failed


# Last day of work and first day of retirement, by the published table: month of birth plus age plus delay.
@pytest.mark.parametrize(
    ("birth", "kind", "last_day"),
    [
        (date(1964, 12, 31), Kind.MEN_60, date(2024, 11, 30)),
        (date(1965, 1, 1), Kind.MEN_60, date(2025, 1, 31)),
        (date(1965, 5, 20), Kind.MEN_60, date(2025, 6, 30)),
        (date(1976, 9, 1), Kind.MEN_60, date(2039, 8, 31)),
        (date(1970, 1, 15), Kind.WOMEN_55, date(2025, 1, 31)),
        (date(1981, 9, 15), Kind.WOMEN_55, date(2039, 8, 31)),
        (date(1975, 1, 15), Kind.WOMEN_50, date(2025, 1, 31)),
        (date(1984, 11, 15), Kind.WOMEN_50, date(2039, 10, 31)),
        (date(1966, 3, 15), Kind.RESIDENT_60, date(2026, 2, 28)),
    ],
)
def test_labour_force_ends_with_the_own_retirement_month(
    definition: Find, birth: date, kind: Kind, last_day: date
) -> None:
    for day, expected in [(last_day, True), (date.fromordinal(last_day.toordinal() + 1), False)]:
        facts = {
            **ABLE,
            "age_years": age_on(birth, day),
            "months_to_retirement": months_to_retirement(birth, kind, day),
        }
        assert answer(definition("labour_force"), facts, day) is expected, day


@pytest.mark.parametrize(
    ("months", "expected"), [(61, False), (60, False), (59, True), (1, True), (0, False), (None, None)]
)
def test_near_retirement(definition: Find, months: int | None, expected: bool | None) -> None:
    assert answer(definition("near_retirement"), {"months_to_retirement": months}) is expected


@pytest.mark.parametrize(
    ("willing", "days", "expected"),
    [
        (True, 0, True),
        (True, 90, True),
        (True, 91, None),
        (False, 90, False),
        (False, 91, None),
        (True, None, None),
        (None, None, None),
        (None, 3, None),
    ],
)
def test_willingness_is_unknown_once_it_is_old(
    definition: Find, willing: bool | None, days: int | None, expected: bool | None
) -> None:
    facts = {"willing": willing, "willing_age_days": days}
    assert answer(definition("willing"), facts) is expected
    longer = evaluate_one(definition("willing"), facts, DAY, {"survey_days": 365})
    assert longer.verdict is (willing if days is not None else None)


STATUS = {  # employed, willing -> seeking, not willing, unknown status of a labour-force member
    (True, True): (False, False, False),
    (True, False): (False, False, False),
    (True, None): (False, False, False),
    (False, True): (True, False, False),
    (False, False): (False, True, False),
    (False, None): (None, None, True),
    (None, True): (None, False, True),
    (None, False): (False, None, True),
    (None, None): (None, None, True),
}
KEYS = ("seeking", "not_willing", "unknown_status")


@pytest.mark.parametrize(("employed", "willing"), STATUS)
def test_key_groups(definition: Find, employed: bool | None, willing: bool | None) -> None:
    facts = {**ABLE, "employed": employed, "willing": willing, "willing_age_days": 10}
    assert tuple(answer(definition(key), facts) for key in KEYS) == STATUS[employed, willing]
    retired = {**facts, "months_to_retirement": 0}
    assert [answer(definition(key), retired) for key in KEYS] == [False, False, False]


def test_everybody_who_may_work_has_exactly_one_status(definition: Find) -> None:
    for skill, employed, willing in itertools.product(("普通劳动力", None), TRUTHS, TRUTHS):
        facts = {
            **ABLE, "labour_skill": skill, "employed": employed, "willing": willing, "willing_age_days": 1,
        }  # fmt: skip
        statuses = [answer(definition(key), facts) is True for key in ("employed", *KEYS)]
        assert sum(statuses) == 1, facts


@pytest.mark.parametrize(("months", "expected"), [(2, False), (3, True), (None, None)])
def test_stable(definition: Find, months: int | None, expected: bool | None) -> None:
    assert answer(definition("stable"), {"months_continuous": months}) is expected
    six = evaluate_one(definition("stable"), {"months_continuous": 5}, DAY, {"stable_months": 6})
    assert (six.verdict, six.reasons[0].text) == (False, "连续务工满6个月")


@pytest.mark.parametrize(
    ("male", "age", "expected"),
    [
        (True, 59, True),
        (True, 60, False),
        (False, 49, True),
        (False, 50, False),
        (False, 16, True),
        (False, 15, False),
        (None, 49, None),
        (None, 60, False),
        (None, 55, None),
    ],
)
def test_transfer_labour_force_has_fixed_ages(
    definition: Find, male: bool | None, age: int, expected: bool | None
) -> None:
    facts = {**ABLE, "male": male, "age_years": age}
    assert answer(definition("labour_force_transfer"), facts) is expected
