"""A register made ready once: new rows and changed persons are compared in a second, not everything again.

A :class:`Prepared` keeps the clean register, what its feeds have taught so far (rates, phones, who was seen), every
past row and what became of it.  :meth:`Prepared.update` decides new rows, and again those past rows that a changed
person, or a phone that only now is known, may turn.  All others stay as they are.  The rates are those of the day it
was built: build it anew when the feeds have grown by a good part (:attr:`Prepared.stale`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import pyarrow as pa

from . import explain, vault
from .changes import KeyTypes, close_pass, forget_rows, open_pass, take_persons, take_rows
from .columns import FEED, REGISTER, check_key, load
from .connection import connect
from .decide import decide, decide_again
from .estimates import Estimates
from .normalise import normalise
from .parameters import Parameters
from .run import ENGINE, Clock, LinkResult, Progress, report_of
from .touched import PAST_ROW, begin_history, by_new_knowledge, keep_outcome, knowledge

_KEPT = ("register", "history", "decided", "seen_bits", "age_bits", "register_names", "check_characters")
_MORE = "more:"  # tables of the caller
# Once the rates rest on a smaller share of all rows than this, they should be learned anew.
_ENOUGH = 0.75


class Prepared:
    """See the module. Close it, or use it as a context manager."""

    def __init__(self, con: duckdb.DuckDBPyConnection, parameters: Parameters, meta: dict[str, Any]) -> None:
        self._con, self._parameters, self._meta = con, parameters, meta
        self._estimates = Estimates(**meta["estimates"])
        self._kinds = KeyTypes(*meta["keys"])

    @classmethod
    def build(
        cls,
        register: pa.Table,
        feed: pa.Table,
        *,
        parameters: Parameters | None = None,
        progress: Progress | None = None,
    ) -> tuple[Prepared, LinkResult]:
        """Compare everything, as :func:`link` does and with the same result, and keep what later rows need.

        Raises ValueError for the same inputs as :func:`link`.
        """
        parameters = parameters or Parameters()
        keys = check_key(register, REGISTER), check_key(feed, FEED)
        rows = {"register": register.num_rows, "feed": feed.num_rows}
        clock, con = Clock(progress), connect(parameters)
        clock.begin("normalise")
        load(con, register, REGISTER, keys[0])
        del register
        normalise(con, REGISTER)
        open_pass(con)
        load(con, feed, FEED, keys[1])
        del feed
        normalise(con, FEED)
        estimates = decide(con, parameters, clock.begin)
        clock.begin("tables")
        result = explain.links_table(con), explain.weights_table(con)
        report = report_of(con, parameters, estimates, rows)
        begin_history(con)
        close_pass(con)
        meta = {
            "engine": engine_mark(),
            "duckdb": duckdb.__version__,
            "parameters": asdict(parameters),
            "estimates": asdict(estimates),
            "keys": [str(key) for key in keys],
            "built_on": rows["feed"],
        }
        return cls(con, parameters, meta), LinkResult(*result, report | clock.end())

    def update(
        self,
        feed: pa.Table | None = None,
        *,
        persons: pa.Table | None = None,
        gone_persons: Sequence[Any] = (),
        gone_records: Sequence[Any] = (),
        progress: Progress | None = None,
    ) -> LinkResult:
        """Take in what changed and decide what it touches.

        Parameters
        ----------
        feed
            New rows; a record_id known already replaces its row.
        persons
            Persons new or changed, with all their columns; those known already are replaced.
        gone_persons, gone_records
            Keys of persons who left the register, and of rows to be forgotten.  Unknown keys are passed over.

        Returns
        -------
        LinkResult
            Only the rows decided now, new and past ones.  After an error in the middle this is closed: load it again.

        Raises
        ------
        ValueError
            A key column is missing, null, repeated, or of another type than when this was built.
        """
        for table, shape in ((persons, REGISTER), (feed, FEED)):
            if table is not None:
                self._kinds.check(table, shape)
        clock = Clock(progress)
        clock.begin("normalise")
        try:
            return self._update(feed, persons, gone_persons, gone_records, clock)
        except BaseException:
            self.close()
            raise

    def _update(
        self,
        feed: pa.Table | None,
        persons: pa.Table | None,
        gone_persons: Sequence[Any],
        gone_records: Sequence[Any],
        clock: Clock,
    ) -> LinkResult:
        con = self._con
        con.execute("create table main.touched (n bigint)")
        forget_rows(con, gone_records, self._kinds)
        changed = take_persons(con, persons, gone_persons, self._kinds, self._parameters)
        rows = {"register": changed, "feed": 0 if feed is None else feed.num_rows}
        open_pass(con)
        take_rows(con, feed, self._kinds)
        knowledge(con, self._parameters)
        decide(con, self._parameters, clock.begin, known=self._estimates)
        clock.begin("tables")
        passes = [(explain.links_table(con), explain.weights_table(con))]
        report = report_of(con, self._parameters, self._estimates, rows)
        by_new_knowledge(con, self._parameters)
        keep_outcome(con)
        if con.execute("select count(*) from main.touched").fetchall()[0][0]:
            clock.begin("propagation")
            con.execute(
                f"""create or replace table pass.feed as select {PAST_ROW} from main.history
                    where n in (select n from main.touched)"""
            )
            knowledge(con, self._parameters)
            decide_again(con, self._estimates, self._parameters)
            clock.begin("tables")
            passes.append((explain.links_table(con), explain.weights_table(con)))
            keep_outcome(con)
        close_pass(con)
        con.execute("drop table main.touched")
        links, weights = (pa.concat_tables(tables).combine_chunks() for tables in zip(*passes, strict=True))
        report["rows"]["decided"] = links.num_rows
        return LinkResult(
            links.sort_by("record_id"),
            weights.sort_by([("record_id", "ascending"), ("rank", "ascending")]),
            report | clock.end(),
        )

    @property
    def stale(self) -> bool:
        """Whether so many rows have come since it was built that the rates should be learned anew."""
        kept = self._con.execute("select count(*) from history").fetchall()[0][0]
        return bool(self._meta["built_on"] < _ENOUGH * kept)

    def save(
        self,
        path: Path,
        key: bytes,
        notes: Mapping[str, Any] | None = None,
        more: Mapping[str, pa.Table] | None = None,
    ) -> None:
        """Write everything to one encrypted file; :meth:`load` hands ``notes`` and ``more`` back."""
        tables = {name: self._con.sql(f"select * from main.{name}").to_arrow_table() for name in _KEPT}
        tables |= {f"{_MORE}{name}": table for name, table in (more or {}).items()}
        vault.write(path, key, tables, self._meta | {"notes": dict(notes or {})})

    @classmethod
    def load(
        cls, path: Path, key: bytes, parameters: Parameters | None = None
    ) -> tuple[Prepared, dict[str, Any], dict[str, pa.Table]]:
        """The prepared register of a file, its notes, and the tables that were saved with it.

        Raises vault.VaultError when the file cannot be opened with this key, or was made by another engine or with
        other parameters than asked for: it must be built anew then.
        """
        tables, meta = vault.read(path, key)
        parameters = parameters or Parameters()
        made = {"engine": engine_mark(), "duckdb": duckdb.__version__, "parameters": asdict(parameters)}
        if any(meta[name] != _plain(value) for name, value in made.items()):
            raise vault.VaultError(f"{path.name}: made by another engine or with other parameters")
        con = connect(parameters)
        for name in _KEPT:
            con.register("kept", tables.pop(name))
            con.execute(f"create table {name} as select * from kept")
            con.unregister("kept")
        more = {name.removeprefix(_MORE): table for name, table in tables.items()}
        return cls(con, parameters, meta), meta["notes"], more

    def close(self) -> None:
        """Let go of the memory."""
        self._con.close()

    def __enter__(self) -> Prepared:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@cache
def engine_mark() -> str:
    """Changes with the rules and with what reads the names: rows cleaned by others must not meet them."""
    source = hashlib.sha256()
    for file in sorted(Path(__file__).parent.glob("*.py")):
        source.update(file.read_bytes())
    read_by = [f"{name} {version(name)}" for name in ("pypinyin", "opencc", "four-corner-method")]
    return " ".join((ENGINE, source.hexdigest()[:16], *read_by))


def _plain(value: Any) -> Any:
    """As JSON gives it back."""
    return {k: list(v) if isinstance(v, tuple) else v for k, v in value.items()} if isinstance(value, dict) else value
