"""The list of village labour brokers."""

from __future__ import annotations

from collections.abc import Sequence

from jobbridge.apps.accounts.sealing import sealer
from jobbridge.apps.brokers.models import Broker
from jobbridge.apps.imports.fields import Field, person_name, phones, short, yes_no
from jobbridge.apps.imports.handlers import Context, Fate, register
from jobbridge.apps.imports.models import Kind, RowState
from jobbridge.apps.imports.places import UnknownPlace
from jobbridge.apps.imports.tables import Table
from jobbridge.kernel import phone


def register_handlers() -> None:
    """Called when the app starts."""
    register(Kind.BROKERS, Brokers())


class Brokers:
    """One broker a village; another name means that the village has a new one."""

    tables = ("brokers_broker",)

    def fields(self, context: Context) -> tuple[Field, ...]:
        """Who, where, and the phone."""
        return (
            Field("broker_name", person_name, required=True),
            Field("broker_phone", phones, soft=True, repeats=False),
            Field("county", short(40), soft=True),
            Field("town", short(40)),
            Field("village", short(40)),
            Field("village_code", short(12)),
            Field("active", yes_no, soft=True),
        )

    def check(self, table: Table, context: Context) -> None:
        """The village, once in the file."""
        table.values["_region"] = regions = [""] * len(table)
        for row in table.good():
            county, town = table.get("county", row) or "", table.get("town", row) or ""
            village = table.get("village_code", row) or table.get("village", row) or ""
            name = "village_code" if table.get("village_code", row) else "village"
            try:
                regions[row] = context.places.locate(county, town, village, "")
            except UnknownPlace as error:
                table.refuse(row, name, "village_unknown", str(error))
                continue
            if not regions[row]:
                table.refuse(row, name, "village_missing", "缺少村（社区）")
            elif not context.actor.scope.contains(regions[row]):
                table.refuse(row, name, "out_of_scope", "该村不在您负责的区划内")
            elif table.get("active", row) is not False and (
                before := context.first_seen(regions[row], table, row)
            ):
                table.refuse(row, name, "duplicate_village", f"{before}已有这个村的经纪人，一村一名")

    def adjudicate(self, table: Table, rows: Sequence[int], context: Context) -> None:
        """Nothing: the newest list is right."""

    def merge(self, table: Table, rows: Sequence[int], context: Context) -> dict[int, Fate]:
        """Keep, correct, or replace the village's broker. A village has few; row by row is quick enough."""
        good = table.good(rows)
        regions = table.values["_region"]
        known = {
            broker.region_code: broker
            for broker in Broker.objects.filter(region_code__in=[regions[row] for row in good], active=True)
        }
        return {row: self._merge_row(table, row, known.get(regions[row])) for row in good}

    def _merge_row(self, table: Table, row: int, known: Broker | None) -> Fate:
        name, numbers = table.get("broker_name", row), table.get("broker_phone", row)
        number = numbers[0] if numbers else ""
        leaving = table.get("active", row) is False
        if known and (leaving or known.name != name):
            if leaving and known.name != name:
                return Fate(RowState.UNCHANGED)  # somebody who had left before
            known.active = False
            known.save(update_fields=["active"])
            if leaving:
                return Fate(RowState.UPDATED, known.pk)
        elif known:
            if not number or (known.phone_sealed and sealer().open(bytes(known.phone_sealed), "phone") == number):
                return Fate(RowState.UNCHANGED, known.pk)
            known.phone_sealed, known.phone_mask = sealer().seal(number, "phone"), phone.mask(number)
            known.save(update_fields=["phone_sealed", "phone_mask"])
            return Fate(RowState.UPDATED, known.pk)
        elif leaving:
            return Fate(RowState.UNCHANGED)
        made = Broker.objects.create(
            name=name,
            region_code=table.values["_region"][row],
            phone_sealed=sealer().seal(number, "phone") if number else None,
            phone_mask=phone.mask(number),
        )
        return Fate(RowState.CREATED, made.pk)
