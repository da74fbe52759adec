"""Computing the day's figures for the county and each township, in one scan of each table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.areas.models import Area
from jobbridge.apps.indicators.data import BY_KEY, INDICATORS
from jobbridge.apps.indicators.models import IndicatorValue, Target
from jobbridge.apps.indicators.rules import completion, rate

Report = Callable[..., None]


def compute_day(*, on: date, actor: Actor, progress: Report) -> dict[str, Any]:
    """Write every figure of ``on`` for the county and its townships; again on the same day replaces them."""
    with acting_as(actor):
        progress("统计", 0, 2)
        counted = _count(on)
        county = settings.COUNTY_CODE.ljust(12, "0")
        targets = {(t.indicator, t.area_id): t.value for t in Target.objects.filter(year=on.year)}
        progress("写入", 1, 2)
        areas = {county, *Area.objects.filter(parent_id=county).values_list("code", flat=True)}
        values = []
        for indicator in INDICATORS:
            for area in sorted(areas):
                top, bottom = counted[indicator.key].get(area, (0, 0))
                values.append(
                    IndicatorValue(
                        indicator=indicator.key,
                        on=on,
                        area_id=area,
                        value=rate(top, bottom) if indicator.is_rate else top,
                        numerator=top,
                        denominator=bottom if indicator.is_rate else None,
                        target=targets.get((indicator.key, area)),
                        definition=indicator.definition[:60],
                    )
                )
        IndicatorValue.objects.bulk_create(
            values,
            update_conflicts=True,
            unique_fields=["indicator", "on", "area"],
            update_fields=["value", "numerator", "denominator", "target", "definition"],
        )
        progress("写入", 2, 2)
        return {"figures": len(values), "against_target": _against_target(values, county)}


def _count(on: date) -> dict[str, dict[str, tuple[int, int]]]:
    """Numerator and denominator by indicator and area (12-digit code)."""
    counted: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    width = len(settings.COUNTY_CODE)
    with connection.cursor() as cursor:
        for table in sorted({indicator.table for indicator in INDICATORS}):
            mine = [indicator for indicator in INDICATORS if indicator.table == table]
            columns = ", ".join(
                f"count(*) FILTER (WHERE {i.numerator}), count(*) FILTER (WHERE {i.denominator or 'true'})"
                for i in mine
            )
            cursor.execute(
                f"SELECT rpad(CASE WHEN grouping(left(region_code, 9)) = 1 THEN left(min(region_code), {width})"
                f" ELSE left(region_code, 9) END, 12, '0'), {columns} FROM {table} t"
                " GROUP BY GROUPING SETS ((left(region_code, 9)), ())"
            )
            for area, *numbers in cursor.fetchall():
                for at, indicator in enumerate(mine):
                    counted[indicator.key][area] = (numbers[2 * at], numbers[2 * at + 1])
    return counted


def _against_target(values: list[IndicatorValue], county: str) -> list[dict[str, Any]]:
    rows = []
    for value in values:
        if value.area_id != county or value.value is None:
            continue
        indicator = BY_KEY[value.indicator]
        reached = completion(value.value, value.target, lower_is_better=indicator.lower_is_better)
        rows.append(
            {
                "name": indicator.name,
                "value": str(value.value),
                "unit": indicator.unit,
                "target": None if value.target is None else str(value.target),
                "completion": None if reached is None else str(reached),
            }
        )
    return rows
