"""Mobile numbers of mainland China: 11 digits, 1[3-9]."""

from __future__ import annotations

import re
from enum import StrEnum

from .text import narrow

_VALID = re.compile(r"1[3-9][0-9]{9}")
_COUNTRY = re.compile(r"^(?:00)?86(?=1[0-9]{10}$)")
_SEPARATORS = re.compile(r"[/、,;|\n]|\s{2,}|或")
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?[Ee]\+?[0-9]{1,2}")


class Fault(StrEnum):
    """Why a mobile number cannot be used."""

    EMPTY = "phone_empty"
    MASKED = "phone_masked"
    SCIENTIFIC = "phone_scientific"
    LENGTH = "phone_length"
    PREFIX = "phone_prefix"

    @property
    def message(self) -> str:
        """One Chinese sentence for the user."""
        return _MESSAGES[self]


_MESSAGES = {
    Fault.EMPTY: "手机号为空",
    Fault.MASKED: "手机号带有遮盖符号，不是完整号码",
    Fault.SCIENTIFIC: "手机号被存成了科学计数的数值，请改为文本格式",
    Fault.LENGTH: "手机号位数不对，应为11位",
    Fault.PREFIX: "手机号应以13至19开头",
}


def clean(text: str | None) -> str:
    """Digits only, without the country code; a cell read as a number ("16412345678.0") loses its tail."""
    plain = narrow(text)
    if re.fullmatch(r"[0-9]{11}\.0+", plain):
        plain = plain[:11]
    return _COUNTRY.sub("", re.sub(r"[^0-9]", "", plain))


def fault_of(text: str | None) -> Fault | None:
    """The fault of a number as typed, or None when it is a valid mobile number."""
    plain = narrow(text)
    if not plain:
        return Fault.EMPTY
    if "*" in plain:
        return Fault.MASKED
    if _SCIENTIFIC.fullmatch(plain):
        return Fault.SCIENTIFIC
    digits = clean(plain)
    if len(digits) != 11:
        return Fault.LENGTH
    return None if _VALID.fullmatch(digits) else Fault.PREFIX


def is_valid(text: str | None) -> bool:
    """Whether the text, once cleaned, is a mobile number."""
    return fault_of(text) is None


def split(text: str | None) -> list[str]:
    """All valid mobile numbers of a cell ("16411112222/16433334444"), cleaned, in order, each once."""
    found = (clean(part) for part in _SEPARATORS.split(text or ""))
    return list(dict.fromkeys(number for number in found if _VALID.fullmatch(number)))


def mask(number: str | None) -> str:
    """For lists: first three and last four digits.

    >>> mask('16412342271')
    '164****2271'
    """
    if not number:
        return ""
    if len(number) < 11:
        return "*" * len(number)
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"
