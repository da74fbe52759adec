"""The user's own workbook back: bad cells coloured with a comment, the reasons in a column beside the rows."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import wolfxl
from wolfxl.comments import Comment
from wolfxl.styles import Font, PatternFill

from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.files import services as files
from jobbridge.apps.imports.models import ImportBatch, ImportRow, RowState
from jobbridge.apps.imports.reading import Sheet
from jobbridge.apps.imports.tables import Table

HEADER = "问题"
AUTHOR = "就业桥"
REFUSED = "FFFFC7CE"  # the row was not taken in
NOTED = "FFFFEB9C"  # the row was taken in without this cell
WAITING = "FFFFD8A8"  # the row waits for a decision
Mark = tuple[str, int, str, list[dict[str, Any]]]  # sheet, row number, row state, issues
_COLOURS = {RowState.REFUSED: REFUSED, RowState.CONFLICT: WAITING}
_WORDS = {RowState.REFUSED: "未并入：", RowState.CONFLICT: "待裁定："}


def refresh(batch: ImportBatch, sheets: list[Sheet], tables: Iterable[Table], *, actor: Actor) -> None:
    """Make the marked workbook of a batch from its rows on record; none when nothing is marked.

    Sets ``batch.marked``; the caller saves.
    """
    rows = ImportRow.objects.filter(batch=batch).exclude(state__in=(RowState.SKIPPED, RowState.DISMISSED))
    marks = [
        (sheet, number, state, issues)
        for sheet, number, state, issues in rows.order_by("id").values_list("sheet", "row_number", "state", "issues")
        if issues
    ]
    if not marks:
        batch.marked = None
        return
    headers = {table.sheet[:60]: table.layout.header_row for table in tables}
    content = mark(files.read(batch.file), sheets, marks, headers)
    batch.marked = files.store(actor=actor, name=marked_name(batch.file.name), content=content)


def marked_name(name: str) -> str:
    """花名册.csv -> 花名册-标注.xlsx"""
    return f"{name.rsplit('.', 1)[0][:180]}-标注.xlsx"


def mark(content: bytes, sheets: list[Sheet], marks: Iterable[Mark], headers: dict[str, int]) -> bytes:
    """The workbook with its bad rows marked.

    Parameters
    ----------
    content, sheets
        The file as it came, and as it was read. A csv or xls comes back as xlsx with the same cells.
    marks
        (sheet, row number, row state, issues) of every row to mark.
    headers : dict
        Sheet -> number of its header row.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "marked.xlsx"
        if content.startswith(b"PK"):
            path.write_bytes(content)
            book = wolfxl.load_workbook(str(path), modify=True)
        else:
            book = _copy(sheets)
        columns = {sheet.name[:60]: (sheet.name, _width(sheet) + 1) for sheet in sheets}
        for sheet, header_row in headers.items():
            cell = book[columns[sheet][0]].cell(header_row, columns[sheet][1])
            cell.value = HEADER
            cell.font = Font(bold=True)
        for sheet, number, state, issues in marks:
            _mark_row(book[columns[sheet][0]], number, columns[sheet][1], state, issues)
        target = Path(folder) / "out.xlsx"
        book.save(str(target))
        book.close()  # its native half must end in the thread that opened it, not wherever the collector runs
        return target.read_bytes()


def _mark_row(page: Any, number: int, column: int, state: str, issues: list[dict[str, Any]]) -> None:
    # Good rows may carry notes: only their cells are coloured.
    texts = []
    cells: dict[int, tuple[list[str], bool]] = {}
    for issue in issues:
        texts.append(f"{issue['column']}：{issue['message']}" if issue["column"] else issue["message"])
        if issue["index"] is not None:
            messages, soft = cells.get(issue["index"], ([], True))
            cells[issue["index"]] = [*messages, issue["message"]], soft and issue["soft"]
    for index, (messages, soft) in cells.items():
        cell = page.cell(number, index + 1)
        colour = NOTED if soft else _COLOURS.get(state, REFUSED)
        cell.fill = PatternFill("solid", fgColor=colour)
        cell.comment = Comment("\n".join(messages), AUTHOR)
    page.cell(number, column).value = _WORDS.get(state, "已并入，但：") + "；".join(texts)


def _width(sheet: Sheet) -> int:
    """Number of columns with something in them."""
    return sheet.scan.columns or max((len(cells) for _, cells in sheet.rows()), default=0)


def _copy(sheets: list[Sheet]) -> Any:
    """A new workbook with the same cells, all as text."""
    book = wolfxl.Workbook()
    for position, sheet in enumerate(sheets):
        page = book.active if position == 0 else book.create_sheet(sheet.name[:31])
        page.title = sheet.name[:31]
        for number, cells in sheet.rows():
            for index, text in enumerate(cells, start=1):
                if text:
                    cell = page.cell(number, index)
                    cell.value = str(text)
                    cell.data_type = "s"  # a sender's =HYPERLINK(...) stays the text that it is
    return book
