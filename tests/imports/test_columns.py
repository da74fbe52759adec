"""Headers are found wherever they stand, and told apart by what they say."""

from __future__ import annotations

import pytest

from jobbridge.apps.imports.columns import map_sheet, source_of
from jobbridge.apps.imports.headers import normalise
from jobbridge.apps.imports.reading import Sheet, read
from tests.imports import workbooks

NATIONAL = [
    "县", "乡", "行政村", "户编号", "证件号码", "户类型", "开始时间", "结束时间", "务工所在县", "务工月收入",
    "年度交通费补助", "是否已务工",
]  # fmt: skip


def sheet_of(*rows: list[str]) -> Sheet:
    return Sheet("表", [list(row) for row in rows])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (" *月收入（元） ", "月收入"),
        ("乡(镇)", "乡镇"),
        ("县(市、区、旗)", "县市区旗"),
        ("姓 名", "姓名"),
        ("ＸＭ", "xm"),
        ("元", "元"),
    ],
)
def test_headers_are_compared_without_dress(written: str, meant: str) -> None:
    assert normalise(written) == meant


@pytest.mark.parametrize(
    ("header", "kind", "fields"),
    [
        (list(workbooks.HEADER), "roster", {"household_number": 2, "id_number": 4, "relation": 6, "phone": 7}),
        (NATIONAL, "employment", {"id_number": 4, "start": 6, "end": 7, "work_place": 8, "is_working": 11}),
        (
            ["姓名", "身份证号码", "联系电话", "就业意愿", "意向工种", "期望月薪（元）"],
            "survey",
            {"id_number": 1, "willing": 3, "wish": 4, "wage_floor": 5},
        ),
        (["旅客姓名", "证件号码", "乘车日期", "到站"], "feed", {"name": 0, "seen_on": 2, "place": 3}),
        (
            ["企业名称", "统一社会信用代码", "招聘岗位", "招聘人数", "月薪", "工作地点"],
            "posts",
            {"employer": 0, "title": 2, "openings": 3, "wage": 4},
        ),
        (["指标", "年度", "乡镇", "目标值"], "targets", {"indicator": 0, "value": 3}),
        (["乡镇", "村", "经纪人姓名", "联系电话"], "brokers", {"broker_name": 2, "broker_phone": 3}),
    ],
)
def test_each_kind_is_known_by_its_header(header: list[str], kind: str, fields: dict[str, int]) -> None:
    found = map_sheet(sheet_of(header, ["x"] * len(header)), kind=None, aliases={})
    assert found is not None
    assert (found.kind, found.missing) == (kind, [])
    assert fields.items() <= {name: column for column, name in found.columns.items()}.items()


@pytest.mark.parametrize("above", [0, 1, 2, 5])
def test_the_header_is_found_under_title_rows(above: int) -> None:
    titles = [["双江街道花名册", *[""] * 8]] * above
    found = map_sheet(sheet_of(*titles, list(workbooks.HEADER), ["x"] * 9), kind=None, aliases={})
    assert found is not None
    assert found.header_row == above + 1


def test_stacked_headers_give_leaf_names_and_leave_other_people_out() -> None:
    row = ["1", "双江街道", "群益社区", "H1", "覃平国", workbooks.made_id(1), "户主", "", "村干", ""]
    content = workbooks.stacked([row])
    found = map_sheet(read(content, "a.xlsx")[0], kind=None, aliases={})
    assert found is not None
    assert found.header_row == 3
    assert found.columns == {
        1: "town", 2: "village", 3: "household_number", 4: "name", 5: "id_number", 6: "relation", 7: "phone",
    }  # fmt: skip


def test_unknown_columns_are_listed_and_missing_ones_named() -> None:
    header = ["乡", "村", "户编号", "姓名", "身份号", "与户主关系", "民族"]
    found = map_sheet(sheet_of(header), kind=None, aliases={})
    assert found is not None
    assert found.kind == "roster"
    assert found.missing == ["证件号码"]
    assert [4, "身份号"] in found.as_json()["unmapped"]


def test_a_learnt_header_is_known_from_then_on() -> None:
    header = ["乡", "村", "户编号", "姓名", "身份号", "与户主关系"]
    found = map_sheet(sheet_of(header), kind=None, aliases={"roster": {"身份号": "id_number"}})
    assert found is not None
    assert found.missing == []


def test_a_sheet_of_prose_has_no_header() -> None:
    assert map_sheet(sheet_of(["填表说明"], ["请认真填写", "姓名如实"]), kind=None, aliases={}) is None


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("铁路_旅客到发_20260301.csv", "railway"),
        ("中国电信漫游用户", "telecom"),
        ("公路客运购票", "road"),
        ("大数据局汇总", "bigdata"),
        ("名单.xlsx", ""),
    ],
)
def test_the_agency_is_known_by_its_words(text: str, source: str) -> None:
    assert source_of(text) == source


def test_two_agencies_are_no_answer() -> None:
    assert source_of("公安", "铁路") == ""
