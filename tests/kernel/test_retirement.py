from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobbridge.kernel import retirement
from jobbridge.kernel.retirement import Kind


@pytest.mark.parametrize(("kind", "birth", "delay", "month"), [
    (Kind.MEN_60, date(1964, 12, 9), 0, date(2024, 12, 1)),
    (Kind.MEN_60, date(1965, 1, 9), 1, date(2025, 2, 1)),
    (Kind.MEN_60, date(1965, 4, 9), 1, date(2025, 5, 1)),
    (Kind.MEN_60, date(1965, 5, 9), 2, date(2025, 7, 1)),
    (Kind.MEN_60, date(1976, 8, 31), 35, date(2039, 7, 1)),
    (Kind.MEN_60, date(1976, 9, 1), 36, date(2039, 9, 1)),
    (Kind.MEN_60, date(1990, 1, 1), 36, date(2053, 1, 1)),
    (Kind.WOMEN_55, date(1969, 12, 1), 0, date(2024, 12, 1)),
    (Kind.WOMEN_55, date(1970, 1, 1), 1, date(2025, 2, 1)),
    (Kind.WOMEN_55, date(1981, 9, 1), 36, date(2039, 9, 1)),
    (Kind.WOMEN_50, date(1974, 12, 1), 0, date(2024, 12, 1)),
    (Kind.WOMEN_50, date(1975, 1, 1), 1, date(2025, 2, 1)),
    (Kind.WOMEN_50, date(1975, 3, 1), 2, date(2025, 5, 1)),
    (Kind.WOMEN_50, date(1984, 10, 1), 59, date(2039, 9, 1)),
    (Kind.WOMEN_50, date(1984, 11, 1), 60, date(2039, 11, 1)),
    (Kind.RESIDENT_60, date(1990, 1, 31), 0, date(2050, 1, 1)),
])
def test_schedule(kind, birth, delay, month):
    assert retirement.delay_months(birth, kind) == delay
    assert retirement.retirement_month(birth, kind) == month


@pytest.mark.parametrize(("birth", "on", "expected"), [
    (date(2010, 3, 15), date(2026, 3, 14), False), (date(2010, 3, 15), date(2026, 3, 15), True),
    (date(1963, 12, 1), date(2026, 3, 1), False),
    (date(1967, 1, 1), date(2027, 7, 31), True),   # retirement month 2027-08
    (date(1967, 1, 1), date(2027, 8, 1), False),
])
def test_labour_age(birth, on, expected):
    assert retirement.labour_age(birth, Kind.MEN_60, on) is expected


@pytest.mark.parametrize(("on", "expected"), [
    (date(2034, 9, 30), False), (date(2034, 10, 1), True),
    (date(2039, 8, 31), True), (date(2039, 9, 1), False),
])
def test_near_retirement(on, expected):
    assert retirement.near_retirement(date(1976, 9, 1), Kind.MEN_60, on) is expected


def test_default_kind():
    assert retirement.default_kind("男") is Kind.MEN_60
    assert retirement.default_kind("女") is Kind.WOMEN_55


@given(st.dates(date(1940, 1, 1), date(2015, 1, 1)), st.sampled_from(list(Kind)))
def test_later_birth_never_retires_earlier(birth, kind):
    later = birth.replace(year=birth.year + 1, day=1)
    assert retirement.retirement_month(later, kind) > retirement.retirement_month(birth, kind)
    assert 0 <= retirement.delay_months(birth, kind) <= 60
