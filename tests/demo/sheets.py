"""Reading the written workbooks independently of the product's own importer."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import openpyxl


@lru_cache(maxsize=128)
def cells(path: Path) -> list[tuple[object, ...]]:
    """All rows of the only sheet, formulas as text."""
    book = openpyxl.load_workbook(path)
    rows = [tuple(row) for row in book.active.iter_rows(values_only=True)]
    book.close()
    return rows


def table(path: Path, wanted: str) -> tuple[tuple[object, ...], list[tuple[object, ...]]]:
    """(header, rows below): the header is the first row that holds the cell `wanted`."""
    rows = cells(path)
    at = next(index for index, row in enumerate(rows) if wanted in row)
    return rows[at], rows[at + 1 :]
