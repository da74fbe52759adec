"""Codes of administrative divisions: province 2, city 4, county 6, township 9, village 12 digits.

A place is stored as its 12-digit code padded with zeros ("500235001000") or as the short prefix
("500235001"). Scopes are ranges over the short prefix, because `lo <= code AND code < hi` in C collation
can use an index and row-level security can apply it without a function call.
"""

from __future__ import annotations

import re

LENGTHS = (2, 4, 6, 9, 12)
LEVEL_NAMES = {1: "省", 2: "市", 3: "县", 4: "乡镇", 5: "村"}

_DIGITS = re.compile(r"[0-9]+")
_LAST = ":"  # the character after '9' in ASCII: every longer code sorts before prefix + ':'


def prefix(code: str) -> str:
    """The short form: zero padding removed, at a level boundary.

    >>> prefix('500235001000'), prefix('500000000000'), prefix('500235')
    ('500235001', '50', '500235')

    Raises
    ------
    ValueError
        When the code is not digits or has no level's length.
    """
    if not _DIGITS.fullmatch(code) or len(code) not in LENGTHS:
        raise ValueError(f"not a division code: {code!r}")
    parts = [code[:2]]
    for low, high in zip(LENGTHS, LENGTHS[1:], strict=False):
        if len(code) >= high:
            parts.append(code[low:high])
    while len(parts) > 1 and not parts[-1].strip("0"):
        parts.pop()
    return "".join(parts)


def level(code: str) -> int:
    """1 province, 2 city, 3 county, 4 township, 5 village."""
    return LENGTHS.index(len(prefix(code))) + 1


def parent(code: str) -> str | None:
    """The short code one level up; None for a province."""
    at = level(code) - 1
    return prefix(code)[: LENGTHS[at - 1]] if at else None


def ancestors(code: str) -> list[str]:
    """Short codes from the province down to the code's parent."""
    short = prefix(code)
    return [short[:length] for length in LENGTHS if length < len(short)]


def padded(code: str) -> str:
    """The 12-digit form."""
    return prefix(code).ljust(12, "0")


def bounds(code: str) -> tuple[str, str]:
    """The half-open range (lo, hi) that holds the place and everything in it, compared byte by byte.

    >>> bounds('500235')
    ('500235', '500235:')
    """
    short = prefix(code)
    return short, short + _LAST


def contains(outer: str, inner: str) -> bool:
    """Whether `inner` is `outer` or lies in it."""
    low, high = bounds(outer)
    return low <= prefix(inner) < high
