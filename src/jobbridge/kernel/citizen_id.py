"""The citizen identity number (GB 11643-1999): 6 place + 8 birth + 3 sequence + 1 check character.

>>> parse("990123199001012215").sex
'男'
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from .text import squeeze

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"
OLDEST_BIRTH_YEAR = 1880

_SHAPE = re.compile(r"[0-9]{17}[0-9X]")
_OLD_SHAPE = re.compile(r"[0-9]{15}")
# A disability certificate number is the id plus kind (1-7) and level (1-4).
_DISABILITY_SHAPE = re.compile(r"[0-9]{17}[0-9X][1-7][1-4]")
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]{1,2}")
# The multiplication sign and the Cyrillic Х look like an X and are typed now and then.
_TRANSLATE = str.maketrans({**dict.fromkeys("x×Хх", "X"), **dict.fromkeys("'`‘’-_")})


class Fault(StrEnum):
    """Why a number is not a usable identity number. The value is the stable code, `message` is for people."""

    EMPTY = "id_empty"
    MASKED = "id_masked"
    SCIENTIFIC = "id_scientific"
    LENGTH = "id_length"
    CHARACTERS = "id_characters"
    BIRTH_DATE = "id_birth_date"
    FUTURE_BIRTH = "id_future_birth"
    CHECKSUM = "id_checksum"

    @property
    def message(self) -> str:
        """One Chinese sentence for the user, without the number itself."""
        return _MESSAGES[self]


_MESSAGES = {
    Fault.EMPTY: "身份证号为空",
    Fault.MASKED: "身份证号带有遮盖符号，不是完整号码",
    Fault.SCIENTIFIC: "身份证号被表格软件存成了数值，末几位已丢失，请改为文本格式重新填写",
    Fault.LENGTH: "身份证号位数不对，应为18位",
    Fault.CHARACTERS: "身份证号含有数字和X以外的字符",
    Fault.BIRTH_DATE: "身份证号中的出生日期不存在",
    Fault.FUTURE_BIRTH: "身份证号中的出生日期晚于今天",
    Fault.CHECKSUM: "身份证号校验位不符，可能有一位填错",
}


@dataclass(frozen=True, slots=True)
class CitizenId:
    """A number that passed every check."""

    number: str
    birth: date
    sex: str
    disability_kind: int | None = None
    disability_level: int | None = None

    @property
    def region(self) -> str:
        """The six-digit county code of first registration (not where the person lives now)."""
        return self.number[:6]


class InvalidId(ValueError):
    """Raised by `parse`; `fault` says what is wrong."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def clean(text: str | None) -> str:
    """What the writer meant: half-width, no spaces, quotes or dashes, capital X. Nothing is repaired."""
    return squeeze(text).translate(_TRANSLATE).upper()


def check_character(first17: str) -> str:
    """The 18th character for 17 digits."""
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, first17, strict=True))
    return CHECK_CHARACTERS[total % 11]


def from_15(old: str) -> str:
    """The 18-character form of an old 15-digit number (births of 1900-1999)."""
    if not _OLD_SHAPE.fullmatch(old):
        raise ValueError("not 15 digits")
    first17 = f"{old[:6]}19{old[6:]}"
    return first17 + check_character(first17)


def _birth(number: str) -> date | None:
    try:
        birth = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
    return birth if birth.year >= OLDEST_BIRTH_YEAR else None


def parse(text: str | None, *, today: date | None = None) -> CitizenId:
    """Read an id, an old 15-digit id or a 20-character disability number.

    Parameters
    ----------
    text : str or None
        As typed; `clean` is applied first.
    today : date, optional
        A birth after this day is a fault. Without it no birth is in the future.

    Raises
    ------
    InvalidId
        With the first `Fault` found.
    """
    number = clean(text)
    if not number:
        raise InvalidId(Fault.EMPTY)
    if "*" in number:
        raise InvalidId(Fault.MASKED)
    if _SCIENTIFIC.fullmatch(number):
        raise InvalidId(Fault.SCIENTIFIC)
    kind = level = None
    if _OLD_SHAPE.fullmatch(number):
        number = from_15(number)
    elif _DISABILITY_SHAPE.fullmatch(number):
        kind, level = int(number[18]), int(number[19])
        number = number[:18]
    if len(number) != 18:
        raise InvalidId(Fault.LENGTH)
    if not _SHAPE.fullmatch(number):
        raise InvalidId(Fault.CHARACTERS)
    birth = _birth(number)
    if birth is None:
        raise InvalidId(Fault.BIRTH_DATE)
    if check_character(number[:17]) != number[17]:
        raise InvalidId(Fault.CHECKSUM)
    if today is not None and birth > today:
        raise InvalidId(Fault.FUTURE_BIRTH)
    return CitizenId(number, birth, "男" if int(number[16]) % 2 else "女", kind, level)


def fault_of(text: str | None, *, today: date | None = None) -> Fault | None:
    """The fault of a number, or None when it is valid."""
    try:
        parse(text, today=today)
    except InvalidId as error:
        return error.fault
    return None


def is_valid(text: str | None, *, today: date | None = None) -> bool:
    """Whether `parse` would accept the number."""
    return fault_of(text, today=today) is None


def mask(number: str | None) -> str:
    """For lists: the first and last four characters, stars between; short text is covered whole.

    >>> mask('990123199001012213')
    '9901**********2213'
    """
    if not number:
        return ""
    if len(number) < 12:
        return "*" * len(number)
    return f"{number[:4]}{'*' * (len(number) - 8)}{number[-4:]}"
