"""The usual damage of a roster: about one row in seventy, every case written down."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from xlsxwriter.worksheet import Worksheet

from . import damage
from .files import Book, Cell, Formula, write_rows

SHARE = 0.015
TRUTH = ("file", "row", "person", "kind", "column", "value")
KINDS = {
    "numeric_id": 0.07,
    "wrong_checksum": 0.14,
    "missing_name": 0.06,
    "duplicate_row": 0.11,
    "two_households": 0.07,
    "impossible_birth": 0.05,
    "impossible_id_date": 0.04,
    "id_spaces": 0.08,
    "id_full_width": 0.05,
    "id_lower_x": 0.06,
    "phone_format": 0.11,
    "bad_relation": 0.06,
    "village_alias": 0.05,
    "village_unknown": 0.03,
    "formula": 0.02,
}
BAD_RELATIONS = ("儿", "长子", "老伴", "媳妇", "孙", "户 主", "女儿（养女）", "父子")
UNKNOWN_VILLAGES = ("新农村", "大垭口村", "老街居委", "和谐新村")
_IMPOSSIBLE = ("1990-02-30", "2001-13-05", "19850631", "0000-00-00", "1978-11-31")

Row = list[Cell | Formula]
Source = tuple[str | None, ...]


class Damager:
    """Spoils the rows of one workbook and remembers what it did.

    `truth` holds (row number as Excel shows it, index of the person in the workbook or -1, kind, column, value).
    """

    def __init__(
        self,
        rng: np.random.Generator,
        columns: tuple[str, ...],
        fields: dict[str, str],
        link: str,
        villages: list[str],
    ) -> None:
        self.rng = rng
        self.columns = columns
        self.at = {key: columns.index(name) for key, name in fields.items()}
        self.link = columns.index(link)
        self.head_name = columns.index("户主名字") if "户主名字" in columns else None
        self.villages = villages
        self.truth: list[tuple[int, int, str, str, str]] = []

    def spoil(self, rows: list[Source], house: list[int], first_row: int) -> list[Sequence[Cell | Formula]]:
        """Damaged copies of some rows, extra rows among them; `first_row` is the 0-based row of the first."""
        rng = self.rng
        wanted = int(rng.binomial(len(rows), SHARE))
        chosen = np.sort(rng.choice(len(rows), wanted, replace=False)).tolist()
        kinds = rng.choice(list(KINDS), wanted, p=list(KINDS.values())).tolist()
        replaced: dict[int, Row] = {}
        after: dict[int, tuple[Row, int]] = {}  # position -> row to put behind it, and whose it is
        notes: dict[int, tuple[str, str, str]] = {}
        for index, kind in zip(chosen, kinds, strict=True):
            if kind == "duplicate_row":
                copy: Row = list(rows[index])
                after[min(len(rows) - 1, index + int(rng.integers(0, 40)))] = (copy, index)
            elif kind == "two_households":
                other = int(rng.integers(0, len(rows)))
                if house[other] != house[index]:
                    after[other] = (self._moved(rows[index], rows[other]), index)
            else:
                changed = self._change(kind, rows[index])
                if changed:
                    replaced[index], notes[index] = changed
        return self._assemble(rows, replaced, notes, after, first_row)

    def _assemble(
        self,
        rows: list[Source],
        replaced: dict[int, Row],
        notes: dict[int, tuple[str, str, str]],
        after: dict[int, tuple[Row, int]],
        first_row: int,
    ) -> list[Sequence[Cell | Formula]]:
        out: list[Sequence[Cell | Formula]] = []
        for index, row in enumerate(rows):
            if index in notes:
                kind, column, value = notes[index]
                self.truth.append((first_row + len(out) + 1, index, kind, column, value))
            out.append(replaced.get(index, row))
            if index in after:
                extra, whose = after[index]
                kind = "duplicate_row" if extra[self.link] == rows[whose][self.link] else "two_households"
                self.truth.append((first_row + len(out) + 1, whose, kind, "", ""))
                out.append(extra)
        return out

    def _moved(self, row: Source, other: Source) -> Row:
        """The person's row once more, in another household: a daughter-in-law who was never taken off at home."""
        copy: Row = list(row)
        copy[self.link] = other[self.link]
        copy[self.at["relation"]] = "其他"
        copy[self.at["village"]] = other[self.at["village"]]
        for name in ("户主名字", "户主姓名", "户主证件号码", "组"):
            if name in self.columns:
                place = self.columns.index(name)
                copy[place] = other[place]
        if "人口编号" in self.columns:
            copy[self.columns.index("人口编号")] = f"{other[self.link]}99"
        return copy

    def _change(self, kind: str, row: Source) -> tuple[Row, tuple[str, str, str]] | None:
        """(damaged row, (kind, column, value that was there)), or None when the row has nothing to damage."""
        field = _FIELD_OF[kind]
        place = self.at[field]
        value = row[place]
        if not value:
            return None
        new = _CHANGES[kind](self, value)
        if new is None or new == value:
            return None
        copy: Row = list(row)
        copy[place] = new
        return copy, (kind, self.columns[place], value)

    def tail(self, book: Book, sheet: Worksheet, row: int) -> int:
        """What stands below the list in many files: formatted empty rows, a total. Returns the next free row."""
        rng = self.rng
        if rng.random() < 0.4:
            total: Row = [None] * len(self.columns)
            total[0], total[self.at["name"]] = "合计", f"{row}人"
            self.truth.append((row + 1, -1, "summary_row", "", "合计"))
            row = write_rows(sheet, row, [total])
        if rng.random() < 0.6:
            blank = int(rng.integers(5, 40))
            self.truth.append((row + 1, -1, "blank_rows", "", str(blank)))
            for offset in range(blank):
                for column in range(5):
                    sheet.write_blank(row + offset, column, None, book.blank)
            row += blank
        return row

    def pick(self, options: Sequence[str]) -> str:
        """One of the options."""
        return options[int(self.rng.integers(0, len(options)))]


def _wrong_checksum(self: Damager, value: str) -> str:
    last = value[17]
    others = [char for char in "0123456789X" if char != last]
    return value[:17] + self.pick(others) + value[18:]


def _spaced(self: Damager, value: str) -> str:
    return self.pick((f"{value[:6]} {value[6:14]} {value[14:]}", f" {value}", f"{value}　", f"'{value}"))


def _numeric(self: Damager, value: str) -> float | None:
    # A number ending in X cannot have become one.
    return float(value) if value.isdigit() else None


def _alias(self: Damager, value: str) -> str:
    if value.endswith("村"):
        return self.pick((f"{value}委会", f"{value}民委员会", value[:-1]))
    if value.endswith("社区"):
        return self.pick((f"{value}居委会", f"{value[:-2]}居委会", value[:-2]))
    return f"{value}村"


_CHANGES: dict[str, Callable[[Damager, str], Cell | Formula]] = {
    "numeric_id": _numeric,
    "wrong_checksum": _wrong_checksum,
    "missing_name": lambda self, value: "",
    "impossible_birth": lambda self, value: self.pick(_IMPOSSIBLE),
    "impossible_id_date": lambda self, value: value[:10] + self.pick(("0230", "1301", "0431")) + value[14:],
    "id_spaces": _spaced,
    "id_full_width": lambda self, value: damage.full_width(value),
    "id_lower_x": lambda self, value: value.lower() if "X" in value else _spaced(self, value),
    "phone_format": lambda self, value: damage.phone(self.rng, value, "format"),
    "bad_relation": lambda self, value: self.pick(BAD_RELATIONS),
    "village_alias": _alias,
    "village_unknown": lambda self, value: self.pick(UNKNOWN_VILLAGES),
    "formula": lambda self, value: Formula(f"={value}*1", value) if value.isdigit() else None,
}
_FIELD_OF = {
    "numeric_id": "id",
    "wrong_checksum": "id",
    "missing_name": "name",
    "impossible_birth": "birth",
    "impossible_id_date": "id",
    "id_spaces": "id",
    "id_full_width": "id",
    "id_lower_x": "id",
    "phone_format": "phone",
    "bad_relation": "relation",
    "village_alias": "village",
    "village_unknown": "village",
    "formula": "formula",
}
