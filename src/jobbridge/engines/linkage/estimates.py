"""What the feed's validated ids teach: the m side of every weight, without a single label.

A valid id names its person whatever the other columns say, so the stage A pairs show how often names, phones and
villages of one and the same person agree, source by source.  A source without ids leans on all others, and all of
them on the default belief, which is all there is when no source carries ids.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb

from .frequencies import glyph_and_edit_chance, register_size
from .parameters import Parameters

Rates = dict[str, dict[str, float]]

# However clean the verified pairs, somebody else does use a person's id now and then.
_LEAST_OTHER_NAME = 0.001


@dataclass(frozen=True, slots=True)
class Estimates:
    """Rates of one run.

    Attributes
    ----------
    pooled
        Field to level to P(level | same person), over all sources.
    by_source
        Source to the same.
    glyph_chance, edit_chance
        P(level | two different names of one surname).
    phone_listed
        Share of the register that has a phone, every age counted as often as it is met among those found.
    in_register
        Source to share of its rows that are about people of the register.
    outsider_phone_bits, fresh_phone_bits
        What it is worth that a phone is, or is not, used by somebody known to be outside the register.
    pairs
        Verified pairs the rates rest on.
    register_rows
        Size of the register.
    """

    pooled: Rates
    by_source: dict[str, Rates]
    glyph_chance: float
    edit_chance: float
    phone_listed: float
    in_register: dict[str, float]
    outsider_phone_bits: float
    fresh_phone_bits: float
    pairs: int
    register_rows: int


def defaults(parameters: Parameters) -> Rates:
    """What is believed before the first verified pair."""

    def levels(names: Sequence[str], rates: Sequence[float]) -> dict[str, float]:
        return dict(zip(names, rates, strict=True))

    return {
        "name": levels(("exact", "sound", "glyph", "edit", "other"), parameters.name_rates),
        "mask": levels(("fits", "other"), (parameters.mask_fits, 1 - parameters.mask_fits)),
        "phone": levels(("own", "household", "other", "unlisted"), parameters.phone_rates),
        "village": levels(("same", "town", "other"), parameters.village_rates),
        "sex": levels(("same", "other"), (parameters.sex_agrees, 1 - parameters.sex_agrees)),
        "birth": levels(("same", "near", "other"), parameters.birth_rates),
    }


def estimate(con: duckdb.DuckDBPyConnection, compared: str, parameters: Parameters) -> Estimates:
    """Learn from the compared stage A pairs, their phones told from the register alone; creates ``source_rates``."""
    counts = _count_levels(con, compared)
    believed = defaults(parameters)
    pooled = {
        field: _mixed(counts.get(("", field), {}), levels, parameters.belief) for field, levels in believed.items()
    }
    sources = [row[0] for row in con.execute("select distinct source from feed order by 1").fetchall()]
    by_source = {
        source: {
            field: _mixed(counts.get((source, field), {}), levels, parameters.belief)
            for field, levels in pooled.items()
        }
        for source in sources
    }
    listed, people = _listed(con)
    glyph, edit = glyph_and_edit_chance(con)
    outsider_bits, fresh_bits = _outsider_phones(con, parameters.belief)
    found = Estimates(
        pooled=pooled,
        by_source=by_source,
        glyph_chance=glyph,
        edit_chance=edit,
        phone_listed=(listed + 1) / (people + 2),
        in_register=_in_register(con, parameters),
        outsider_phone_bits=outsider_bits,
        fresh_phone_bits=fresh_bits,
        pairs=_counts(con, "select count(*), 0 from pairs_a")[0],
        register_rows=register_size(con),
    )
    _write_source_rates(con, found)
    return found


def with_sources(con: duckdb.DuckDBPyConnection, known: Estimates, parameters: Parameters) -> Estimates:
    """What was learned before, for the sources of this ``feed``; creates ``source_rates`` and ``outsider_phone``.

    A source never met before has the rates of all and the mean of the shares.
    """
    sources = [row[0] for row in con.execute("select distinct source from feed order by 1").fetchall()]
    shares = known.in_register
    mean = sum(shares.values()) / len(shares) if shares else parameters.in_register
    found = replace(
        known,
        by_source={source: known.by_source.get(source, known.pooled) for source in sources},
        in_register={source: shares.get(source, mean) for source in sources},
        register_rows=register_size(con),
    )
    _write_source_rates(con, found)
    con.execute(
        """create or replace table outsider_phone as
           select phone, count(*) as c, min(n) as record from (
               select phone, n from feed where id_kind = 'valid' and same_id is null and phone is not null
               union all select phone, n from history where stranger
                   and phone in (select phone from feed) and n not in (select n from feed)) p
           group by 1"""
    )
    return found


def _listed(con: duckdb.DuckDBPyConnection) -> tuple[float, float]:
    """People with a phone, and people: children have none and are hardly met, so they must not count as others do."""
    return con.execute(
        """with r as (
                select left(value, 3) as decade, sum(listed) as listed, sum(c) as c from count_birth group by 1),
            met as (select listed, c, pow(2, coalesce(bits, 0)) as often from r left join age_bits using (decade))
           select coalesce(sum(listed * often), 0), coalesce(sum(c * often), 0) from met"""
    ).fetchall()[0]


def _count_levels(con: duckdb.DuckDBPyConnection, compared: str) -> dict[tuple[str, str], dict[str, int]]:
    """(source, field) to level to number of verified pairs; source "" is all of them."""
    fields = {
        "name": ("name_level", "not name_masked"),
        "mask": ("name_level", "name_masked"),
        "phone": ("phone_level", "true"),
        "village": ("village_level", "true"),
        "sex": ("sex_level", "sex_told"),
        "birth": ("birth_level", "birth_told"),
    }
    each = " union all ".join(
        f"select source, '{field}' as field, {level} as level from verified where {level} is not null and {where}"
        for field, (level, where) in fields.items()
    )
    rows = con.execute(
        f"""with verified as (select c.* from {compared} c semi join pairs_a using (record, person))
            select source, field, level, count(*) from ({each}) group by all"""
    ).fetchall()
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for source, field, level, c in rows:
        for key in {source, ""}:
            found = counts.setdefault((key, field), {})
            found[level] = found.get(level, 0) + c
    return counts


def _mixed(counted: Mapping[str, int], believed: Mapping[str, float], belief: float) -> dict[str, float]:
    """Counts leaning on a belief of ``belief`` pairs."""
    total = sum(counted.get(level, 0) for level in believed) + belief
    return {level: (counted.get(level, 0) + belief * rate) / total for level, rate in believed.items()}


def _write_source_rates(con: duckdb.DuckDBPyConnection, found: Estimates) -> None:
    """``source_rates``: one row a source, ``prior`` (log2 odds that a row means one given person, before looking at
    the fields) and for every field and level log2 of its rate."""
    names = [f"{field}_{level}" for field, levels in found.pooled.items() for level in levels]
    con.execute(
        f"create or replace table source_rates (source varchar, prior double, {' double, '.join(names)} double)"
    )
    for source, rates in found.by_source.items():
        share = found.in_register[source]
        bits = [math.log2(share / (1 - share) / found.register_rows)]
        for field, levels in rates.items():
            least = _LEAST_OTHER_NAME if field == "name" else 1e-9
            bits += [math.log2(max(rate, least if level == "other" else 1e-9)) for level, rate in levels.items()]
        con.execute(f"insert into source_rates values (?, {', '.join('?' * len(bits))})", [source, *bits])


def seen_elsewhere(con: duckdb.DuckDBPyConnection, compared: str, belief: float) -> None:
    """``seen_bits`` (led, seen, unseen): what it is worth that a person was, or was not, found in another row.

    Of the rows whose id is valid, how many have a fellow row about the same person among ``decided_all``, against
    the share of the register that has been found at all?  Asked separately of rows whose phone leads to the person
    (``led`` true), whose phone does not (false), and without a phone (null).  A row whose phone does not lead
    anywhere has no fellow with the same phone either, or that would have proven it: so the bits of ``led`` false
    count against all such rows, those with such a fellow too.
    """
    people, size = _counts(con, "select count(distinct person), 0 from decided_all")[0], register_size(con)
    base = (people + 1) / (size + 2)
    counted = {
        led: (rows, alone, fellows)
        for led, rows, alone, fellows in con.execute(
            f"""with found as (select person, count(*) as c from decided_all group by 1),
                heard as (select d.person, f.phone, count(*) as c from decided_all d join feed f on f.n = d.record
                    where f.phone is not null group by all),
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


def _in_register(con: duckdb.DuckDBPyConnection, parameters: Parameters) -> dict[str, float]:
    """Share of valid ids that the register knows, by source, leaning on the whole feed's share."""
    rows = con.execute(
        """select f.source, count(*) filter (f.id_kind = 'valid'), count(p.record)
           from feed f left join pairs_a p on p.record = f.n group by 1 order by 1"""
    ).fetchall()
    belief = parameters.belief
    valid, found = sum(r[1] for r in rows), sum(r[2] for r in rows)
    overall = (found + belief * parameters.in_register) / (valid + belief)
    return {source: min(0.98, max(0.02, (hit + belief * overall) / (ids + belief))) for source, ids, hit in rows}


def _outsider_phones(con: duckdb.DuckDBPyConnection, belief: float) -> tuple[float, float]:
    """Create ``outsider_phone`` (phone, rows, record) and say what meeting such a phone is worth.

    An outsider is a row whose valid id the register does not know.  How often does an outsider's phone
    turn up with another outsider row, and how often does a register person's phone?
    """
    con.execute(
        """create or replace table outsider_phone as
           select phone, count(*) as c, min(n) as record from feed
           where id_kind = 'valid' and phone is not null and same_id is null group by 1"""
    )
    again, outsiders = _counts(
        con, "select coalesce(sum(c) filter (c > 1), 0)::bigint, coalesce(sum(c), 0)::bigint from outsider_phone"
    )
    mixed, insiders = _counts(
        con,
        """select count(o.phone), count(*) from pairs_a p join feed f on f.n = p.record
           left join outsider_phone o using (phone) where f.phone is not null""",
    )
    # One shared belief for both, weak and equal: without evidence the phone says nothing.
    outside = (again + belief * 0.02) / (outsiders + belief)
    inside = (mixed + belief * 0.02) / (insiders + belief)
    return min(0.0, _bits(inside / outside)), max(0.0, _bits((1 - inside) / (1 - outside)))


def _bits(ratio: float) -> float:
    return max(-8.0, min(8.0, math.log2(ratio)))


def _counts(con: duckdb.DuckDBPyConnection, sql: str) -> tuple[int, int]:
    first, second = con.execute(sql).fetchall()[0]
    return int(first or 0), int(second or 0)
