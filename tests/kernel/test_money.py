from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobbridge.kernel import money


@pytest.mark.parametrize(("text", "yuan"), [
    ("3500", 3500), ("3,500元", 3500), ("３５００", 3500), ("3.5千", 3500), ("3.5k", 3500), ("0.35万", 3500),
    ("1.2万元", 12000), ("￥3500", 3500), ("3500元/月", 3500), ("3500.50", 3501),
    ("3500.0", 3500), ("4千左右", 4000),
    ("1.59亿元", 159_000_000), ("", None), (None, None), ("面议", None), ("-3500", None), ("3500-4000", None),
])
def test_parse_yuan(text, yuan):
    assert money.parse_yuan(text) == yuan


@pytest.mark.parametrize(("text", "pair"), [
    ("4000-6000", (4000, 6000)), ("4-6千", (4000, 6000)), ("0.5万至0.8万", (5000, 8000)),
    ("4,000~6,000元/月", (4000, 6000)),
    ("5000", (5000, 5000)), ("6000-4000", None), ("面议", None), ("4000-面议", None), (None, None),
])
def test_parse_range(text, pair):
    assert money.parse_yuan_range(text) == pair


@pytest.mark.parametrize(("value", "text"), [
    (0, "0人"), (1235, "1,235人"), (9999, "9,999人"), (10_000, "1万人"), (50_500, "5.05万人"),
    (52_000, "5.2万人"),
    (99_999_999, "1亿人"), (159_000_000, "1.59亿人"), (-50_500, "-5.05万人"), (Decimal("9999.999"), "1万人"),
])
def test_format_count(value, text):
    assert money.format_count(value) == text


def test_format_yuan():
    assert money.format_yuan(159_000_000) == "1.59亿元"
    assert money.format_yuan(12_346_000) == "1,234.6万元"


@given(st.integers(0, 10**12))
def test_what_is_written_reads_back_within_its_rounding(value):
    read = money.parse_yuan(money.format_yuan(value))
    assert read is not None
    assert abs(read - value) <= max(value // 150, 0)
