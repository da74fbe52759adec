"""The marked workbook is the user's own: every cell as it was, the bad ones coloured with their reason."""

from __future__ import annotations

import io
from collections.abc import Callable

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Font

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.files import services as files
from jobbridge.apps.imports.marking import NOTED, REFUSED, WAITING
from jobbridge.apps.imports.models import ImportBatch
from tests.imports import workbooks
from tests.imports.workbooks import HEADER, made_id, member, text_table, workbook

BringIn = Callable[..., ImportBatch]


def opened(batch: ImportBatch, actor: Actor) -> openpyxl.Workbook:
    with acting_as(actor):
        assert batch.marked is not None
        return openpyxl.load_workbook(io.BytesIO(files.read(batch.marked)))


def test_golden_marks(bring_in: BringIn, everything: Actor) -> None:
    made = workbooks.damaged_roster()
    page = opened(bring_in(made.content), everything)["名册"]
    original = openpyxl.load_workbook(io.BytesIO(made.content))["名册"]
    beside = original.max_column + 1
    assert page.cell(3, beside).value == "问题"
    marks = {
        (cell.row, cell.column): (cell.fill.fgColor.rgb, cell.comment.text)
        for row in page.iter_rows()
        for cell in row
        if cell.comment
    }
    assert marks == {
        (5, 5): (REFUSED, "证件号码是数值格式，Excel 已破坏末几位，请按文本重新填写"),
        (6, 5): (REFUSED, "身份证号校验位不符，可能有一位填错"),
        (7, 5): (REFUSED, "身份证号中的出生日期不存在"),
        (8, 4): (REFUSED, "姓名为空"),
        (9, 7): (REFUSED, "与户主关系“父子”不在代码表内，如：户主、配偶、之子、之女、之儿媳、之女婿"),
        (10, 2): (REFUSED, "双江街道没有村（社区）“群艺村”，是否群益社区"),
        (11, 5): (REFUSED, "与第4行是同一个证件号码，本行未并入"),
        (12, 4): (REFUSED, "单元格是公式但没有保存结果，请选择性粘贴为数值"),
        (13, 8): (NOTED, "手机号位数不对，应为11位"),
        (14, 3): (REFUSED, "缺少户编号或户主证件号码，不知道是哪一户"),
    }
    texts = {row: page.cell(row, beside).value for row in range(1, page.max_row + 1)}
    reasons = {row: text for row, text in texts.items() if text}
    assert sorted(reasons) == [3, *sorted({**made.refused, **made.noted})]
    assert reasons[6] == "未并入：证件号码：身份证号校验位不符，可能有一位填错"
    assert reasons[13] == "已并入，但：成员联系电话：手机号位数不对，应为11位"
    # Everything else is as it came, good rows above all.
    for row in original.iter_rows():
        for cell in row:
            assert page[cell.coordinate].value == cell.value
            if (cell.row, cell.column) not in marks:
                assert page[cell.coordinate].fill.fgColor.rgb == cell.fill.fgColor.rgb
    assert {str(area) for area in page.merged_cells.ranges} == {str(area) for area in original.merged_cells.ranges}


def test_the_users_own_formats_and_comments_stay(bring_in: BringIn, everything: Actor) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook([member(1), member(2, 姓名="")])))
    page = book.active
    page["A4"].font = Font(bold=True, color="FF00FF00")
    page["B4"].comment = Comment("村里核过", "于丽林")
    page.column_dimensions["E"].width = 33
    page.freeze_panes = "A4"
    book.create_sheet("说明")["A1"] = "填表说明"
    stream = io.BytesIO()
    book.save(stream)
    marked = opened(bring_in(stream.getvalue()), everything)
    assert marked.sheetnames == ["名册", "说明"]
    page = marked["名册"]
    assert page["A4"].font.bold
    assert page["A4"].font.color.rgb == "FF00FF00"
    assert page["B4"].comment.text == "村里核过"
    assert page["D5"].comment.text == "姓名为空"
    assert page.column_dimensions["E"].width == 33
    assert page.freeze_panes == "A4"
    assert marked["说明"]["A1"].value == "填表说明"


def test_a_row_that_waits_has_a_colour_of_its_own(bring_in: BringIn, everything: Actor) -> None:
    bring_in(workbook([member(1), member(2)]))
    page = opened(bring_in(workbook([member(2, 户编号="H0001")]), "二.xlsx"), everything)["名册"]
    assert page["C4"].fill.fgColor.rgb == WAITING
    assert page.cell(4, len(HEADER) + 1).value.startswith("待裁定：户编号：")


def test_a_csv_comes_back_as_a_workbook_with_the_same_cells(bring_in: BringIn, everything: Actor) -> None:
    rows = [list(HEADER), member(1), member(2, 姓名="")]
    batch = bring_in(text_table(rows), "名册.csv")
    assert batch.marked is not None
    assert batch.marked.name == "名册-标注.xlsx"
    page = opened(batch, everything).active
    assert [[cell.value or "" for cell in row][: len(HEADER)] for row in page.iter_rows()] == rows
    assert page["E2"].value == made_id(1)
    assert page["D3"].comment.text == "姓名为空"


def test_nothing_to_mark_no_workbook(bring_in: BringIn) -> None:
    assert bring_in(workbook([member(1)])).marked is None


def test_a_formula_of_a_text_file_stays_a_text(bring_in: BringIn, everything: Actor) -> None:
    """Otherwise what a stranger typed as a name would be run by the clerk's Excel."""
    made = text_table([list(HEADER), member(1, 姓名='=HYPERLINK("http://x")'), member(2, 姓名="")])
    page = opened(bring_in(made, name="名册.csv"), everything).active
    found = [cell for row in page.iter_rows() for cell in row if str(cell.value).startswith("=HYPERLINK")]
    assert [cell.data_type for cell in found] == ["s"]
