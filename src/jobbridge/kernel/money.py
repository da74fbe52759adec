"""Amounts in whole yuan, and figures written the way government reports write them."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from .text import squeeze

_UNITS = {"": 1, "元": 1, "块": 1, "千": 1_000, "千元": 1_000, "k": 1_000, "K": 1_000,
          "万": 10_000, "万元": 10_000, "w": 10_000, "W": 10_000, "亿": 100_000_000, "亿元": 100_000_000}
_AMOUNT = re.compile(r"[¥￥]?([0-9]+(?:\.[0-9]+)?)([万千亿]?元|[块千万亿kKwW])?整?(?:/月|每月|/人)?")
_RANGE = re.compile(r"(.+?)(?:-|~|至|到|—+|–)(.+)")


def parse_yuan(text: str | None) -> int | None:
    """Whole yuan of "3,500元", "3.5千", "1.2万", "4000/月"; None when the text is no amount.

    Half a yuan rounds up. Negative amounts are not accepted: no wage or subsidy is one.
    """
    found = _AMOUNT.fullmatch(squeeze(text).replace(",", "").removesuffix("左右"))
    if not found:
        return None
    value = Decimal(found[1]) * _UNITS[found[2] or ""]
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


def parse_yuan_range(text: str | None) -> tuple[int, int] | None:
    """(low, high) of "4000-6000", "4-6千", "0.5万至0.8万"; a single amount is both ends; None if neither.

    In "4-6千" the unit of the upper end holds for both.
    """
    plain = squeeze(text).replace(",", "")
    single = parse_yuan(plain)
    if single is not None:
        return single, single
    found = _RANGE.fullmatch(plain)
    if not found:
        return None
    high = _AMOUNT.fullmatch(found[2])
    low = _AMOUNT.fullmatch(found[1])
    if not high or not low:
        return None
    unit = high[2] or ""
    lower = parse_yuan(low[1] + (low[2] or unit))
    upper = parse_yuan(high[1] + unit)
    return (lower, upper) if lower is not None and upper is not None and lower <= upper else None


def _trim(value: Decimal, places: int) -> str:
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{rounded:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def format_count(value: int | Decimal, unit: str = "人") -> str:
    """A figure as a report writes it: below 10,000 in full, then 万, then 亿, two decimals at most.

    >>> format_count(1235), format_count(50500), format_count(159_000_000, '元')
    ('1,235人', '5.05万人', '1.59亿元')
    """
    amount = Decimal(value)
    size = abs(amount)
    # Boundaries look at the rounded figure: 99,999,999 must not become "10,000万".
    if size < 10_000:
        text = _trim(amount, 2)
        if text not in {"10,000", "-10,000"}:
            return f"{text}{unit}"
    if size < 100_000_000:
        text = _trim(amount / 10_000, 2)
        if text not in {"10,000", "-10,000"}:
            return f"{text}万{unit}"
    return f"{_trim(amount / 100_000_000, 2)}亿{unit}"


def format_yuan(value: int | Decimal) -> str:
    """An amount of money as a report writes it.

    >>> format_yuan(3500), format_yuan(12_346_000)
    ('3,500元', '1,234.6万元')
    """
    return format_count(value, "元")
