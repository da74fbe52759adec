"""Made-up facts, and the three ways to put a definition to them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from importlib import resources
from pathlib import Path

import duckdb
import psycopg
import pyarrow as pa

from jobbridge.engines.rules import VOCABULARY, Definition, Unit, ValueType, evaluate_one

DAY = date(2026, 3, 1)
DEFINITIONS = Path(str(resources.files("jobbridge.apps.targeting"))) / "data" / "definitions.yaml"
KEYS = {Unit.PERSON: "person_id", Unit.HOUSEHOLD: "household_id"}

Row = dict[str, object]

# Values worth meeting, boundaries of the shipped definitions among them.
_CHOICES: dict[str, Sequence[object]] = {
    "age_years": [0, 15, 16, 17, 30, 49, 50, 59, 60, 63],
    "months_to_retirement": [-12, -1, 0, 1, 59, 60, 61, 300],
    "labour_skill": ["普通劳动力", "技能劳动力", "弱劳动力或半劳动力", "丧失劳动力", "无劳动力"],
    "willing_age_days": [0, 30, 89, 90, 91, 400],
    "household_category": ["脱贫户", "脱贫不稳定户", "一般户"],
    "category": ["脱贫不稳定户", "边缘易致贫户", "突发严重困难户", "脱贫户", "一般户", "o'户"],
    "residence": ["urban", "rural"],
    "days_since_visit": [0, 29, 30, 31, 90],
    "alive": [True, True, True, False],
    "student": [False, False, False, True],
    "serving": [False, False, False, True],
    "in_custody": [False, False, False, True],
    "draws_pension": [False, False, False, True],
}
_SQL_TYPES = {
    ValueType.INTEGER: "INTEGER",
    ValueType.NUMBER: "DECIMAL(12, 2)",
    ValueType.TEXT: "TEXT",
    ValueType.BOOLEAN: "BOOLEAN",
}
_ARROW_TYPES = {
    "INTEGER": pa.int32(),
    "DECIMAL(12, 2)": pa.decimal128(12, 2),
    "TEXT": pa.string(),
    "BOOLEAN": pa.bool_(),
}


def random_rows(unit: Unit, count: int, seed: int, unknown: float = 0.12) -> list[Row]:
    """Rows with a key and every fact of the vocabulary, each unknown with the given chance."""
    source = random.Random(seed)
    rows: list[Row] = []
    for number in range(count):
        row: Row = {KEYS[unit]: number}
        for fact in VOCABULARY[unit].values():
            if source.random() < unknown and not fact.name.endswith("_count"):
                row[fact.name] = None
            elif fact.name in _CHOICES:
                row[fact.name] = source.choice(_CHOICES[fact.name])
            elif fact.type is ValueType.BOOLEAN:
                row[fact.name] = source.random() < 0.5
            elif fact.type is ValueType.NUMBER:
                row[fact.name] = Decimal(source.randrange(0, 3_000_000)) / 100
            else:
                row[fact.name] = source.choice([0, 0, 1, 2, 3, 6, 12])
        rows.append(row)
    return rows


def columns_of(unit: Unit) -> dict[str, str]:
    """Column name to SQL type of a full table of facts."""
    facts = {fact.name: _SQL_TYPES[fact.type] for fact in VOCABULARY[unit].values()}
    return {KEYS[unit]: "INTEGER", **facts}


def duckdb_table(name: str, columns: dict[str, str], rows: Iterable[Row]) -> duckdb.DuckDBPyConnection:
    """A fresh in-memory DuckDB with one table."""
    connection = duckdb.connect()
    add_duckdb_table(connection, name, columns, rows)
    return connection


def add_duckdb_table(
    connection: duckdb.DuckDBPyConnection, name: str, columns: dict[str, str], rows: Iterable[Row]
) -> None:
    gathered = list(rows)
    table = pa.table(
        {
            column: pa.array([row.get(column) for row in gathered], _ARROW_TYPES[kind])
            for column, kind in columns.items()
        }
    )
    connection.register("incoming", table)
    connection.execute(f"CREATE TABLE {name} AS SELECT * FROM incoming")
    connection.unregister("incoming")


def postgres_table(
    connection: psycopg.Connection, name: str, columns: dict[str, str], rows: Iterable[Row]
) -> None:
    """A temporary table, gone with the connection."""
    connection.execute(f"DROP TABLE IF EXISTS {name}")
    connection.execute(f"CREATE TEMP TABLE {name} ({', '.join(f'{c} {t}' for c, t in columns.items())})")
    with connection.cursor().copy(f"COPY {name} FROM STDIN") as copy:
        for row in rows:
            copy.write_row([row.get(column) for column in columns])


def duckdb_answers(connection: duckdb.DuckDBPyConnection, sql: str) -> dict[object, Row]:
    """Rows by their first column."""
    result = connection.execute(sql)
    names = [column[0] for column in result.description]
    return {row[0]: dict(zip(names, row, strict=True)) for row in result.fetchall()}


def postgres_answers(connection: psycopg.Connection, sql: str) -> dict[object, Row]:
    """Rows by their first column."""
    result = connection.execute(sql)
    names = [column.name for column in result.description]
    return {row[0]: dict(zip(names, row, strict=True)) for row in result.fetchall()}


_TRUTH = {"yes": True, "no": False, "unknown": None}


def python_answers(definition: Definition, rows: Iterable[Row], on: date) -> dict[object, Row]:
    """The same columns from the interpreter."""
    key = KEYS[definition.unit]
    answers: dict[object, Row] = {}
    for row in rows:
        outcome = evaluate_one(definition, {name: value for name, value in row.items() if name != key}, on)
        answer: Row = {key: row[key]}
        answer.update({f"c_{reason.id}": _TRUTH[reason.verdict] for reason in outcome.reasons})
        answer["verdict"] = outcome.verdict
        if definition.amount is not None:
            answer["amount"] = outcome.amount
        answers[row[key]] = answer
    return answers
