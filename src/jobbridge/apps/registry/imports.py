"""Sheets about people that are in the ledger already: employment records and willingness surveys."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from jobbridge.apps.accounts.sealing import sealer
from jobbridge.apps.imports.fields import Field, id_number, person_name, short
from jobbridge.apps.imports.handlers import Context, Fate, register
from jobbridge.apps.imports.models import Kind, RowState
from jobbridge.apps.imports.tables import Table
from jobbridge.apps.registry import lookup
from jobbridge.apps.registry.lookup import Known
from jobbridge.apps.registry.merging import joined, merge_statements
from jobbridge.apps.registry.reported import (
    check_work,
    contact_fields,
    judge_spells,
    wish_fields,
    work_fields,
    write_contacts,
    write_spells,
    write_statements,
)
from jobbridge.apps.registry.roster import Roster
from jobbridge.apps.registry.rules import wholly_different


def register_handlers() -> None:
    """Called when the app starts."""
    register(Kind.ROSTER, Roster())
    register(Kind.EMPLOYMENT, Employment())
    register(Kind.SURVEY, Survey())


class AboutPersons:
    """What both kinds share: the row names a person whom the ledger must know."""

    def identity_fields(self, context: Context) -> tuple[Field, ...]:
        """Number and name; the name only confirms the number."""
        return (
            Field("id_number", partial(id_number, today=context.today), required=True, repeats=False),
            Field("name", person_name, soft=True, repeats=False),
            Field("household_number", short(24), soft=True),
            *contact_fields(),
        )

    def find(self, table: Table, rows: Sequence[int], context: Context) -> dict[int, Known]:
        """The person of each row. Rows without one are refused; a wholly different name is a conflict."""
        seal = sealer()
        index = {row: seal.index(table.get("id_number", row).number, "id") for row in table.good(rows)}
        known = lookup.persons(index.values())
        found = {}
        for row, key in index.items():
            person = known.get(key)
            name = table.get("name", row) or ""
            if person is None:
                table.refuse(row, "id_number", "person_unknown", "台账中没有此人，请先导入名册")
            elif not context.actor.scope.contains(person.region_code):
                table.refuse(row, "id_number", "out_of_scope", "此人不在您负责的区划内")
            elif wholly_different(name, person.name) and not context.forced:
                shown = f"“{person.name}”" if context.may_tell(person.region_code) else "另一个姓名"
                table.conflict(row, "name", "name_differs", f"台账中这个证件号码登记的是{shown}，请裁定")
            else:
                found[row] = person
        return found


class Employment(AboutPersons):
    """Periods of work, one a row; a person may have several."""

    tables = ("registry_employmentspell",)

    def fields(self, context: Context) -> tuple[Field, ...]:
        """Identity and work."""
        return self.identity_fields(context) + work_fields(context)

    def check(self, table: Table, context: Context) -> None:
        """A period needs a start, and an end once the work is over; the same row twice counts once."""
        for row in table.good():
            person, start = table.get("id_number", row), table.get("start", row)
            working = table.get("is_working", row)
            if start is None and working is not False:
                table.refuse(row, "start", "start_missing", "缺少开始时间")
            elif start and working is False and not table.get("end", row):
                table.refuse(row, "end", "end_missing", "已不在务工，请填写结束时间")
            elif before := context.first_seen((person.number, start), table, row):
                table.refuse(row, "id_number", "duplicate_row", f"与{before}是同一人的同一段务工记录")
            else:
                check_work(table, row, person.birth, soft=False)

    def adjudicate(self, table: Table, rows: Sequence[int], context: Context) -> None:
        """Person and overlaps."""
        known = self.find(table, rows, context)
        people = {row: person.pk for row, person in known.items()}
        placed = judge_spells(table, people, context, soft=False)
        context.memory["chunk"] = {row: person for row, person in known.items() if row not in table.fates}, placed

    def merge(self, table: Table, rows: Sequence[int], context: Context) -> dict[int, Fate]:
        """Store the periods; a row that only says "not working" becomes a statement."""
        known, placed = context.memory.pop("chunk")
        people = {row: person.pk for row, person in known.items()}
        regions = {row: person.region_code for row, person in known.items()}
        states = write_spells(table, placed, people, regions, context)
        idle = {people[row]: row for row in known if row not in placed}
        said = merge_statements(
            [
                [person, context.source_id, False, None, "", "", "", [], None, None, [], [], "", regions[row],
                 context.as_of]
                for person, row in idle.items()
            ]
        )
        states.update((row, state) for row, (_, state) in zip(idle.values(), said, strict=True))
        changed = write_contacts(table, list(known), people, regions, context)
        return {
            row: Fate(
                joined([states.get(row, "unchanged"), "updated" if row in changed else "unchanged"]), people[row]
            )
            for row in known
        }


class Survey(AboutPersons):
    """Answers about willingness, one row a person."""

    tables = ("registry_workstatement", "registry_contactpoint")

    def fields(self, context: Context) -> tuple[Field, ...]:
        """Identity and answers."""
        return self.identity_fields(context) + wish_fields(context)

    def check(self, table: Table, context: Context) -> None:
        """One row a person."""
        for row in table.good():
            if before := context.first_seen(table.get("id_number", row).number, table, row):
                table.refuse(row, "id_number", "duplicate_person", f"与{before}是同一个证件号码")

    def adjudicate(self, table: Table, rows: Sequence[int], context: Context) -> None:
        """The ledger must know the person."""
        context.memory["chunk"] = self.find(table, rows, context)

    def merge(self, table: Table, rows: Sequence[int], context: Context) -> dict[int, Fate]:
        """Store answers and phones."""
        known = context.memory.pop("chunk")
        people = {row: person.pk for row, person in known.items()}
        regions = {row: person.region_code for row, person in known.items()}
        states = write_statements(table, list(known), people, regions, context)
        changed = write_contacts(table, list(known), people, regions, context)
        return {
            row: Fate(
                joined([states.get(row, RowState.UNCHANGED), "updated" if row in changed else "unchanged"]),
                people[row],
            )
            for row in known
        }
