"""From raw rows to compared pairs, for any field set.

``register`` and ``feed`` hold the clean columns: n (dense row number in key order), key, ``v_<field>``.  In
dedupe mode the feed is the register and a pair has the smaller n on the feed's side.  A table of pairs has
record, person and ``l_<field>``: the position of the closest level reached, null where a side is empty.
"""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .columns import TableShape, check_key
from .em import Patterns
from .fields import Field, FieldSet, Key, Level
from .normalise import MACROS

# Pairs drawn to learn how often strangers agree.
_DRAWN = 100_000

_CLEAN = {
    "lower": "lower({})",
    "fold": "strip_accents({})",
    "letters": "regexp_replace({}, '[^\\p{{L}}\\p{{M}}]', '', 'g')",
    "digits": "regexp_replace({}, '[^0-9]', '', 'g')",
    "alnum": "regexp_replace({}, '[^\\p{{L}}\\p{{M}}\\p{{N}}]', '', 'g')",
    "squeeze": "trim(regexp_replace({}, '\\s+', ' ', 'g'))",
    "date": "coalesce(date_clean({0}), regexp_replace({0}, '[^0-9]', '', 'g'))",
}


def load_rows(con: duckdb.DuckDBPyConnection, table: pa.Table, label: str, fields: FieldSet) -> None:
    """Create ``register`` or ``feed`` (the label).

    Raises
    ------
    ValueError
        A column the field set names is missing, or the key cannot be used.
    """
    table = table.rename_columns([name.strip() for name in table.column_names])
    own = label == "register"
    key = fields.register_key if own else fields.feed_key
    columns = [field.column if own else field.feed_column for field in fields.fields]
    kind = check_key(table, TableShape(label, key, ()))
    for field, column in zip(fields.fields, columns, strict=True):
        found = table.column_names.count(column)
        if found != 1:
            have = ", ".join(table.column_names)
            problem = "is missing" if not found else "appears more than once"
            raise ValueError(f"{label}: column {column!r} of field {field.name!r} {problem} (columns found: {have})")
    # Row numbers follow the order of the key, so that the order of the rows never shows.
    rank = pc.rank(table[key].cast(kind), sort_keys="ascending", tiebreaker="first")
    raw = [f"raw_{field.name}" for field in fields.fields]
    named = pa.table([rank, *(table[name] for name in (key, *columns))], names=["n", "key", *raw])
    con.execute(MACROS)
    con.register("incoming", named)
    cleaned = ", ".join(f"nullif({_cleaned(field)}, '') as v_{field.name}" for field in fields.fields)
    kept = "bigint" if pa.types.is_integer(kind) else "varchar"
    con.execute(f"create table {label} as select n::bigint as n, key::{kept} as key, {cleaned} from incoming")
    con.unregister("incoming")


def _cleaned(field: Field) -> str:
    sql = f"trim(raw_{field.name}::varchar)"
    for cleaner in ("lower", *field.clean):
        sql = _CLEAN[cleaner].format(sql)
    return sql


def find_pairs(con: duckdb.DuckDBPyConnection, fields: FieldSet, alone: bool) -> None:
    """Create ``compared``: the pairs some block proposes, ``blocks`` telling which.

    Parameters
    ----------
    alone
        Dedupe mode: the register against itself.
    """
    found = " union all ".join(_block(fields, at, alone) for at in range(len(fields.blocks)))
    compare(con, f"select record, person, bit_or(block) as blocks from ({found}) group by all", "compared", fields)


def _block(fields: FieldSet, at: int, alone: bool) -> str:
    """Pairs equal in all keys; the register is cut to the keys asked for before it is counted."""
    keys = [_key(key) for key in fields.blocks[at]]
    named = ", ".join(f"{sql} as k{i}" for i, sql in enumerate(keys))
    using = ", ".join(f"k{i}" for i in range(len(keys)))
    return f"""select record, person, {1 << at}::bigint as block
        from (select n as record, {named} from feed) join (
            select * from (select n as person, {named} from register)
            semi join (select {named} from feed) using ({using})
            qualify count(*) over (partition by {using}) <= {fields.max_block}) using ({using})
        where {"record < person" if alone else "true"}"""


def _key(key: Key) -> str:
    values = [f"v_{name}" for name in key.fields]
    if len(values) == 2:
        a, b = values
        return f"case when {a} <= {b} then {a} || '|' || {b} when {a} > {b} then {b} || '|' || {a} end"
    if key.start is None and key.stop is None:
        return values[0]
    # DuckDB counts from one and takes the last character in; Python counts from zero and leaves it out.
    start = "" if key.start is None else str(key.start + 1 if key.start >= 0 else key.start)
    stop = "" if key.stop is None else str(key.stop if key.stop >= 0 else key.stop - 1)
    return f"nullif({values[0]}[{start}:{stop}], '')"


def compare(con: duckdb.DuckDBPyConnection, pairs: str, out: str, fields: FieldSet) -> None:
    """Create ``out``: the columns of a query that gives (record, person, ...) and the levels.

    The pairs are set down before their values are fetched: in one query with joins inside, DuckDB 2.0 may stop
    with an internal error ("dict-surviving cache").
    """
    con.execute(f"create or replace temp table pairing as {pairs}")
    con.execute(
        f"""create table {out} as select p.*, {_levels(fields)} from pairing p
            join feed f on f.n = p.record join register r on r.n = p.person"""
    )
    con.execute("drop table pairing")


def draw_pairs(con: duckdb.DuckDBPyConnection, fields: FieldSet) -> None:
    """Create ``drawn``: a sample of all pairs, the same for the same rows in any order.

    Both sides are laid out in the order of a hash of their key, and each row meets the next few of the
    other side, however many the size of the sample allows.
    """
    rows, others = (_one(con, f"select count(*) from {table}") for table in ("feed", "register"))
    shifts = max(1, min(others, _DRAWN // max(1, rows)))
    compare(
        con,
        f"""with a as (select n, row_number() over (order by hash(key), n) - 1 as place from feed),
            b as (select n, row_number() over (order by hash(key), n) - 1 as place from register)
        select a.n as record, b.n as person
        from (from a where place < {_DRAWN}) a cross join range(1, {shifts + 1}) s(shift)
        join b on b.place = (a.place + shift) % {max(1, others)} where a.n <> b.n""",
        "drawn",
        fields,
    )


def patterns(con: duckdb.DuckDBPyConnection, table: str, fields: FieldSet) -> Patterns:
    """Count the patterns of ``compared`` or ``drawn``."""
    levels = [f"coalesce(l_{field.name}, -1)::bigint as l_{field.name}" for field in fields.fields]
    blocks = "blocks" if table == "compared" else "0::bigint as blocks"
    got = con.execute(
        f"select {', '.join(levels)}, {blocks}, count(*)::double as pairs from {table} group by all order by all"
    ).fetchnumpy()
    return Patterns(
        levels=np.column_stack([np.asarray(got[f"l_{field.name}"], dtype=np.int64) for field in fields.fields]),
        blocks=np.asarray(got["blocks"], dtype=np.int64),
        pairs=np.asarray(got["pairs"], dtype=np.float64),
    )


def _levels(fields: FieldSet) -> str:
    return ", ".join(f"{_level_of(field, fields)} as l_{field.name}" for field in fields.fields)


def _level_of(field: Field, fields: FieldSet) -> str:
    """SQL of the position of the closest level reached."""
    mine, theirs = f"f.v_{field.name}", f"r.v_{field.name}"
    empty = [f"{mine} is null or {theirs} is null"]
    # Where another field tells that it changed places with this one, this one has nothing to add.
    for other in fields.fields:
        if any(level.kind == "swap" and level.value == field.name for level in other.levels):
            empty.append(f"coalesce({_swapped(other.name, field.name)}, false)")
    tests = " ".join(f"when {_test(level, field.name)} then {at}" for at, level in enumerate(field.levels))
    return f"(case when {' or '.join(empty)} then null {tests} else {len(field.levels)} end)::tinyint"


def _swapped(a: str, b: str) -> str:
    return f"(f.v_{a} = r.v_{b} and f.v_{b} = r.v_{a} and f.v_{a} <> r.v_{a})"


def _test(level: Level, name: str) -> str:
    a, b, value = f"f.v_{name}", f"r.v_{name}", level.value
    if level.kind == "swap":
        return _swapped(name, str(value))
    if level.kind == "parts":
        agree = " + ".join(f"({a}[{part}] = {b}[{part}])::int" for part in ("1:4", "5:6", "7:8"))
        return f"({agree}) >= {value}"
    return {
        "exact": f"{a} = {b}",
        "edit": f"damerau_levenshtein({a}, {b}) <= {value}",
        "similar": f"jaro_winkler_similarity({a}, {b}) >= {value}",
        "prefix": f"{a}[:{value}] = {b}[:{value}]",
        "slip": f"(damerau_levenshtein({a}, {b}) <= 1"
        f" or {a}[1:4] = {b}[1:4] and {a}[5:6] = {b}[7:8] and {a}[7:8] = {b}[5:6])",
        "near": f"abs(try_cast({a} as double) - try_cast({b} as double)) <= {value}",
    }[level.kind]


def _one(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    return int(con.execute(sql).fetchall()[0][0])
