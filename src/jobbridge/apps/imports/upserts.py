"""Set-based upserts: COPY into a temporary table, update what differs, insert what is new.

Facts carry a day and a source. The newer pair ``(as_of, source_id)`` wins, an older one only fills blanks, and a
blank never erases. The same file has the same source, so taking it in again changes nothing even when another
file of the same day came in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

CREATED, UPDATED, UNCHANGED = "created", "updated", "unchanged"


@dataclass(frozen=True)
class Upsert:
    """One table and how each of its columns is merged.

    ``keys`` find the row. ``texts`` are blank when empty, ``values`` when null; both follow the newer source.
    ``decided`` are set as given. ``once`` are written on insert only; ``defaults`` stand in for a blank there.
    """

    table: str
    keys: tuple[str, ...]
    texts: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    decided: tuple[str, ...] = ()
    once: tuple[str, ...] = ()
    defaults: tuple[tuple[str, str], ...] = ()
    dated: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        """Order of the values of a row for ``run``."""
        stamp = ("as_of", "source_id") if self.dated else ()
        return self.keys + self.texts + self.values + self.decided + self.once + stamp


def copy_rows(temporary: str, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Fill a temporary table with columns typed like those of ``table``; it vanishes with the transaction."""
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {temporary}")
        cursor.execute(f"CREATE TEMP TABLE {temporary} ON COMMIT DROP AS SELECT {names} FROM {table} WITH NO DATA")
        with cursor.copy(f"COPY {temporary} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(f"ANALYZE {temporary}")


def run(spec: Upsert, rows: Sequence[Sequence[Any]]) -> list[tuple[int, str]]:
    """Merge rows (values in the order of ``spec.columns``, keys unique) and give (id, state) for each, in order."""
    if not rows:
        return []
    stage = f"stage_{spec.table}"
    copy_rows(stage, spec.table, spec.columns, rows)
    states: dict[int, str] = {}
    with connection.cursor() as cursor:
        if spec.texts or spec.values or spec.decided:
            cursor.execute(_update(spec, stage))
            states.update((key, UPDATED) for key, differs in cursor.fetchall() if differs)
        cursor.execute(_insert(spec, stage))
        states.update((key, CREATED) for (key,) in cursor.fetchall())
        keys = ", ".join(f'n."{name}"' for name in spec.keys)
        cursor.execute(f"SELECT {keys}, t.id FROM {stage} n JOIN {spec.table} t ON {_match(spec)}")
        ids = {_hashable(found[:-1]): found[-1] for found in cursor.fetchall()}
        cursor.execute(f"DROP TABLE {stage}")
    found = [ids[_hashable(row[: len(spec.keys)])] for row in rows]
    return [(key, states.get(key, UNCHANGED)) for key in found]


def keep_statistics(*tables: str) -> None:
    """Have tables analysed that doubled since the last time, or were empty then.

    While a county is loaded the server's own analysis comes too late, and a plan for an empty table over a full one
    takes minutes.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND relkind = 'r'"
            " AND pg_relation_size(oid) > 0 AND (reltuples <= 0"
            " OR pg_relation_size(oid) / current_setting('block_size')::int > 2 * relpages)",
            [list(tables)],
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'ANALYZE "{table}"')


def _hashable(key: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(bytes(part) if isinstance(part, memoryview | bytearray) else part for part in key)


def _match(spec: Upsert) -> str:
    return " AND ".join(f't."{name}" = n."{name}"' for name in spec.keys)


def _update(spec: Upsert, stage: str) -> str:
    newer = "(n.as_of, n.source_id) >= (t.as_of, t.source_id)" if spec.dated else "TRUE"
    merged = {}
    for name in spec.texts:
        new, old = f"nullif(n.\"{name}\", '')", f"nullif(t.\"{name}\", '')"
        merged[name] = f"coalesce(CASE WHEN {newer} THEN {new} ELSE {old} END, {old}, {new}, '')"
    for name in spec.values:
        new, old = f'n."{name}"', f't."{name}"'
        merged[name] = f"coalesce(CASE WHEN {newer} THEN {new} ELSE {old} END, {old}, {new})"
    for name in spec.decided:
        merged[name] = f'n."{name}"'
    select = ", ".join(f'{expression} AS "{name}"' for name, expression in merged.items())
    differs = " OR ".join(f't."{name}" IS DISTINCT FROM m."{name}"' for name in merged)
    sets = [f'"{name}" = m."{name}"' for name in merged]
    fresher = "FALSE"
    if spec.dated:
        # A value confirmed on a later day is as good as that day.
        fresher = "(m.new_as_of > t.as_of)"
        select += ", n.as_of AS new_as_of, n.source_id AS new_source"
        pair = "(m.new_as_of, m.new_source) >= (t.as_of, t.source_id)"
        sets.append(f"as_of = CASE WHEN {pair} THEN m.new_as_of ELSE t.as_of END")
        sets.append(f"source_id = CASE WHEN {pair} THEN m.new_source ELSE t.source_id END")
    # The old row is joined once more in "o", because RETURNING sees only the new one.
    before = differs.replace('t."', 'o."')
    return (
        f"UPDATE {spec.table} t SET {', '.join(sets)} FROM ("
        f"SELECT t.id, {select} FROM {stage} n JOIN {spec.table} t ON {_match(spec)}) m"
        f" JOIN {spec.table} o ON o.id = m.id"
        f" WHERE t.id = m.id AND ({differs} OR {fresher})"
        f" RETURNING t.id, ({before})"
    )


def _insert(spec: Upsert, stage: str) -> str:
    names = ", ".join(f'"{name}"' for name in spec.columns)
    defaults = dict(spec.defaults)
    source = ", ".join(
        f"coalesce(nullif(n.\"{name}\", ''), '{defaults[name]}')" if name in defaults else f'n."{name}"'
        for name in spec.columns
    )
    return (
        f"INSERT INTO {spec.table} ({names}) SELECT {source} FROM {stage} n"
        f" WHERE NOT EXISTS (SELECT 1 FROM {spec.table} t WHERE {_match(spec)}) RETURNING id"
    )
