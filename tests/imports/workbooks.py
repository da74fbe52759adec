"""Workbooks as counties hand them in, built in memory. Ids begin with 99, phones with 164."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import xlsxwriter

from jobbridge.kernel import citizen_id

TITLE = ("双江街道农村劳动力人员花名册", "填报单位：双江街道办事处")
# A workbook tells the second it was made in; these tell always the same, or the same rows would be another file.
MADE = {"created": datetime(2026, 1, 1)}
HEADER = ("乡", "村", "户编号", "姓名", "证件号码", "性别", "与户主关系", "成员联系电话", "劳动技能")


def made_id(serial: int, birth: date = date(1985, 3, 2), sex: str = "男") -> str:
    """A made-up id number; the same serial gives the same number."""
    body = f"990235{birth:%Y%m%d}{serial * 2 + (sex == '男'):03d}"
    return body + citizen_id.check_character(body)


def made_phone(serial: int) -> str:
    return f"164{serial:08d}"


@dataclass
class Formula:
    """A formula saved without its result."""

    text: str


def member(serial: int, **changes: Any) -> list[Any]:
    """One good row under ``HEADER``: the head of household number ``serial``."""
    row = {
        "乡": "双江街道", "村": "群益社区", "户编号": f"H{serial:04d}", "姓名": f"覃{_GIVEN[serial % len(_GIVEN)]}",
        "证件号码": made_id(serial), "性别": "男", "与户主关系": "户主", "成员联系电话": made_phone(serial),
        "劳动技能": "普通劳动力", **changes,
    }  # fmt: skip
    return [row[name] for name in HEADER]


_GIVEN = ("平国", "志强", "海波", "云飞", "长林", "德富", "光明", "建军")


def workbook(
    rows: Sequence[Sequence[Any]], header: Sequence[str] = HEADER, titles: Sequence[str] = TITLE, sheet: str = "名册"
) -> bytes:
    """An xlsx with title rows over merged columns; text stays text, numbers stay numbers."""
    return sheets({sheet: [*([title] for title in titles), list(header), *rows]}, len(titles), len(header))


def sheets(pages: dict[str, Sequence[Sequence[Any]]], titles: int = 0, width: int = 0) -> bytes:
    """An xlsx of several sheets, cell for cell."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.set_properties(MADE)
    for name, rows in pages.items():
        page = book.add_worksheet(name)
        for number, row in enumerate(rows):
            if number < titles and width > 1:
                page.merge_range(number, 0, number, width - 1, row[0])
                continue
            for column, cell in enumerate(row):
                if isinstance(cell, Formula):
                    page.write_formula(number, column, cell.text, None, "")
                elif isinstance(cell, int | float):
                    page.write_number(number, column, cell)
                elif cell:
                    page.write_string(number, column, cell)
    book.close()
    return stream.getvalue()


def text_table(rows: Sequence[Sequence[str]], encoding: str = "gb18030") -> bytes:
    """A csv file."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\r\n").writerows(rows)
    return stream.getvalue().encode(encoding)


def stacked(rows: Sequence[Sequence[Any]]) -> bytes:
    """Two header rows: groups merged over their columns, and columns merged down both rows."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.set_properties(MADE)
    page = book.add_worksheet("名册")
    page.merge_range(0, 0, 0, 9, "劳动力名册")
    page.merge_range(1, 0, 2, 0, "序号")
    page.merge_range(1, 1, 1, 2, "所在地")
    page.merge_range(1, 3, 1, 7, "基本信息")
    page.merge_range(1, 8, 1, 9, "帮扶责任人")
    leaves = ["乡(镇)", "村(居)", "户编号", "姓名", "证件号码", "与户主关系", "联系电话", "姓名", "联系电话"]
    page.write_row(2, 1, leaves)
    for number, row in enumerate(rows, start=3):
        page.write_row(number, 0, row)
    book.close()
    return stream.getvalue()


@dataclass
class Damaged:
    """The workbook of the browser test: ten kinds of damage, each in a row of its own, among good rows."""

    content: bytes
    good: list[int] = field(default_factory=list)  # row numbers that must go in
    refused: dict[int, str] = field(default_factory=dict)  # row number -> issue code
    noted: dict[int, str] = field(default_factory=dict)  # taken in, with a marked cell
    skipped: list[int] = field(default_factory=list)


def damaged_roster(township: str = "双江街道", village: str = "群益社区") -> Damaged:
    """Ten kinds of damage in a roster with two title rows and the header on row 3, of people who look for work."""
    made = Damaged(b"")
    rows: list[list[Any]] = []

    def add(serial: int, *, refused: str = "", noted: str = "", **changes: Any) -> None:
        rows.append([*member(serial, **{"乡": township, "村": village, **changes}), "否", "有"])
        number = len(TITLE) + 1 + len(rows)
        if refused:
            made.refused[number] = refused
        else:
            made.good.append(number)
            if noted:
                made.noted[number] = noted

    add(1)
    add(2, 证件号码=int(made_id(2)[:17] + "0"), refused="id_numeric")
    wrong = made_id(3)
    add(3, 证件号码=wrong[:-1] + ("1" if wrong[-1] != "1" else "2"), refused="id_checksum")
    add(4, 证件号码="990235198502305218", refused="id_birth_date")
    add(5, 姓名="", refused="name_empty")
    add(6, 与户主关系="父子", refused="not_listed")
    add(7, 村="群艺村", refused="village_unknown")
    add(1, refused="duplicate_person")
    add(8, 姓名=Formula("=D4"), refused="formula_uncached")
    add(9, 成员联系电话="1641234567", noted="phone_length")
    # No household number, and not a head whose own id could stand for it.
    add(10, 户编号="", 与户主关系="之子", refused="household_missing")
    rows.append([])
    add(11, 村=f"{village}居委会", 证件号码=f" {made_id(11).lower().translate(_FULL_WIDTH)} ")
    rows.append(["合计", "", "", f"{len(rows)}人"])
    made.skipped.append(len(TITLE) + 1 + len(rows))
    made.content = workbook(rows, header=(*HEADER, "是否就业", "就业意愿"))
    return made


_FULL_WIDTH = {ord(digit): chr(ord(digit) + 0xFEE0) for digit in "0123456789x"}


def encrypted() -> bytes:
    """The beginning of a workbook with a password, as Office writes it."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "EncryptedPackage".encode("utf-16-le") + bytes(500)


def blank_rows(count: int, rows: Sequence[Sequence[Any]]) -> bytes:
    """A workbook whose sheet has ``count`` formatted, empty rows under its data."""
    small = workbook(rows)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(small)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            data = source.read(item)
            if item.filename == "xl/worksheets/sheet1.xml":
                first = len(rows) + len(TITLE) + 2
                empty = b"".join(
                    b'<row r="%d"><c r="A%d" s="1"/><c r="B%d" s="1"/></row>' % (number, number, number)
                    for number in range(first, first + count)
                )
                data = data.replace(b"</sheetData>", empty + b"</sheetData>")
            target.writestr(item.filename, data)
    return out.getvalue()
