"""What the feed's validated ids teach: the m side of every weight, without a single label.

A valid id names its person whatever the other columns say, so the stage A pairs show how often names, phones and
villages of one and the same person agree, source by source.  A source without ids leans on all others, and all of
them on the default belief, which is all there is when no source carries ids.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb

from .frequencies import PLACED, glyph_and_edit_chance, register_size
from .parameters import Parameters
from .priors import count_pair, known_outsider_phones, listed_phones, outsider_phones

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
        P(level | two different names of one surname), the feed's of at most two characters, and longer.
    phone_listed
        Share of the register that has a phone, every age counted as often as it is met among those found.
    in_register
        Source to share of its rows that are about people of the register: of the rows that name a place of the
        register, and of the others.  Who is not from here seldom names a place of ours.
    outsider_phone_bits, fresh_phone_bits
        What it is worth that a phone is, or is not, used by somebody known to be outside the register.
    pairs
        Verified pairs the rates rest on.
    register_rows
        Size of the register.
    """

    pooled: Rates
    by_source: dict[str, Rates]
    glyph_chance: list[float]
    edit_chance: list[float]
    phone_listed: float
    in_register: dict[str, list[float]]
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
    listed, people = listed_phones(con)
    glyph, edit = glyph_and_edit_chance(con)
    outsider_bits, fresh_bits = outsider_phones(con, parameters.belief)
    found = Estimates(
        pooled=pooled,
        by_source=by_source,
        glyph_chance=glyph,
        edit_chance=edit,
        phone_listed=(listed + 1) / (people + 2),
        in_register=_in_register(con, parameters),
        outsider_phone_bits=outsider_bits,
        fresh_phone_bits=fresh_bits,
        pairs=count_pair(con, "select count(*), 0 from pairs_a")[0],
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
    mean = [sum(both) / len(both) for both in zip(*shares.values(), strict=True)] or [parameters.in_register] * 2
    found = replace(
        known,
        by_source={source: known.by_source.get(source, known.pooled) for source in sources},
        in_register={source: shares.get(source, mean) for source in sources},
        register_rows=register_size(con),
    )
    _write_source_rates(con, found)
    known_outsider_phones(con)
    return found


def _count_levels(con: duckdb.DuckDBPyConnection, compared: str) -> dict[tuple[str, str], dict[str, int]]:
    """(source, field) to level to number of verified pairs; source "" is all of them."""
    patterns = con.execute(
        f"""select source, name_masked, name_level, phone_level, village_level, case when sex_told then sex_level end,
                case when birth_told then birth_level end, count(*)
            from {compared} semi join pairs_a using (record, person) group by all"""
    ).fetchall()
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for source, masked, name, phone, village, sex, birth, c in patterns:
        levels = {"mask" if masked else "name": name, "phone": phone, "village": village, "sex": sex, "birth": birth}
        for field, level in levels.items():
            for key in {source, ""} if level is not None else ():
                found = counts.setdefault((key, field), {})
                found[level] = found.get(level, 0) + c
    return counts


def _mixed(counted: Mapping[str, int], believed: Mapping[str, float], belief: float) -> dict[str, float]:
    """Counts leaning on a belief of ``belief`` pairs."""
    total = sum(counted.get(level, 0) for level in believed) + belief
    return {level: (counted.get(level, 0) + belief * rate) / total for level, rate in believed.items()}


def _write_source_rates(con: duckdb.DuckDBPyConnection, found: Estimates) -> None:
    """``source_rates``: one row a source, ``prior_placed`` and ``prior_unplaced`` (log2 odds that a row, which names
    a place of the register or does not, means one given person, before looking at the fields) and for every field and
    level log2 of its rate."""
    names = [f"{field}_{level}" for field, levels in found.pooled.items() for level in levels]
    con.execute(
        f"""create or replace table source_rates
            (source varchar, prior_placed double, prior_unplaced double, {' double, '.join(names)} double)"""
    )
    for source, rates in found.by_source.items():
        bits = [math.log2(share / (1 - share) / found.register_rows) for share in found.in_register[source]]
        for field, levels in rates.items():
            least = _LEAST_OTHER_NAME if field == "name" else 1e-9
            bits += [math.log2(max(rate, least if level == "other" else 1e-9)) for level, rate in levels.items()]
        con.execute(f"insert into source_rates values (?, {', '.join('?' * len(bits))})", [source, *bits])


def _in_register(con: duckdb.DuckDBPyConnection, parameters: Parameters) -> dict[str, list[float]]:
    """Share of valid ids that the register knows, by source and by whether the row names a place of the register.

    It leans on the share of the source, and that on the whole feed's.
    """
    counted = con.execute(
        f"""select f.source, {PLACED} as placed, count(p.record), count(*) filter (f.id_kind = 'valid')
            from feed f left join pairs_a p on p.record = f.n group by all order by all"""
    ).fetchall()

    def share(rows: Iterable[tuple[str, bool, int, int]], leaning_on: float) -> float:
        hits = ids = 0
        for *_, hit, valid in rows:
            hits, ids = hits + hit, ids + valid
        return (hits + parameters.belief * leaning_on) / (ids + parameters.belief)

    overall = share(counted, parameters.in_register)
    shares = {}
    for source in {row[0]: None for row in counted}:
        of_source = [row for row in counted if row[0] == source]
        own = share(of_source, overall)
        by_place = (share((row for row in of_source if row[1] == placed), own) for placed in (True, False))
        shares[source] = [min(0.98, max(0.02, found)) for found in by_place]
    return shares
