"""Figures of the day against their targets, for the area the user answers for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from jobbridge.apps.accounts.scope import EVERYWHERE, Actor
from jobbridge.apps.indicators.data import BY_KEY, INDICATORS, Indicator
from jobbridge.apps.indicators.models import IndicatorValue
from jobbridge.apps.indicators.rules import completion, rate
from jobbridge.kernel.division import padded

DAYS = 30


@dataclass(frozen=True)
class Figure:
    """One indicator on the latest day, with the days before it for the line."""

    indicator: Indicator
    value: IndicatorValue
    series: list[Decimal | None]

    @property
    def completion(self) -> Decimal | None:
        """Percent of the target reached."""
        return completion(self.value.value, self.value.target, lower_is_better=self.indicator.lower_is_better)

    @property
    def change(self) -> Decimal | None:
        """Difference to the day before; None when there was none."""
        if len(self.series) < 2 or self.series[-1] is None or self.series[-2] is None:
            return None
        return self.series[-1] - self.series[-2]


def own_areas(actor: Actor) -> list[str]:
    """The 12-digit codes whose figures together are the actor's: one each for the areas of their scope."""
    if actor.scope == EVERYWHERE:
        return [padded(settings.COUNTY_CODE)]
    return [padded(low) for low, _high in actor.scope.ranges if low]


def values_of(areas: list[str], **which: Any) -> list[IndicatorValue]:
    """The figures of all areas as one, newest day first; rates are made anew from their sums.

    A day on which one of the areas has no figure is left out: its sum would be too small.
    """
    rows = IndicatorValue.objects.filter(area_id__in=areas, **which).order_by("-on", "area_id")
    groups: dict[tuple[str, date], list[IndicatorValue]] = {}
    for row in rows[: DAYS * len(INDICATORS) * len(areas)]:
        groups.setdefault((row.indicator, row.on), []).append(row)
    return [_sum(group) for group in groups.values() if len(group) == len(areas)]


def _sum(group: list[IndicatorValue]) -> IndicatorValue:
    if len(group) == 1:
        return group[0]
    indicator = BY_KEY[group[0].indicator]
    top, bottom = (sum(getattr(row, name) or 0 for row in group) for name in ("numerator", "denominator"))
    targets = [row.target for row in group]
    # Targets of numbers add up; a rate has none for several areas together, unless it is the same in each.
    shared = targets[0] if len(set(targets)) == 1 else None
    return IndicatorValue(
        indicator=indicator.key,
        on=group[0].on,
        value=rate(top, bottom) if indicator.is_rate else Decimal(top),
        numerator=top,
        denominator=bottom if indicator.is_rate else None,
        target=shared if indicator.is_rate else (None if None in targets else sum(targets)),
        definition=group[0].definition,
    )


def figures_of(areas: list[str]) -> list[Figure]:
    """Every indicator of the areas on the latest day it was computed, in the order of the definitions."""
    by_key: dict[str, list[IndicatorValue]] = {}
    for row in values_of(areas):
        by_key.setdefault(row.indicator, []).append(row)
    return [
        Figure(indicator, by_key[indicator.key][0], [row.value for row in reversed(by_key[indicator.key])])
        for indicator in INDICATORS
        if indicator.key in by_key
    ]


def employment_trend(actor: Actor) -> dict[str, Any]:
    """Employed persons day by day with the target, for the line on the ledger."""
    rows = values_of(own_areas(actor), indicator="labour.employed")[:DAYS][::-1]
    target = rows[-1].target if rows else None
    values = [int(row.value or 0) for row in rows]
    reached = completion(rows[-1].value, target, lower_is_better=False) if rows else None
    chart = {
        "x": [f"{row.on:%m-%d}" for row in rows],
        "values": values,
        "target": None if target is None else int(target),
        "unit": _("人"),
        "target_label": "" if target is None else _("目标 {n}").format(n=f"{int(target):,}"),
    }
    sentence = _("已就业人数，最近 {n} 人").format(n=f"{values[-1]:,}") if values else ""
    return {"values": values, "rate": reached, "chart": chart, "sentence": sentence}


def by_township(key: str) -> list[tuple[IndicatorValue, float]]:
    """The latest values of one indicator by township, those that need attention first, with a bar length."""
    indicator = BY_KEY[key]
    latest = IndicatorValue.objects.filter(indicator=key).order_by("-on").values_list("on", flat=True).first()
    rows = list(
        IndicatorValue.objects.filter(indicator=key, on=latest, area__level=4, value__isnull=False)
        .select_related("area")
        .order_by("value" if not indicator.lower_is_better else "-value", "area_id")
    )
    top = 100.0 if indicator.unit == "%" else max((float(row.value) for row in rows), default=1.0) or 1.0
    return [(row, 100 * float(row.value) / top) for row in rows]
