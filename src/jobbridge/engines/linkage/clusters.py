"""Clusters of rows that are one person, from pairs; a chain of likenesses is not believed."""

from __future__ import annotations

import duckdb


def join_pairs(con: duckdb.DuckDBPyConnection, edges: str, out: str) -> None:
    """Create ``out`` (n, root): the connected components of a query giving (a, b); root is the smallest n.

    Every row takes the smallest root among its neighbours, then its root's root, until nothing changes:
    the number of turns grows with the logarithm of the longest chain.
    """
    con.execute(
        f"""create or replace temp table edge as
            with e as ({edges}) select a, b from e union select b, a from e"""
    )
    con.execute(f"create or replace table {out} as select distinct a as n, a as root from edge")
    while True:
        con.execute(
            f"""create or replace temp table stepped as
            with near as (select e.a as n, min(c.root) as root from edge e join {out} c on c.n = e.b group by 1),
            low as (select c.n, c.root as was, least(c.root, near.root) as root from {out} c join near using (n))
            select l.n, l.was, least(l.root, up.root) as root from low l join low up on up.n = l.root"""
        )
        moved = con.execute("select count(*) from stepped where was <> root").fetchall()[0][0]
        con.execute(f"create or replace table {out} as select n, root from stepped")
        if not moved:
            break
    con.execute("drop table stepped")
    con.execute("drop table edge")


def inner_pairs(clusters: str, largest: int) -> str:
    """Query of all (record, person) inside the clusters of at most ``largest`` rows, record < person."""
    return f"""select a.n as record, b.n as person
        from (from {clusters} qualify count(*) over (partition by root) <= {largest}) a
        join {clusters} b on a.root = b.root and a.n < b.n"""


def judge_clusters(con: duckdb.DuckDBPyConnection, clusters: str, against: str, largest: int, out: str) -> None:
    """Create ``out`` (root, size, note): why a cluster waits for a person, null when it does not.

    Parameters
    ----------
    against
        Query of the (record, person) that contradict each other.
    """
    con.execute(
        f"""create or replace table {out} as
        with sized as (select root, count(*) as size from {clusters} group by 1),
        torn as (select distinct c.root from ({against}) p join {clusters} c on c.n = p.record
            join {clusters} d on d.n = p.person and d.root = c.root)
        select root, size, case when size > {largest} then 'too_large'
            when root in (select root from torn) then 'contradiction' end as note from sized"""
    )
