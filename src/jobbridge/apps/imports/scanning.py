"""A look into the raw sheets of an xlsx before it is read: how large it really is, and which formulas are empty.

The reader lays a sheet out as a full rectangle, so one stray cell in the last corner would cost gigabytes. And it
gives an empty cell where a formula was saved without its result. Both are told from the XML, streamed, row by row.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

CHUNK = 1 << 20
HEAD = 256 * 1024
MAX_CELLS = 60_000_000
MAX_XML = 4 << 30  # bytes of one sheet once unpacked; a bomb is larger
MAX_FORMULAS = 100_000  # empty formulas remembered; a sheet with more is broken as a whole

_CELL = re.compile(rb'<(?:\w+:)?c\b([^>]*?)(/>|>(.*?)</(?:\w+:)?c>)', re.DOTALL)
_PLACE = re.compile(rb'\br="([A-Z]{1,3})([0-9]+)"')
_ROW_NUMBER = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br="([0-9]+)"')
_ROW_END = re.compile(rb"</(?:\w+:)?row>")
_VALUE = re.compile(rb"<(?:\w+:)?v>[^<]")
_LAST_PLACE = re.compile(rb'\br="([A-Z]{1,3})[0-9]+"')
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class TooLarge(ValueError):
    """A sheet whose used area, or whose unpacked size, is beyond what is read."""


@dataclass
class Scan:
    """What the XML of one sheet says: its real extent and the cells without a usable value."""

    rows: int = 0  # number of the last row with a value
    columns: int = 0
    formulas: set[tuple[int, int]] = field(default_factory=set)  # (row, column), 1-based and 0-based
    errors: set[tuple[int, int]] = field(default_factory=set)  # cells that show #N/A and the like


def scan_workbook(content: bytes) -> dict[str, Scan]:
    """Scan every sheet of an xlsx, by sheet name. TooLarge when one cannot be read in bounded memory."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name, path in _sheet_paths(archive):
            with archive.open(path) as stream:
                found[name] = scan_rows(_rows(stream))
    return found


def cut_to_head(content: bytes) -> bytes:
    """The same workbook with only the first rows of each sheet, to look at headers without reading everything.

    A workbook built in an unusual way comes back whole.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(out, "w") as target:
        sheets = {path for _, path in _sheet_paths(archive)}
        for item in archive.infolist():
            if item.filename not in sheets:
                target.writestr(item.filename, archive.read(item))
                continue
            with archive.open(item) as stream:
                head = _head(stream)
            if head is None:
                return content
            target.writestr(item.filename, head)
    return out.getvalue()


def _head(stream: io.BufferedIOBase) -> bytes | None:
    """The XML up to the last row of the first ``HEAD`` bytes, and what follows the rows (the merged cells)."""
    start = stream.read(HEAD)
    if b"</sheetData>" in start:
        return start + stream.read()
    cut = start.rfind(b"</row>")
    if cut < 0:
        return None
    rest, size = b"", 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > MAX_XML:
            return None
        rest = rest[-len(b"</sheetData>") :] + chunk
        if (end := rest.find(b"</sheetData>")) >= 0:
            return start[: cut + len(b"</row>")] + rest[end:] + stream.read()
    return None


def scan_rows(rows: Iterator[bytes]) -> Scan:
    """Scan the XML of the rows of one sheet."""
    result = Scan()
    number = 0
    for piece in rows:
        numbered = _ROW_NUMBER.search(piece, max(piece.rfind(b"row ") - 8, 0))  # empty rows stand before it
        number = int(numbered[1]) if numbered else number + 1
        if not (_VALUE.search(piece) or b"<t" in piece or b"<f" in piece):
            continue
        result.rows = number
        last = piece.rfind(b' r="')
        place = _LAST_PLACE.search(piece, max(last, 0))
        result.columns = max(result.columns, column_index(place[1].decode()) + 1 if place else 1)
        if result.rows * result.columns > MAX_CELLS:
            raise TooLarge("表格的已用区域过大，请删除数据以外的多余行列后再上传")
        if b"<f" in piece or b't="e"' in piece:
            _note_cells(piece, number, result)
    return result


def column_index(letters: str) -> int:
    """0 for A, 26 for AA."""
    value = 0
    for letter in letters:
        value = value * 26 + ord(letter) - 64
    return value - 1


def _note_cells(piece: bytes, number: int, result: Scan) -> None:
    for attributes, _, body in _CELL.findall(piece):
        place = _PLACE.search(attributes)
        if not place:
            continue
        cell = (number, column_index(place[1].decode()))
        if b't="e"' in attributes:
            result.errors.add(cell)
        elif b"<f" in body and not _VALUE.search(body) and len(result.formulas) < MAX_FORMULAS:
            result.formulas.add(cell)


def _rows(stream: io.BufferedIOBase) -> Iterator[bytes]:
    """The XML of each row, without holding more than a chunk and one row."""
    rest, size, closing = b"", 0, b""
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > MAX_XML:
            raise TooLarge("文件解压后过大，请拆分后再上传")
        rest += chunk
        if not closing and (found := _ROW_END.search(rest)):
            closing = found[0]  # with or without a prefix; one sheet keeps to one way
        if closing:
            *pieces, rest = rest.split(closing)
            yield from pieces
        if len(rest) > 16 * CHUNK:  # blank rows close themselves; a single row is never this long
            rest = rest[-CHUNK:]


def _sheet_paths(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    relations = {
        item.get("Id"): item.get("Target", "")
        for item in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    }
    present = set(archive.namelist())
    for item in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
        target = relations.get(item.get(_RELATION)) if item.tag.endswith("}sheet") else None
        path = target.lstrip("/") if target else ""
        path = path if path.startswith("xl/") else f"xl/{path}"
        if path in present:
            yield item.get("name", ""), path
