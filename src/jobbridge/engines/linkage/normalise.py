"""Clean columns, made once per table: names, ids, phones, places, dates, sex.

Everything here is about one row at a time.  The result, ``register`` and ``feed``, is what every later
step reads:

n                   dense row number in key order
name, sound, shape  keys from :mod:`names`, the sound as a 64-bit hash (two of a million names share one by accident
                    once in a hundred million registers); ``name_masked``; ``like`` the name as a LIKE pattern
surname, length     first character and number of characters of the name
id_kind             valid | wrong (complete, checksum or date fails) | masked | null
id_text             18 characters where known (15-digit ids are lengthened), for valid and wrong ids
id_head, id_tail    visible beginning and end; the tail only when four characters are visible (id_end: however few)
household           as a 64-bit hash; of a register only
phone               11 digits, as a number
village, town       12 and 9 digits; a township code leaves the village null, a county code both;
                    codes that are not numbers are taken as they are
sex, birth          男 | 女 and YYYYMMDD, read from a valid id when not told (``sex_told, birth_told``)
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from .columns import TableShape, forget
from .names import name_keys

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
# Share of right last characters below which they are taken for invented.
_TRUSTED = 0.3
# Fewer ids than this tell nothing about their check characters.
_FEW = 20
_NAMES_AT_ONCE = 100_000
_WIDE = "０１２３４５６７８９Ｘ＊－（）　＋"
_NARROW = "0123456789X*-() +"
_ID_MASKS = "?？•■□●○×#＃_某"

_CHECK_SUM = " + ".join(f"{w} * (ascii(substr(i, {k}, 1)) - 48)" for k, w in enumerate(_ID_WEIGHTS, 1))

MACROS = f"""
create or replace macro narrow(t) as translate(upper(t), '{_WIDE}', '{_NARROW}');
create or replace macro id_check(i) as substr('10X98765432', 1 + ({_CHECK_SUM}) % 11, 1);
create or replace macro id_date_ok(i) as
    substr(i, 7, 2) in ('18', '19', '20') and try_strptime(substr(i, 7, 8), '%Y%m%d') is not null;
-- An X anywhere but at the end is a mask: 5002XXXXXXXXXX1234.
create or replace macro id_signs(t) as
    regexp_replace(translate(narrow(t), '{_ID_MASKS}', '{"*" * len(_ID_MASKS)}'), '[\\s\\-''"]', '', 'g');
-- Each cleaner first lets through what is clean already: most of a register, at a tenth of the cost.
create or replace macro id_clean(t) as case when regexp_full_match(t, '[0-9]{{17}}[0-9X]') then t
    else replace(left(id_signs(t), -1), 'X', '*') || right(id_signs(t), 1) end;
create or replace macro phone_clean(t) as case when regexp_full_match(t, '1[0-9]{{10}}') then t
    else nullif(regexp_extract(
        regexp_replace(regexp_replace(narrow(t), '\\.0+$', ''), '[\\s\\-()+]', '', 'g'),
        '(?:^|[^0-9])(?:0086|86|0)?(1[0-9]{{10}})(?:[^0-9]|$)', 1), '') end::bigint;
create or replace macro date_clean(t) as case when regexp_full_match(t, '[0-9]{{8}}')
    then case when try_strptime(t, '%Y%m%d') is not null then t end
    else strftime(try_strptime(split_part(narrow(t), ' ', 1),
        ['%Y-%m-%d', '%Y/%m/%d', '%Y.%m.%d', '%Y年%m月%d日']), '%Y%m%d') end;
create or replace macro place_clean(t) as case when regexp_full_match(t, '[0-9]{{12}}') then t
    else regexp_replace(narrow(t), '\\.0+$', '') end;
create or replace macro house_clean(t) as case when t is not null then hash(t) end;
create or replace macro sex_clean(t) as case
    when left(upper(t), 1) in ('男', '1', 'M') then '男' when left(upper(t), 1) in ('女', '2', 'F') then '女' end;
"""


# What only an observation needs: its mask, and what the agency itself told.
_FEED_ONLY = """contains(coalesce(name, ''), '*') as name_masked, replace(name, '*', '_') as "like",
            case when id_kind = 'masked' then tail else right(id_text, 4) end as id_end,
            given_sex is not null as sex_told, given_birth is not null as birth_told, seen,"""


def normalise(con: duckdb.DuckDBPyConnection, shape: TableShape) -> None:
    """Turn ``<label>_in`` into ``<label>`` with the clean columns and let go of the raw one.

    ``name_masked, like, id_end, sex_told, birth_told`` and ``seen`` (YYYYMMDD) are made for a feed only.
    """
    table = shape.label
    con.execute(MACROS)
    _key_names(con, table)
    own = table == "register"
    seen = "" if own else ", date_clean(seen_on) as seen"
    kept = "key, house_clean(household_id) as household" if own else "key, coalesce(source, '') as source"
    con.execute(
        f"""create table {table} as
        with one as (
            select n, {kept}, k.simple as name, k.sound, k.shape,
                id_clean(id_number) as given_id, phone_clean(phone) as phone,
                place_clean(village_code) as place,
                sex_clean(sex) as given_sex, date_clean(birth_date) as given_birth{seen}
            from {table}_in left join name_keys k using (name)),
        two as (
            select *, case when length(given_id) = 15 and regexp_full_match(given_id, '[0-9]{{15}}')
                then substr(given_id, 1, 6) || '19' || substr(given_id, 7) end as long_id from one),
        three as (
            select *, coalesce(long_id || id_check(long_id),
                case when regexp_full_match(given_id, '[0-9]{{14,19}}[0-9X]') then given_id end) as id_text,
                case when contains(given_id, '*') then regexp_extract(given_id, '^[0-9]*') end as head,
                case when contains(given_id, '*') then regexp_extract(given_id, '[0-9]*[0-9X]$') end as tail
            from two),
        four as (
            select *, case
                when regexp_full_match(id_text, '[0-9]{{17}}[0-9X]') and id_check(id_text) = right(id_text, 1)
                    and id_date_ok(id_text) then 'valid'
                when id_text is not null then 'wrong'
                when length(head) + length(tail) >= 4 then 'masked' end as id_kind from three)
        select n, {kept.split(",")[0]}, {kept.split(" as ")[1]},
            name, sound, shape, left(name, 1) as surname, length(name) as length,
            {"" if own else _FEED_ONLY}
            id_kind, id_text,
            case when id_kind = 'masked' then head else left(id_text, 6) end as id_head,
            case when id_kind <> 'masked' or length(tail) >= 4
                then right(case when id_kind = 'masked' then tail else id_text end, 4) end as id_tail,
            phone,
            case when not regexp_full_match(place, '[0-9]+') then place
                when length(place) >= 12 and right(left(place, 12), 3) <> '000' then left(place, 12) end as village,
            case when not regexp_full_match(place, '[0-9]+') then place
                when length(place) >= 9 and substr(place, 7, 3) <> '000' then left(place, 9) end as town,
            coalesce(given_sex, case when id_kind = 'valid' then
                case when substr(id_text, 17, 1) in ('1', '3', '5', '7', '9') then '男' else '女' end end) as sex,
            coalesce(given_birth, case when id_kind = 'valid' then substr(id_text, 7, 8) end) as birth
        from four"""
    )
    con.execute("drop table name_keys")
    forget(con, shape)
    _check_characters(con, table)


# Column -> what it should hold, and whether a text holds it, in SQL.
_READ = {
    **dict.fromkeys(("birth_date", "seen_on"), ("date", "date_clean(told) is not null")),
    "phone": ("phone number", "phone_clean(told) is not null"),
    # A worksheet turns long numbers into 9.901E+17.
    "id_number": (
        "id number",
        """regexp_full_match(id_clean(told), '[0-9]{14,19}[0-9X]')
           or contains(id_clean(told), '*') and length(replace(id_clean(told), '*', '')) >= 4""",
    ),
}


def unread(table: pa.Table, shape: TableShape) -> dict[tuple[str, str], int]:
    """(column, what it should hold) -> how many values are none and read as nothing; only where there are."""
    found: dict[tuple[str, str], int] = {}
    with duckdb.connect() as con:
        con.execute(MACROS)
        for column in sorted({*_READ} & {*shape.optional} & {*table.column_names}):
            what, holds = _READ[column]
            con.register("given", table.select([column]))
            (count,) = con.execute(
                f"""select count(*) from (select nullif(trim({column}::varchar), '') as told from given)
                    where told is not null and not coalesce({holds}, false)"""
            ).fetchall()[0]
            found |= {(column, what): count} if count else {}
    return found


def _key_names(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """``name_keys``: name as entered, simple, sound (hashed), shape; a batch of names at a time."""
    con.execute("create table name_keys (name varchar, simple varchar, sound ubigint, shape varchar)")
    names = con.sql(f"select distinct name from {table}_in where name is not null").to_arrow_table()["name"]
    for start in range(0, len(names), _NAMES_AT_ONCE):
        con.register("keyed_names", name_keys(names.slice(start, _NAMES_AT_ONCE).to_pylist()))
        con.execute("insert into name_keys select name, simple, hash(sound), shape from keyed_names")
    if len(names):
        con.unregister("keyed_names")


def _check_characters(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """Where hardly one id of the register has the right last character, that character says nothing in either table.

    (One in eleven is right by chance.)  Then every id of 18 characters with a possible date counts as valid.
    """
    if table == "register":
        con.execute(
            f"""create table if not exists check_characters as
            select count(*) filter (id_kind = 'valid') >= {_TRUSTED} * count(*) or count(*) < {_FEW} as trusted
            from register
            where regexp_full_match(id_text, '[0-9]{{17}}[0-9X]') and id_date_ok(id_text)"""
        )
    con.execute("create table if not exists check_characters as select true as trusted")
    if not con.execute("select trusted from check_characters").fetchall()[0][0]:
        con.execute(
            f"""update {table} set id_kind = 'valid', birth = coalesce(birth, substr(id_text, 7, 8))
                where id_kind = 'wrong' and regexp_full_match(id_text, '[0-9]{{17}}[0-9X]') and id_date_ok(id_text)"""
        )
