"""The whole comparison, from two raw tables to links."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import duckdb
import pyarrow as pa

from . import candidates, explain
from .columns import FEED, REGISTER, check_key, load
from .estimates import Estimates, estimate, seen_elsewhere
from .frequencies import count_values
from .levels import NAME_MACROS, OTHER_MACROS, compare
from .normalise import normalise
from .parameters import Parameters
from .posterior import rank
from .score import score

ENGINE = "duckdb-1"
Progress = Callable[[str, int, int], None]
_STEPS = ("normalise", "validated ids", "frequencies", "rates", "scores", "propagation", "tables")


@dataclass(frozen=True, slots=True)
class LinkResult:
    """Links, weights and report of one run; columns as described in :mod:`columns`."""

    links: pa.Table
    weights: pa.Table
    report: dict[str, Any]


def link(
    register: pa.Table,
    feed: pa.Table,
    *,
    parameters: Parameters | None = None,
    progress: Progress | None = None,
    exclude_self: bool = False,
) -> LinkResult:
    """Find out which person of the register each feed row is about.

    Parameters
    ----------
    register, feed
        Tables as described in :mod:`columns`; neither is changed.
    parameters
        Thresholds, beliefs, threads and memory; the defaults when omitted.
    progress
        Called with (step, steps done, steps in all) as the run goes on.
    exclude_self
        The feed is the register itself, under the same keys: no row is linked with itself.

    Returns
    -------
    LinkResult
        The same for the same rows in any order.

    Raises
    ------
    ValueError
        A key column is missing, null, repeated or neither integer nor text.
    """
    parameters = parameters or Parameters()
    keys = check_key(register, REGISTER), check_key(feed, FEED)
    rows = {"register": register.num_rows, "feed": feed.num_rows}
    clock = _Clock(progress)
    with _connect(parameters) as con:
        clock.begin("normalise")
        load(con, register, REGISTER, keys[0])
        # A caller who kept no name for the tables has their memory back now.
        del register
        normalise(con, REGISTER)
        load(con, feed, FEED, keys[1])
        del feed
        normalise(con, FEED)
        pa.default_memory_pool().release_unused()
        clock.begin("validated ids")
        candidates.may_pair(con, exclude_self)
        candidates.by_valid_id(con)
        candidates.by_decisive_pair(con)
        clock.begin("frequencies")
        con.execute(NAME_MACROS + OTHER_MACROS)
        count_values(con)
        clock.begin("rates")
        _age_bits(con, parameters)
        candidates.listed_phones(con, parameters)
        con.execute("create table pairs_ab as select * from pairs_a union all select * from pairs_b")
        compare(con, "pairs_ab", "compared_ab")
        estimates = estimate(con, "compared_ab", parameters)
        clock.begin("scores")
        _decide_certain(con, estimates, parameters)
        _decide_rest(con, estimates, parameters)
        clock.begin("propagation")
        if parameters.propagate:
            _decide_again(con, estimates, parameters)
        clock.begin("tables")
        links, weights = explain.links_table(con), explain.weights_table(con)
        report = {
            "engine": ENGINE,
            "parameters": asdict(parameters),
            "rows": rows,
            **explain.counts(con),
            "rates": explain.rates(con, estimates),
        }
    report |= {"seconds": clock.end(), "peak_mb": round(_peak_mb())}
    return LinkResult(links, weights, report)


# What the keys of the candidates are made of.
_WAITING = """n, name, name_masked, "like", sound, surname, id_kind, id_text, id_head, id_tail, birth, village, phone"""
_ID_SEEN = "id_level in ('same', 'fit', 'near', 'one_off')"
_TEACHES = f"zone = 'auto' and place = 1 and ({_ID_SEEN} or village_level = 'same' or birth_level = 'same')"


def _decide_certain(con: duckdb.DuckDBPyConnection, estimates: Estimates, parameters: Parameters) -> None:
    """Stages A and B.  A decisive pair that the other fields contradict goes on to stage R."""
    con.execute("create table seen (person bigint)")
    con.execute("create table seen_bits as select led, 0::double as seen, 0::double as unseen"
                " from (values (true), (false), (null)) t(led)")
    score(con, "compared_ab", "scored", estimates, parameters)
    rank(con, "scored", "ranked", parameters, single=True)
    con.execute(
        """create table decided_all as
           select r.*, case when a.record is null then 'B' else 'A' end as stage
           from ranked r left join pairs_a a using (record) where zone = 'auto' or a.record is not null"""
    )


def _decide_rest(con: duckdb.DuckDBPyConnection, estimates: Estimates, parameters: Parameters) -> None:
    """Stage R: all other rows against all their candidates."""
    seen_elsewhere(con, "compared_ab", parameters.belief)
    con.execute("insert into seen select distinct person from decided_all")
    con.execute(f"create table waiting as select {_WAITING} from feed where n not in (select record from decided_all)")
    candidates.phone_owners(con, f"select record, person from decided_all where {_TEACHES}", parameters)
    con.execute("drop table compared_ab")
    candidates.by_narrow_keys(con, parameters)
    _decide_waiting(con, "R", estimates, parameters)


def _decide_again(con: duckdb.DuckDBPyConnection, estimates: Estimates, parameters: Parameters) -> None:
    """Stage P: what stage R proved about phones and people, applied once to the rows it touches."""
    con.execute(
        f"""create temp table learnt as
            select d.record, d.person, f.phone, {_TEACHES} as teaches
            from decided_all d join feed f on f.n = d.record
            where d.stage = 'R' and d.place = 1 and d.zone = 'auto' and d.posterior >= {parameters.proven!r}"""
    )
    if not con.execute("select count(*) from learnt").fetchall()[0][0]:
        return
    con.execute(
        f"""create or replace table waiting as select {_WAITING} from feed
           where n not in (select record from decided_all where zone = 'auto' or stage <> 'R')
             and (phone in (select phone from learnt where teaches)
               or n in (select o.record from decided_all o join learnt l using (person)
                   where o.record <> l.record and l.person not in (select person from seen)))"""
    )
    con.execute("insert into seen select distinct person from learnt where person not in (select person from seen)")
    candidates.phone_owners(con, f"select record, person from decided_all where {_TEACHES}", parameters)
    candidates.by_new_phones(con)
    con.execute("delete from decided_all where record in (select n from waiting)")
    _decide_waiting(con, "P", estimates, parameters)


def _decide_waiting(
    con: duckdb.DuckDBPyConnection, stage: str, estimates: Estimates, parameters: Parameters
) -> None:
    compare(con, "pairs_r", "compared")
    score(con, "compared", "scored", estimates, parameters)
    con.execute("drop table compared")
    rank(con, "scored", "ranked", parameters)
    con.execute(f"insert into decided_all select *, '{stage}' from ranked")
    con.execute("drop table scored; drop table ranked; drop table pairs_r")


def _age_bits(con: duckdb.DuckDBPyConnection, parameters: Parameters) -> None:
    """How much likelier each decade of birth is among the people found than in the register."""
    con.execute(
        f"""create table age_bits as
        with r as (select left(birth, 3) as decade, count(*) as c from register where birth is not null group by 1),
        a as (select left(r.birth, 3) as decade, count(*) as c from pairs_a join register r on r.n = person
            where r.birth is not null group by 1),
        s as (select (select coalesce(sum(c), 0) from a)::double as found, sum(c)::double as size from r)
        select r.decade, greatest(-6, least(6, log2((coalesce(a.c, 0) + {parameters.belief!r} * r.c / size)
            / (found + {parameters.belief!r}) / (r.c / size)))) as bits
        from r left join a using (decade), s"""
    )


def _connect(parameters: Parameters) -> duckdb.DuckDBPyConnection:
    """A private in-memory database; without a spill directory nothing personal touches the disk."""
    return duckdb.connect(
        config={
            "threads": parameters.threads,
            "memory_limit": parameters.memory_limit,
            "temp_directory": parameters.spill_directory or "",
            "preserve_insertion_order": False,
        }
    )


class _Clock:
    """Seconds by step, and the caller's progress."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._seconds: dict[str, float] = {}
        self._step: str | None = None
        self._since = time.perf_counter()

    def begin(self, step: str) -> None:
        self._close()
        self._step = step
        if self._progress:
            self._progress(step, _STEPS.index(step), len(_STEPS))

    def end(self) -> dict[str, float]:
        self._close()
        if self._progress:
            self._progress("done", len(_STEPS), len(_STEPS))
        return {**self._seconds, "total": round(sum(self._seconds.values()), 3)}

    def _close(self) -> None:
        now = time.perf_counter()
        if self._step:
            self._seconds[self._step] = round(now - self._since, 3)
        self._since = now


def _peak_mb() -> float:
    """Largest resident size of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
