"""What goes into the linkage engine and what comes out, column by column.

Inputs are Arrow tables.  Only the key is required; every other column may be missing or null, and
columns not named here pass by unread.  Everything but the keys is read as text, so an integer phone or
a real date column is as good as a string.

Register (one row a person)
    person_id      key, integer or text, unique
    name           as entered
    id_number      citizen id, 18 or 15 characters
    phone          any notation
    village_code   12-digit division code (9 digits, or 12 ending in 000, is read as the township)
    birth_date     date, or text such as 1990-01-02 / 19900102
    sex            男/女, 1/2, M/F
    household_id   integer or text

Feed (one row an observation by an agency)
    record_id      key, integer or text, unique
    source         who sent the row, e.g. railway
    name, id_number, phone, village_code, sex, birth_date
                   as above; name and id_number may carry mask characters or mistakes
    seen_on        date; only tells who was a child on that day

Links out (one row a feed row, in the order of record_id)
    record_id      as given
    person_id      best candidate, null when there is none or its zone is ``none``
    posterior      probability 0..1 that this person is meant, rounded down to six decimals
    zone           auto | review | none by posterior; a note holds a row at review
    stage          A validated id | B decisive pair of fields | R scored | P after propagation;
                   null when no candidate was found
    note           why a row waits for a person whatever its posterior: id_other_name (possible misuse of
                   an id), household_mask, name_only, phone_only; else null

Weights out (up to three rows a feed row)
    record_id, person_id, rank (1 best)
    name, id, phone, village, sex, birth, prior, total
                   bits (log2 of odds); the seven add up to the total, and the total is the log2 odds of
                   this person against "not in the register"
    name_level, id_level, phone_level, village_level, sex_level, birth_level
                   the comparison that earned the weight, e.g. sound, fit, household
    posterior      2**total / (1 + sum of 2**total over all candidates of the row)
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import duckdb
import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True, slots=True)
class TableShape:
    """Key and optional columns of one input table."""

    label: str
    key: str
    optional: tuple[str, ...]


REGISTER = TableShape(
    "register",
    "person_id",
    ("name", "id_number", "phone", "village_code", "birth_date", "sex", "household_id"),
)
FEED = TableShape(
    "feed",
    "record_id",
    ("source", "name", "id_number", "phone", "village_code", "sex", "birth_date", "seen_on"),
)

FIELDS = ("name", "id", "phone", "village", "sex", "birth", "prior")
LEVELS = ("name_level", "id_level", "phone_level", "village_level", "sex_level", "birth_level")


def check_key(table: pa.Table, shape: TableShape) -> pa.DataType:
    """Refuse a table whose key is missing, null, repeated or of an unusable type.

    Returns
    -------
    pa.DataType
        ``int64`` or ``string``: the type in which the key is returned.

    Raises
    ------
    ValueError
        Naming the table, the column and up to three offending values.
    """
    if shape.key not in table.column_names:
        have = ", ".join(table.column_names) or "none"
        raise ValueError(f"{shape.label}: column {shape.key!r} is missing (columns found: {have})")
    if table.column_names.count(shape.key) > 1:
        raise ValueError(f"{shape.label}: column {shape.key!r} appears more than once")
    column = table[shape.key]
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_null(kind) and len(column) == 0:
        return pa.string()
    if not (pa.types.is_integer(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        raise ValueError(f"{shape.label}: column {shape.key!r} must be integer or text, not {kind}")
    if column.null_count:
        raise ValueError(f"{shape.label}: column {shape.key!r} is null in {column.null_count} row(s)")
    counts = pc.value_counts(column.combine_chunks() if len(column) else column)
    if len(counts) < len(column):
        repeated = [str(entry["values"]) for entry in counts.to_pylist() if entry["counts"] > 1]
        shown = ", ".join(sorted(repeated)[:3])
        raise ValueError(f"{shape.label}: column {shape.key!r} repeats {len(repeated)} value(s): {shown}")
    return pa.int64() if pa.types.is_integer(kind) else pa.string()


def load(con: duckdb.DuckDBPyConnection, table: pa.Table, shape: TableShape, key: pa.DataType) -> None:
    """Create the view ``<label>_in``: a dense row number ``n`` in the order of the key, the key, all else as text.

    The dense number keeps joins cheap whatever the key's type, and because it follows the key's order,
    breaking ties by it is breaking ties by the caller's ids: the order of the rows never matters.  The view reads
    the Arrow table, registered as ``<label>_arrow``, where it lies: no copy is made.
    """
    twice = sorted({name for name in table.column_names if table.column_names.count(name) > 1} & {*shape.optional})
    if twice:
        raise ValueError(f"{shape.label}: column {twice[0]!r} appears more than once")
    chosen = table.select([shape.key, *(c for c in shape.optional if c in table.column_names)])
    rank = pc.rank(chosen[shape.key].cast(key), sort_keys="ascending", tiebreaker="first")
    con.register(f"{shape.label}_arrow", chosen.append_column("row_rank", rank))
    view(con, shape, chosen.column_names, key)


def view(con: duckdb.DuckDBPyConnection, shape: TableShape, present: Collection[str], key: pa.DataType) -> None:
    """Create the view of :func:`load` over ``<label>_arrow``, which has ``row_rank`` and the columns ``present``."""
    texts = ", ".join(
        f"nullif(trim({c}::varchar), '') as {c}" if c in present else f"null::varchar as {c}" for c in shape.optional
    )
    sql_key = "bigint" if pa.types.is_integer(key) else "varchar"
    con.execute(
        f"""create view {shape.label}_in as
            select row_rank::bigint as n, {shape.key}::{sql_key} as key, {texts} from {shape.label}_arrow"""
    )


def forget(con: duckdb.DuckDBPyConnection, shape: TableShape) -> None:
    """Let go of what :func:`load` registered."""
    con.execute(f"drop view {shape.label}_in")
    con.unregister(f"{shape.label}_arrow")
