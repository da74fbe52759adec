"""Legal retirement age since 2025-01-01: it rises by month of birth.

Men 60 -> 63 and women 55 -> 58 by one month for every four months of birth; women 50 -> 55 by one for every
two. The residents' pension, which most farmers have, starts at 60 for everybody and does not move.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from .months import add_months, month_of, months_between

NEAR_RETIREMENT_MONTHS = 60
WORKING_AGE = 16


class Kind(StrEnum):
    """Which age holds for a person; whether a woman is 50 or 55 depends on her post and is often unknown."""

    MEN_60 = "m60"
    WOMEN_55 = "f55"
    WOMEN_50 = "f50"
    RESIDENT_60 = "resident60"


# first month of birth concerned, months of birth for each month of delay, most months of delay, age before
SCHEDULE = {
    Kind.MEN_60: (date(1965, 1, 1), 4, 36, 60),
    Kind.WOMEN_55: (date(1970, 1, 1), 4, 36, 55),
    Kind.WOMEN_50: (date(1975, 1, 1), 2, 60, 50),
}


def delay_months(birth: date, kind: Kind) -> int:
    """By how many months the reform delays a person's retirement."""
    if kind is Kind.RESIDENT_60:
        return 0
    first, step, most, _ = SCHEDULE[kind]
    number = months_between(first, birth)
    return 0 if number < 0 else min(most, number // step + 1)


def retirement_month(birth: date, kind: Kind) -> date:
    """The month (its first day) in which the person reaches the legal age."""
    years = 60 if kind is Kind.RESIDENT_60 else SCHEDULE[kind][3]
    return add_months(month_of(birth), years * 12 + delay_months(birth, kind))


def default_kind(sex: str) -> Kind:
    """The age assumed when nothing else is known: men 60, women 55 (the wider of the two)."""
    return Kind.MEN_60 if sex == "男" else Kind.WOMEN_55


def months_to_retirement(birth: date, kind: Kind, on: date) -> int:
    """Months from the month of `on` to the retirement month; zero or less means reached."""
    return months_between(on, retirement_month(birth, kind))


def near_retirement(birth: date, kind: Kind, first_approval: date) -> bool:
    """Less than five years to go, judged on the day of first approval and then frozen; not yet retired."""
    return 0 < months_to_retirement(birth, kind, first_approval) < NEAR_RETIREMENT_MONTHS


def labour_age(birth: date, kind: Kind, on: date) -> bool:
    """At least 16 full years old and before the own retirement month."""
    return add_months(birth, WORKING_AGE * 12) <= on and months_to_retirement(birth, kind, on) > 0
