"""A sheet as a table of parsed columns, with the fate and the issues of its rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from jobbridge.apps.imports.columns import SheetMap
from jobbridge.apps.imports.fields import Bad, Field, blank
from jobbridge.apps.imports.models import RowState
from jobbridge.apps.imports.reading import Numeric, Sheet
from jobbridge.kernel import citizen_id

_TOTAL = re.compile(
    r"^(合\s*计|小\s*计|总\s*计|共\s*计|合计.*|总计.*|小计.*|填表人.*|制表.*|审核人.*|备注[:：].*|注[:：].*)$"
)
_SEQUENCE = re.compile(r"[0-9]{1,6}")


@dataclass
class Table:
    """The data rows of one sheet, column by column. Position ``i`` is a data row, ``numbers[i]`` its row number."""

    sheet: str
    layout: SheetMap
    numbers: list[int] = field(default_factory=list)
    raw: dict[str, list[str]] = field(default_factory=dict)
    values: dict[str, list[Any]] = field(default_factory=dict)
    issues: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    fates: dict[int, str] = field(default_factory=dict)  # REFUSED, CONFLICT, SKIPPED; UNCHANGED: settled

    def __len__(self) -> int:
        return len(self.numbers)

    def get(self, name: str, row: int) -> Any:
        """A value, or None when the column is not there, the cell blank or refused."""
        column = self.values.get(name)
        return column[row] if column else None

    def good(self, rows: Iterable[int] | None = None) -> list[int]:
        """Positions without a bad fate, of ``rows`` or of all."""
        return [row for row in (range(len(self)) if rows is None else rows) if row not in self.fates]

    def refuse(self, row: int, name: str, code: str, message: str) -> None:
        """Send the row back for this cell."""
        self._issue(row, name, code, message, soft=False)
        self.fates[row] = RowState.REFUSED

    def note(self, row: int, name: str, code: str, message: str) -> None:
        """Mark the cell and go on with the row."""
        self._issue(row, name, code, message, soft=True)

    def conflict(self, row: int, name: str, code: str, message: str) -> None:
        """Keep the row for a decision."""
        self._issue(row, name, code, message, soft=False)
        self.fates[row] = RowState.CONFLICT

    def settle(self, row: int) -> None:
        """Leave the row alone: a person has taken it in."""
        self.issues.pop(row, None)
        self.fates[row] = RowState.UNCHANGED

    def label(self, row: int, *, named: bool = True) -> str:
        """Name (unless ``named`` is false) and masked number, for people to find the row again."""
        names = _NAMES if named else ()
        name = next((self.raw[key][row] for key in names if key in self.raw and self.raw[key][row]), "")
        number = self.raw["id_number"][row] if "id_number" in self.raw else ""
        return f"{name[:30]} {citizen_id.mask(citizen_id.clean(number))}"[:60].strip()

    def original(self, row: int) -> dict[str, str]:
        """The row's mapped cells as they came."""
        return {name: column[row] for name, column in self.raw.items() if column[row]}

    def _issue(self, row: int, name: str, code: str, message: str, *, soft: bool) -> None:
        column = next((index for index, mapped in self.layout.columns.items() if mapped == name), None)
        self.issues.setdefault(row, []).append(
            {
                "column": self.layout.headers.get(column, "") if column is not None else "",
                "index": column,
                "field": name,
                "code": code,
                "message": message,
                "soft": soft,
            }
        )


_NAMES = ("name", "title", "broker_name", "indicator", "employer")


def build(sheet: Sheet, layout: SheetMap, fields: Sequence[Field]) -> Table:
    """Read the data rows under the header and parse every mapped column."""
    table = Table(sheet.name, layout)
    columns = {index: name for index, name in layout.columns.items() if name}
    table.raw = {name: [] for name in columns.values()}
    appends = [(index, table.raw[name].append) for index, name in columns.items()]
    for number, cells in sheet.rows():
        if number <= layout.header_row or not any(cells):
            continue
        table.numbers.append(number)
        width = len(cells)
        for index, append in appends:
            append(cells[index] if index < width else "")
        if _is_total(cells):
            table.fates[len(table) - 1] = RowState.SKIPPED
            table.issues[len(table) - 1] = [_skipped("total_row", "合计行或说明行，不是数据，已忽略")]
    _skip_empty(table)
    parse(table, fields)
    _note_unusable(table, sheet, fields)
    return table


def parse(table: Table, fields: Sequence[Field]) -> None:
    """Turn the raw columns into values; a fault refuses the row or drops the cell."""
    for spec in fields:
        raw = table.raw.get(spec.name)
        if raw is None:
            continue
        values: list[Any] = [None] * len(raw)
        cache: dict[tuple[str, bool], Any] = {}
        for row, text in enumerate(raw):
            if blank(text):
                if spec.required and row not in table.fates:
                    table.refuse(row, spec.name, f"{spec.name}_empty", f"{_label(table, spec.name)}为空")
                continue
            if row in table.fates and table.fates[row] == RowState.SKIPPED:
                continue
            if spec.repeats:
                key = (text, isinstance(text, Numeric))
                value = cache.get(key)
                if value is None:
                    value = cache[key] = spec.parse(text)
            else:
                value = spec.parse(text)
            if isinstance(value, Bad):
                mark = table.note if spec.soft else table.refuse
                mark(row, spec.name, value.code, value.message)
            else:
                values[row] = value
        table.values[spec.name] = values


def _label(table: Table, name: str) -> str:
    column = next((index for index, mapped in table.layout.columns.items() if mapped == name), None)
    return table.layout.headers.get(column, name) if column is not None else name


def _is_total(cells: list[str]) -> bool:
    """A sum or a remark under the table: its first word says so, or it stands where a name would."""
    filled = [cell for cell in cells if cell][:3]
    return any(_TOTAL.match(cell) for cell in filled)


def _skip_empty(table: Table) -> None:
    """Rows with nothing in a known column: left-over numbering, remarks at the side."""
    columns = list(table.raw.values())
    for row in range(len(table)):
        if row not in table.fates and not any(column[row] for column in columns):
            table.fates[row] = RowState.SKIPPED
            table.issues[row] = [_skipped("nothing_known", "已对应的列都是空的，已忽略")]


def _skipped(code: str, message: str) -> dict[str, Any]:
    return {"column": "", "index": None, "field": "", "code": code, "message": message, "soft": True}


def _note_unusable(table: Table, sheet: Sheet, fields: Sequence[Field]) -> None:
    """Formulas saved without a result, and cells that show an error, are not values."""
    if not sheet.scan.formulas and not sheet.scan.errors:
        return
    at = {number: row for row, number in enumerate(table.numbers)}
    soft = {spec.name: spec.soft for spec in fields}
    for cells, code, message in (
        (sheet.scan.formulas, "formula_uncached", "单元格是公式但没有保存结果，请选择性粘贴为数值"),
        (sheet.scan.errors, "cell_error", "单元格显示错误值，请改正公式或直接填写"),
    ):
        for number, column in sorted(cells):
            name, row = table.layout.columns.get(column), at.get(number)
            if not name or row is None or table.fates.get(row) == RowState.SKIPPED:
                continue
            table.issues[row] = [i for i in table.issues.get(row, []) if i["field"] != name]
            (table.note if soft.get(name, True) else table.refuse)(row, name, code, message)
