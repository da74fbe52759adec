"""The condition language takes what it promises and nothing else."""

from __future__ import annotations

import pytest

from jobbridge.engines.rules import PERSON_FACTS, RuleError
from jobbridge.engines.rules.expression import MAX_LENGTH, Expression, ParameterType, parse
from jobbridge.engines.rules.facts import ValueType

PARAMETERS = {
    "limit": ParameterType(ValueType.INTEGER),
    "share": ParameterType(ValueType.NUMBER),
    "names": ParameterType(ValueType.TEXT, is_list=True),
}


def read(text: str) -> Expression:
    return parse(text, where="测试", facts=PERSON_FACTS, parameters=PARAMETERS, verdicts={"seeking"})


@pytest.mark.parametrize(
    "text",
    [
        "alive",
        "NOT alive AND (student OR verdict.seeking)",
        "age_years BETWEEN 16 AND :limit",
        "age_years NOT BETWEEN -1 AND 3",
        "labour_skill IN (:names, '技能劳动力')",
        "labour_skill <> '普通' OR labour_skill = 'it''s'",
        "work_area NOT IN (1, 2)",
        "wage_year * 0.02 + 3 >= :share",
        "CASE WHEN willing_age_days <= 90 THEN willing END",
        "employed IS NOT NULL",
        "alive = TRUE OR NULL",
        "-age_years < -(1 + :limit)",
        "(:limit < age_years AND alive)",
    ],
)
def test_the_language(text: str) -> None:
    assert read(text).type is ValueType.BOOLEAN


@pytest.mark.parametrize(
    "text",
    [
        "alive; DROP TABLE person",
        "alive -- and",
        "alive /* x */",
        "/* x */ alive",
        "(SELECT TRUE)",
        "EXISTS (SELECT 1)",
        "age_years IN (SELECT 1)",
        "age_years IN (SELECT age_years FROM person)",
        "alive UNION SELECT 1",
        "SELECT alive",
        "DROP TABLE person",
        "COPY person TO 'x'",
        "ATTACH 'x'",
        "PRAGMA version",
        "CALL x()",
        "read_csv('passwords') IS NULL",
        "pg_sleep(10) IS NULL",
        "pg_read_file('x') = 'y'",
        "current_setting('x') = 'y'",
        "CURRENT_USER = 'x'",
        "CURRENT_DATE IS NULL",
        "random() > 0",
        "CAST(age_years AS TEXT) = '1'",
        "age_years::TEXT = '1'",
        "labour_skill LIKE '%'",
        "labour_skill ~ '(a+)+'",
        "labour_skill || 'x' = 'y'",
        "COALESCE(alive, FALSE)",
        "alive IS TRUE",
        "alive IS NOT FALSE",
        "alive IS DISTINCT FROM student",
        "CASE WHEN alive THEN student ELSE FALSE END",
        "CASE WHEN alive THEN student WHEN student THEN alive END",
        "CASE alive WHEN TRUE THEN student END",
        "CASE WHEN alive THEN NULL END",
        "IF(alive, student, student)",
        "IF(alive, student)",
        "(alive, student)",
        "age_years / 2 > 1",
        "age_years % 2 = 1",
        "age_years BETWEEN SYMMETRIC 1 AND 2",
        "age_years * work_area > 1",
        "age_years * 2 * 3 > 1",
        "age_years > 99999999999",
        "age_years > 1e9",
        "age_years > 0x10",
        "age_years > 1.00001",
        "NULL",
        "NOT NULL",
        "NULL IS NULL",
        "alive = NULL",
        "age_years IN (1, NULL)",
        "age_years IN ()",
        "labour_skill IN :names",
        "labour_skill = :names",
        "labour_skill > 'a'",
        "alive > student",
        "alive + 1 > 1",
        "alive AND 1",
        "age_years IN (:names)",
        "age_years = $limit",
        "age_years = ?",
        "age_years = @limit",
        "age_years = :limit::TEXT",
        "labour_skill = \"普通\"",
        "\"age_years\" = 1",
        "person.age_years = 1",
        "verdict.nothing",
        "x.verdict.seeking",
        "verdict",
        "labour_skill = E'\\n'",
        "labour_skill = $$x$$",
        "labour_skill = N'x'",
        "*",
        "",
        "  ",
        ";",
        "alive AND",
        "'unclosed",
        "(" * 400 + "alive" + ")" * 400,
        "NOT " * 240 + "alive",
        "NOT " * 600 + "alive",
        "- " * 480 + "age_years > 1",
        " AND ".join(["alive"] * 105),
    ],
)  # fmt: skip
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(RuleError):
        read(text)


def test_long_flat_conditions_fit() -> None:
    text = " AND ".join(["alive"] * 90)
    assert len(text) <= MAX_LENGTH
    assert read(text).facts == {"alive"}


def test_what_an_expression_uses() -> None:
    found = read("verdict.seeking AND age_years > :limit AND labour_skill IN (:names)")
    assert (found.facts, found.parameters, found.verdicts, found.monotone) == (
        {"age_years", "labour_skill"},
        {"limit", "names"},
        {"seeking"},
        True,
    )
    assert not read("alive OR employed IS NULL").monotone
