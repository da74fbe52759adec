"""Set-based writes of the ledger for one chunk of rows: households, persons, memberships, phones, spells, wishes.

Every function may be called again with the same rows and then changes nothing. Moves close the membership and open
the next one; whatever hangs on a moved person follows to the new village, or nobody there would see it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import connection

from jobbridge.apps.accounts.scope import Scoped
from jobbridge.apps.accounts.sealing import sealer
from jobbridge.apps.imports.upserts import CREATED, UPDATED, Upsert, copy_rows, run
from jobbridge.apps.registry.models import Household, Person
from jobbridge.kernel import phone as phones

HOUSEHOLD = Upsert(
    table="registry_household",
    keys=("number",),
    texts=("head_name", "category", "residence", "address", "region_code"),
    values=("risk_cleared", "relocated", "settlement_id"),
    defaults=(("residence", "rural"),),
)
PERSON = Upsert(
    table="registry_person",
    keys=("id_index",),
    texts=("name", "relation", "ethnic", "political", "education", "schooling", "labour_skill", "health",
           "disability", "life"),
    values=("draws_pension", "serving", "in_custody"),
    decided=("household_id", "region_code"),
    once=("id_sealed", "id_mask", "sex", "birth_date"),
    defaults=(("life", "alive"),),
)
SPELL = Upsert(
    table="registry_employmentspell",
    keys=("person_id", "start"),
    texts=("kind", "employer_name", "occupation", "industry", "place_code", "place_text", "work_area", "channel",
           "organised_by", "region_code"),
    values=("monthly_wage",),
    decided=("end",),
)
STATEMENT = Upsert(
    table="registry_workstatement",
    keys=("person_id", "source_id"),
    once=("employed", "willing", "reluctance", "travel", "preferred_place", "wishes", "wage_floor",
          "available_from", "skills", "needs", "stated_by", "region_code", "as_of"),
    dated=False,
)


class Place(NamedTuple):
    """A household after merging."""

    pk: int
    region_code: str
    state: str


class Member(NamedTuple):
    """Where a person belongs after this chunk."""

    person_id: int
    household_id: int
    relation: str
    region_code: str


def merge_households(rows: Sequence[Sequence[Any]]) -> dict[str, Place]:
    """Upsert households (columns of ``HOUSEHOLD``); members follow one whose village changed. By number."""
    numbers = [row[0] for row in rows]
    before = dict(Household.objects.filter(number__in=numbers).values_list("number", "region_code"))
    merged = dict(zip(numbers, run(HOUSEHOLD, rows), strict=True))
    after = dict(Household.objects.filter(number__in=numbers).values_list("number", "region_code"))
    moved = [merged[number][0] for number, region in before.items() if after[number] != region]
    if moved:
        _follow(Household, moved)
        people = list(Person.objects.filter(household_id__in=moved).values_list("pk", flat=True))
        _follow(Person, people)
    return {number: Place(pk, after[number], state) for number, (pk, state) in merged.items()}


def merge_persons(rows: Sequence[Sequence[Any]], before: dict[bytes, str]) -> list[tuple[int, str]]:
    """Upsert persons (columns of ``PERSON``). ``before``: village codes by index, to let their records follow."""
    merged = run(PERSON, rows)
    at = PERSON.columns.index("region_code")
    moved = [pk for row, (pk, _) in zip(rows, merged, strict=True) if before.get(row[0], row[at]) != row[at]]
    _follow(Person, moved)
    return merged


def merge_memberships(members: Iterable[Member], as_of: date, source_id: int) -> set[int]:
    """Open memberships as given: another household's is closed on ``as_of``. Returns the persons it changed."""
    columns = ("person_id", "household_id", "relation", "region_code")
    copy_rows("stage_member", "registry_membership", columns, members)
    with connection.cursor() as cursor:
        # A membership that began the same day never lasted one: it gives way instead of being closed.
        cursor.execute(
            "DELETE FROM registry_membership m USING stage_member n WHERE m.person_id = n.person_id"
            ' AND m."end" IS NULL AND m.household_id <> n.household_id AND m.start >= %s',
            [as_of],
        )
        cursor.execute(
            'UPDATE registry_membership m SET "end" = %s FROM stage_member n WHERE m.person_id = n.person_id'
            ' AND m."end" IS NULL AND m.household_id <> n.household_id',
            [as_of],
        )
        cursor.execute(
            "UPDATE registry_membership m SET relation = n.relation, as_of = %s, source_id = %s FROM stage_member n"
            ' WHERE m.person_id = n.person_id AND m.household_id = n.household_id AND m."end" IS NULL'
            " AND n.relation <> '' AND m.relation <> n.relation AND (%s, %s) >= (m.as_of, m.source_id)"
            " RETURNING m.person_id",
            [as_of, source_id, as_of, source_id],
        )
        changed = {person for (person,) in cursor.fetchall()}
        cursor.execute(
            "INSERT INTO registry_membership"
            " (person_id, household_id, relation, region_code, start, as_of, source_id)"
            " SELECT n.person_id, n.household_id, n.relation, n.region_code, %s, %s, %s FROM stage_member n"
            " WHERE NOT EXISTS (SELECT 1 FROM registry_membership m WHERE m.person_id = n.person_id"
            ' AND m."end" IS NULL) RETURNING person_id',
            [as_of, as_of, source_id],
        )
        changed.update(person for (person,) in cursor.fetchall())
        cursor.execute("DROP TABLE stage_member")
    return changed


def merge_contacts(
    numbers: dict[int, tuple[Sequence[str], str]], as_of: date, source_id: int
) -> set[int]:
    """Add phones, the first of each person as the primary one unless a newer source said otherwise.

    Parameters
    ----------
    numbers : dict
        Person id -> (phone numbers, village code).

    Returns
    -------
    set of int
        Persons whose phones changed.
    """
    seal = sealer()
    wanted = {
        (person, seal.index(number, "phone")): (number, order == 0, region)
        for person, (listed, region) in numbers.items()
        for order, number in enumerate(listed)
    }
    if not wanted:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person_id, phone_index FROM registry_contactpoint WHERE person_id = ANY(%s)", [list(numbers)]
        )
        known = {(person, bytes(index)) for person, index in cursor.fetchall()}
    columns = ("person_id", "phone_index", "phone_sealed", "phone_mask", "primary", "region_code")
    copy_rows(
        "stage_contact",
        "registry_contactpoint",
        columns,
        (
            (person, index, b"" if (person, index) in known else seal.seal(number, "phone"), phones.mask(number),
             first, region)
            for (person, index), (number, first, region) in wanted.items()
        ),
    )
    stamp = {"as_of": as_of, "source": source_id}
    with connection.cursor() as cursor:
        cursor.execute(_DEMOTE, stamp)
        cursor.execute(_PROMOTE, stamp)
        changed = {person for person, was in cursor.fetchall() if not was}
        cursor.execute(_ADD, stamp)
        changed.update(person for (person,) in cursor.fetchall())
        cursor.execute("DROP TABLE stage_contact")
    return changed


_DEMOTE = """
UPDATE registry_contactpoint c SET "primary" = false FROM stage_contact n
WHERE c.person_id = n.person_id AND c."primary" AND n."primary" AND c.phone_index <> n.phone_index
  AND (%(as_of)s, %(source)s) >= (c.as_of, c.source_id)
"""
_PROMOTE = """
UPDATE registry_contactpoint c SET "primary" = true, as_of = %(as_of)s, source_id = %(source)s
FROM stage_contact n JOIN registry_contactpoint o ON o.person_id = n.person_id AND o.phone_index = n.phone_index
WHERE c.id = o.id AND n."primary" AND (NOT c."primary" OR %(as_of)s > c.as_of)
  AND (%(as_of)s, %(source)s) >= (c.as_of, c.source_id)
  AND NOT EXISTS (
    SELECT 1 FROM registry_contactpoint p WHERE p.person_id = c.person_id AND p."primary" AND p.id <> c.id)
RETURNING c.person_id, o."primary"
"""
_ADD = """
INSERT INTO registry_contactpoint
  (person_id, phone_index, phone_sealed, phone_mask, "primary", region_code, as_of, source_id)
SELECT n.person_id, n.phone_index, n.phone_sealed, n.phone_mask,
  n."primary" AND NOT EXISTS (SELECT 1 FROM registry_contactpoint p WHERE p.person_id = n.person_id AND p."primary"),
  n.region_code, %(as_of)s, %(source)s
FROM stage_contact n WHERE NOT EXISTS (
  SELECT 1 FROM registry_contactpoint c WHERE c.person_id = n.person_id AND c.phone_index = n.phone_index)
RETURNING person_id
"""


def merge_spells(rows: Sequence[Sequence[Any]], closes: Iterable[tuple[int, date, date]]) -> list[tuple[int, str]]:
    """Upsert spells (columns of ``SPELL``) after ending others: ``closes`` has (person, start, new end)."""
    closing = list(closes)
    if closing:
        copy_rows("stage_close", SPELL.table, ("person_id", "start", "end"), closing)
        with connection.cursor() as cursor:
            cursor.execute(
                'UPDATE registry_employmentspell s SET "end" = n."end" FROM stage_close n'
                ' WHERE s.person_id = n.person_id AND s.start = n.start AND s."end" IS DISTINCT FROM n."end"'
            )
            cursor.execute("DROP TABLE stage_close")
    return run(SPELL, rows)


def merge_statements(rows: Sequence[Sequence[Any]]) -> list[tuple[int, str]]:
    """Add statements (columns of ``STATEMENT``); one per person and source."""
    return run(STATEMENT, rows)


def joined(states: Iterable[str]) -> str:
    """What became of a row that wrote several records: new when the person is, else updated when anything is."""
    found = set(states)
    if CREATED in found:
        return CREATED
    return UPDATED if UPDATED in found else "unchanged"


def _follow(model: type[Household] | type[Person], keys: Sequence[int]) -> None:
    """Give the rows that point to these households or persons the village of what they point to."""
    if not keys:
        return
    with connection.cursor() as cursor:
        for relation in model._meta.related_objects:
            other = relation.related_model
            if issubclass(other, Scoped) and not relation.many_to_many:
                table, column = other._meta.db_table, relation.field.column
                cursor.execute(
                    f'UPDATE "{table}" r SET region_code = o.region_code FROM "{model._meta.db_table}" o'
                    f' WHERE r."{column}" = o.id AND o.id = ANY(%s) AND r.region_code <> o.region_code',
                    [list(keys)],
                )
