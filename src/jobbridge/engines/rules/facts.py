"""The words a rule may use: every fact about a person or a household, its type and its Chinese name.

Dates never reach a rule; they are turned into numbers (ages, months, days) where facts are gathered, so a
condition needs no date functions. Any fact may be unknown (NULL), and unknown is never read as no.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Unit(StrEnum):
    """What one row of facts is about."""

    PERSON = "person"
    HOUSEHOLD = "household"


class ValueType(StrEnum):
    """The type of a fact, a parameter or an expression."""

    INTEGER = "integer"  # 32 bits
    NUMBER = "number"  # exact, four decimal places: more are rounded half up before use
    TEXT = "text"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: its column name, its type and what people call it."""

    name: str
    type: ValueType
    label: str


def _vocabulary(*rows: tuple[str, ValueType, str]) -> Mapping[str, Fact]:
    return MappingProxyType({name: Fact(name, kind, label) for name, kind, label in rows})


_INT, _NUM, _TEXT, _BOOL = ValueType.INTEGER, ValueType.NUMBER, ValueType.TEXT, ValueType.BOOLEAN

PERSON_FACTS = _vocabulary(
    ("age_years", _INT, "周岁年龄"),
    ("male", _BOOL, "男性"),
    # Calendar months from the month of the day to the own legal retirement month; 0 or less means reached.
    ("months_to_retirement", _INT, "距本人法定退休月数"),
    ("labour_skill", _TEXT, "劳动技能"),
    ("student", _BOOL, "在校生"),
    ("alive", _BOOL, "健在"),
    ("serving", _BOOL, "现役军人"),
    ("in_custody", _BOOL, "服刑或羁押"),
    ("draws_pension", _BOOL, "已领取养老金"),
    ("employed", _BOOL, "当月已就业"),
    ("employed_nonfarm", _BOOL, "当月从事非农就业"),
    ("willing", _BOOL, "有就业意愿（最近一次调查）"),
    ("willing_age_days", _INT, "距最近一次意愿调查天数"),
    ("unemployment_registered", _BOOL, "有效失业登记"),
    ("transfer_registered", _BOOL, "有效转移就业登记"),
    ("months_continuous", _INT, "连续务工月数"),
    ("months_cumulative", _INT, "本年累计务工月数"),
    ("work_area", _INT, "务工区域（1乡内 2县内乡外 3省内县外 4省外）"),
    ("wage_year", _NUM, "年务工收入（元）"),
    ("contract_months", _INT, "劳动合同月数"),
    ("has_social_insurance", _BOOL, "单位参保"),
    ("has_business", _BOOL, "办有营业执照"),
    ("is_shareholder", _BOOL, "企业股东"),
    ("cadre_family", _BOOL, "村干部家庭成员"),
    ("other_post", _BOOL, "已在其他部门公益性岗位"),
    ("trained_hours", _INT, "培训课时"),
    ("organised_travel", _BOOL, "参加免费组织输送"),
    ("received_this_year", _BOOL, "本年度已享受"),
    ("household_category", _TEXT, "户类型"),
    ("risk_cleared", _BOOL, "风险已消除"),
    ("monitored_months", _INT, "纳入监测月数"),
)

# The *_count facts come from households.household_facts_sql and are never unknown: what is unknown about
# single members is counted on its own.
HOUSEHOLD_FACTS = _vocabulary(
    ("members", _INT, "家庭人数"),
    ("labour_count", _INT, "劳动力人数"),
    ("labour_unknown_count", _INT, "是否劳动力待核实人数"),
    ("employed_count", _INT, "已就业劳动力人数"),
    ("employment_unknown_count", _INT, "就业状况待核实人数"),
    ("willing_count", _INT, "有意愿未就业人数"),
    ("willing_unknown_count", _INT, "未就业且意愿待核实人数"),
    ("stable_count", _INT, "稳定就业劳动力人数"),
    ("stable_unknown_count", _INT, "稳定就业待核实人数"),
    ("unregistered_count", _INT, "未登记劳动力人数"),
    ("registered_unknown_count", _INT, "登记情况待核实人数"),
    ("residence", _TEXT, "户口性质（urban 城镇，rural 农村）"),
    ("category", _TEXT, "户类型"),
    ("risk_cleared", _BOOL, "风险已消除"),
    ("relocated", _BOOL, "易地搬迁户"),
    ("farm_business", _BOOL, "从事农业经营"),
    ("income_per_head", _NUM, "家庭人均年收入（元）"),
    ("days_since_visit", _INT, "距上次走访天数"),  # unknown here means: no visit on record
)

VOCABULARY: Mapping[Unit, Mapping[str, Fact]] = MappingProxyType(
    {Unit.PERSON: PERSON_FACTS, Unit.HOUSEHOLD: HOUSEHOLD_FACTS}
)
