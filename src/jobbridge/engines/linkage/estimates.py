"""What the feed's validated ids teach: the m side of every weight, without a single label.

A valid id names its person whatever the other columns say, so the stage A pairs show how often names,
phones and villages of one and the same person agree.  Each rate is mixed with the default belief, which
is all there is when a feed carries no ids.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from .frequencies import glyph_and_edit_chance, register_size
from .parameters import Parameters

NAME_LEVELS = ("exact", "sound", "glyph", "edit", "other")
PHONE_LEVELS = ("own", "household", "other", "unlisted")
VILLAGE_LEVELS = ("same", "town", "other")
BIRTH_LEVELS = ("same", "near", "other")


@dataclass(frozen=True, slots=True)
class Estimates:
    """Rates of one run: P(level | same person), and the shares that make up the prior.

    Attributes
    ----------
    name, phone, village, birth
        Level to rate; each sums to one.
    mask_fits, sex_agrees
        Rates.
    glyph_chance, edit_chance
        P(level | two different names of one surname).
    phone_listed
        Share of the register that has a phone.
    in_register
        Source to share of its rows that are about people of the register.
    seen_bits, unseen_bits
        What it is worth that a person was, or was not, found in another row already.
    outsider_phone_bits, fresh_phone_bits
        What it is worth that a phone is, or is not, used by somebody known to be outside the register.
    pairs
        Verified pairs the rates rest on.
    register_rows
        Size of the register.
    """

    name: dict[str, float]
    phone: dict[str, float]
    village: dict[str, float]
    birth: dict[str, float]
    mask_fits: float
    sex_agrees: float
    glyph_chance: float
    edit_chance: float
    phone_listed: float
    in_register: dict[str, float]
    seen_bits: float
    unseen_bits: float
    outsider_phone_bits: float
    fresh_phone_bits: float
    pairs: int
    register_rows: int

    def prior_bits(self, source: str) -> float:
        """log2 odds that a row of this source means one given person, before looking at the fields."""
        share = self.in_register[source]
        return math.log2(share / (1 - share) / self.register_rows)


def estimate(con: duckdb.DuckDBPyConnection, parameters: Parameters) -> Estimates:
    """Learn from ``pairs_a``; needs ``phone_owner`` and ``phone_household`` built from the register alone."""
    con.execute(
        """create or replace table verified as
        select f.n as record, r.n as person, f.source, f.name_masked,
            name_level(f.name, f.name_masked, f."like", f.sound, f.shape, f.length,
                r.name, r.sound, r.shape, r.length) as name_level,
            case when f.phone is null then null when f.phone = r.phone then 'own'
                when h.person is not null then 'household'
                when r.phone is null then 'unlisted' else 'other' end as phone_level,
            case when f.village is null or r.village is null then null when f.village = r.village then 'same'
                when f.town = r.town then 'town' else 'other' end as village_level,
            case when f.birth_told and r.birth is not null then birth_level(f.birth, r.birth) end as birth_level,
            case when f.sex_told and r.sex is not null then f.sex = r.sex end as sex_agrees
        from pairs_a p join feed f on f.n = p.record join register r on r.n = p.person
        left join phone_household h on h.phone = f.phone and h.person = r.n"""
    )
    belief = parameters.belief

    def rates(column: str, levels: Sequence[str], default: Sequence[float], where: str = "true") -> dict[str, float]:
        counted = dict(
            con.execute(
                f"select {column}, count(*) from verified where {column} is not null and {where} group by 1"
            ).fetchall()
        )
        total = sum(counted.get(level, 0) for level in levels) + belief
        return {level: (counted.get(level, 0) + belief * d) / total for level, d in zip(levels, default, strict=True)}

    fits = rates("name_level", ("fits", "other"), (parameters.mask_fits, 1 - parameters.mask_fits), "name_masked")
    agree = _counts(con, "select count(*) filter (sex_agrees), count(sex_agrees) from verified")
    listed = _counts(con, "select count(phone), count(*) from register")
    glyph, edit = glyph_and_edit_chance(con)
    pairs = _counts(con, "select count(*), 0 from verified")[0]
    outsider_bits, fresh_bits = _outsider_phones(con, belief)
    return Estimates(
        name=rates("name_level", NAME_LEVELS, parameters.name_rates, "not name_masked"),
        phone=rates("phone_level", PHONE_LEVELS, parameters.phone_rates),
        village=rates("village_level", VILLAGE_LEVELS, parameters.village_rates),
        birth=rates("birth_level", BIRTH_LEVELS, parameters.birth_rates),
        mask_fits=fits["fits"],
        sex_agrees=(agree[0] + belief * parameters.sex_agrees) / (agree[1] + belief),
        glyph_chance=glyph,
        edit_chance=edit,
        phone_listed=(listed[0] + 1) / (listed[1] + 2),
        in_register=_in_register(con, parameters),
        seen_bits=0.0,
        unseen_bits=0.0,
        outsider_phone_bits=outsider_bits,
        fresh_phone_bits=fresh_bits,
        pairs=pairs,
        register_rows=register_size(con),
    )


def seen_elsewhere(con: duckdb.DuckDBPyConnection, decided: str, belief: float) -> tuple[float, float]:
    """Bits for a person already found in another row, and for one not found yet.

    Of the rows decided so far, how many have a fellow row about the same person, against the share of
    the register that has been found at all.

    Parameters
    ----------
    decided
        Table of (record, person).
    """
    fellow, rows, people = con.execute(
        f"""with p as (select count(*) as c from {decided} group by person)
            select coalesce(sum(c) filter (c > 1), 0)::bigint, coalesce(sum(c), 0)::bigint, count(*) from p"""
    ).fetchall()[0]
    base = (people + 1) / (register_size(con) + 2)
    again = (fellow + belief * base) / (rows + belief)
    return _bits(again / base), _bits((1 - again) / (1 - base))


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
           where id_kind = 'valid' and phone is not null and id_text not in (select id_text from register
               where id_text is not null)
           group by 1"""
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
