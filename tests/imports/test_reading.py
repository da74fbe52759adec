"""Any file gives rows or one clear sentence, and never more memory than its data needs."""

from __future__ import annotations

import io
import resource
import zipfile
from pathlib import Path

import openpyxl
import pytest

from jobbridge.apps.imports.reading import Numeric, Unreadable, read, read_head
from tests.imports import workbooks

DATA = Path(__file__).parent / "data"


def cells(content: bytes, name: str = "a.xlsx") -> list[list[str]]:
    return [row for _, row in read(content, name)[0].rows()]


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "空.xlsx", "文件是空的"),
        (b"\x00" * 50, "空.xlsx", "文件是空的"),
        (b"%PDF-1.7 ...", "扫描.xlsx", "不是 Excel 工作簿"),
        (b"PK\x03\x04 broken", "坏.xlsx", "已损坏"),
        (workbooks.encrypted(), "加密.xlsx", "打开密码"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "坏.xls", "另存为 xlsx"),
        (b"\x01\x02\x03\x04", "怪.csv", "不是文本表格"),
        (b"\xff\xfe\x00", "怪.csv", "编码"),
        (workbooks.sheets({"空表": []}), "空表.xlsx", "没有数据"),
    ],
)
def test_unreadable_files_say_what_to_do(content: bytes, name: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        read(content, name)


def test_a_zip_that_is_no_workbook() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", "b")
    with pytest.raises(Unreadable, match="已损坏"):
        read(stream.getvalue(), "a.xlsx")


def test_cells_as_text_and_numbers_known_as_numbers() -> None:
    book = openpyxl.Workbook()
    book.active.append(["990123199001012215", 990123199001012215, 16412345678, 3500.5, True, "  前后 "])
    book.active["G1"] = "2026-03-01"
    stream = io.BytesIO()
    book.save(stream)
    row = cells(stream.getvalue())[0]
    assert row[0] == "990123199001012215"
    assert [isinstance(cell, Numeric) for cell in row] == [False, True, True, True, False, False, False]
    assert row[2:] == ["16412345678", "3500.5", "是", "前后", "2026-03-01"]


def test_rows_and_columns_keep_their_numbers_when_the_sheet_starts_late() -> None:
    book = openpyxl.Workbook()
    book.active["C4"] = "值"
    stream = io.BytesIO()
    book.save(stream)
    rows = list(read(stream.getvalue(), "a.xlsx")[0].rows())
    assert rows[-1] == (4, ["", "", "值"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_in_every_usual_encoding(encoding: str, delimiter: str) -> None:
    text = delimiter.join(["姓名", "证件号码"]) + "\r\n" + delimiter.join(["覃平国", '="990123199001012215"'])
    assert cells(text.encode(encoding), "a.csv") == [["姓名", "证件号码"], ["覃平国", "990123199001012215"]]


def test_an_xls_under_the_name_of_xlsx_is_read() -> None:
    assert cells((DATA / "old.xls").read_bytes(), "名册.xlsx")[0] == ["姓名", "证件号码"]


def test_formulas_without_a_result_and_error_cells_are_found() -> None:
    book = openpyxl.Workbook()
    page = book.active
    page["A1"], page["A2"], page["B2"], page["C2"] = "姓名", "=A1", "#N/A", "好"
    stream = io.BytesIO()
    book.save(stream)
    scan = read(stream.getvalue(), "a.xlsx")[0].scan
    assert scan.formulas == {(2, 0)}
    assert scan.errors == {(2, 1)}


def test_a_million_blank_rows_cost_no_memory() -> None:
    content = workbooks.blank_rows(1_000_000, [workbooks.member(1)])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sheet = read(content, "a.xlsx")[0]
    assert len(list(sheet.rows())) == 4
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kilobytes


def test_a_cell_in_the_last_corner_is_refused_not_laid_out() -> None:
    content = workbooks.workbook([workbooks.member(1)])
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(stream, "w") as target:
        for item in source.infolist():
            data = source.read(item)
            if item.filename == "xl/worksheets/sheet1.xml":
                last = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                data = data.replace(b"</sheetData>", last)
            target.writestr(item.filename, data)
    with pytest.raises(Unreadable, match="多余行列"):
        read(stream.getvalue(), "a.xlsx")


def test_the_head_of_a_large_workbook_is_enough_for_its_header() -> None:
    rows = [["1", "双江街道", "群益社区", f"H{serial}", "覃平国", workbooks.made_id(serial % 400), "户主", "", "", ""]
            for serial in range(6000)]  # fmt: skip
    content = workbooks.stacked(rows)
    head, whole = read_head(content, "a.xlsx")[0], read(content, "a.xlsx")[0]
    first = [row for _, row in zip(range(20), whole.rows(), strict=False)]
    assert [row for _, row in zip(range(20), head.rows(), strict=False)] == first
    assert head.merged() == whole.merged()
    assert len(list(head.rows())) < len(list(whole.rows())) == 6003


def test_a_first_look_at_a_broken_file_says_what_a_second_would() -> None:
    with pytest.raises(Unreadable, match="已损坏"):
        read_head(b"PK\x03\x04 broken", "a.xlsx")
