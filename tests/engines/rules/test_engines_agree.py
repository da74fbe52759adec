"""The interpreter, DuckDB and PostgreSQL give the same answer about every row, shipped rules and random ones."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import psycopg
import pytest
import sqlglot
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobbridge.engines.rules import VOCABULARY, Definition, Unit, ValueType, evaluate_one, load
from tests.engines.rules.support import (
    DAY,
    KEYS,
    Row,
    add_duckdb_table,
    columns_of,
    duckdb_answers,
    duckdb_table,
    postgres_answers,
    postgres_table,
    python_answers,
    random_rows,
)

ROWS: dict[Unit, list[Row]] = {unit: random_rows(unit, 1200, seed=7) for unit in Unit}
FEW: list[Row] = random_rows(Unit.PERSON, 120, seed=3, unknown=0.3)


@pytest.fixture(scope="module")
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb_table("person_facts", columns_of(Unit.PERSON), ROWS[Unit.PERSON])
    add_duckdb_table(connection, "household_facts", columns_of(Unit.HOUSEHOLD), ROWS[Unit.HOUSEHOLD])
    add_duckdb_table(connection, "few", columns_of(Unit.PERSON), FEW)
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def tables(postgres: psycopg.Connection) -> psycopg.Connection:
    for unit in Unit:
        postgres_table(postgres, f"{unit}_facts", columns_of(unit), ROWS[unit])
    postgres_table(postgres, "few", columns_of(Unit.PERSON), FEW)
    return postgres


def test_shipped_definitions_row_by_row(
    definitions: list[Definition], duck: duckdb.DuckDBPyConnection, tables: psycopg.Connection
) -> None:
    for each in definitions:
        facts, key = f"{each.unit}_facts", KEYS[each.unit]
        expected = python_answers(each, ROWS[each.unit], DAY)
        in_duckdb = each.compile(DAY, facts=facts, dialect="duckdb", key=key).sql
        in_postgres = each.compile(DAY, facts=facts, dialect="postgres", key=key).sql
        assert duckdb_answers(duck, in_duckdb) == expected, each.id
        assert postgres_answers(tables, in_postgres) == expected, each.id
        spark = each.compile(DAY, facts=facts, dialect="spark", key=key).sql
        back = sqlglot.transpile(spark, read="spark", write="duckdb")[0]
        assert duckdb_answers(duck, back) == expected, each.id


INTEGERS = st.integers(0, 400).map(str)
DECIMALS = st.decimals(0, 30000, places=2).map(str)
TEXTS = st.sampled_from(["'普通劳动力'", "'脱贫户'", "'it''s'", "'a\\b'", "'%s'", "''", "'--'"])


def names(kind: ValueType) -> st.SearchStrategy[str]:
    return st.sampled_from([fact.name for fact in VOCABULARY[Unit.PERSON].values() if fact.type is kind])


def numbers() -> st.SearchStrategy[str]:
    leaf = st.one_of(
        names(ValueType.INTEGER),
        names(ValueType.NUMBER),
        INTEGERS,
        DECIMALS,
        st.just(":months"),
        st.just(":rate"),
    )
    return st.one_of(
        leaf,
        st.builds("({} + {})".format, leaf, leaf),
        st.builds("({} - {})".format, leaf, leaf),
        st.builds("({} * {})".format, names(ValueType.INTEGER), INTEGERS),
        st.builds("({} * {})".format, DECIMALS, names(ValueType.NUMBER)),
        st.builds("-({} - 7)".format, leaf),
        st.builds("- -{}".format, leaf),
    )


def conditions() -> st.SearchStrategy[str]:
    number, text = numbers(), names(ValueType.TEXT)
    leaf = st.one_of(
        names(ValueType.BOOLEAN),
        st.builds("{} {} {}".format, number, st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), number),
        st.builds("{} BETWEEN {} AND {}".format, number, number, number),
        st.builds("{} NOT IN ({}, {})".format, names(ValueType.INTEGER), INTEGERS, names(ValueType.INTEGER)),
        st.builds("{} IN ({}, :skills)".format, text, TEXTS),
        st.builds("{} {} {}".format, text, st.sampled_from(["=", "<>"]), st.one_of(text, TEXTS)),
        st.builds("{} IS NULL".format, names(ValueType.NUMBER)),
        st.just("TRUE"),
    )
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.builds("({} AND {})".format, inner, inner),
            st.builds("({} OR {})".format, inner, inner),
            st.builds("(NOT {})".format, inner),
            st.builds("({} OR NULL)".format, inner),
            st.builds("(({}) IS NOT NULL)".format, inner),
            st.builds("(CASE WHEN {} THEN {} END)".format, inner, inner),
            st.builds("(({}) = ({}))".format, inner, inner),
        ),
        max_leaves=5,
    )


PROGRAMME = """
- id: random
  name: 随机
  unit: person
  valid: {{from: 2020-01-01}}
  document: 测试
  params:
    months: [{{from: 2020-01-01, value: -3}}]
    rate: [{{from: 2020-01-01, value: 0.125}}]
    skills: [{{from: 2020-01-01, value: [普通劳动力, "o'x"]}}]
  conditions:
    - {{id: first, text: 一, when: "{first}"}}
    - {{id: second, text: 二, when: "{second}"}}
  amount: "{amount}"
"""


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(first=conditions(), second=conditions(), amount=numbers())
def test_random_rules_row_by_row(
    duck: duckdb.DuckDBPyConnection, tables: psycopg.Connection, first: str, second: str, amount: str
) -> None:
    escaped = [text.replace("\\", "\\\\") for text in (first, second, amount)]
    made = load(PROGRAMME.format(first=escaped[0], second=escaped[1], amount=escaped[2]))[0]
    expected = python_answers(made, FEW, DAY)
    for dialect, ask, link in [("duckdb", duckdb_answers, duck), ("postgres", postgres_answers, tables)]:
        sql = made.compile(DAY, facts="few", dialect=dialect, key="person_id").sql
        assert ask(link, sql) == expected, sql  # type: ignore[operator]
    spark = made.compile(DAY, facts="few", dialect="spark", key="person_id").sql
    assert duckdb_answers(duck, sqlglot.transpile(spark, read="spark", write="duckdb")[0]) == expected


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), row=st.integers(0, 1199))
def test_learning_a_fact_never_flips_an_answer(
    definitions: list[Definition], data: st.DataObject, row: int
) -> None:
    """Forget some facts of a row; what is still answered must be the answer with the facts known."""
    each = data.draw(st.sampled_from([d for d in definitions if d.monotone(DAY)]))
    facts = {name: value for name, value in ROWS[each.unit][row].items() if not name.endswith("_id")}
    # Counts of members are never unknown; what is unknown about members is counted (see test_households).
    can_be_unknown = sorted(name for name in facts if not name.endswith("_count"))
    forgotten = data.draw(st.sets(st.sampled_from(can_be_unknown)))
    before = evaluate_one(each, {**facts, **dict.fromkeys(forgotten)}, DAY).verdict
    assert before is None or before is evaluate_one(each, facts, DAY).verdict


def test_only_questions_about_the_record_are_not_monotone(definitions: list[Definition]) -> None:
    assert {each.id for each in definitions if not each.monotone(DAY)} == {
        "unknown_status",
        "not_visited_30d",
    }


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(condition=conditions().filter(lambda text: " IS " not in text), data=st.data())
def test_random_rules_are_monotone(condition: str, data: st.DataObject) -> None:
    text = condition.replace("\\", "\\\\")
    made = load(PROGRAMME.format(first=text, second="alive", amount="1"))[0]
    assert made.monotone(DAY)
    facts = {name: value for name, value in data.draw(st.sampled_from(FEW)).items() if name != "person_id"}
    used = sorted(made.conditions[0].when.facts | {"alive"})
    forgotten = data.draw(st.sets(st.sampled_from(used)))
    before = evaluate_one(made, {**facts, **dict.fromkeys(forgotten)}, DAY)
    after = evaluate_one(made, facts, DAY)
    assert before.verdict is None or before.verdict is after.verdict
