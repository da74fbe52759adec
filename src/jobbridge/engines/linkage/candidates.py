"""Which register rows are worth comparing with which feed rows.

Three answers: the holder of a validated id (stage A), the one person a decisive pair of fields points to
(stage B), and for all other rows a union of narrow keys (stage R).  No key may propose more than
``max_block`` people, so a very common name costs nothing and decides nothing.
"""

from __future__ import annotations

import duckdb

from .frequencies import FAMILY
from .parameters import Parameters

_FITS = "starts_with(r.id_text, f.id_head) and ends_with(r.id_text, f.id_end)"


def may_pair(con: duckdb.DuckDBPyConnection, exclude_self: bool) -> None:
    """Say which (record, person) may be paired at all: any, or any but a row with itself."""
    con.execute(f"create macro may_pair(record, person) as {'record <> person' if exclude_self else 'true'}")


def holders(con: duckdb.DuckDBPyConnection) -> None:
    """``id_holder`` and ``listed``: the persons of the register who have an id, or a phone, of the feed."""
    con.execute(
        """create or replace table id_holder as select n as person, id_text, id_kind from register
           where id_text in (select id_text from feed where id_text is not null)"""
    )
    con.execute(
        """create or replace table listed as select phone, n as person, household, name, id_text from register
           where phone in (select phone from feed where phone is not null)"""
    )


def by_valid_id(con: duckdb.DuckDBPyConnection) -> None:
    """``pairs_a``: feed rows whose valid id belongs to exactly one register row."""
    con.execute(
        """create table pairs_a as
           select f.n as record, min(r.person) as person
           from feed f join id_holder r using (id_text)
           where f.id_kind = 'valid' and r.id_kind = 'valid' and may_pair(f.n, r.person)
           group by 1 having count(*) = 1"""
    )


def by_decisive_pair(con: duckdb.DuckDBPyConnection) -> None:
    """``pairs_b``: one single person fits masked id and name, or phone and name with no id against it."""
    con.execute(
        f"""create table pairs_b as
        with hits as (
            select f.n as record, r.n as person
            from feed f join register r on f.name = r.name and f.id_tail = r.id_tail
            where f.id_kind = 'masked' and not f.name_masked and {_FITS}
            union
            select f.n, r.person from feed f join listed r on f.phone = r.phone and f.name = r.name
            where not f.name_masked and (f.id_kind is null or (f.id_kind = 'masked' and ({_FITS}))))
        select record, min(person) as person from hits
        where may_pair(record, person) and record not in (select record from pairs_a)
        group by 1 having count(*) = 1"""
    )


# No link has taught a phone yet.
NOTHING_PROVEN = "select 0::bigint as record, 0::bigint as person where false"


def phone_owners(con: duckdb.DuckDBPyConnection, rows: str, proven: str, parameters: Parameters) -> None:
    """Who is known to use each phone of some rows of the feed, and who lives with them.

    Known from the register, from rows decided before (``alias``), and from this feed's own.

    Parameters
    ----------
    rows
        Query giving the rows (n) whose phones are asked about.
    proven
        Query giving (record, person) of links sure enough to teach us a phone.

    Needs ``alias`` (phone, person) and ``heard`` (phone, person, posterior), which is whom unsure rows with a full
    name take for the user.  Creates ``phone_user``: phone, person, what they are to it (own | proven | household |
    heard), how many others are the same to it, and how sure what was heard is.
    """
    con.execute(
        f"""create or replace table asked_phone as
            select distinct phone from feed where phone is not null and n in ({rows})"""
    )
    con.execute(
        f"""create or replace table known_user as
        with heard as (
            select phone, person, household, false as alias from listed semi join asked_phone using (phone)
            union all
            select t.phone, t.person, r.household, true from (
                select f.phone, p.person from ({proven}) p join feed f on f.n = p.record
                union all select phone, person from alias) t
            join asked_phone using (phone) join register r on r.n = t.person),
        one as (select phone, person, household, bool_or(alias) as alias from heard group by all),
        crowd as (select phone, count(*) as users from one group by 1 having users <= {parameters.max_block})
        select one.*, users from one join crowd using (phone)"""
    )
    con.execute(
        f"""create or replace table phone_user as
        with home as (
            select household, n as person from register where household in (select household from known_user)),
        family as (
            select * from home where household in (
                select household from home group by 1 having count(*) <= {parameters.max_household})),
        met as (
            select phone, person, alias, users from known_user
            union all select u.phone, l.person, false, null from known_user u join family l using (household)),
        one as (select phone, person, bool_or(alias) as alias, max(users) as users from met group by all),
        relatives as (select phone, count(*) as users from one where users is null group by 1),
        rumour as (
            select phone, person, max(posterior) as sure from heard semi join asked_phone using (phone) group by all)
        select phone, person,
            case when alias then 'proven' when one.users is not null then 'own' else 'household' end as level,
            coalesce(one.users, relatives.users) as users, null::double as sure
        from one left join relatives using (phone)
        union all
        select phone, person, 'heard', users, sure
        from (select *, count(*) over (partition by phone) as users from rumour)
        left join (select phone, person, true as known from one) using (phone, person)
        where known is null and users <= {FAMILY}"""
    )


def by_narrow_keys(con: duckdb.DuckDBPyConnection, parameters: Parameters) -> None:
    """``pairs_r`` for the rows of ``waiting``: the union of all keys, and who may use their phone."""
    limit = parameters.max_block
    con.execute(
        """create or replace table same_sound as select n, sound, birth, village, id_tail from register
           where sound in (select sound from waiting
               where birth is not null or village is not null or id_tail is not null)"""
    )
    con.execute(
        """create or replace table same_end as select n, id_tail, surname, id_head from register
           where (id_tail, surname) in (select id_tail, surname from waiting where id_kind = 'masked')"""
    )
    blocks = (
        _block(limit, "not name_masked", "sound", "birth", register="same_sound"),
        _block(limit, "not name_masked", "sound", "village", register="same_sound"),
        _block(limit, "true", "sound", "id_tail", register="same_sound"),
        _block(limit, "id_kind = 'masked'", "id_tail", "left(id_head, 4)", "surname", register="same_end"),
        _block(limit, "id_kind = 'masked' and surname = '*'", "id_tail", "left(id_head, 4)"),
        _block(limit, "true", "substr(id_text, 1, 14)", "surname"),
        f"""select record, person from ({_block(limit, "true", "substr(id_text, -8)")})
            join (select n as record, id_kind, surname from waiting) w using (record)
            join (select n as person, surname from register) r using (person)
            where w.id_kind = 'wrong' or w.surname = r.surname""",
        f"""select n as record, person from waiting join (
            select * from id_holder qualify count(*) over (partition by id_text) <= {limit}) using (id_text)""",
        # The rows know already how many bear their name.
        f"""select w.n as record, r.n as person from waiting w join register r using (name)
            where not w.name_masked and coalesce(w.id_kind, '') <> 'valid' and coalesce(w.same_name, 0)
                <= case when w.id_kind is null then {parameters.max_namesakes} else {limit} end""",
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


# A relative, and whom another row took to be the user, must be called so, or nearly.
_BY_PHONE = """select w.n as record, u.person from waiting w join phone_user u using (phone)
            join register r on r.n = u.person
        where u.level not in ('household', 'heard') or w.name = r.name or w.sound = r.sound
            or (w.name_masked and r.name like w."like")
            or (u.level = 'heard' and name_level(w.name, w.name_masked, w."like", w.sound, w.shape, w.length,
                r.name, r.sound, r.shape, r.length) <> 'other')"""


def _block(limit: int, where: str, *keys: str, register: str = "register") -> str:
    """Pairs equal in all ``keys``, for the waiting rows selected by ``where``.

    The register is cut down to the keys asked for before it is counted, so that a value shared by half
    of it (a filler id, a clerk's phone) is dropped without ever being multiplied out.
    """
    named = ", ".join(f"{key} as k{i}" for i, key in enumerate(keys))
    using = ", ".join(f"k{i}" for i in range(len(keys)))
    asked = f"select n as record, {named} from waiting where {where}"
    there = f"select n as person, {named} from {register}"
    return f"""select record, person from ({asked}) join (
        select * from ({there}) semi join ({asked}) using ({using})
        qualify count(*) over (partition by {using}) <= {limit}) using ({using})"""
