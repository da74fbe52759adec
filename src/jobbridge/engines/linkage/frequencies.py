"""How common each value is in the register: the u side of every weight, counted exactly.

The counts hang on the feed's rows, where every candidate of a row finds them without another join; the size of the
register is ``register_size``.
"""

from __future__ import annotations

import duckdb

from .rare import discounted

# More kinds of mask than this in one feed means the column is not a masked name or id at all.
_MAX_MASK_KINDS = 24
# Names drawn to learn how often two people of one surname have look-alike or mistyped-alike names, and how many of
# them are compared with all of them.
_SAMPLE, _SAMPLE_LEFT = 20_000, 400
# What a row of the feed learns of the register.
COUNTS = (
    "same_name", "same_sound", "same_id", "same_village", "same_town", "mask_names", "mask_ids", "mask_heads",
    "phone_names",
)  # fmt: skip
# Whether a row of the feed names a place of the register.
PLACED = "(same_village is not null or same_town is not null)"
# One phone with more names than this in one feed is no family's.
FAMILY = 4


def register_size(con: duckdb.DuckDBPyConnection) -> int:
    """Rows of the register, at least 1 so that shares are defined."""
    return max(1, _one(con, "select count(*) from register"))


def count_values(con: duckdb.DuckDBPyConnection, *, names_known: bool = False) -> None:
    """Hang on every row of ``feed`` how many of the register share each of its values.

    Adds the columns :data:`COUNTS` (null where the register has none), and creates count_birth and count_surname,
    which are asked by the register's value, and register_names (name, length, c) unless it is ``names_known``.
    """
    con.execute("create table count_id as select id_text as value, count(*) as c from id_holder group by 1")
    con.execute(
        """create table count_sound as select sound as value, count(*) as c from register
           where sound in (select sound from feed) group by 1"""
    )
    con.execute("create table places as select village, town, count(*) as c from register group by all")
    con.execute(
        """create table count_birth as select birth as value, count(*) as c, count(phone) as listed
           from register group by 1"""
    )
    con.execute("create table count_surname as select surname as value, count(*) as c from register group by 1")
    if not names_known:
        con.execute(
            """create table register_names as select name, length(name) as length, count(*) as c
               from register group by 1"""
        )
    # Names known are those of an earlier day: good for masks and rarity, not for who bears a name today.
    bearers = (
        "select name, count(*) as c from register"
        if names_known
        else "select name, sum(c)::bigint as c from register_names"
    )
    con.execute(f"create table count_name as {bearers} where name in (select name from feed) group by 1")
    _count_name_masks(con)
    _count_id_masks(con)
    con.execute(
        f"""create table phone_names as select phone, count(distinct name) as c from feed
            where phone is not null group by 1 having c > {FAMILY}"""
    )
    same_name = discounted(con, "select c from register_names where name is not null", "cn.c")
    con.execute(
        f"""create table counted as
        select f.*, {same_name} as same_name, cs.c as same_sound, ci.c as same_id, cv.c as same_village,
            ct.c as same_town, cm.c as mask_names, ck.c as mask_ids, ch.c as mask_heads, pn.c as phone_names
        from feed f
        left join count_name cn on cn.name = f.name
        left join count_sound cs on cs.value = f.sound
        left join count_name_mask cm on cm.value = f.name
        left join count_id ci on ci.value = f.id_text
        left join count_id_mask ck on ck.head = f.id_head and ck.tail = f.id_end and f.id_kind = 'masked'
        left join count_id_mask ch on ch.head = f.id_head and ch.tail = '' and f.id_kind = 'masked'
            and f.id_end <> ''
        left join phone_names pn on pn.phone = f.phone
        left join (select village, sum(c)::bigint as c from places group by 1) cv on cv.village = f.village
        left join (select town, sum(c)::bigint as c from places group by 1) ct on ct.town = f.town"""
    )
    for table in ("feed", "count_name", "count_sound", "count_name_mask", "count_id", "count_id_mask", "places",
                  "phone_names"):  # fmt: skip
        con.execute(f"drop table {table}")
    con.execute("alter table counted rename to feed")


def glyph_and_edit_chance(con: duckdb.DuckDBPyConnection) -> tuple[list[float], list[float]]:
    """Chance that a name is one look-alike, or one edit, apart from another of its surname.

    Each for names of at most two characters and for longer ones.  Estimated on a fixed sample of the register's names
    (chosen by hash, so the same register gives the same numbers); a sample without any such pair gives half a pair.
    """
    step = max(1, register_size(con) // _SAMPLE)
    few = max(1, min(register_size(con), _SAMPLE) // _SAMPLE_LEFT)
    met = con.execute(
        f"""with s as (select distinct name, shape, surname, length from register where hash(name) % {step} = 0),
            p as (select l.length <= 2 as short,
                    name_level(l.name, false, '', 0, l.shape, l.length, r.name, 1, r.shape, r.length) as level
                from s l join s r on l.surname = r.surname and l.name <> r.name
                where hash(l.name) % {step * few} = 0)
            select short, count(*), count(*) filter (level = 'glyph'), count(*) filter (level = 'edit')
            from p group by 1"""
    ).fetchall()
    counted = {short: counts for short, *counts in met}
    both = [counted.get(short, (0, 0, 0)) for short in (True, False)]
    glyphs = [(glyph + 0.5) / (pairs + 200.0) for pairs, glyph, _ in both]
    return glyphs, [(edit + 0.5) / (pairs + 50.0) for pairs, _, edit in both]


def _count_name_masks(con: duckdb.DuckDBPyConnection) -> None:
    """How many of the register each masked name of the feed fits, by the places its stars stand in."""
    kinds = con.execute(
        f"""select regexp_replace(name, '[^*]', '.', 'g') as kind from feed where name_masked
            group by 1 order by count(*) desc, 1 limit {_MAX_MASK_KINDS}"""
    ).fetchall()
    by_length: dict[int, list[str]] = {}
    for (kind,) in kinds:
        by_length.setdefault(len(kind), []).append(kind)
    masked = ["select null::varchar as value, 0 as c where false"]
    for length, alike in by_length.items():
        # One reading of the names for all masks of a length; a sign that a mask does not show is null in its groups.
        shown = [[i for i, sign in enumerate(kind, 1) if sign != "*"] for kind in alike]
        used = sorted({i for places in shown for i in places})
        spelled = (f"coalesce(s{i}, '*')" if i in used else "'*'" for i in range(1, length + 1))
        masked.append(
            f"""select {" || ".join(spelled)} as value, sum(c) as c
            from (select {", ".join(f"substr(name, {i}, 1) as s{i}" for i in used)}, c
                from register_names where length = {length})
            group by grouping sets ({", ".join(f"({', '.join(f's{i}' for i in places)})" for places in shown)})"""
        )
    # A name with a star in the register itself fits masks of two kinds: hence one sum over all of them.
    con.execute(
        f"""create table count_name_mask as select value, sum(c)::bigint as c from ({" union all ".join(masked)})
            where value in (select name from feed where name_masked) group by 1"""
    )


def _count_id_masks(con: duckdb.DuckDBPyConnection) -> None:
    """How many of the register each masked id fits, and how many its head alone (tail '')."""
    kinds = con.execute(
        f"""select length(id_head), length(id_end) from feed where id_kind = 'masked'
            group by all order by count(*) desc, 1, 2 limit {_MAX_MASK_KINDS}"""
    ).fetchall()
    masked = ["select null::varchar as head, null::varchar as tail, 0::bigint as c where false"]
    for head, tail in sorted({*kinds, *((head, 0) for head, _ in kinds)}):
        short = head <= 6 and tail <= 4
        there = (
            f"select left(head, {head}) as head, right(tail, {tail}) as tail, c from id_ends"
            if short
            else f"select left(id_text, {head}) as head, right(id_text, {tail}) as tail, 1 as c from register"
        )
        asked = f"""select id_head as head, {"id_end" if tail else "''"} as tail from feed
            where id_kind = 'masked' and length(id_head) = {head} and {tail} in (0, length(id_end))"""
        masked.append(
            f"""select head, tail, sum(c)::bigint as c
            from ({there}) semi join ({asked}) using (head, tail) group by all"""
        )
    # Six signs of the beginning and four of the end: most masks show no more, and of these there are few kinds.
    con.execute(
        f"""create table count_id_mask as
        with id_ends as (
            select id_head as head, id_tail as tail, count(*) as c from register
            where id_text is not null group by all)
        {" union all ".join(masked)}"""
    )


def _one(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = con.execute(sql).fetchone()
    return int(row[0]) if row and row[0] is not None else 0
