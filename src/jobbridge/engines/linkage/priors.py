"""What is known of a person or a phone before the fields are compared: ages, phones of outsiders, fellow rows."""

from __future__ import annotations

import math

import duckdb

from .frequencies import register_size


def age_bits(con: duckdb.DuckDBPyConnection, belief: float) -> None:
    """``age_bits`` (decade, bits): how much likelier a decade of birth is among those found than in the register."""
    con.execute(
        f"""create table age_bits as
        with r as (select left(value, 3) as decade, sum(c) as c from count_birth where value is not null group by 1),
        a as (select left(r.birth, 3) as decade, count(*) as c from pairs_a join register r on r.n = person
            where r.birth is not null group by 1),
        s as (select (select coalesce(sum(c), 0) from a)::double as found, sum(c)::double as size from r)
        select r.decade, greatest(-6, least(6, log2((coalesce(a.c, 0) + {belief!r} * r.c / size)
            / (found + {belief!r}) / (r.c / size)))) as bits
        from r left join a using (decade), s"""
    )


def listed_phones(con: duckdb.DuckDBPyConnection) -> tuple[float, float]:
    """People with a phone, and people: children have none and are hardly met, so they must not count as others do."""
    return con.execute(
        """with r as (
                select left(value, 3) as decade, sum(listed) as listed, sum(c) as c from count_birth group by 1),
            met as (select listed, c, pow(2, coalesce(bits, 0)) as often from r left join age_bits using (decade))
           select coalesce(sum(listed * often), 0), coalesce(sum(c * often), 0) from met"""
    ).fetchall()[0]


def outsider_phones(con: duckdb.DuckDBPyConnection, belief: float) -> tuple[float, float]:
    """Create ``outsider_phone`` (phone, rows, record) and say what meeting such a phone is worth.

    An outsider is a row whose valid id the register does not know.  How often does an outsider's phone
    turn up with another outsider row, and how often does a register person's phone?
    """
    con.execute(
        """create or replace table outsider_phone as
           select phone, count(*) as c, min(n) as record from feed
           where id_kind = 'valid' and phone is not null and same_id is null group by 1"""
    )
    again, outsiders = count_pair(
        con, "select coalesce(sum(c) filter (c > 1), 0)::bigint, coalesce(sum(c), 0)::bigint from outsider_phone"
    )
    mixed, insiders = count_pair(
        con,
        """select count(o.phone), count(*) from pairs_a p join feed f on f.n = p.record
           left join outsider_phone o using (phone) where f.phone is not null""",
    )
    # One shared belief for both, weak and equal: without evidence the phone says nothing.
    outside = (again + belief * 0.02) / (outsiders + belief)
    inside = (mixed + belief * 0.02) / (insiders + belief)
    return min(0.0, _bits(inside / outside)), max(0.0, _bits((1 - inside) / (1 - outside)))


def known_outsider_phones(con: duckdb.DuckDBPyConnection) -> None:
    """``outsider_phone`` for the phones of this ``feed``, from its own rows and from those of ``history``."""
    con.execute(
        """create or replace table outsider_phone as
           select phone, count(*) as c, min(n) as record from (
               select phone, n from feed where id_kind = 'valid' and same_id is null and phone is not null
               union all select phone, n from history where stranger
                   and phone in (select phone from feed) and n not in (select n from feed)) p
           group by 1"""
    )


def seen_elsewhere(con: duckdb.DuckDBPyConnection, compared: str, belief: float) -> None:
    """``seen_bits`` (led, seen, unseen): what it is worth that a person was, or was not, found in another row.

    Of the rows whose id is valid, how many have a fellow row about the same person among ``decided_all``, against
    the share of the register that has been found at all?  Asked separately of rows whose phone leads to the person
    (``led`` true), whose phone does not (false), and without a phone (null).  A row whose phone does not lead
    anywhere has no fellow with the same phone either, or that would have proven it: so the bits of ``led`` false
    count against all such rows, those with such a fellow too.  A row that a source sent twice is no fellow of itself:
    one source, phone and day are one sighting.
    """
    people, size = count_pair(con, "select count(distinct person), 0 from decided_all")[0], register_size(con)
    base = (people + 1) / (size + 2)
    counted = {
        led: (rows, alone, fellows)
        for led, rows, alone, fellows in con.execute(
            f"""with sighting as (
                    select distinct d.person, f.source, f.phone, f.seen
                    from decided_all d join feed f on f.n = d.record),
                found as (select person, count(*) as c from sighting group by 1),
                heard as (select person, phone, count(*) as c from sighting where phone is not null group by all),
                v as (select c.record, c.person, c.phone, c.phone_level in ('own', 'household') as led
                    from {compared} c semi join pairs_a using (record, person)),
                w as (select v.led, found.c > 1 as fellow, coalesce(v.led = false and heard.c > 1, false) as proven
                    from v join found using (person)
                    left join heard on heard.person = v.person and heard.phone = v.phone)
                select led, count(*), count(*) filter (not fellow), count(*) filter (fellow and not proven)
                from w group by 1"""
        ).fetchall()
    }
    everybody = [sum(numbers[i] for numbers in counted.values()) for i in range(3)]
    overall = (everybody[2] + belief * base) / (everybody[0] + belief)
    con.execute("create or replace table seen_bits (led boolean, seen double, unseen double)")
    for led in (True, False, None):
        rows, alone, fellows = counted.get(led, (0, 0, 0))
        again = (fellows + belief * overall) / (rows + belief)
        never = (alone + belief * (1 - overall)) / (rows + belief)
        bits = _bits(again / base), _bits(never / (1 - base))
        con.execute("insert into seen_bits values (?, ?, ?)", [led, *bits])


def count_pair(con: duckdb.DuckDBPyConnection, sql: str) -> tuple[int, int]:
    """Two whole numbers, nothing counting as none."""
    first, second = con.execute(sql).fetchall()[0]
    return int(first or 0), int(second or 0)


def _bits(ratio: float) -> float:
    return max(-8.0, min(8.0, math.log2(ratio)))
