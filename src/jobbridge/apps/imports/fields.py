"""What a cell of each field must be: its parser, its faults and what they cost.

A parser takes the text of a non-empty cell and gives the value, or a ``Bad``. A bad cell of a hard field sends the
row back; of a soft field only the cell is dropped and marked, for a person is not lost over a mistyped phone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from jobbridge.apps.imports.reading import Numeric
from jobbridge.kernel import citizen_id, money, months, names, phone
from jobbridge.kernel.text import narrow, squeeze

BLANKS = frozenset({"", "/", "\\", "-", "--", "—", "——", "无数据", "N/A", "#N/A", "null", "NULL", "None", "空"})
YES = frozenset({"是", "有", "1", "Y", "y", "√", "true", "True", "TRUE", "已", "愿意", "同意", "对"})
NO = frozenset({"否", "无", "0", "N", "n", "×", "false", "False", "FALSE", "未", "不愿意", "没有", "不是"})
NUMERIC_ID = "证件号码是数值格式，Excel 已破坏末几位，请按文本重新填写"
WAGE_LIMITS = (100, 200_000)  # beyond it a monthly wage is a slip of the pen


@dataclass(frozen=True)
class Bad:
    """A cell that cannot be used, and why."""

    code: str
    message: str


Parser = Callable[[str], Any]


@dataclass(frozen=True)
class Field:
    """One field of a kind: how its text becomes a value, and whether a fault sends the whole row back."""

    name: str
    parse: Parser
    required: bool = False
    soft: bool = False
    repeats: bool = True  # few distinct values: parsed once each


def blank(text: str) -> bool:
    """Whether a cell says nothing."""
    return text.strip() in BLANKS


def id_number(text: str, today: date) -> citizen_id.CitizenId | Bad:
    """A full citizen id; a number cell is refused whatever it shows."""
    if isinstance(text, Numeric):
        return Bad("id_numeric", NUMERIC_ID)
    try:
        return citizen_id.parse(text, today=today)
    except citizen_id.InvalidId as error:
        return Bad(str(error.fault), error.fault.message)


def person_name(text: str, masked_ok: bool = False) -> str | Bad:
    """A person's name, cleaned."""
    fault = names.fault_of(text, masked_ok=masked_ok)
    return Bad(str(fault), fault.message) if fault else names.clean(text)


def phones(text: str) -> tuple[str, ...] | Bad:
    """All mobile numbers of the cell, the first one meant to be used."""
    found = tuple(phone.split(text))
    if found:
        return found
    fault = phone.fault_of(text) or phone.Fault.LENGTH
    return Bad(str(fault), fault.message)


def full_date(text: str, latest: date | None = None) -> date | Bad:
    """A day; a month alone is its first day."""
    found = months.parse_date(text) or months.parse_month(text)
    if found is None:
        return Bad("date_impossible", "日期不存在或认不出，请写成 2026-03-01")
    if latest and found > latest:
        return Bad("date_future", "日期晚于今天")
    return found


def period_end(text: str) -> date | Bad:
    """The day after the last day: of the month when only a month is written."""
    day = months.parse_date(text)
    if day:
        return day + timedelta(days=1)
    month = months.parse_month(text)
    return months.add_months(month, 1) if month else Bad("date_impossible", "日期不存在或认不出，请写成 2026-03-01")


def yuan(text: str) -> int | Bad:
    """A monthly amount in whole yuan."""
    found = money.parse_yuan(text)
    if found is None:
        return Bad("amount", "金额认不出，请只写数字")
    if not WAGE_LIMITS[0] <= found <= WAGE_LIMITS[1]:
        return Bad("amount_range", f"月收入{found}元不合常理")
    return found


def yuan_range(text: str) -> tuple[int, int] | Bad:
    """Lower and upper monthly wage."""
    found = money.parse_yuan_range(text)
    if found is None:
        return Bad("amount", "月薪认不出，请写成 4000-6000")
    if not WAGE_LIMITS[0] <= found[0] <= found[1] <= WAGE_LIMITS[1]:
        return Bad("amount_range", f"月薪{found[0]}—{found[1]}元不合常理")
    return found


def yes_no(text: str) -> bool | Bad:
    """是 or 否."""
    plain = squeeze(text)
    if plain in YES:
        return True
    if plain in NO:
        return False
    return Bad("yes_no", "只能填“是”或“否”")


def whole(text: str, low: int = 0, high: int = 10**9) -> int | Bad:
    """A whole number within limits."""
    plain = squeeze(text).replace(",", "").removesuffix("人").removesuffix("岁").removesuffix("年")
    if plain.endswith(".0"):
        plain = plain[:-2]
    if not plain.isdecimal():
        return Bad("number", "应为整数")
    value = int(plain)
    return value if low <= value <= high else Bad("number_range", f"数值应在{low}与{high}之间")


def text_of(text: str, limit: int) -> str | Bad:
    """Free text up to a length."""
    plain = narrow(text)
    return plain if len(plain) <= limit else Bad("too_long", f"文字过长，最多{limit}个字")


def listed(text: str, choices: dict[str, str], label: str) -> str | Bad:
    """One of a code list, by any of its spellings."""
    found = choices.get(squeeze(text))
    if found is None:
        samples = "、".join(list(dict.fromkeys(choices))[:6])
        return Bad("not_listed", f"{label}“{squeeze(text)[:12]}”不在代码表内，如：{samples}")
    return found


def words(text: str, limit: int = 40) -> tuple[str, ...] | Bad:
    """Several short words in one cell."""
    plain = narrow(text)
    for mark in "，,;；/|":
        plain = plain.replace(mark, "、")
    found = tuple(word.strip() for word in plain.split("、") if word.strip())
    return found if all(len(word) <= limit for word in found) else Bad("too_long", "文字过长")


def short(limit: int) -> Parser:
    """``text_of`` with its limit."""
    return partial(text_of, limit=limit)


def one_of(choices: dict[str, str], label: str) -> Parser:
    """``listed`` with its list."""
    return partial(listed, choices=choices, label=label)
