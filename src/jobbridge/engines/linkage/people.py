"""Duplicates in a register of the Chinese person set: the register is linked with itself.

Linking lets the candidates of a row compete, since a feed row is about one person at most.  Here all of them
may be right, three entries of one person for instance: each pair is judged by its own total.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from .clusters import inner_pairs, join_pairs, judge_clusters
from .columns import FIELDS, LEVELS, REGISTER, check_key, forget, load
from .connection import connect
from .levels import OTHER_MACROS
from .normalise import normalise
from .parameters import Parameters
from .posterior import alone, note
from .run import link

# More entries of one person than this are not believed without a look.
MAX_CLUSTER = 8
# Share of rows that are somebody's second entry, before looking.
_DOUBLE = 0.02

# What two entries of one person cannot both be: two valid ids, two birth dates, two sexes.
_CONTRADICTS = """(a.id_kind = 'valid' and b.id_kind = 'valid' and damerau_levenshtein(a.id_text, b.id_text) > 1)
    or a.sex <> b.sex or birth_level(a.birth, b.birth) = 'other' and a.birth is not null and b.birth is not null"""


def dedupe_people(
    register: pa.Table, parameters: Parameters | None = None
) -> tuple[pa.Table, pa.Table, pa.Table, dict[str, Any]]:
    """Pairs, clusters, weights and report of :func:`dedupe.dedupe` for the Chinese person set."""
    began = time.perf_counter()
    parameters = replace(parameters or Parameters(), in_register=_DOUBLE)
    kind = check_key(register, REGISTER)
    columns = [name for name in (REGISTER.key, *REGISTER.optional) if name in register.column_names]
    register = register.select(columns)
    feed = register.rename_columns(["record_id" if name == REGISTER.key else name for name in columns])
    linked = link(register, feed, parameters=parameters, exclude_self=True)
    with connect(parameters) as con:
        _pairs(con, register.select([REGISTER.key]), kind, linked.links, linked.weights, parameters)
        join_pairs(con, "select record as a, person as b from pair where zone = 'auto'", "cluster")
        _contradictions(con, register, kind)
        judge_clusters(con, "cluster", "from contradiction", MAX_CLUSTER, "verdict")
        con.execute(
            """update pair set zone = 'review', note = v.note
               from cluster c join verdict v using (root)
               where c.n = pair.record and pair.zone = 'auto' and v.note is not null"""
        )
        weights = ", ".join((*FIELDS, "total", *LEVELS, "posterior"))
        keys = "a.key as person_id_a, b.key as person_id_b"
        seek = "from pair p join keyed a on a.n = p.record join keyed b on b.n = p.person"
        shown = "where p.zone <> 'none' order by a.n, b.n"
        tables = (
            con.sql(f"select {keys}, posterior, zone, stage, note {seek} {shown}").to_arrow_table(),
            con.sql(
                """select top.key as cluster_id, k.key as person_id, v.size,
                    case when v.note is null then 'auto' else 'review' end as zone, v.note
                from cluster c join verdict v using (root) join keyed k on k.n = c.n join keyed top on top.n = c.root
                order by c.root, c.n"""
            ).to_arrow_table(),
            con.sql(f"select {keys}, {weights} {seek} {shown}").to_arrow_table(),
        )
        zones, clusters = (
            dict(con.execute(f"select {what}, count(*) from {table} group by 1 order by 1").fetchall())
            for what, table in (("zone", "pair where zone <> 'none'"), ("coalesce(note, 'auto')", "verdict"))
        )
    kept = {name: linked.report[name] for name in ("engine", "parameters", "rates")}
    report = kept | {"rows": {"register": register.num_rows}, "zones": zones, "clusters": clusters}
    return *tables, report | {"seconds": {"total": round(time.perf_counter() - began, 3)}}


def _pairs(
    con: duckdb.DuckDBPyConnection,
    keys: pa.Table,
    kind: pa.DataType,
    links: pa.Table,
    weights: pa.Table,
    parameters: Parameters,
) -> None:
    """Create ``keyed`` (n, key) and ``pair``; of the two directions of a pair the surer one counts."""
    load(con, keys, REGISTER, kind)
    con.execute("create table keyed as select n, key from register_in")
    forget(con, REGISTER)
    con.register("linked", links)
    con.register("weighed", weights)
    con.execute(
        f"""create table pair as
        with either_way as (
            select least(a.n, b.n) as record, greatest(a.n, b.n) as person, a.n as asked,
                w.* exclude (record_id, person_id, rank, posterior), coalesce(l.stage, 'R') as stage,
                false as household_twin
            from weighed w join keyed a on a.key = w.record_id join keyed b on b.key = w.person_id
            left join linked l on l.record_id = w.record_id and l.person_id = w.person_id),
        one as (select * from either_way
            qualify row_number() over (partition by record, person order by total desc, asked) = 1),
        judged as (select *, {note("phone", "village", "birth")} as reason,
            {alone("total")} as posterior from one)
        select * exclude (reason), case when posterior >= {parameters.auto!r} then reason end as note,
            case when posterior < {parameters.review!r} then 'none'
                when posterior < {parameters.auto!r} or reason is not null then 'review' else 'auto' end as zone
        from judged"""
    )


def _contradictions(con: duckdb.DuckDBPyConnection, register: pa.Table, kind: pa.DataType) -> None:
    """Create ``contradiction`` (record, person): members of one cluster who cannot be one person."""
    inside = con.sql("select key from cluster join keyed using (n)").to_arrow_table()["key"]
    members = register.filter(pc.is_in(register[REGISTER.key].cast(kind), inside.combine_chunks().cast(kind)))
    load(con, members, REGISTER, kind)
    normalise(con, REGISTER)
    con.execute(OTHER_MACROS)
    con.execute(
        f"""create table contradiction as
        with member as (select k.n, m.* exclude (n) from register m join keyed k using (key))
        select p.record, p.person from ({inner_pairs("cluster", MAX_CLUSTER)}) p
        join member a on a.n = p.record join member b on b.n = p.person where {_CONTRADICTS}"""
    )
