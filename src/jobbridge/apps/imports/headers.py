"""Where the header of a sheet is, and what each column is called: title rows, stacked rows, merged cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from jobbridge.apps.imports.reading import Sheet
from jobbridge.kernel.text import squeeze

SEARCHED_ROWS = 15
STACK = 3  # header rows on top of each other at most
_BRACKETS = re.compile(r"[(\[{【〔《〈「『（].*?[)\]}】〕》〉」』）]$")
_MARKS = re.compile(r"[*#:：、，,.。\"'“”‘’_\-—/()（）\[\]【】]")
_UNITS = re.compile(r"(?<=.)(元/月|元|人次|单位元|必填|选填)$")

Match = Callable[[str], object]


@dataclass(frozen=True)
class Header:
    """A header block. ``row`` is its last row (1-based); ``names`` by column index, group first."""

    row: int
    names: dict[int, tuple[str, str]]  # column -> (group above it or "", its own text)


def normalise(text: str) -> str:
    """A header as it is compared: half-width, lower case, without spaces, marks, and a unit behind it.

    >>> normalise(' *月收入（元） '), normalise('乡(镇)'), normalise('县(市、区、旗)')
    ('月收入', '乡镇', '县市区旗')
    """
    plain = _MARKS.sub("", squeeze(text)).lower()
    return _UNITS.sub("", plain)


def variants(text: str) -> tuple[str, ...]:
    """The normalised header, and the same without what stands in brackets at its end."""
    whole = normalise(text)
    bare = normalise(_BRACKETS.sub("", squeeze(text)))
    return (whole, bare) if bare and bare != whole else (whole,)


def find_header(sheet: Sheet, known: Match) -> Header | None:
    """The block of the first rows in which most cells are known headers; None when there is none.

    Parameters
    ----------
    sheet : Sheet
    known : callable
        Takes a header text, true when it stands for a field.
    """
    rows: list[list[str]] = []
    for number, cells in sheet.rows():
        if number > SEARCHED_ROWS:
            break
        rows.append(list(cells))
    vertical = _fill_merged(rows, sheet)
    best: tuple[int, Header] | None = None
    for top in range(len(rows)):
        for bottom in range(top, min(top + STACK, len(rows))):
            header = _compose(rows, top, bottom, vertical)
            hits = len({key for pair in header.names.values() if (key := hit(pair, known))})
            score = hits * 10 - (bottom - top) * 5
            if hits >= 2 and (best is None or score > best[0]):
                best = score, header
    return best[1] if best else None


def hit(pair: tuple[str, str], known: Match) -> object:
    """What a column stands for: the group with its own text (户主 + 姓名), else its own text."""
    group, own = pair
    return (known(group + own) if group else None) or known(own)


def _fill_merged(rows: list[list[str]], sheet: Sheet) -> set[tuple[int, int]]:
    """Write a merged cell's text into all of its area. Returns the cells that only continue the one above."""
    continued = set()
    for (top, left), (bottom, right) in sheet.merged():
        if top >= len(rows) or left >= len(rows[top]):
            continue
        for row in range(top, min(bottom, len(rows) - 1) + 1):
            for column in range(left, min(right, len(rows[row]) - 1) + 1):
                rows[row][column] = rows[top][left]
                if row > top:
                    continued.add((row, column))
    return continued


def _compose(
    rows: Sequence[Sequence[str]], top: int, bottom: int, continued: set[tuple[int, int]]
) -> Header:
    names = {}
    width = max(len(rows[row]) for row in range(top, bottom + 1))
    for column in range(width):
        texts: list[str] = []
        for row in range(top, bottom + 1):
            text = rows[row][column] if column < len(rows[row]) else ""
            if text and not ((row, column) in continued and row > top):
                texts.append(text)
        if texts:
            names[column] = ("".join(texts[:-1]), texts[-1])
    return Header(bottom + 1, names)
