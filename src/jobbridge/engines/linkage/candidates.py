"""Which register rows are worth comparing with which feed rows.

Three answers: the holder of a validated id (stage A), the one person a decisive pair of fields points to
(stage B), and for all other rows a union of narrow keys (stage R).  No key may propose more than
``max_block`` people, so a very common name costs nothing and decides nothing.
"""

from __future__ import annotations

import duckdb

from .parameters import Parameters

_FITS = "left(r.id_text, length(f.id_head)) = f.id_head and right(r.id_text, length(f.id_end)) = f.id_end"


def may_pair(con: duckdb.DuckDBPyConnection, exclude_self: bool) -> None:
    """Say which (record, person) may be paired at all: any, or any but a row with itself."""
    con.execute(f"create macro may_pair(record, person) as {'record <> person' if exclude_self else 'true'}")


def by_valid_id(con: duckdb.DuckDBPyConnection) -> None:
    """``pairs_a``: feed rows whose valid id belongs to exactly one register row."""
    con.execute(
        """create table pairs_a as
           select f.n as record, min(r.n) as person
           from feed f join register r on f.id_text = r.id_text
           where f.id_kind = 'valid' and r.id_kind = 'valid' and may_pair(f.n, r.n) group by 1 having count(*) = 1"""
    )


def by_decisive_pair(con: duckdb.DuckDBPyConnection) -> None:
    """``pairs_b``: one single person fits masked id and name, or phone and name with no id against it."""
    con.execute(
        f"""create table pairs_b as
        with hits as (
            select f.n as record, r.n as person from feed f
            join register r on f.name = r.name and f.id_tail = r.id_tail
            where f.id_kind = 'masked' and not f.name_masked and {_FITS}
            union
            select f.n, r.n from feed f join register r on f.phone = r.phone and f.name = r.name
            where not f.name_masked and (f.id_kind is null or (f.id_kind = 'masked' and ({_FITS}))))
        select record, min(person) as person from hits
        where may_pair(record, person) and record not in (select record from pairs_a)
        group by 1 having count(*) = 1"""
    )


def listed_phones(con: duckdb.DuckDBPyConnection, parameters: Parameters) -> None:
    """``listed`` (phone, person): who has a phone of the feed in the register; and :func:`phone_owners` from it."""
    con.execute(
        """create or replace table listed as select phone, n as person, household from register
           where phone in (select phone from feed where phone is not null)"""
    )
    con.execute("create or replace table relative (household varchar, person bigint)")
    phone_owners(con, "select 0::bigint as record, 0::bigint as person where false", parameters)


def phone_owners(con: duckdb.DuckDBPyConnection, proven: str, parameters: Parameters) -> None:
    """Who is known to use each phone of the feed, and who lives with them.

    Known from the register, from rows decided before (``alias``), and from this feed's own.

    Parameters
    ----------
    proven
        Query giving (record, person) of links sure enough to teach us a phone.

    Creates ``phone_user``: phone, person, what they are to it (own | proven | household), and how many others are
    the same to it.
    """
    con.execute(
        f"""create or replace table known_user as
        with heard as (
            select phone, person, household, false as alias from listed
            union all
            select t.phone, t.person, r.household, true from (
                select f.phone, p.person from ({proven}) p join feed f on f.n = p.record where f.phone is not null
                union all select phone, person from alias) t
            join register r on r.n = t.person),
        one as (select phone, person, household, bool_or(alias) as alias from heard group by all)
        select *, count(*) over (partition by phone) as users from one
        qualify users <= {parameters.max_block}"""
    )
    # Households looked up before are not looked up again.
    con.execute(
        f"""insert into relative
        select household, n from register
        where household in (select household from known_user where household is not null
            and household not in (select household from relative))
        qualify count(*) over (partition by household) <= {parameters.max_household}"""
    )
    con.execute(
        """create or replace table phone_user as
        with relatives as (
            select distinct u.phone, l.person from known_user u join relative l using (household)
            where (u.phone, l.person) not in (select phone, person from known_user))
        select phone, person, case when alias then 'proven' else 'own' end as level, users from known_user
        union all
        select phone, person, 'household', count(*) over (partition by phone) from relatives"""
    )


def by_narrow_keys(con: duckdb.DuckDBPyConnection, parameters: Parameters) -> None:
    """``pairs_r`` for the rows of ``waiting``: the union of all keys, and who may use their phone."""
    limit = parameters.max_block
    blocks = (
        _block(parameters.max_namesakes, "not name_masked and id_kind is null", "name"),
        _block(limit, "not name_masked and id_kind <> 'valid'", "name"),
        _block(limit, "not name_masked", "sound", "birth"),
        _block(limit, "not name_masked", "sound", "village"),
        _block(limit, "true", "sound", "id_tail"),
        _block(limit, "id_kind = 'masked'", "id_tail", "left(id_head, 4)", "surname"),
        _block(limit, "id_kind = 'masked' and surname = '*'", "id_tail", "left(id_head, 4)"),
        _block(limit, "true", "id_text"),
        _block(limit, "true", "left(id_text, 14)", "surname"),
        _block(limit, "true", "right(id_text, 8)", "surname"),
        _block(limit, "id_kind = 'wrong'", "right(id_text, 8)"),
    )
    con.execute(
        f"""create or replace table pairs_r as
            select record, person from ({" union ".join(blocks)} union {_BY_PHONE}) where may_pair(record, person)"""
    )


def by_new_phones(con: duckdb.DuckDBPyConnection, decided: str) -> None:
    """``pairs_r`` for rows of ``waiting`` that were ranked before: their candidates, and who may use their phone."""
    con.execute(
        f"""create or replace table pairs_r as
            select record, person from (
                select record, person from {decided} semi join waiting on waiting.n = record union {_BY_PHONE})
            where may_pair(record, person)"""
    )


_BY_PHONE = """select w.n as record, u.person from waiting w join phone_user u using (phone)
            join register r on r.n = u.person
        where u.level <> 'household' or w.name = r.name or w.sound = r.sound
            or (w.name_masked and r.name like w."like")"""


def _block(limit: int, where: str, *keys: str) -> str:
    """Pairs equal in all ``keys``, for the waiting rows selected by ``where``.

    The register is cut down to the keys asked for before it is counted, so that a value shared by half
    of it (a filler id, a clerk's phone) is dropped without ever being multiplied out.
    """
    named = ", ".join(f"{key} as k{i}" for i, key in enumerate(keys))
    using = ", ".join(f"k{i}" for i in range(len(keys)))
    asked = f"select n as record, {named} from waiting where {where}"
    there = f"select n as person, {named} from register"
    return f"""select record, person from ({asked}) join (
        select * from ({there}) semi join ({asked}) using ({using})
        qualify count(*) over (partition by {using}) <= {limit}) using ({using})"""
