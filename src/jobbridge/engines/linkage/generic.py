"""Linking and finding duplicates by a declared field set (:mod:`fields`) instead of the Chinese person set.

Links and weights have the columns of :mod:`columns`, with the weights and levels of the declared fields in
place of the built-in ones; those of :func:`dedupe_fields` are described in :mod:`dedupe`.
"""

from __future__ import annotations

import math
import time
from dataclasses import asdict
from typing import Any

import duckdb
import pyarrow as pa

from .clusters import inner_pairs, join_pairs, judge_clusters
from .connection import connect
from .em import Rates, learn
from .explain import CANDIDATES_KEPT
from .field_pairs import compare, draw_pairs, find_pairs, load_rows, patterns
from .field_weights import count_values, score
from .fields import FieldSet
from .parameters import Parameters
from .posterior import ranked
from .run import LinkResult

ENGINE = "duckdb-fields-1"
# First guesses of the share of rows that have a counterpart; the estimation moves away from them at once.
_FIRST_LINKED, _FIRST_DOUBLE = 0.5, 0.1
_LARGEST_SHARE = 0.98


def link_fields(
    register: pa.Table, feed: pa.Table, fields: FieldSet, parameters: Parameters | None = None
) -> LinkResult:
    """Find out which register row each feed row is about; at most one, with "none of them" as a hypothesis.

    Parameters
    ----------
    parameters
        Only threads, memory and spill directory are read; thresholds are the field set's.

    Raises
    ------
    ValueError
        A column or key that the field set names is missing or unusable.
    """
    began = time.perf_counter()
    with connect(parameters or Parameters()) as con:
        load_rows(con, register, "register", fields)
        load_rows(con, feed, "feed", fields)
        pairs = float(register.num_rows) * feed.num_rows
        rates = _learn(con, fields, False, pairs, _FIRST_LINKED / max(1, register.num_rows))
        rows = max(1, register.num_rows)
        share = min(_LARGEST_SHARE, rates.prior * rows)
        prior = math.log2(share / (1 - share) / rows)
        count_values(con, fields, False)
        score(con, "compared", "scored", fields, rates, prior, True)
        _rank(con, fields)
        links = con.sql(
            """select f.key as record_id, case when d.zone <> 'none' then r.key end as person_id,
                coalesce(d.posterior, 0.0) as posterior, coalesce(d.zone, 'none') as zone,
                case when d.record is not null then 'R' end as stage, null::varchar as note
            from feed f left join (from ranked where place = 1) d on d.record = f.n
            left join register r on r.n = d.person order by f.n"""
        ).to_arrow_table()
        weights = con.sql(
            f"""select f.key as record_id, r.key as person_id, d.place::int as rank, {_explained(fields)}, d.posterior
            from ranked d join feed f on f.n = d.record join register r on r.n = d.person
            where d.place <= {CANDIDATES_KEPT} order by f.n, d.place"""
        ).to_arrow_table()
        report = _report(fields, rates) | {
            "rows": {"register": register.num_rows, "feed": feed.num_rows},
            "zones": _zones(con, "select coalesce(zone, 'none') as zone from feed f"
                " left join (from ranked where place = 1) d on d.record = f.n"),
        }  # fmt: skip
    return LinkResult(links, weights, report | {"seconds": {"total": round(time.perf_counter() - began, 3)}})


def dedupe_fields(
    register: pa.Table, fields: FieldSet, parameters: Parameters | None = None
) -> tuple[pa.Table, pa.Table, pa.Table, dict[str, Any]]:
    """Pairs, clusters, weights and report of :func:`dedupe.dedupe` for a declared field set."""
    began = time.perf_counter()
    with connect(parameters or Parameters()) as con:
        load_rows(con, register, "register", fields)
        con.execute("create view feed as from register")
        rows = max(2, register.num_rows)
        all_pairs = rows * (rows - 1) / 2
        rates = _learn(con, fields, True, all_pairs, _FIRST_DOUBLE * rows / all_pairs)
        prior = math.log2(rates.prior / (1 - rates.prior))
        score(con, "compared", "scored", fields, rates, prior, False)
        count_values(con, fields, True)
        score(con, "compared", "scored", fields, rates, prior, True)
        join_pairs(con, f"select record as a, person as b from scored where posterior >= {fields.auto!r}", "cluster")
        # Members whom no block compared are compared now: what they say of each other holds or breaks the cluster.
        inner = inner_pairs("cluster", fields.max_cluster)
        compare(con, f"from ({inner}) anti join compared using (record, person)", "closing", fields)
        score(con, "closing", "closed", fields, rates, prior, True)
        con.execute("create table judged_pairs as select * exclude (blocks), 'R' as stage from scored")
        con.execute("insert into judged_pairs select *, 'C' from closed")
        against = f"select record, person from judged_pairs where total - w_prior < {fields.contradiction!r}"
        judge_clusters(con, "cluster", against, fields.max_cluster, "verdict")
        _zone_pairs(con, fields)
        pairs, clusters = (con.sql(sql).to_arrow_table() for sql in (_PAIRS, _CLUSTERS))
        weights = con.sql(
            f"""select a.key as person_id_a, b.key as person_id_b, {_explained(fields)}, d.posterior
            from zoned d join register a on a.n = d.record join register b on b.n = d.person order by a.n, b.n"""
        ).to_arrow_table()
        report = _report(fields, rates) | {
            "rows": {"register": register.num_rows},
            "zones": _zones(con, "select zone from zoned"),
            "clusters": _zones(con, "select coalesce(note, 'auto') as zone from verdict"),
        }
    return pairs, clusters, weights, report | {"seconds": {"total": round(time.perf_counter() - began, 3)}}


_PAIRS = """select a.key as person_id_a, b.key as person_id_b, d.posterior, d.zone, d.stage, d.note
    from zoned d join register a on a.n = d.record join register b on b.n = d.person order by a.n, b.n"""
_CLUSTERS = """select top.key as cluster_id, r.key as person_id, v.size,
        case when v.note is null then 'auto' else 'review' end as zone, v.note
    from cluster c join verdict v using (root) join register r on r.n = c.n join register top on top.n = c.root
    order by c.root, c.n"""


def _learn(con: duckdb.DuckDBPyConnection, fields: FieldSet, alone: bool, all_pairs: float, prior: float) -> Rates:
    find_pairs(con, fields, alone)
    draw_pairs(con, fields)
    sizes = tuple(len(field.labels) for field in fields.fields)
    free = tuple(fields.blocks_without(field.name) for field in fields.fields)
    found, drawn = patterns(con, "compared", fields), patterns(con, "drawn", fields)
    return learn(found, drawn, sizes, free, all_pairs, min(0.5, prior))


def _rank(con: duckdb.DuckDBPyConnection, fields: FieldSet) -> None:
    """A row's candidates compete with each other and with "not in the register"."""
    con.execute("create table competing as select * exclude (posterior) from scored")
    con.execute(f"create table ranked as select *, {_zone(fields)} as zone from ({ranked('competing')})")


def _zone_pairs(con: duckdb.DuckDBPyConnection, fields: FieldSet) -> None:
    """``zoned``: pairs worth a look; an automatic pair waits when its cluster does."""
    con.execute(
        f"""create table zoned as
        with placed as (
            select p.*, {_zone(fields)} as own_zone, v.note from judged_pairs p
            left join cluster c on c.n = p.record left join cluster d on d.n = p.person
            left join verdict v on v.root = c.root and v.root = d.root)
        select * exclude (own_zone, note),
            case when own_zone = 'auto' and note is not null then 'review' else own_zone end as zone,
            case when own_zone = 'auto' then note end as note
        from placed where own_zone <> 'none'"""
    )


def _zone(fields: FieldSet) -> str:
    return f"""case when posterior >= {fields.auto!r} then 'auto'
        when posterior >= {fields.review!r} then 'review' else 'none' end"""


def _explained(fields: FieldSet) -> str:
    """Weights, prior, total and the levels by name."""
    weights = ", ".join(f"d.w_{field.name} as {field.name}" for field in fields.fields)
    levels = ", ".join(
        f"case d.l_{field.name} "
        + " ".join(f"when {at} then '{label}'" for at, label in enumerate(field.labels))
        + f" end as {field.name}_level"
        for field in fields.fields
    )
    return f"{weights}, d.w_prior as prior, d.total, {levels}"


def _zones(con: duckdb.DuckDBPyConnection, rows: str) -> dict[str, int]:
    return dict(con.execute(f"select zone, count(*) from ({rows}) group by 1 order by 1").fetchall())


def _report(fields: FieldSet, rates: Rates) -> dict[str, Any]:
    return {
        "engine": ENGINE,
        "fields": asdict(fields),
        "rates": {
            "prior": rates.prior,
            "rounds": rates.rounds,
            **{
                field.name: {
                    label: {"m": round(m, 5), "u": round(u, 7)}
                    for label, m, u in zip(field.labels, rates.m[at], rates.u[at], strict=True)
                }
                for at, field in enumerate(fields.fields)
            },
        },
    }
