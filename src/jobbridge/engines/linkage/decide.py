"""The stages of the decision, on clean tables: A validated id, B decisive pair, R scored, P after propagation."""

from __future__ import annotations

from collections.abc import Callable

import duckdb

from . import candidates
from .estimates import Estimates, estimate, with_sources
from .frequencies import count_values
from .levels import NAME_MACROS, OTHER_MACROS, compare, household_twins
from .parameters import Parameters
from .posterior import rank
from .priors import age_bits, seen_elsewhere
from .score import score

# What the keys of the candidates are made of.
_WAITING = """n, name, name_masked, "like", sound, shape, length, surname, id_kind, id_text, id_head, id_tail, birth,
    village, phone, same_name"""
_WAITING_ROWS = "select n from waiting"
_ID_SEEN = "id_level in ('same', 'fit', 'near', 'one_off')"
# Links that tell who uses the phone of their row: something besides name and phone agreed.
TEACHES = f"zone = 'auto' and place = 1 and ({_ID_SEEN} or village_level = 'same' or birth_level = 'same')"
# Links that tell whom an unsure row with a full name takes its phone to be.
HEARS = "zone = 'review' and place = 1 and name_level = 'exact' and phone_level in ('other', 'unlisted')"
# Rows with part of an id and a full name that are nobody's of the register: no candidate is this likely.
_NOBODY = 0.05
STRANGER = f"""id_kind in ('masked', 'wrong') and name is not null and not name_masked
    and n not in (select record from decided_all where posterior >= {_NOBODY!r})"""
_PROVEN = f"select record, person from decided_all where {TEACHES}"


def decide(
    con: duckdb.DuckDBPyConnection,
    parameters: Parameters,
    begin: Callable[[str], None],
    *,
    known: Estimates | None = None,
    exclude_self: bool = False,
) -> Estimates:
    """Create ``decided_all`` for the rows of ``feed`` against ``register``.

    Parameters
    ----------
    begin
        Told the name of every step as it begins.
    known
        What earlier rows taught; then ``alias`` (phone, person), ``heard`` (phone, person, posterior), ``seen``
        (person), ``outsider_phone``, ``seen_bits`` and ``age_bits`` must be there.  Without it everything is learned
        from this feed.
    exclude_self
        The feed is the register itself: no row is linked with itself.
    """
    begin("validated ids")
    candidates.may_pair(con, exclude_self)
    candidates.holders(con)
    candidates.by_valid_id(con)
    candidates.by_decisive_pair(con)
    begin("frequencies")
    con.execute(NAME_MACROS + OTHER_MACROS)
    count_values(con, names_known=known is not None)
    begin("rates")
    if known is None:
        _nothing_known(con)
        age_bits(con, parameters.belief)
    con.execute("create or replace table pairs_ab as select * from pairs_a union all select * from pairs_b")
    candidates.phone_owners(con, "select record from pairs_ab", candidates.NOTHING_PROVEN, parameters)
    compare(con, "pairs_ab", "compared_ab")
    estimates = with_sources(con, known, parameters) if known else estimate(con, "compared_ab", parameters)
    begin("scores")
    _decide_certain(con, estimates, parameters)
    if known is None:
        seen_elsewhere(con, "compared_ab", parameters.belief)
    _decide_rest(con, estimates, parameters)
    begin("propagation")
    if parameters.propagate:
        _propagate(con, estimates, parameters)
    return estimates


def decide_again(con: duckdb.DuckDBPyConnection, estimates: Estimates, parameters: Parameters) -> None:
    """Stage P for rows of an earlier run: ``feed``, counted, with their candidates in ``decided``.

    Works on the tables that :func:`decide` has left, and makes ``decided_all`` anew.
    """
    estimates = with_sources(con, estimates, parameters)
    con.execute("delete from decided_all")
    con.execute(f"create or replace table waiting as select {_WAITING} from feed")
    candidates.holders(con)
    candidates.phone_owners(con, _WAITING_ROWS, candidates.NOTHING_PROVEN, parameters)
    candidates.by_new_phones(con, "decided")
    _decide_waiting(con, "P", estimates, parameters)


def _nothing_known(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("create table alias (phone bigint, person bigint)")
    con.execute("create table heard (phone bigint, person bigint, posterior double)")
    con.execute("create table seen (person bigint)")
    con.execute(
        """create table seen_bits as select led, 0::double as seen, 0::double as unseen
           from (values (true), (false), (null)) t(led)"""
    )


def _decide_certain(con: duckdb.DuckDBPyConnection, estimates: Estimates, parameters: Parameters) -> None:
    """Stages A and B.  A decisive pair that the other fields contradict goes on to stage R."""
    # Where a masked name counts here, the id agrees as well.
    con.execute("create or replace table household_twin (record bigint, person bigint)")
    score(con, "compared_ab", "scored", estimates, parameters, kind="view")
    rank(con, "scored", "ranked", parameters, single=True)
    con.execute(
        """create or replace table decided_all as
           select r.*, case when a.record is null then 'B' else 'A' end as stage
           from ranked r left join pairs_a a using (record) where zone = 'auto' or a.record is not null"""
    )
    con.execute("drop view ranked; drop view scored")


def _decide_rest(con: duckdb.DuckDBPyConnection, estimates: Estimates, parameters: Parameters) -> None:
    """Stage R: all other rows against all their candidates."""
    con.execute(
        """insert into seen select distinct person from decided_all where person not in (select person from seen)"""
    )
    con.execute(
        f"""create or replace table waiting as select {_WAITING} from feed
            where n not in (select record from decided_all)"""
    )
    candidates.phone_owners(con, _WAITING_ROWS, _PROVEN, parameters)
    con.execute("drop table compared_ab")
    candidates.by_narrow_keys(con, parameters)
    _decide_waiting(con, "R", estimates, parameters)


def _learn(con: duckdb.DuckDBPyConnection, parameters: Parameters) -> bool:
    """What stage R says of phones and people: ``learnt`` (proven), ``heard`` (likely), ``stranger`` (not ours).

    Returns whether there is anything.
    """
    con.execute(
        f"""create or replace temp table learnt as
            select d.record, d.person, f.phone, {TEACHES} as teaches
            from decided_all d join feed f on f.n = d.record
            where d.stage = 'R' and d.place = 1 and d.zone = 'auto' and d.posterior >= {parameters.proven!r}"""
    )
    con.execute(
        f"""insert into heard select f.phone, d.person, max(d.posterior)
            from decided_all d join feed f on f.n = d.record where d.stage = 'R' and {HEARS} group by all"""
    )
    con.execute(
        f"""create or replace temp table stranger as select phone, count(*) as c, min(n) as record from feed
            where phone is not null and {STRANGER} and phone not in (select phone from outsider_phone) group by 1"""
    )
    con.execute("insert into outsider_phone select phone, c, record from stranger")
    tables = ("learnt", "heard", "stranger")
    return any(con.execute(f"select count(*) from {table}").fetchall()[0][0] for table in tables)


def _propagate(con: duckdb.DuckDBPyConnection, estimates: Estimates, parameters: Parameters) -> None:
    """Stage P: what stage R says of phones and people, applied once to the rows it touches."""
    if not _learn(con, parameters):
        return
    con.execute(
        f"""create or replace table waiting as select {_WAITING} from feed where n in (
               select n from feed where phone in (select phone from learnt where teaches)
               union select o.record from decided_all o join learnt l using (person)
               where o.record <> l.record and l.person not in (select person from seen)
               union select n from feed where phone in (select phone from heard)
                   and n not in (select record from decided_all where {HEARS})
               union select o.record from decided_all o join feed f on f.n = o.record
                   where f.phone in (select phone from stranger)
               except select record from decided_all where zone = 'auto' or stage <> 'R')"""
    )
    con.execute("insert into seen select distinct person from learnt where person not in (select person from seen)")
    candidates.phone_owners(con, _WAITING_ROWS, _PROVEN, parameters)
    candidates.by_new_phones(con, "decided_all")
    con.execute("delete from decided_all where record in (select n from waiting)")
    _decide_waiting(con, "P", estimates, parameters)


def _decide_waiting(con: duckdb.DuckDBPyConnection, stage: str, estimates: Estimates, parameters: Parameters) -> None:
    compare(con, "pairs_r", "compared", kind="view")
    household_twins(con, "pairs_r")
    score(con, "compared", "scored", estimates, parameters)
    rank(con, "scored", "ranked", parameters)
    con.execute(f"insert into decided_all select *, '{stage}' from ranked")
    con.execute("drop view ranked; drop view compared; drop table scored; drop table pairs_r")
