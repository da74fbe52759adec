"""How common each value is in the register: the u side of every weight, counted exactly.

Only values that occur in the feed are kept, so the tables stay small.  All tables carry the value, its
count ``c`` and nothing else; the size of the register is ``register_size``.
"""

from __future__ import annotations

import duckdb

# More kinds of mask than this in one feed means the column is not a masked name or id at all.
_MAX_MASK_KINDS = 24
# Pairs drawn to learn how often two people of one surname have look-alike or mistyped-alike names.
_SAMPLE_LEFT, _SAMPLE_RIGHT = 1_000, 20_000
# Counts up to here are discounted.
_RARE = 5

NAME_MACROS = """
create or replace macro char_gap(a, b) as
    (a[1] <> b[1])::int + (a[2] <> b[2])::int + (a[3] <> b[3])::int + (a[4] <> b[4])::int;
-- DuckDB measures edits in bytes and a Chinese character has three: short names are compared by position.
create or replace macro one_edit(a, la, b, lb) as case
    when la > 4 or lb > 4 then levenshtein(a, b) <= 3
    when la = lb then char_gap(a, b) = 1 or (la = 3 and a[1] = b[1] and a[2] = b[3] and a[3] = b[2])
    when la = lb + 1 then la > 2 and (b = a[:-2] or b = a[1] || a[3:] or b = a[2:] or b = a[:2] || a[4:])
    when lb = la + 1 then lb > 2 and (a = b[:-2] or a = b[1] || b[3:] or a = b[2:] or a = b[:2] || b[4:])
    else false end;
create or replace macro name_level(a, a_masked, a_like, a_sound, a_shape, la, b, b_sound, b_shape, lb) as case
    when a is null or b is null then null
    when a = b then 'exact'
    when a_masked then case when b like a_like then 'fits' else 'other' end
    when a_sound = b_sound then 'sound'
    when la = lb and la <= 4 and char_gap(a, b) = 1 and levenshtein(a_shape, b_shape) <= 2 then 'glyph'
    when one_edit(a, la, b, lb) then 'edit'
    else 'other' end;
"""


def register_size(con: duckdb.DuckDBPyConnection) -> int:
    """Rows of the register, at least 1 so that shares are defined."""
    return max(1, _one(con, "select count(*) from register"))


def count_values(con: duckdb.DuckDBPyConnection) -> None:
    """Create count_name, count_sound, count_surname, count_village, count_town, count_birth,
    count_name_mask, count_id_mask and age_share."""
    con.execute(NAME_MACROS)
    for table, column in (
        ("name", "name"),
        ("sound", "sound"),
        ("village", "village"),
        ("town", "town"),
        ("birth", "birth"),
        ("id", "id_text"),
    ):
        con.execute(
            f"""create table count_{table} as select {column} as value, count(*) as c from register
                where {column} in (select {column} from feed) group by 1"""
        )
    con.execute("create table count_surname as select surname as value, count(*) as c from register group by 1")
    con.execute("create table register_names as select name, length, count(*) as c from register group by all")
    _discount_rare_names(con)
    _count_name_masks(con)
    _count_id_masks(con)


def _discount_rare_names(con: duckdb.DuckDBPyConnection) -> None:
    """Good and Turing's correction: ``count_name.c`` becomes what the next stranger is likely to add.

    A name borne once by a million people is rarer than one in a million, or it would have shown more
    often.  c + 1 times the names borne c + 1 times, over the names borne c times, is the better count.
    Above a handful the count speaks for itself.
    """
    borne = dict(con.execute("select c, count(*) from register_names where name is not null group by 1").fetchall())
    better = [
        (c, min(float(c), max(0.05, (c + 1) * (borne.get(c + 1, 0) + 1) / (borne.get(c, 0) + 1))))
        for c in range(1, _RARE + 1)
    ]
    con.execute("alter table count_name alter c type double")
    con.execute("alter table count_sound alter c type double")
    for c, value in reversed(better):
        con.execute("update count_name set c = ? where c = ?", [value, float(c)])


def glyph_and_edit_chance(con: duckdb.DuckDBPyConnection) -> tuple[float, float]:
    """Chance that two different names of one surname are one look-alike or one edit apart.

    Estimated on a fixed sample of the register's names (chosen by hash, so the same register gives the
    same numbers); a sample without any such pair gives half a pair.
    """
    pairs, glyph, edit = con.execute(
        f"""with s as (
                select distinct name, sound, shape, surname, length from register where name is not null),
            l as (select * from s order by hash(name), name limit {_SAMPLE_LEFT}),
            r as (select * from s order by hash(name || '.'), name limit {_SAMPLE_RIGHT}),
            p as (select name_level(l.name, false, '', l.sound, l.shape, l.length,
                    r.name, r.sound, r.shape, r.length) as level
                from l join r on l.surname = r.surname and l.name <> r.name)
            select count(*), count(*) filter (level = 'glyph'), count(*) filter (level = 'edit') from p"""
    ).fetchall()[0]
    return (glyph + 0.5) / (pairs + 200.0), (edit + 0.5) / (pairs + 50.0)


def _count_name_masks(con: duckdb.DuckDBPyConnection) -> None:
    """How many of the register each masked name of the feed fits, by the places its stars stand in."""
    con.execute("create table count_name_mask (value varchar, c bigint)")
    kinds = con.execute(
        f"""select regexp_replace(name, '[^*]', '.', 'g') as kind from feed where name_masked
            group by 1 order by count(*) desc, 1 limit {_MAX_MASK_KINDS}"""
    ).fetchall()
    for (kind,) in kinds:
        masked = " || ".join("'*'" if sign == "*" else f"name[{i}]" for i, sign in enumerate(kind, 1))
        con.execute(
            f"""insert into count_name_mask
                select {masked} as value, sum(c) from register_names
                where length = {len(kind)} and {masked} in (select name from feed where name_masked) group by 1"""
        )


def _count_id_masks(con: duckdb.DuckDBPyConnection) -> None:
    """How many of the register each masked id fits (value: visible head, a star, visible end)."""
    con.execute("create table count_id_mask (value varchar, c bigint)")
    kinds = con.execute(
        f"""select length(id_head), length(id_end) from feed where id_kind = 'masked'
            group by all order by count(*) desc, 1, 2 limit {_MAX_MASK_KINDS}"""
    ).fetchall()
    for head, end in kinds:
        for shown in {end, 0}:
            masked = f"left(id_text, {head}) || '*' || right(id_text, {shown})"
            wanted = f"id_head || '*' || {'id_end' if shown else chr(39) * 2}"
            con.execute(
                f"""insert into count_id_mask select {masked}, count(*) from register
                    where {masked} in (select {wanted} from feed
                        where id_kind = 'masked' and length(id_head) = {head} and length(id_end) = {end})
                    and {masked} not in (select value from count_id_mask)
                    group by 1"""
            )


def _one(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = con.execute(sql).fetchone()
    return int(row[0]) if row and row[0] is not None else 0
