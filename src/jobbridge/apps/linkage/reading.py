"""What the comparison reads: the ledger and the agencies' records as Arrow tables, opened, in memory only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from django.db import connection

from jobbridge.apps.accounts.sealing import sealer

FETCH = 20_000

PERSONS = """
FROM registry_person p JOIN registry_household h ON h.id = p.household_id
  LEFT JOIN registry_contactpoint c ON c.person_id = p.id AND c.primary
WHERE p.life = 'alive'
"""
RECORDS = "FROM linkage_feedrecord f WHERE f.purged_on IS NULL"

# What is compared, as one number a row: made of content, not of row numbers and times, which differ after a killed
# run. The sum of all is the mark of the whole and does not depend on the order of the rows.
PERSON_DIGEST = """hashtextextended(
  ROW(p.id_index, p.name, c.phone_index, p.region_code, p.birth_date, p.sex, h.number)::text, 0)"""
RECORD_DIGEST = "hashtextextended(content_hash::text, 0)"


def register_mark() -> str:
    """The mark of all living persons."""
    return _mark(PERSON_DIGEST, PERSONS)[1]


def feed_mark() -> tuple[int, str]:
    """Number and mark of all records."""
    return _mark(RECORD_DIGEST, RECORDS)


def person_digests() -> pa.Table:
    """key, digest of all living persons."""
    return _digests("p.id", PERSON_DIGEST, PERSONS)


def record_digests() -> pa.Table:
    """key, digest of all records."""
    return _digests("f.id", RECORD_DIGEST, RECORDS)


def read_register(ids: Sequence[int] | None = None) -> pa.Table:
    """The living persons whom the acting actor may see, or those of them who are named."""
    return _table(
        "SELECT p.id, p.name, p.id_sealed, c.phone_sealed, p.region_code, p.birth_date::text, p.sex, p.household_id"
        f" {PERSONS} {'' if ids is None else 'AND p.id = ANY(%s)'} ORDER BY p.id",
        ["person_id", "name", "id_number", "phone", "village_code", "birth_date", "sex", "household_id"],
        {2: "id", 3: "phone"},
        ids,
    )


def read_feed(ids: Sequence[int] | None = None) -> pa.Table:
    """The records, or those that are named.

    Decided ones stay as they were decided; they still tell the engine about the others, so they come along.
    """
    return _table(
        "SELECT f.id, f.source, f.name, f.id_sealed, f.phone_sealed, f.village_code, f.sex, f.birth_date::text,"
        " f.seen_on::text"
        f" {RECORDS} {'' if ids is None else 'AND f.id = ANY(%s)'} ORDER BY f.id",
        ["record_id", "source", "name", "id_number", "phone", "village_code", "sex", "birth_date", "seen_on"],
        {3: "id", 4: "phone"},
        ids,
    )


def _mark(digest: str, rows: str) -> tuple[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*), coalesce(sum({digest}), 0) {rows}")
        number, total = cursor.fetchone()
    return number, f"{number}:{total}"


def _digests(key: str, digest: str, rows: str) -> pa.Table:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {key}, {digest} {rows} ORDER BY 1")
        found = cursor.fetchall()
    keys, digests = zip(*found, strict=True) if found else ((), ())
    return pa.table({"key": pa.array(keys, pa.int64()), "digest": pa.array(digests, pa.int64())})


def _table(query: str, names: list[str], sealed: dict[int, str], ids: Sequence[int] | None) -> pa.Table:
    """Rows of a query as an Arrow table, the sealed columns opened."""
    columns: list[list[Any]] = [[] for _ in names]
    open_ = sealer().open
    with connection.cursor() as cursor:
        cursor.execute(query, None if ids is None else [list(ids)])
        while rows := cursor.fetchmany(FETCH):
            for at, values in enumerate(zip(*rows, strict=True)):
                field = sealed.get(at)
                columns[at].extend(
                    values if field is None else (None if value is None else open_(value, field) for value in values)
                )
    integers = {"person_id", "record_id", "household_id"}
    return pa.table(
        {
            name: pa.array(
                [value if value != "" else None for value in column], pa.int64() if name in integers else pa.string()
            )
            for name, column in zip(names, columns, strict=True)
        }
    )
