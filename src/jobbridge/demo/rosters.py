"""Rosters of households and persons, one workbook a township, in the three shapes that counties keep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import repeat
from pathlib import Path

import numpy as np
from xlsxwriter.worksheet import Worksheet

from . import files, places
from .register import Columns, Register
from .roster_damage import Damager
from .words import words

NATIONAL, SURVEY, STACKED = "national", "survey", "stacked"

NATIONAL_COLUMNS = words("""
    省 市 县 乡 村 户编号 人口编号 姓名 性别 出生日期 证件类型 证件号码 民族 户联系电话 成员联系电话 年度
    与户主关系 文化程度 在校生状况 劳动技能 务工时间（月） 健康状况 政治面貌 务工企业名称 是否享受低保
    是否参加城镇职工基本养老保险 是否参加大病保险 是否参加新型农村合作医疗（城乡居民基本医疗保险）
    是否参加城乡居民基本养老保险 失学或辍学原因 是否会讲普通话 是否参加商业补充医疗保险 是否国外务工
    产业分类 是否接受大病医疗救助 是否接受其他健康扶贫 公益性岗位类型 公益性岗位(月数) 就业渠道 残疾类别
    务工所在地 户主姓名 户主证件号码 是否参加城镇职工基本医疗保险 是否特困供养人员 残疾证办证年度 识别标准
    风险是否已消除
""")
SURVEY_COLUMNS = words("""
    乡镇 行政村 姓名 性别 身份证号 出生日期 年龄 民族 联系电话 常住地址 户籍地址 户主名字 户主身份证号
    本人与户主关系 户类型 风险是否已消除 文化程度 健康状况 户籍性质 是否具备技能资格 是否建档立卡贫困劳动力 是否已脱贫
    是否异地搬迁劳动力 安置点 是否失地农民 人口资源分类 劳动能力 在校生状况 采集人 采集日期 备注
""")
# The stacked shape: a group over each block of columns.
STACKED_GROUPS = (
    ("序号", ("",)),
    ("所在地", ("乡(镇)", "村(居)", "组")),
    ("基本信息", ("户编号", "姓名", "性别", "证件号码", "出生日期", "民族", "与户主关系", "联系电话")),
    ("户情况", ("户类型", "监测对象类别", "风险是否已消除", "是否享受低保", "是否易地搬迁", "安置点")),
    ("能力情况", ("文化程度", "在校生状况", "健康状况", "劳动能力")),
    ("务工情况", ("是否务工", "务工所在地", "务工企业名称", "月收入(元)")),
)


def shapes_of_towns(rng: np.random.Generator, count: int) -> list[str]:
    """Which shape each township uses: six in ten national, a quarter survey, the rest stacked."""
    survey, stacked = round(count * 0.25), round(count * 0.15)
    kinds = [NATIONAL] * (count - survey - stacked) + [SURVEY] * survey + [STACKED] * stacked
    return [kinds[index] for index in rng.permutation(count)]


def _national(data: Columns, on: date) -> Iterator[tuple[str | None, ...]]:
    here = places.county()
    constant = {
        "省": here.province,
        "市": here.province,
        "县": here.name,
        "年度": str(on.year - 1),
        "是否参加城镇职工基本养老保险": "否",
        "是否参加大病保险": "是",
        "是否参加新型农村合作医疗（城乡居民基本医疗保险）": "是",
        "是否参加城乡居民基本养老保险": "是",
        "是否参加商业补充医疗保险": "否",
        "是否国外务工": "否",
        "是否接受大病医疗救助": "否",
        "是否接受其他健康扶贫": "否",
        "是否参加城镇职工基本医疗保险": "否",
        "是否特困供养人员": "否",
    }
    column = {
        "乡": "town",
        "村": "village",
        "户编号": "house",
        "人口编号": "member",
        "姓名": "name",
        "性别": "sex",
        "出生日期": "birth",
        "证件类型": "id_kind",
        "证件号码": "id_or_certificate",
        "民族": "nation",
        "户联系电话": "house_phone",
        "成员联系电话": "phone",
        "与户主关系": "relation",
        "文化程度": "education",
        "在校生状况": "school",
        "劳动技能": "skill",
        "务工时间（月）": "months",
        "健康状况": "health",
        "政治面貌": "party",
        "是否享受低保": "allowance",
        "是否会讲普通话": "putonghua",
        "公益性岗位类型": "public",
        "公益性岗位(月数)": "public_months",
        "就业渠道": "channel",
        "残疾类别": "disability",
        "务工所在地": "place",
        "户主姓名": "head_name",
        "户主证件号码": "head_id",
        "识别标准": "category",
        "风险是否已消除": "risk_cleared",
    }
    return _zip(data, NATIONAL_COLUMNS, column, constant)


def _survey(data: Columns, on: date) -> Iterator[tuple[str | None, ...]]:
    column = {
        "乡镇": "town",
        "行政村": "village",
        "姓名": "name",
        "性别": "sex",
        "身份证号": "id",
        "出生日期": "birth",
        "年龄": "age",
        "民族": "nation",
        "联系电话": "phone",
        "常住地址": "address",
        "户籍地址": "address",
        "户主名字": "head_name",
        "户主身份证号": "head_id",
        "本人与户主关系": "relation",
        "户类型": "category",
        "风险是否已消除": "risk_cleared",
        "文化程度": "education",
        "健康状况": "health",
        "是否具备技能资格": "certified",
        "是否建档立卡贫困劳动力": "lifted",
        "是否已脱贫": "lifted",
        "是否异地搬迁劳动力": "relocated",
        "安置点": "site",
        "人口资源分类": "resource",
        "劳动能力": "skill",
        "在校生状况": "school",
    }
    constant = {"户籍性质": "农业户口", "是否失地农民": "否", "采集日期": f"{on:%Y-%m-01}"}
    return _zip(data, SURVEY_COLUMNS, column, constant)


def _stacked(data: Columns, on: date) -> Iterator[tuple[str | None, ...]]:
    columns = tuple(name for _, names in STACKED_GROUPS for name in names)
    column = {
        "乡(镇)": "town",
        "村(居)": "village",
        "组": "group",
        "户编号": "house",
        "姓名": "name",
        "性别": "sex",
        "证件号码": "id",
        "出生日期": "birth",
        "民族": "nation",
        "与户主关系": "relation",
        "联系电话": "phone",
        "户类型": "house_kind",
        "监测对象类别": "monitored",
        "风险是否已消除": "risk_cleared",
        "是否享受低保": "allowance",
        "是否易地搬迁": "relocated",
        "安置点": "site",
        "文化程度": "education",
        "在校生状况": "school",
        "健康状况": "health",
        "劳动能力": "skill",
        "是否务工": "working",
        "务工所在地": "place",
        "月收入(元)": "wage",
    }
    numbered = enumerate(_zip(data, columns, column, {}), 1)
    return ((str(number), *row[1:]) for number, row in numbered)


def _zip(
    data: Columns, columns: Sequence[str], keys: dict[str, str], constant: dict[str, str]
) -> Iterator[tuple[str | None, ...]]:
    """Rows from named columns; a column that is neither data nor constant stays empty."""
    size = len(data["name"])
    parts = [data[keys[name]] if name in keys else repeat(constant.get(name), size) for name in columns]
    return zip(*parts, strict=True)


# Where each shape keeps the cells that get damaged.
_LINK = {NATIONAL: "户编号", SURVEY: "户主身份证号", STACKED: "户编号"}
_FIELDS = {
    NATIONAL: {
        "name": "姓名",
        "id": "证件号码",
        "birth": "出生日期",
        "phone": "成员联系电话",
        "relation": "与户主关系",
        "village": "村",
        "formula": "务工时间（月）",
    },
    SURVEY: {
        "name": "姓名",
        "id": "身份证号",
        "birth": "出生日期",
        "phone": "联系电话",
        "relation": "本人与户主关系",
        "village": "行政村",
        "formula": "年龄",
    },
    STACKED: {
        "name": "姓名",
        "id": "证件号码",
        "birth": "出生日期",
        "phone": "联系电话",
        "relation": "与户主关系",
        "village": "村(居)",
        "formula": "月收入(元)",
    },
}
_ROWS = {NATIONAL: _national, SURVEY: _survey, STACKED: _stacked}


def columns_of(shape: str) -> tuple[str, ...]:
    """Header names of a shape in column order (the lower row of the stacked one)."""
    if shape == STACKED:
        return tuple(name for _, names in STACKED_GROUPS for name in names)
    return NATIONAL_COLUMNS if shape == NATIONAL else SURVEY_COLUMNS


def _head(book: files.Book, sheet: Worksheet, shape: str, town: str, on: date) -> int:
    """Titles and header rows; returns the first data row (0-based)."""
    columns = columns_of(shape)
    last = len(columns) - 1
    if shape == SURVEY:
        sheet.write_row(0, 0, columns, book.head)
        return 1
    if shape == NATIONAL:
        sheet.merge_range(0, 0, 0, last, f"{town}监测对象及脱贫人口信息", book.title)
        sheet.merge_range(1, 0, 1, last, f"导出单位：云阳县    导出时间：{on.isoformat()}")
        sheet.write_row(2, 0, columns, book.head)
        return 3
    sheet.merge_range(0, 0, 0, last, f"{town}城乡劳动力资源台账", book.title)
    column = 0
    for group, names in STACKED_GROUPS:
        if len(names) == 1:
            sheet.merge_range(1, column, 2, column, group, book.head)
        else:
            sheet.merge_range(1, column, 1, column + len(names) - 1, group, book.head)
            sheet.write_row(2, column, names, book.head)
        column += len(names)
    return 3


def write(folder: Path, rng: np.random.Generator, data: Register, shapes: list[str]) -> list[tuple[object, ...]]:
    """Write one workbook a township; returns the rows of truth/damage.csv (see `roster_damage.TRUTH`)."""
    here = places.county()
    on = data.people.on
    truth: list[tuple[object, ...]] = []
    for index, low, high in data.towns():
        shape = shapes[index]
        name = f"{here.town_codes[index]}_{here.town_names[index]}_人员花名册.xlsx"
        book = files.Book(folder / name, on)
        sheet = book.sheet("Sheet1")
        start = _head(book, sheet, shape, here.town_names[index], on)
        damager = Damager(rng, columns_of(shape), _FIELDS[shape], _LINK[shape], here.village_names)
        rows = damager.spoil(
            list(_ROWS[shape](data.text(low, high), on)), data.people.house[low:high].tolist(), start
        )
        after = files.write_rows(sheet, start, rows)
        after = damager.tail(book, sheet, after)
        book.close()
        truth += [
            (f"rosters/{name}", row, person + low if person >= 0 else -1, kind, column, value)
            for row, person, kind, column, value in damager.truth
        ]
    return truth
