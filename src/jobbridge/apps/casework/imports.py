"""Visits that brokers have kept in workbooks until now: when a household was last met, by whom, and what was said."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, time
from functools import partial

from django.db import connection
from django.utils import timezone

from jobbridge.apps.accounts.sealing import sealer
from jobbridge.apps.casework.models import Visit
from jobbridge.apps.imports.fields import Field, full_date, id_number, one_of, person_name, short, words
from jobbridge.apps.imports.handlers import Context, Fate, register
from jobbridge.apps.imports.models import Kind, RowState
from jobbridge.apps.imports.tables import Table
from jobbridge.apps.registry.enums import Need

SPACE = uuid.UUID("9b0b3b0e-6f0e-5d6c-9d4e-6a6f62627269")
HOUR = time(10)  # sheets keep the day only
MET = {
    "入户": "person", "见到本人": "person", "见面": "person", "电话": "phone", "电话联系": "phone",
    "微信": "phone", "没见到": "absent", "未见到": "absent", "无人在家": "absent",
}  # fmt: skip
NEEDS = {label: value for value, label in Need.choices}


def register_handlers() -> None:
    """Called when the app starts."""
    register(Kind.VISITS, Visits())


class Visits:
    """One visit a row. The same household, day and visitor is the same visit however often it is imported."""

    tables = ("casework_visit",)

    def fields(self, context: Context) -> tuple[Field, ...]:
        """Household, day, and what was found."""
        return (
            Field("household_number", short(24), soft=True),
            Field("head_id", partial(id_number, today=context.today), soft=True),
            Field("visited_on", partial(full_date, latest=context.today), required=True),
            Field("met", one_of(MET, "见面情况")),
            Field("visited_by", person_name, soft=True),
            Field("needs", words, soft=True),
            Field("note", short(300), soft=True, repeats=False),
        )

    def check(self, table: Table, context: Context) -> None:
        """Which household: by its number, else by its head, whose id stands for it where rosters have no numbers."""
        seal = sealer()
        table.values["_number"] = numbers = [""] * len(table)
        table.values["_head"] = heads = [""] * len(table)
        for row in table.good():
            head = table.get("head_id", row)
            heads[row] = "H" + seal.index(head.number, "id").hex()[:12] if head else ""
            numbers[row] = table.get("household_number", row) or heads[row]
            if not numbers[row]:
                table.refuse(row, "household_number", "household_missing", "缺少户编号或户主证件号码，不知道是哪一户")

    def adjudicate(self, table: Table, rows: Sequence[int], context: Context) -> None:
        """The ledger must know the household, and the importer must answer for it."""
        numbers, heads = table.values["_number"], table.values["_head"]
        good = table.good(rows)
        homes = _households([name for row in good for name in (numbers[row], heads[row]) if name])
        for row in good:
            if numbers[row] not in homes:
                numbers[row] = heads[row]
            home = homes.get(numbers[row])
            if home is None:
                table.refuse(row, "household_number", "household_unknown", "台账中没有这一户，请先导入名册")
            elif not context.actor.scope.contains(home[1]):
                table.refuse(row, "household_number", "out_of_scope", "该户不在您负责的区划内")
        context.memory["homes"] = homes

    def merge(self, table: Table, rows: Sequence[int], context: Context) -> dict[int, Fate]:
        """Store the visits that are not known yet."""
        homes = context.memory.pop("homes")
        zone = timezone.get_default_timezone()
        made: dict[uuid.UUID, Visit] = {}
        keys = {}
        for row in table.good(rows):
            number, day = table.values["_number"][row], table.get("visited_on", row)
            by = table.get("visited_by", row) or "未填写"
            keys[row] = key = uuid.uuid5(SPACE, f"{number}|{day}|{by}")
            household, region = homes[number]
            made[key] = Visit(
                client_key=key,
                household_id=household,
                region_code=region,
                met=table.get("met", row) or "person",
                at=datetime.combine(day, HOUR, zone),
                by=context.actor.key,
                by_name=by[:40],
                needs=[NEEDS[word] for word in table.get("needs", row) or () if word in NEEDS],
                note=table.get("note", row) or "",
            )
        known = dict(Visit.objects.filter(client_key__in=made).values_list("client_key", "pk"))
        fresh = Visit.objects.bulk_create([visit for key, visit in made.items() if key not in known])
        ids = known | {visit.client_key: visit.pk for visit in fresh}
        return {
            row: Fate(RowState.UNCHANGED if key in known else RowState.CREATED, ids[key]) for row, key in keys.items()
        }


def _households(numbers: list[str]) -> dict[str, tuple[int, str]]:
    """Household id and village by number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, id, region_code FROM registry_household WHERE number = ANY(%s)", [numbers])
        return {number: (pk, region) for number, pk, region in cursor.fetchall()}
