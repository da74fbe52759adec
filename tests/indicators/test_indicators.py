"""Rates, completion, and figures that agree with the records behind them."""

from datetime import timedelta
from decimal import Decimal

import pytest

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.indicators.data import BY_KEY, INDICATORS
from jobbridge.apps.indicators.models import IndicatorValue, Target
from jobbridge.apps.indicators.rules import completion, rate
from jobbridge.apps.indicators.services import compute_day
from jobbridge.apps.targeting.models import PersonStatus
from jobbridge.apps.targeting.services import refresh
from tests.factories import DAY, make_areas, make_household, make_person, make_spell, make_statement

CYCLE = system_actor("cycle")
COUNTY, TOWN, NEIGHBOUR = "500235000000", "500235001000", "500235002000"


def still(*step):
    return None


@pytest.mark.parametrize(
    ("value", "target", "lower", "expected"),
    [
        ("23615", "21600", False, "109.33"),
        ("0", "21600", False, "0.00"),
        ("5", "0", False, None),
        (None, "10", False, None),
        ("10", None, False, None),
        ("0", "0", True, "100.00"),
        ("3", "4", True, "100.00"),
        ("5", "0", True, "0.00"),
        ("8", "4", True, "50.00"),
    ],
)
def test_completion_of_a_target(value, target, lower, expected):
    def number(text):
        return None if text is None else Decimal(text)

    assert completion(number(value), number(target), lower_is_better=lower) == number(expected)


@pytest.mark.parametrize(
    ("top", "bottom", "expected"), [(1, 3, "33.33"), (2, 3, "66.67"), (0, 5, "0.00"), (5, 5, "100.00")]
)
def test_rate(top, bottom, expected):
    assert rate(top, bottom) == Decimal(expected)


def test_nobody_in_the_population_is_no_rate():
    assert rate(0, 0) is None


@pytest.fixture
def county(db):
    with acting_as(system_actor("test")):
        make_areas()
        for village, works in (("500235001001", 3), ("500235002001", 1)):
            for at in range(4):
                person = make_person(make_household(village))
                if at < works:
                    make_spell(person, DAY - timedelta(days=90))
                else:
                    make_statement(person, employed=False, willing=True)
        refresh(on=DAY, actor=CYCLE, progress=still)
        yield


def values(on=DAY):
    return {(v.indicator, v.area_id): v for v in IndicatorValue.objects.filter(on=on)}


def test_county_is_the_sum_of_its_townships(county):
    compute_day(on=DAY, actor=CYCLE, progress=still)
    found = values()
    for indicator in INDICATORS:
        parts = [found[indicator.key, area].numerator for area in (TOWN, NEIGHBOUR)]
        assert found[indicator.key, COUNTY].numerator == sum(parts), indicator.key
    assert found["labour.employed", TOWN].value == 3
    assert found["labour.employment_rate", COUNTY].value == Decimal("50.00")
    assert found["households.zero", NEIGHBOUR].value == 3


def test_a_figure_is_the_number_of_its_records(county):
    compute_day(on=DAY, actor=CYCLE, progress=still)
    assert values()["labour.seeking", COUNTY].value == PersonStatus.objects.filter(status="S").count() == 4


def test_targets_of_the_year_and_no_other(county):
    Target.objects.create(indicator="labour.away", year=DAY.year, area_id=COUNTY, value=5)
    Target.objects.create(indicator="labour.seeking", year=DAY.year - 1, area_id=COUNTY, value=5)
    counts = compute_day(on=DAY, actor=CYCLE, progress=still)
    shown = {row["name"]: row for row in counts["against_target"]}
    assert (shown["外出务工"]["target"], shown["外出务工"]["completion"]) == ("5.00", "80.00")
    assert shown["有意愿未就业"]["target"] is None


def test_again_on_the_same_day_replaces(county):
    compute_day(on=DAY, actor=CYCLE, progress=still)
    before = {key: (v.pk, v.value) for key, v in values().items()}
    compute_day(on=DAY, actor=CYCLE, progress=still)
    assert {key: (v.pk, v.value) for key, v in values().items()} == before
    compute_day(on=DAY + timedelta(days=1), actor=CYCLE, progress=still)
    assert len(values(DAY + timedelta(days=1))) == len(before)


def test_every_definition_fits_its_column():
    for indicator in INDICATORS:
        assert len(indicator.definition) <= IndicatorValue._meta.get_field("definition").max_length
        assert BY_KEY[indicator.key] is indicator


def test_work_at_an_unknown_place_is_work(county):
    make_statement(make_person(make_household("500235002001")), employed=True)
    refresh(on=DAY, actor=CYCLE, progress=still)
    compute_day(on=DAY, actor=CYCLE, progress=still)
    found = values()
    assert (found["labour.employed", COUNTY].value, found["labour.away", COUNTY].value) == (5, 4)
    assert found["labour.employment_rate", COUNTY].value == Decimal("55.56")
