"""What the ledger knows about the people of a sheet. Looked up beyond the actor's scope: a person is unique."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.registry.rules import Span


@dataclass(frozen=True)
class Known:
    """A person of the ledger, as far as judging a row needs it."""

    pk: int
    name: str
    birth_date: date
    region_code: str
    household_id: int
    household_number: str
    as_of: date


def persons(indexes: Iterable[bytes]) -> dict[bytes, Known]:
    """Persons by the blind index of their id number."""
    rows = _rows(
        "SELECT id_index, id, name, birth_date, region_code, household_id, as_of FROM registry_person"
        " WHERE id_index = ANY(%s)",
        list(indexes),
    )
    # Two look-ups by key instead of a join: under row-level security, and without statistics while a county is
    # being loaded, the planner takes the join for one row and compares everybody with everything.
    numbers = dict(_rows("SELECT id, number FROM registry_household WHERE id = ANY(%s)", [row[5] for row in rows]))
    return {
        bytes(index): Known(pk, name, birth, region, home, numbers[home], as_of)
        for index, pk, name, birth, region, home, as_of in rows
    }


def households(numbers: Iterable[str]) -> dict[str, str]:
    """Village codes of households by their number."""
    rows = _rows(
        "SELECT number, region_code FROM registry_household WHERE number = ANY(%s)", sorted(set(numbers))
    )
    return dict(rows)


def spans(person_ids: Iterable[int]) -> dict[int, list[Span]]:
    """The employment spells of persons, in order."""
    found: dict[int, list[Span]] = {}
    rows = _rows(
        'SELECT person_id, start, "end", as_of, source_id FROM registry_employmentspell'
        " WHERE person_id = ANY(%s) ORDER BY person_id, start",
        list(person_ids),
    )
    for person, start, end, as_of, source in rows:
        found.setdefault(person, []).append(Span(start, end, (as_of, source)))
    return found


def _rows(query: str, values: Sequence[object]) -> list[tuple]:
    if not values:
        return []
    with acting_as(system_actor("imports")), connection.cursor() as cursor:
        cursor.execute(query, [values])
        return cursor.fetchall()
