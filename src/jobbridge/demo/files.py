"""Writing spreadsheets and text files so that the same content is the same bytes."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

Cell = str | int | float | None


@dataclass(frozen=True)
class Formula:
    """A cell that holds a formula and the value it showed when the file was saved."""

    text: str
    shown: str


class Book:
    """One workbook; a `large` one is written row by row and must be filled in order."""

    def __init__(self, path: Path, on: date, *, large: bool = False) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Row-at-a-time writing keeps memory flat but is slower, and cannot go back to a row for a merged cell.
        self._book = xlsxwriter.Workbook(str(path), {"constant_memory": large})
        # Without a fixed day of creation two runs would differ.
        self._book.set_properties({"created": datetime(on.year, on.month, on.day), "author": "演示数据"})
        self.title: Format = self._book.add_format({"bold": True, "align": "center", "font_size": 14})
        self.head: Format = self._book.add_format({"bold": True, "align": "center", "border": 1})
        self.blank: Format = self._book.add_format({"border": 1})

    def sheet(self, name: str) -> Worksheet:
        """A new sheet."""
        return self._book.add_worksheet(name)

    def close(self) -> None:
        """Write the file."""
        self._book.close()


def write_rows(sheet: Worksheet, first: int, rows: Iterable[Sequence[Cell | Formula]]) -> int:
    """Write rows from row `first` (0-based); text stays text. Empty cells are left out. Returns the next row."""
    write_string, write_number = sheet.write_string, sheet.write_number
    row = first
    for row, cells in enumerate(rows, first):
        for column, cell in enumerate(cells):
            if cell is None or cell == "":
                continue
            if isinstance(cell, str):
                write_string(row, column, cell)
            elif isinstance(cell, Formula):
                sheet.write_formula(row, column, cell.text, None, cell.shown)
            else:
                write_number(row, column, cell)
        first = row + 1
    return first


def write_table(
    path: Path,
    on: date,
    header: Sequence[str],
    rows: Iterable[Sequence[Cell | Formula]],
    *,
    title: str | None = None,
    large: bool = False,
) -> None:
    """One sheet: an optional title row over all columns, a header row, the rows."""
    book = Book(path, on, large=large)
    page = book.sheet("Sheet1")
    start = 0
    if title:
        page.merge_range(0, 0, 0, len(header) - 1, title, book.title)
        start = 1
    page.write_row(start, 0, header, book.head)
    write_rows(page, start + 1, rows)
    book.close()


def write_csv(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[object]], *, encoding: str = "utf-8"
) -> None:
    """A plain csv; agencies still send GB18030."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(header)
        writer.writerows(rows)


def write_truth(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A gzipped csv without a time stamp in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        path.open("wb") as raw,
        gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed,
        io.TextIOWrapper(packed, "utf-8", newline="") as text,
    ):
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
