"""Yearly targets of the indicators."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from functools import partial

from django.conf import settings

from jobbridge.apps.imports.fields import Bad, Field, short, whole
from jobbridge.apps.imports.handlers import Context, Fate, register
from jobbridge.apps.imports.models import Kind, RowState
from jobbridge.apps.imports.places import UnknownPlace, short_name
from jobbridge.apps.imports.tables import Table
from jobbridge.apps.imports.upserts import Upsert, run
from jobbridge.kernel.division import padded
from jobbridge.kernel.text import squeeze

TARGET = Upsert(
    table="indicators_target", keys=("indicator", "year", "area_id"), decided=("value",), dated=False
)
LIMIT = Decimal(10) ** 12


def register_handlers() -> None:
    """Called when the app starts."""
    register(Kind.TARGETS, Targets())


def amount(text: str) -> Decimal | Bad:
    """A figure; a percentage is its number: 95% is 95."""
    try:
        value = Decimal(squeeze(text).replace(",", "").removesuffix("%"))
    except InvalidOperation:
        return Bad("number", "目标值应为数字")
    if not value.is_finite() or not 0 <= value < LIMIT:
        return Bad("number_range", "目标值超出范围")
    return value.quantize(Decimal("0.01"))


class Targets:
    """One indicator of one area in one year a row."""

    tables = ("indicators_target",)

    def fields(self, context: Context) -> tuple[Field, ...]:
        """Indicator, year, area, value."""
        return (
            Field("indicator", short(40), required=True),
            Field("year", partial(whole, low=2000, high=2100)),
            Field("county", short(40), soft=True),
            Field("town", short(40)),
            Field("area_code", short(12)),
            Field("value", amount, required=True),
        )

    def check(self, table: Table, context: Context) -> None:
        """The area: the county, or one of its townships."""
        table.values["_area"] = areas = [""] * len(table)
        for row in table.good():
            code, town = table.get("area_code", row) or "", table.get("town", row) or ""
            try:
                areas[row] = self._area(context, code or town)
            except UnknownPlace as error:
                table.refuse(row, "area_code" if code else "town", "area_unknown", str(error))
                continue
            key = (table.get("indicator", row), self._year(table, row, context), areas[row])
            if not context.actor.scope.contains(areas[row]):
                table.refuse(row, "town", "out_of_scope", "该区划不在您负责的范围内")
            elif before := context.first_seen(key, table, row):
                table.refuse(row, "indicator", "duplicate_row", f"与{before}是同一指标、年度和区划")

    def adjudicate(self, table: Table, rows: Sequence[int], context: Context) -> None:
        """Nothing: the newest file is right."""

    def merge(self, table: Table, rows: Sequence[int], context: Context) -> dict[int, Fate]:
        """Set the targets."""
        good = table.good(rows)
        merged = run(
            TARGET,
            [
                (table.get("indicator", row), self._year(table, row, context), table.values["_area"][row],
                 table.get("value", row))
                for row in good
            ],
        )
        return {row: Fate(RowState(state), pk) for row, (pk, state) in zip(good, merged, strict=True)}

    def _year(self, table: Table, row: int, context: Context) -> int:
        return table.get("year", row) or context.as_of.year

    def _area(self, context: Context, text: str) -> str:
        county = padded(settings.COUNTY_CODE)
        if not text or text == county or short_name(text) == short_name(context.places.name):
            return county
        if text.isdecimal():
            if text.ljust(12, "0") in context.places.names:
                return text.ljust(12, "0")
            raise UnknownPlace(f"代码{text}不是本县的区划")
        return context.places.town_code(text)
