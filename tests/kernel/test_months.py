from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobbridge.kernel import months

days = st.dates(date(1920, 1, 1), date(2090, 1, 1))


@pytest.mark.parametrize(("text", "day", "month"), [
    ("2026-03-01", date(2026, 3, 1), date(2026, 3, 1)),
    ("2026.3.15", date(2026, 3, 15), date(2026, 3, 1)),
    ("2026/3/15", date(2026, 3, 15), date(2026, 3, 1)),
    ("2026年3月15日", date(2026, 3, 15), date(2026, 3, 1)),
    ("2026年3月15号", date(2026, 3, 15), date(2026, 3, 1)),
    ("20260315", date(2026, 3, 15), date(2026, 3, 1)),
    ("２０２６年３月", None, date(2026, 3, 1)),
    ("2026.03", None, date(2026, 3, 1)),
    ("2026-03", None, date(2026, 3, 1)),
    ("202603", None, date(2026, 3, 1)),
    ("2026-03-15 08:30:00", date(2026, 3, 15), date(2026, 3, 1)),
    ("2026-03-15T08:30:00", date(2026, 3, 15), date(2026, 3, 1)),
    ("46096", date(2026, 3, 15), date(2026, 3, 1)),
    ("46096.35", date(2026, 3, 15), date(2026, 3, 1)),
    ("2026-02-30", None, None),
    ("2026-13-01", None, None),
    ("20261301", None, None),
    ("2026", None, None),
    ("三月", None, None),
    ("长期", None, None),
    ("", None, None),
    (None, None, None),
])
def test_reading(text, day, month):
    assert months.parse_date(text) == day
    assert months.parse_month(text) == month


@given(days)
def test_a_date_reads_back_from_every_way_of_writing_it(day):
    for text in (day.isoformat(), f"{day:%Y%m%d}", f"{day.year}年{day.month}月{day.day}日",
                 f"{day.year}.{day.month}.{day.day}", str((day - date(1899, 12, 30)).days)):
        assert months.parse_date(text) == day
    assert months.parse_month(months.format_month(day)) == day.replace(day=1)


@pytest.mark.parametrize(("day", "step", "result"), [
    (date(2026, 1, 31), 1, date(2026, 2, 28)), (date(2024, 1, 31), 1, date(2024, 2, 29)),
    (date(2026, 3, 15), -3, date(2025, 12, 15)), (date(2026, 12, 1), 1, date(2027, 1, 1)),
])
def test_add_months(day, step, result):
    assert months.add_months(day, step) == result


@given(days, st.integers(-600, 600))
def test_adding_and_counting_agree(day, step):
    assert months.months_between(day, months.add_months(day, step)) == step


def test_month_range():
    assert months.month_range(date(2025, 11, 20), date(2026, 1, 3)) == [
        date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1)]
    assert months.month_range(date(2026, 2, 1), date(2026, 1, 1)) == []


@pytest.mark.parametrize(("birth", "day", "age"), [
    (date(2000, 3, 15), date(2026, 3, 14), 25), (date(2000, 3, 15), date(2026, 3, 15), 26),
    (date(2000, 2, 29), date(2026, 2, 28), 25), (date(2000, 2, 29), date(2026, 3, 1), 26),
    (date(2026, 1, 1), date(2026, 1, 1), 0),
])
def test_age(birth, day, age):
    assert months.age_on(birth, day) == age


def test_no_age_before_birth():
    with pytest.raises(ValueError, match="birth"):
        months.age_on(date(2026, 1, 2), date(2026, 1, 1))


@given(days, st.integers(0, 40_000))
def test_age_never_falls(birth, gap):
    day = birth + timedelta(days=gap)
    assert 0 <= months.age_on(birth, day + timedelta(days=1)) - months.age_on(birth, day) <= 1
