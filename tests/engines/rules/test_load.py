"""Every mistake in a rule is refused when it is read, with the word at fault named."""

from __future__ import annotations

import re
from datetime import date

import pytest

from jobbridge.engines.rules import RuleError, Unit, load, pick
from tests.engines.rules.support import DAY, DEFINITIONS

GOOD = """
- id: adult
  name: 成年
  unit: person
  valid: {from: 2020-01-01, to: 2029-12-31}
  document: 测试
  params:
    min_age: [{from: 2020-01-01, to: 2025-12-31, value: 16}, {from: 2026-01-01, value: 18}]
  conditions:
    - {id: age, text: "年满{min_age}周岁", when: "age_years >= :min_age"}
"""
HOUSE = """
- id: house
  name: 户
  unit: household
  valid: {from: 2020-01-01}
  document: 测试
  members: {labour_force: adult}
  conditions: [{id: any, text: 有人, when: members > 0}]
"""


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


BAD = [
    (
        "age_years >= :min_age",
        "agee_years >= :min_age",
        "unknown_fact",
        "“agee_years”的事实，是否想用“age_years”",
    ),
    ("age_years >= :min_age", "age_years >= :max_age", "unknown_parameter", "没有名为“max_age”的参数"),
    ("年满{min_age}周岁", "年满{max_age}周岁", "unknown_parameter", "文字里的“max_age”不是参数"),
    ("age_years >= :min_age", "abs(age_years) >= :min_age", "not_allowed", "不允许使用 Abs"),
    ("age_years >= :min_age", "age_years", "type_mismatch", "“age_years”不是可判断真假的条件"),
    ("age_years >= :min_age", "age_years >= '十六'", "type_mismatch", "“'十六'”不是数字"),
    ("age_years >= :min_age", "age_years IN (:min_age, 'a')", "type_mismatch", "integer 不能与 text 比较"),
    ("age_years >= :min_age", "verdict.infant", "unknown_definition", "没有名为“verdict.infant”的定义"),
    ("age_years >= :min_age", "verdict.adult", "circular", "adult → adult"),
    ("age_years >= :min_age", "age_years >=", "syntax", "条件无法解析"),
    ("value: 18", "value: 十八", "type_mismatch", "各期取值的类型不一致"),
    ("value: 18", "value: 1e400", "type_mismatch", "各期取值的类型不一致"),
    ("value: 18", "value: .nan", "type_mismatch", "取值 nan 不可用"),
    ("value: 18", "value: [1, a]", "type_mismatch", "取值 [1, 'a'] 不可用"),
    ("value: 18", "value: 0.00001", "type_mismatch", "取值 1e-05 不可用"),
    ("value: 18", "value: 99999999999", "type_mismatch", "取值 99999999999 不可用"),
    ("value: 18", "value: [[1]]", "type_mismatch", "取值 [[1]] 不可用"),
    ("value: 18", "value: []", "type_mismatch", "取值 [] 不可用"),
    ("from: 2026-01-01, value", "from: 2025-12-31, value", "overlap", "2025-12-31 至 今 与 2020-01-01 至"),
    ("to: 2029-12-31", "to: 2019-12-31", "syntax", "有效期 2020-01-01 至 2019-12-31 不成立"),
    ("from: 2020-01-01, to: 2029-12-31", "from: 二零二零", "syntax", "'二零二零' 不是日期"),
    ("from: 2020-01-01, to: 2029-12-31", "to: 2029-12-31", "missing", "有效期应当写作"),
    ("unit: person", "unit: village", "unknown_unit", "unit 只能是 person、household"),
    ("unit: person", "unit: household", "unknown_fact", "没有名为“age_years”的事实"),
    ("id: adult", "id: Adult", "bad_name", "名称 'Adult' 不可用"),
    ("id: adult", "id: a" + "b" * 60, "bad_name", "不可用"),
    ("  document: 测试\n", "", "missing", "缺少 document"),
    ("document: 测试", "document: 测试\n  colour: red", "unknown_key", "不认识 colour"),
    ("document: 测试", "document: 测试\n  document: 又", "duplicate", "“document”写了两次"),
    ("document: 测试", "document: 测试\n  amount: alive", "type_mismatch", "金额必须是数字"),
    ("document: 测试", "document: 测试\n  variant_of: minor", "unknown_definition", "“minor”不存在"),
    (
        "document: 测试",
        "document: 测试\n  members: {employed: adult}",
        "not_allowed",
        "members 只用于家庭定义",
    ),
    (
        "    - {id: age,",
        "    - {id: age, text: a, when: alive}\n    - {id: age,",
        "duplicate",
        "条件“age”写了两次",
    ),
]


@pytest.mark.parametrize(("old", "new", "code", "message"), BAD)
def test_a_wrong_rule_is_named(old: str, new: str, code: str, message: str) -> None:
    with pytest.raises(RuleError, match=re.escape(message)) as caught:
        load(changed(old, new))
    assert caught.value.code == code


@pytest.mark.parametrize("text", ["a: 1\n", "- 1\n", "[\n", "\n", "- {id: x}\n", "- &a [*a]\n"])
def test_what_is_no_list_of_definitions_is_refused(text: str) -> None:
    with pytest.raises(RuleError):
        load(text)


def test_two_versions_may_follow_but_not_overlap() -> None:
    later = changed("from: 2020-01-01, to: 2029-12-31", "from: 2030-01-01")
    both = load(GOOD + later)
    assert [pick(both, "adult", day).version for day in (date(2029, 12, 31), date(2030, 1, 1))] == [
        "adult@2020-01-01",
        "adult@2030-01-01",
    ]
    with pytest.raises(RuleError, match="两个版本的有效期重叠") as caught:
        load(GOOD + GOOD)
    assert caught.value.code == "overlap"


def test_a_day_without_version_or_value_is_refused() -> None:
    adult = load(changed("from: 2026-01-01, value", "from: 2026-02-01, value"))[0]
    for day, code in [(date(2019, 12, 31), "not_valid"), (date(2026, 1, 15), "no_value")]:
        with pytest.raises(RuleError, match=str(day)) as caught:
            adult.compile(day, facts="f", dialect="duckdb", key="person_id")
        assert caught.value.code == code
    with pytest.raises(RuleError, match="没有在 2031-01-01 有效的版本"):
        pick([adult], "adult", date(2031, 1, 1))
    with pytest.raises(RuleError, match="没有这个定义"):
        pick([adult], "child", DAY)


def test_a_referred_definition_must_be_valid_that_day() -> None:
    user = """
- id: user
  name: 引用
  unit: person
  valid: {from: 2020-01-01}
  document: 测试
  conditions: [{id: adult, text: 成年, when: verdict.adult}]
"""
    found = load(GOOD + user)
    with pytest.raises(RuleError, match="没有在 2030-01-01 有效的版本"):
        pick(found, "user", date(2030, 1, 1)).closure(date(2030, 1, 1))
    with pytest.raises(RuleError, match="参数“min_age”在adult和user中都有|参数“min_age”在user和adult中都有"):
        load(
            GOOD
            + user.replace(
                "  conditions", "  params: {min_age: [{from: 2020-01-01, value: 1}]}\n  conditions"
            )
        )


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ("{labour_force: nobody}", "unknown_definition"),
        ("{worker: adult}", "bad_name"),
        ("{employed: house}", "unknown_definition"),
    ],
)
def test_members_name_person_definitions(members: str, code: str) -> None:
    assert load(GOOD + HOUSE)[1].unit is Unit.HOUSEHOLD
    with pytest.raises(RuleError) as caught:
        load(GOOD + HOUSE.replace("{labour_force: adult}", members))
    assert caught.value.code == code


def test_the_shipped_definitions_can_be_read() -> None:
    ids = [each.id for each in load(DEFINITIONS)]
    assert len(ids) == len(set(ids))
    assert {
        "labour_force", "employed", "seeking", "not_willing", "unknown_status", "near_retirement",
        "zero_employment", "zero_employment_law56", "zero_employment_rural_transfer",
        "monitored", "one_stable_job", "not_visited_30d",
    } <= set(ids)  # fmt: skip
    assert [each.id for each in load(str(DEFINITIONS))] == ids
