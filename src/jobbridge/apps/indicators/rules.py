"""Rates and completion of targets, with the rounding the reports use."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def rate(numerator: int, denominator: int) -> Decimal | None:
    """Percent with two decimals; None when nobody is in the population."""
    if denominator == 0:
        return None
    return (Decimal(100) * numerator / denominator).quantize(CENT, ROUND_HALF_UP)


def completion(value: Decimal | None, target: Decimal | None, *, lower_is_better: bool) -> Decimal | None:
    """Target completion in percent: 23,615 of 21,600 is 109.33. None without a value or a target.

    Where less is better the target is a ceiling: reached is 100, and each unit above it counts down from there.
    """
    if value is None or target is None:
        return None
    if lower_is_better:
        if value <= target:
            return Decimal("100.00")
        return (Decimal(100) * target / value).quantize(CENT, ROUND_HALF_UP)
    if target == 0:
        return None
    return (Decimal(100) * value / target).quantize(CENT, ROUND_HALF_UP)
