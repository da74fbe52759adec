"""Weights of compared pairs, for any field set: log2(m / u) field by field, in bits.

Every weight is rounded to three decimals before it is added: the parts shown add up to the total shown.
Agreement on a value of a field with ``frequency`` weighs by how many others have that value.
"""

from __future__ import annotations

import math

import duckdb

from .em import Rates
from .fields import FieldSet
from .posterior import alone
from .rare import discounted


def score(
    con: duckdb.DuckDBPyConnection, pairs: str, out: str, fields: FieldSet, rates: Rates, prior: float, counted: bool
) -> None:
    """Create ``out``: the columns of ``pairs``, ``w_<field>``, ``w_prior``, total and the pair's own posterior.

    Parameters
    ----------
    prior
        log2 odds that two rows are one person before any field is looked at.
    counted
        Whether the ``count_<field>`` tables are there to weigh rare values by.
    """
    size = max(1, int(con.execute("select count(*) from register").fetchall()[0][0]))
    weights, joins = [], ""
    for at, field in enumerate(fields.fields):
        bits = [math.log2(m / u) for m, u in zip(rates.m[at], rates.u[at], strict=True)]
        cases = [f"{b!r}::double" for b in bits]
        if field.frequency and counted:
            cases[0] = f"{math.log2(rates.m[at][0] * size)!r}::double - log2(c{at}.c)"
            joins += f" left join count_{field.name} c{at} on p.l_{field.name} = 0 and c{at}.value = f.v_{field.name}"
        whens = " ".join(f"when {level} then {sql}" for level, sql in enumerate(cases))
        weights.append(f"round(case p.l_{field.name} {whens} else 0 end, 3) as w_{field.name}")
    total = " + ".join(["w_prior", *(f"w_{field.name}" for field in fields.fields)])
    con.execute(
        f"""create or replace table {out} as
        with weighed as (
            select p.*, {", ".join(weights)}, round({prior!r}::double, 3) as w_prior
            from {pairs} p join feed f on f.n = p.record {joins}),
        added as (select *, round({total}, 3) as total from weighed)
        select *, {alone("total")} as posterior from added"""
    )


def count_values(con: duckdb.DuckDBPyConnection, fields: FieldSet, alone: bool) -> None:
    """Create ``count_<field>`` (value, c) for the fields with ``frequency``.

    In dedupe mode a value is common in the register also because one person is there several times: the
    pairs that ``scored`` believes to be one person are taken off, so that ``c`` counts the row itself and the
    rows of strangers that share its value.
    """
    for field in fields.fields:
        if not field.frequency:
            continue
        # Millionths are added as whole numbers: the same sum whatever the order.
        known = (
            f"""select f.v_{field.name} as value, sum((posterior * 1e6)::bigint) / 1e6 as pairs
                from scored join feed f on f.n = record where l_{field.name} = 0 group by 1"""
            if alone
            else "select null::varchar as value, 0.0::double as pairs where false"
        )
        con.execute(
            f"""create or replace table count_{field.name} as
            with held as (select v_{field.name} as value, count(*) as c from register group by 1),
            known as ({known})
            select value, greatest(1, c - 2 * coalesce(pairs, 0) / c)::double as c
            from held left join known using (value) where value is not null"""
        )
        better = discounted(con, f"select c from count_{field.name}", "c")
        con.execute(f"update count_{field.name} set c = {better}")
