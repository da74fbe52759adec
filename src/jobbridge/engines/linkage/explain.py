"""The tables handed back: one link a row, and the three best candidates with every weight."""

from __future__ import annotations

from collections import Counter
from typing import Any

import duckdb
import pyarrow as pa

from .columns import FIELDS, LEVELS
from .estimates import Estimates

CANDIDATES_KEPT = 3


# Every feed row with its decision, from ``feed``, ``register`` and ``decided_all``.
LINKS = """select f.key as record_id, case when d.zone <> 'none' then r.key end as person_id,
        coalesce(d.posterior, 0.0) as posterior, coalesce(d.zone, 'none') as zone, d.stage,
        case when d.zone = 'review' then d.note end as note
    from feed f left join (from decided_all where place = 1) d on d.record = f.n
    left join (select n, key from register where n in (select person from decided_all where place = 1)) r
        on r.n = d.person order by f.n"""
# Up to three candidates a feed row; the seven weights add up to the total.
WEIGHTS = f"""select f.key as record_id, r.key as person_id, d.place::int as rank,
        {", ".join(f"d.w_{field} as {field}" for field in FIELDS)}, d.total,
        {", ".join(f"d.{level}" for level in LEVELS)}, d.posterior
    from decided_all d join feed f on f.n = d.record join register r on r.n = d.person
    where d.place <= {CANDIDATES_KEPT} order by f.n, d.place"""


def links_table(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """The rows of :data:`LINKS`."""
    return con.sql(LINKS).to_arrow_table()


def weights_table(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """The rows of :data:`WEIGHTS`."""
    return con.sql(WEIGHTS).to_arrow_table()


def counts(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Counts by source and zone and by stage, and what the posteriors promise about the links.

    ``expected`` needs no truth: ``right_auto`` is the sum of the posteriors of automatic links,
    ``findable`` the sum over all candidates, so their quotient is the recall the engine believes in.
    """
    # Millionths are added as whole numbers: the same sum whatever the order.
    outcome = con.execute(
        """select f.source, coalesce(d.zone, 'none'), d.stage, d.note, count(*), sum((d.posterior * 1e6)::bigint)
           from feed f left join (from decided_all where place = 1) d on d.record = f.n
           group by all order by all"""
    ).fetchall()
    by_source: dict[str, dict[str, int]] = {}
    zones, right, stages, notes = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for source, zone, stage, note, rows, millionths in outcome:
        by_source.setdefault(source, {"auto": 0, "review": 0, "none": 0})[zone] += rows
        zones[zone] += rows
        right[zone] += millionths or 0
        if zone != "none":
            stages[stage] += rows
        if zone == "review" and note is not None:
            notes[note] += rows
    findable = con.execute("select sum((posterior * 1e6)::bigint) from decided_all").fetchall()[0][0] or 0
    return {
        "by_source": by_source,
        "by_stage": dict(sorted(stages.items())),
        "held_for_review": dict(sorted(notes.items())),
        "expected": {
            "auto": zones["auto"],
            "right_auto": round(right["auto"] / 1e6, 1),
            "review": zones["review"],
            "right_review": round(right["review"] / 1e6, 1),
            "findable": round(findable / 1e6, 1),
        },
    }


def rates(con: duckdb.DuckDBPyConnection, estimates: Estimates) -> dict[str, Any]:
    """The estimates as plain numbers for the report."""
    seen = con.execute("select led, seen, unseen from seen_bits order by led nulls last").fetchall()
    words = {True: "phone_leads", False: "phone_does_not", None: "no_phone"}
    return {
        "verified_pairs": estimates.pairs,
        **{field: _rounded(levels) for field, levels in estimates.pooled.items()},
        "by_source": {
            source: {field: _rounded(levels) for field, levels in rates.items()}
            for source, rates in estimates.by_source.items()
        },
        "glyph_chance": [round(chance, 6) for chance in estimates.glyph_chance],
        "edit_chance": [round(chance, 6) for chance in estimates.edit_chance],
        "in_register": {
            source: {"placed": round(placed, 4), "unplaced": round(unplaced, 4)}
            for source, (placed, unplaced) in estimates.in_register.items()
        },
        "seen_bits": {words[led]: round(bits, 3) for led, bits, _ in seen},
        "unseen_bits": {words[led]: round(bits, 3) for led, _, bits in seen},
        "outsider_phone_bits": round(estimates.outsider_phone_bits, 3),
    }


def _rounded(values: dict[str, float]) -> dict[str, float]:
    return {key: round(value, 4) for key, value in values.items()}
