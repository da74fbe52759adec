"""Names of persons as typed into forms."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from .text import squeeze

MASK = "*"
_MASKS = str.maketrans(dict.fromkeys("?■□●○#※", MASK))
# Notes that clerks add behind a name: 张三（已故）, 李四(户主)
_NOTE = re.compile(r"[(\[【][^)\]】]*[)\]】]?$")
_DOTS = re.compile(r"[.•‧∙⋅・]")
_ALLOWED = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af〇A-Za-z·*]+")
_DOUBLE = frozenset({
    "欧阳", "上官", "司马", "诸葛", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐",
    "宇文", "长孙", "东方", "司徒", "端木", "南宫", "闻人", "轩辕", "申屠", "钟离",
})  # fmt: skip
_NOT_A_NAME = frozenset({"无", "不详", "未知", "空", "合计", "小计", "总计", "测试", "姓名", "暂无", "无名"})


class Fault(StrEnum):
    """Why a text cannot be a person's name."""

    EMPTY = "name_empty"
    PLACEHOLDER = "name_placeholder"
    CHARACTERS = "name_characters"
    TOO_SHORT = "name_too_short"
    TOO_LONG = "name_too_long"
    MASKED = "name_masked"

    @property
    def message(self) -> str:
        """One Chinese sentence for the user."""
        return _MESSAGES[self]


_MESSAGES = {
    Fault.EMPTY: "姓名为空",
    Fault.PLACEHOLDER: "姓名栏填的不是姓名",
    Fault.CHARACTERS: "姓名含有数字或符号",
    Fault.TOO_SHORT: "姓名不足两个字",
    Fault.TOO_LONG: "姓名过长",
    Fault.MASKED: "姓名带有遮盖符号，不是完整姓名",
}


def clean(text: str | None) -> str:
    """NFKC, no spaces, one kind of middle dot, mask characters as stars, a note in brackets dropped.

    A middle dot at the end is a lost last character ("张·") and becomes a star.
    """
    plain = unicodedata.normalize("NFKC", squeeze(text)).replace("×", MASK).translate(_MASKS)
    plain = _DOTS.sub("·", _NOTE.sub("", plain))
    if plain.endswith("·"):
        plain = plain[:-1] + MASK
    return plain


def fault_of(text: str | None, *, masked_ok: bool = False) -> Fault | None:
    """The fault of a name, or None. Feeds of the carriers mask names: pass `masked_ok`."""
    name = clean(text)
    if not name:
        return Fault.EMPTY
    if name in _NOT_A_NAME:
        return Fault.PLACEHOLDER
    if not _ALLOWED.fullmatch(name):
        return Fault.CHARACTERS
    if MASK in name and not masked_ok:
        return Fault.MASKED
    if len(name) < 2:
        return Fault.TOO_SHORT
    return Fault.TOO_LONG if len(name) > 30 else None


def is_valid(text: str | None, *, masked_ok: bool = False) -> bool:
    """Whether the text can be a person's name."""
    return fault_of(text, masked_ok=masked_ok) is None


def mask(name: str | None) -> str:
    """For outside lists: the surname's first character, then stars.

    >>> mask('向明轩')
    '向**'
    """
    return name[0] + "*" * (len(name) - 1) if name else ""


def surname(name: str | None) -> str:
    """The family name: one character, or two of the double surnames.

    >>> surname('向明轩'), surname('欧阳明')
    ('向', '欧阳')
    """
    plain = name or ""
    return plain[:2] if plain[:2] in _DOUBLE else plain[:1]
