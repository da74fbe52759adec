"""Which past rows must be decided again, and what is kept of every decision (for :mod:`prepared`).

Lasting tables stand in the schema ``main``: register, history (clean rows), decided.  One pass works in the schema
``pass``, where ``feed`` is the rows to be decided now; the stages find both by the search path.
"""

from __future__ import annotations

import duckdb

from . import candidates
from .decide import HEARS, STRANGER, TEACHES
from .frequencies import COUNTS
from .levels import NAME_MACROS
from .parameters import Parameters

ROW = """n, key, source, name, sound, shape, surname, length, name_masked, "like", id_end, sex_told, birth_told, seen,
    id_kind, id_text, id_head, id_tail, phone, village, town, sex, birth"""
PAST_ROW = f"{ROW}, {', '.join(COUNTS)}"
_OUTCOME = """record, person, place, zone, posterior, stage, name_level, id_level, phone_level, village_level,
    birth_level"""


def begin_history(con: duckdb.DuckDBPyConnection) -> None:
    """``history`` and ``decided`` from the first pass, and what it counted and weighed once for all."""
    con.execute(f"create table main.history as select {PAST_ROW}, false as stranger from pass.feed limit 0")
    con.execute(f"create table main.decided as select {_OUTCOME} from pass.decided_all limit 0")
    for table in ("seen_bits", "age_bits", "register_names"):
        con.execute(f"create table main.{table} as select * from pass.{table}")
    keep_outcome(con)


def keep_outcome(con: duckdb.DuckDBPyConnection) -> None:
    """Put the rows of a finished pass and their candidates in the place of what was kept of them."""
    con.execute("delete from main.history where n in (select n from pass.feed)")
    con.execute("delete from main.decided where record in (select n from pass.feed)")
    con.execute(
        f"""insert into main.history
            select {PAST_ROW}, coalesce(id_kind = 'valid' and same_id is null or {STRANGER}, false) from pass.feed"""
    )
    con.execute(f"insert into main.decided select {_OUTCOME} from pass.decided_all")


def knowledge(con: duckdb.DuckDBPyConnection, parameters: Parameters) -> None:
    """What all other rows tell about those of ``pass.feed``: tables ``alias``, ``heard`` and ``seen``."""
    others = "record not in (select n from pass.feed)"
    con.execute(
        f"""create or replace table pass.alias as
            select distinct h.phone, d.person from main.decided d join main.history h on h.n = d.record
            where {TEACHES} and {others} and h.phone in (select phone from pass.feed)"""
    )
    con.execute(
        f"""create or replace table pass.heard as
            select h.phone, d.person, max(d.posterior) as posterior
            from main.decided d join main.history h on h.n = d.record
            where {HEARS} and {others} and h.phone in (select phone from pass.feed) group by all"""
    )
    con.execute(
        f"""create or replace table pass.seen as
            select distinct person from main.decided where {_sure(parameters)} and {others}"""
    )


def _sure(parameters: Parameters) -> str:
    """Decisions that say a person was seen."""
    return f"place = 1 and (stage in ('A', 'B') or (zone = 'auto' and posterior >= {parameters.proven!r}))"


def number_persons(con: duckdb.DuckDBPyConnection) -> None:
    """Give the persons of ``pass.register`` the numbers they had, and new persons the next ones."""
    con.execute(
        """create table pass.numbered as
           select c.n as old, coalesce(r.n, (select coalesce(max(n), 0) from main.register)
                + row_number() over (partition by r.n is null order by c.n)) as n
           from pass.register c left join main.register r on r.key = c.key"""
    )
    con.execute("update pass.register set n = numbered.n from pass.numbered where register.n = numbered.old")


def by_relatives(con: duckdb.DuckDBPyConnection, persons: str, households: str) -> None:
    """Rows with a candidate from the household of one of the persons, or from one of the households."""
    con.execute(
        f"""insert into main.touched select record from main.decided where person in (
            select n from main.register where household in (
                select household from main.register where n in ({persons}) union {households}))"""
    )


def by_lost_evidence(con: duckdb.DuckDBPyConnection, records: str) -> None:
    """Scored rows that the named rows, soon to be forgotten, spoke for: by their phone, or by their person."""
    con.execute(
        f"""insert into main.touched select d.record from main.decided d join main.history h on h.n = d.record
            where d.stage in ('R', 'P') and d.record not in ({records}) and (
                h.phone in (select phone from main.history where n in ({records}))
                or d.person in (select person from main.decided where place = 1 and record in ({records})))"""
    )


def by_changed_persons(con: duckdb.DuckDBPyConnection, parameters: Parameters) -> None:
    """Rows that may mean one of the persons of ``pass.register``: those whose candidates they were, and those that
    share a key with what they are now.  Adds them to ``main.touched`` (n)."""
    con.execute(
        "insert into main.touched select record from main.decided where person in (select n from pass.register)"
    )
    # A relative who came, went or changed decides whether a masked name is ambiguous.
    by_relatives(con, "select n from pass.register", "select household from pass.register")
    con.execute("create view pass.feed as select * from main.history")
    con.execute("create view pass.waiting as select * from main.history")
    con.execute("create table pass.alias (phone bigint, person bigint)")
    con.execute("create table pass.heard (phone bigint, person bigint, posterior double)")
    con.execute(NAME_MACROS)
    candidates.may_pair(con, False)
    candidates.holders(con)
    candidates.by_valid_id(con)
    candidates.by_decisive_pair(con)
    candidates.phone_owners(con, "select n from feed", candidates.NOTHING_PROVEN, parameters)
    candidates.by_narrow_keys(con, parameters)
    for pairs in ("pairs_a", "pairs_b", "pairs_r"):
        con.execute(f"insert into main.touched select record from {pairs}")


def by_new_knowledge(con: duckdb.DuckDBPyConnection, parameters: Parameters) -> None:
    """Undecided past rows that the pass just finished throws light on: its links prove their phone or tell whose it
    may be, or it found one of their candidates for the first time.  Fills ``main.touched`` (n)."""
    sure = _sure(parameters)
    con.execute(
        f"""create or replace temp table lit as
            select person, phone, {TEACHES} as teaches,
                person in (select person from main.decided where {sure}) as known
            from pass.decided_all d join pass.feed f on f.n = d.record where {sure}"""
    )
    con.execute(
        f"""insert into main.touched
           select n from main.history where n not in (select n from pass.feed)
             and n not in (select record from main.decided where zone = 'auto' or stage in ('A', 'B'))
             and (phone in (select phone from lit where teaches)
               or phone in (select f.phone from pass.decided_all d join pass.feed f on f.n = d.record where {HEARS})
               or n in (select o.record from main.decided o join lit on lit.person = o.person and not lit.known))"""
    )
