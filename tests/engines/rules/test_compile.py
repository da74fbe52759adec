"""What a compiled definition says beside its answer: dated values, what-if, amounts, reasons."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import duckdb
import pytest

from jobbridge.engines.rules import Definition, RuleError, evaluate_one, explain, load, verdicts_sql
from tests.engines.rules.support import DAY, duckdb_answers, duckdb_table

Find = Callable[[str], Definition]

TRANSPORT = """
- id: transport
  name: 跨省务工一次性交通补助
  unit: person
  valid: {from: 2021-01-01}
  document: 测试〔2021〕1号
  params:
    per_person: [{from: 2021-01-01, to: 2022-12-31, value: 400}, {from: 2023-01-01, to: 2025-12-31, value: 500},
                 {from: 2026-01-01, value: 600.50}]
    min_months: [{from: 2021-01-01, value: 3}]
    groups: [{from: 2021-01-01, value: [脱贫不稳定户, 边缘易致贫户, 突发严重困难户]}]
  conditions:
    - id: target
      text: "脱贫户，或风险未消除的{groups}"
      when: "household_category = '脱贫户' OR household_category IN (:groups) AND NOT risk_cleared"
    - {id: area, text: 在户籍省外务工, when: work_area = 4}
    - {id: months, text: "连续务工满{min_months}个月", when: "months_continuous >= :min_months"}
    - {id: once, text: 本年度未享受过, when: NOT received_this_year}
  amount: ":per_person"
"""
COLUMNS = {
    "person_id": "INTEGER",
    "household_category": "TEXT",
    "risk_cleared": "BOOLEAN",
    "work_area": "INTEGER",
    "months_continuous": "INTEGER",
    "received_this_year": "BOOLEAN",
}
PEOPLE = [
    {"household_category": "脱贫户", "work_area": 4, "months_continuous": 5},
    {"household_category": "边缘易致贫户", "work_area": 4, "months_continuous": 3},
    {"household_category": "一般户", "work_area": None, "months_continuous": 2},
]
for number, person in enumerate(PEOPLE, 1):
    person |= {"person_id": number, "received_this_year": False}


@pytest.fixture
def people() -> duckdb.DuckDBPyConnection:
    return duckdb_table("people", COLUMNS, PEOPLE)


@pytest.fixture(scope="module")
def transport() -> Definition:
    return load(TRANSPORT)[0]


@pytest.mark.parametrize(
    ("day", "amount"),
    [
        (date(2022, 12, 31), Decimal(400)),
        (date(2023, 1, 1), Decimal(500)),
        (date(2026, 1, 1), Decimal("600.50")),
    ],
)
def test_a_past_day_has_the_values_of_that_day(
    transport: Definition, people: duckdb.DuckDBPyConnection, day: date, amount: Decimal
) -> None:
    compiled = transport.compile(day, facts="people", dialect="duckdb", key="person_id")
    rows = duckdb_answers(people, compiled.sql)
    assert [(row["verdict"], row["amount"]) for row in rows.values()] == [
        (True, amount),
        (None, None),
        (False, None),
    ]
    assert (compiled.params["per_person"], compiled.version, compiled.document, compiled.on) == (
        amount,
        "transport@2021-01-01",
        "测试〔2021〕1号",
        day,
    )


def test_what_if(transport: Definition, people: duckdb.DuckDBPyConnection) -> None:
    changed = {"per_person": Decimal(800), "min_months": 6}
    compiled = transport.compile(DAY, facts="people", dialect="duckdb", key="person_id", overrides=changed)
    assert [row["verdict"] for row in duckdb_answers(people, compiled.sql).values()] == [False, False, False]
    for wrong, code in [
        ({"amount": 1}, "unknown_parameter"),
        ({"min_months": "3"}, "type_mismatch"),
        ({"min_months": True}, "type_mismatch"),
        ({"min_months": (3,)}, "type_mismatch"),
        ({"groups": ()}, "type_mismatch"),
        ({"groups": (1, "a")}, "type_mismatch"),
    ]:
        with pytest.raises(RuleError) as caught:
            transport.compile(DAY, facts="people", dialect="duckdb", key="person_id", overrides=wrong)
        assert caught.value.code == code


def test_reasons_in_words(transport: Definition, people: duckdb.DuckDBPyConnection) -> None:
    compiled = transport.compile(DAY, facts="people", dialect="duckdb", key="person_id")
    rows = duckdb_answers(people, compiled.sql)
    assert [(reason.id, str(reason.verdict), reason.text) for reason in explain(compiled, rows[2])] == [
        ("target", "unknown", "脱贫户，或风险未消除的脱贫不稳定户、边缘易致贫户、突发严重困难户"),
        ("area", "yes", "在户籍省外务工"),
        ("months", "yes", "连续务工满3个月"),
        ("once", "yes", "本年度未享受过"),
    ]
    for person in PEOPLE:
        facts = {name: value for name, value in person.items() if name != "person_id"}
        one = evaluate_one(transport, facts, DAY)
        assert list(one.reasons) == explain(compiled, rows[person["person_id"]])
    with pytest.raises(KeyError):
        explain(compiled, {"c_target": True})


def test_values_are_quoted_not_pasted(transport: Definition, people: duckdb.DuckDBPyConnection) -> None:
    evil = ("x') OR TRUE; DROP TABLE people; --", "\\'", "边缘易致贫户")
    for dialect in ("duckdb", "postgres", "spark"):
        compiled = transport.compile(
            DAY, facts="people", dialect=dialect, key="person_id", overrides={"groups": evil}
        )
        if dialect == "duckdb":
            rows = duckdb_answers(people, compiled.sql)
            assert [row["c_target"] for row in rows.values()] == [True, None, False]
    assert people.execute("SELECT count(*) FROM people").fetchone() == (3,)


@pytest.mark.parametrize("text", ["{__class__}", "{0}", "{groups.__len__}", "{}", "%s", "{Groups}"])
def test_only_parameters_are_filled_into_texts(text: str) -> None:
    made = load(TRANSPORT.replace("在户籍省外务工", f'"{text}"'))[0]
    assert evaluate_one(made, {}, DAY).reasons[1].text == text


def test_names_given_by_the_caller_are_checked(transport: Definition) -> None:
    for key, dialect, code in [
        ("person_id; DROP", "duckdb", "bad_name"),
        ("", "duckdb", "bad_name"),
        ("person_id", "mysql", "unknown_dialect"),
    ]:
        with pytest.raises(RuleError) as caught:
            transport.compile(DAY, facts="people", dialect=dialect, key=key)
        assert caught.value.code == code


def test_facts_may_be_a_query(transport: Definition, people: duckdb.DuckDBPyConnection) -> None:
    query = "SELECT * FROM people WHERE person_id = 1"
    compiled = transport.compile(DAY, facts=query, dialect="duckdb", key="person_id")
    assert list(duckdb_answers(people, compiled.sql)) == [1]


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"salary": 1}, "unknown_fact"),
        ({"age_years": "16"}, "type_mismatch"),
        ({"age_years": True}, "type_mismatch"),
        ({"age_years": 16.5}, "type_mismatch"),
        ({"alive": 1}, "type_mismatch"),
        ({"labour_skill": 1}, "type_mismatch"),
        ({"wage_year": "1"}, "type_mismatch"),
    ],
)
def test_facts_of_the_wrong_kind_are_refused(definition: Find, facts: dict[str, object], code: str) -> None:
    with pytest.raises(RuleError) as caught:
        evaluate_one(definition("labour_force"), facts, DAY)
    assert caught.value.code == code


def test_several_definitions_in_one_scan(definition: Find) -> None:
    columns = {"person_id": "INTEGER", "employed": "BOOLEAN", "months_continuous": "INTEGER"}
    rows = [
        {"person_id": 1, "employed": True, "months_continuous": 4},
        {"person_id": 2, "employed": None, "months_continuous": 2},
    ]
    sql = verdicts_sql(
        {"works": definition("employed"), "steady": definition("stable"), "open": None},
        DAY,
        facts="people",
        dialect="duckdb",
        keep=("person_id",),
        overrides={"stable_months": 4},
    )
    assert list(duckdb_answers(duckdb_table("people", columns, rows).cursor(), sql).values()) == [
        {"person_id": 1, "works": True, "steady": True, "open": None},
        {"person_id": 2, "works": None, "steady": False, "open": None},
    ]
