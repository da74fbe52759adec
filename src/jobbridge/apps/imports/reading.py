"""From the bytes of a file to sheets of text cells: xlsx, xls, csv.

Every cell is a ``str``. A cell that the workbook keeps as a number is a ``Numeric``: for an id number that matters,
because the spreadsheet has already destroyed its last digits.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, XmlError, ZipError

from jobbridge.apps.imports.scanning import Scan, TooLarge, cut_to_head, scan_workbook

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
TEXT_SUFFIXES = (".csv", ".txt", ".tsv")
# What opening a broken archive, or the XML in it, can raise.
_DAMAGED = (zipfile.BadZipFile, zlib.error, KeyError, SyntaxError, EOFError, OSError, RuntimeError, ValueError)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_QUOTED_FORMULA = re.compile(r'^="(.*)"$', re.DOTALL)


class Unreadable(ValueError):
    """The file as a whole cannot be read; the message is for the user."""


class Numeric(str):
    """A cell that is kept as a number; the text is that number written out."""

    __slots__ = ()


@dataclass
class Sheet:
    """One sheet. ``rows()`` gives (row number as the user sees it, cells from column A)."""

    name: str
    source: CalamineSheet | list[list[str]]
    scan: Scan = field(default_factory=Scan)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """All rows from the first on; blank rows are lists of empty strings."""
        if isinstance(self.source, list):
            yield from enumerate(self.source, start=1)
            return
        if self.source.start is None:
            return
        pad = [""] * self.source.start[1]
        for number, cells in enumerate(self.source.iter_rows(), start=1):
            yield number, pad + [as_text(cell) for cell in cells]

    def merged(self) -> list[tuple[tuple[int, int], tuple[int, int]]]:
        """Merged areas as ((row, column), (row, column)), 0-based, both corners included."""
        if isinstance(self.source, list):
            return []
        return list(self.source.merged_cell_ranges or [])


def read(content: bytes, name: str) -> list[Sheet]:
    """Open a file by what its bytes are, whatever its name says.

    Parameters
    ----------
    content : bytes
        The whole file.
    name : str
        Its name; only to tell a text file from rubbish.

    Raises
    ------
    Unreadable
        With one Chinese sentence that says what to do.
    """
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise Unreadable("文件是空的，请检查后重新上传")
    if content.startswith(b"PK"):
        sheets = _xlsx(content)
    elif content.startswith(OLE):
        if ENCRYPTED in content:
            raise Unreadable("工作簿设有打开密码，请在 Excel 中取消密码后另存，再上传")
        sheets = _workbook(content, {})
    elif name.lower().endswith(TEXT_SUFFIXES):
        sheets = [Sheet(_stem(name), _csv(content))]
    else:
        raise Unreadable("这不是 Excel 工作簿，请另存为 xlsx 或 csv 后上传")
    if not any(any(any(cells) for _, cells in sheet.rows()) for sheet in sheets):
        raise Unreadable("工作簿里没有数据，请检查是否选错了文件")
    return sheets


def read_head(content: bytes, name: str) -> list[Sheet]:
    """``read`` for a first look: of a large xlsx only the first rows are there."""
    if content.startswith(b"PK"):
        with suppress(*_DAMAGED):  # ``read`` says what is wrong
            return read(cut_to_head(content), name)
    return read(content, name)


def as_text(cell: object) -> str:
    """The text of one cell; numbers as ``Numeric`` written out in full, days as ISO dates."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float | int):
        return Numeric(int(cell)) if float(cell).is_integer() else Numeric(repr(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None or isinstance(cell, timedelta) else str(cell)


def _xlsx(content: bytes) -> list[Sheet]:
    try:
        scans = scan_workbook(content)
    except TooLarge as error:
        raise Unreadable(str(error)) from error
    except _DAMAGED as error:
        raise Unreadable("工作簿已损坏或不是 xlsx，请用 Excel 打开后另存为 xlsx 再上传") from error
    return _workbook(content, scans)


def _workbook(content: bytes, scans: dict[str, Scan]) -> list[Sheet]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return [
            Sheet(data.name, book.get_sheet_by_name(data.name), scans.get(data.name, Scan()))
            for data in book.sheets_metadata
            if "WorkSheet" in str(data.typ)
        ]
    except PasswordError as error:
        raise Unreadable("工作簿设有打开密码，请在 Excel 中取消密码后另存，再上传") from error
    except (CalamineError, ZipError, XmlError, OSError) as error:
        raise Unreadable("工作簿读不出来，请用 Excel 打开后另存为 xlsx 再上传") from error


def _csv(content: bytes) -> list[list[str]]:
    text = _decode(content)
    head = text[:20_000]
    delimiter = max(",\t;", key=head.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return [[_unquote(cell) for cell in row] for row in rows]
    except csv.Error as error:
        raise Unreadable("csv 文件的引号或换行有误，请用 Excel 打开后另存为 xlsx 再上传") from error


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        candidates = ["utf-16"]
    elif _CONTROL.search(content[:4096]):
        raise Unreadable("这不是文本表格，请另存为 xlsx 或 csv 后上传")
    else:
        candidates = ["utf-8-sig", "gb18030"]
    for encoding in candidates:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("csv 文件的编码认不出来，请另存为 UTF-8 或 xlsx 再上传")


def _unquote(cell: str) -> str:
    cell = cell.strip()
    found = _QUOTED_FORMULA.match(cell)  # ="990…": how spreadsheets keep a number as text in csv
    return found[1] if found else cell


def _stem(name: str) -> str:
    return name.rsplit("/", 1)[-1].rsplit(".", 1)[0][:60]
