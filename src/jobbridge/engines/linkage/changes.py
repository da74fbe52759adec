"""What an update takes in: rows to be forgotten, persons changed or gone, new rows (for :mod:`prepared`).

Lasting tables stand in the schema ``main``; a pass works in one of its own.  Whatever is taken in marks the past rows
it touches in ``main.touched`` (n).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from .columns import FEED, REGISTER, TableShape, check_key, load
from .normalise import normalise
from .parameters import Parameters
from .touched import ROW, by_changed_persons, by_lost_evidence, by_relatives, number_persons

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class KeyTypes:
    """The types of the kept keys, ``int64`` or ``string``."""

    register: str
    feed: str

    def of(self, shape: TableShape) -> pa.DataType:
        """The type of one table's key."""
        return pa.int64() if (self.register if shape is REGISTER else self.feed) == "int64" else pa.string()

    def check(self, table: pa.Table, shape: TableShape) -> pa.DataType:
        """The type of the kept keys; csv gives whole numbers as text, which is as good."""
        kind, kept = check_key(table, shape), self.of(shape)
        if kind != kept:
            try:
                table[shape.key].cast(kept)
            except pa.ArrowInvalid as problem:
                raise ValueError(f"{shape.label}: column {shape.key!r} is {kind}, but was {kept} before") from problem
        return kept


def open_pass(con: duckdb.DuckDBPyConnection) -> None:
    """A schema of its own for one pass: what it makes hides nothing that lasts, and goes with it."""
    con.execute("create schema pass")
    con.execute("set search_path = 'pass,main'")
    con.execute("create table pass.check_characters as select * from main.check_characters")


def close_pass(con: duckdb.DuckDBPyConnection) -> None:
    """End :func:`open_pass`."""
    con.execute("set search_path = 'main'")
    con.execute("drop schema pass cascade")


def forget_rows(con: duckdb.DuckDBPyConnection, gone: Sequence[Any], kinds: KeyTypes) -> None:
    """Take rows out; what they spoke for is touched."""
    _named(con, gone, FEED, kinds)
    by_lost_evidence(con, "select n from main.history where key in (select key from gone)")
    con.execute("delete from decided where record in (select n from history where key in (select key from gone))")
    con.execute("delete from history where key in (select key from gone)")


def take_persons(
    con: duckdb.DuckDBPyConnection,
    persons: pa.Table | None,
    gone: Sequence[Any],
    kinds: KeyTypes,
    parameters: Parameters,
) -> int:
    """Change the register; returns how many persons are new or changed."""
    _named(con, gone, REGISTER, kinds)
    con.execute(
        """insert into touched select record from decided
           where person in (select n from register where key in (select key from gone))"""
    )
    by_relatives(con, "select n from main.register where key in (select key from gone)", "select null")
    con.execute("delete from register where key in (select key from gone)")
    if persons is None or not persons.num_rows:
        return 0
    open_pass(con)
    load(con, persons, REGISTER, kinds.check(persons, REGISTER))
    normalise(con, REGISTER)
    number_persons(con)
    by_changed_persons(con, parameters)
    con.execute("delete from main.register where n in (select n from pass.register)")
    con.execute("insert into main.register by name select * from pass.register")
    close_pass(con)
    return int(persons.num_rows)


def take_rows(con: duckdb.DuckDBPyConnection, feed: pa.Table | None, kinds: KeyTypes) -> None:
    """``pass.feed``: the new rows, and the past rows that are touched."""
    past = f"select {ROW} from main.history"
    if feed is None or not feed.num_rows:
        con.execute(f"create table pass.feed as {past} where n in (select n from main.touched)")
    else:
        load(con, feed, FEED, kinds.check(feed, FEED))
        normalise(con, FEED)
        con.execute(
            """delete from main.decided where record in (
                select n from main.history where key in (select key from pass.feed))"""
        )
        con.execute("delete from main.history where key in (select key from pass.feed)")
        con.execute("update pass.feed set n = n + (select coalesce(max(n), 0) from main.history)")
        con.execute(f"insert into pass.feed by name {past} where n in (select n from main.touched)")
    con.execute("delete from main.touched")


def _named(con: duckdb.DuckDBPyConnection, keys: Sequence[Any], shape: TableShape, kinds: KeyTypes) -> None:
    """Temp table ``gone`` (key): keys in the type of the kept ones."""
    kept = kinds.of(shape)
    if kept == pa.int64() and (strange := [key for key in map(str, keys) if not _WHOLE.fullmatch(key)]):
        raise ValueError(f"{shape.label}: {shape.key} {strange[0]!r} is gone, but kept ones are whole numbers")
    typed = pa.array([str(key) for key in keys], pa.string()).cast(kept)
    con.register("named", pa.table({"key": typed}))
    con.execute("create or replace temp table gone as select key from named")
    con.unregister("named")
