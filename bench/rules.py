"""Rules: one person definition and the zero-employment households, in DuckDB, in PostgreSQL and row by row in Python.

    python bench/rules.py [--rows 1000000] [--sample 5000]

The same made-up facts are generated inside both databases; the three engines must agree on the number of yes,
no and unknown before any time is reported. Ends with one line of JSON; all times are in seconds.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from datetime import date
from importlib import resources
from pathlib import Path

import duckdb
import psycopg

from jobbridge.engines.rules import (
    Definition,
    evaluate_one,
    household_facts_sql,
    load,
    person_verdicts_sql,
    pick,
)
from jobbridge.postgres.throwaway import throwaway_cluster

DAY = date(2026, 3, 1)

# Three members a household; every fact a fixed function of the row number, some of them unknown.
FACTS = """
SELECT i AS person_id, i / 3 AS household_id, (i * 37) % 90 AS age_years,
       CASE WHEN i % 97 > 0 THEN 720 - (i * 37) % 90 * 12 END AS months_to_retirement,
       CASE (i * 13) % 11 WHEN 0 THEN '丧失劳动力' WHEN 1 THEN '无劳动力' WHEN 2 THEN '技能劳动力'
            ELSE '普通劳动力' END AS labour_skill,
       (i * 7) % 17 = 0 AS student, i % 211 <> 0 AS alive, FALSE AS serving, FALSE AS in_custody,
       (i * 5) % 101 = 0 AS draws_pension,
       CASE WHEN (i * 11) % 23 > 0 THEN (i * 29) % 10 < 6 END AS employed,
       CASE WHEN (i * 3) % 7 > 0 THEN (i * 31) % 5 > 0 END AS willing,
       (i * 17) % 120 AS willing_age_days
"""
HOMES = "SELECT i AS household_id, FALSE AS relocated"
COUNT = "SELECT verdict, count(*) FROM ({}) AS answers GROUP BY verdict"

Answers = dict[str, int]


def prepare_duckdb(rows: int) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    facts = FACTS.replace("i / 3", "i // 3")
    connection.execute(f"CREATE TABLE person_facts AS {facts} FROM range({rows}) AS r(i)")
    connection.execute(f"CREATE TABLE homes AS {HOMES} FROM range({rows // 3 + 1}) AS r(i)")
    return connection


def prepare_postgres(rows: int) -> psycopg.Connection:
    connection = psycopg.connect(throwaway_cluster().start(), autocommit=True)
    connection.execute(f"CREATE TABLE person_facts AS {FACTS} FROM generate_series(0, {rows - 1}) AS r(i)")
    connection.execute(f"CREATE TABLE homes AS {HOMES} FROM generate_series(0, {rows // 3}) AS r(i)")
    connection.execute("VACUUM ANALYZE person_facts")
    return connection


def ask(connection: duckdb.DuckDBPyConnection | psycopg.Connection, sql: str) -> tuple[Answers, float]:
    """Counts of yes, no and unknown, and the better time of two."""
    best = float("inf")
    for _ in range(2):
        start = time.perf_counter()
        found = connection.execute(COUNT.format(sql)).fetchall()
        best = min(best, time.perf_counter() - start)
    return {str(verdict): number for verdict, number in found}, best


def in_python(
    definition: Definition, connection: duckdb.DuckDBPyConnection, sample: int
) -> tuple[Answers, float]:
    result = connection.execute(
        f"SELECT * EXCLUDE (person_id, household_id) FROM person_facts LIMIT {sample}"
    )
    names = [column[0] for column in result.description]
    rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    start = time.perf_counter()
    found = Counter(str(evaluate_one(definition, row, DAY).verdict) for row in rows)
    return dict(found), time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--sample", type=int, default=5_000)
    chosen = parser.parse_args()

    path = Path(str(resources.files("jobbridge.apps.targeting"))) / "data" / "definitions.yaml"
    start = time.perf_counter()
    definitions = load(path)
    load_seconds = time.perf_counter() - start
    seeking, zero = pick(definitions, "seeking", DAY), pick(definitions, "zero_employment", DAY)

    answers: dict[str, tuple[Answers, Answers]] = {}
    seconds: dict[str, float] = {}
    duck = prepare_duckdb(chosen.rows)
    for dialect, link in (("duckdb", duck), ("postgres", prepare_postgres(chosen.rows))):
        members = person_verdicts_sql(definitions, [zero], DAY, facts="person_facts", dialect=dialect)
        homes = household_facts_sql(members, "homes", dialect)
        persons_sql = seeking.compile(DAY, facts="person_facts", dialect=dialect, key="person_id").sql
        homes_sql = zero.compile(DAY, facts=homes, dialect=dialect, key="household_id").sql
        persons, seconds[f"{dialect}_person"] = ask(link, persons_sql)
        households, seconds[f"{dialect}_household"] = ask(link, homes_sql)
        answers[dialect] = (persons, households)
    assert answers["duckdb"] == answers["postgres"], answers

    few = f"SELECT * FROM person_facts LIMIT {chosen.sample}"
    sampled, _ = ask(duck, seeking.compile(DAY, facts=few, dialect="duckdb", key="person_id").sql)
    interpreted, python_seconds = in_python(seeking, duck, chosen.sample)
    assert sampled == interpreted, (sampled, interpreted)

    python_rate = chosen.sample / python_seconds
    figures = {
        "duckdb_times_python": round(chosen.rows / seconds["duckdb_person"] / python_rate),
        "postgres_times_python": round(chosen.rows / seconds["postgres_person"] / python_rate),
        "rows": chosen.rows,
        **{name: round(value, 3) for name, value in seconds.items()},
        "python_rows_per_second": round(python_rate),
        "load_definitions": round(load_seconds, 3),
        "seeking": answers["duckdb"][0],
        "zero_employment": answers["duckdb"][1],
    }
    print(json.dumps(figures, ensure_ascii=False))


if __name__ == "__main__":
    main()
