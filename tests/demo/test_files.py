from __future__ import annotations

import csv
import hashlib
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from jobbridge.demo import feeds, posts, records, rosters, write_county
from jobbridge.kernel import citizen_id, credit_code, names, phone
from tests.demo.conftest import ON
from tests.demo.sheets import cells, table


def _hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*")) if path.is_file()
    }


def test_same_seed_same_bytes(tmp_path: Path):
    for name, seed in (("one", 1), ("two", 1), ("other", 2)):
        write_county(tmp_path / name, 300, seed, date(2026, 3, 1))
    assert _hashes(tmp_path / "one") == _hashes(tmp_path / "two")
    assert _hashes(tmp_path / "one") != _hashes(tmp_path / "other")


def test_writing_again_replaces_what_was_there(tmp_path: Path):
    write_county(tmp_path, 300, 1, date(2026, 3, 1))
    (tmp_path / "rosters" / "left_over.xlsx").write_bytes(b"")
    write_county(tmp_path, 150, 1, date(2026, 3, 1))
    assert not (tmp_path / "rosters" / "left_over.xlsx").exists()


def test_too_few_people(tmp_path: Path):
    with pytest.raises(ValueError, match="100"):
        write_county(tmp_path, 99)


def test_three_header_shapes(county):
    shapes: Counter[str] = Counter()
    for path in (county.folder / "rosters").iterdir():
        rows = cells(path)
        if rows[0] == rosters.SURVEY_COLUMNS:
            shapes["survey"] += 1
        elif rows[2] == rosters.NATIONAL_COLUMNS:
            assert rows[0][0]
            assert rows[1][0]
            assert rows[0][1] is None
            shapes["national"] += 1
        else:
            assert rows[1][4] == "基本信息"
            assert rows[2][4:8] == ("户编号", "姓名", "性别", "证件号码")
            assert rows[1][0] == "序号"
            shapes["stacked"] += 1
    assert shapes == {"national": 26, "survey": 10, "stacked": 6}
    assert len(rosters.NATIONAL_COLUMNS) == 48


def _roster_ids(county) -> tuple[Counter[str], dict[str, set[str]]]:
    """Clean ids of all rosters and the households (link cell) each is listed in."""
    found: Counter[str] = Counter()
    homes: dict[str, set[str]] = defaultdict(set)
    for path in (county.folder / "rosters").iterdir():
        header, rows = table(path, "姓名")
        at = next(index for index, name in enumerate(header) if name in ("证件号码", "身份证号"))
        link = next(index for index, name in enumerate(header) if name in ("户编号", "户主身份证号"))
        for row in rows:
            if isinstance(row[at], str) and citizen_id.is_valid(row[at]):
                number = citizen_id.parse(row[at]).number
                found[number] += 1
                homes[number].add(str(row[link]))
    return found, homes


def test_every_person_is_in_the_rosters_once_but_for_the_damage(county):
    persons = {row["id_number"]: row["person"] for row in county.truth("persons.csv.gz")}
    damage = county.truth("damage.csv")
    unreadable = ("numeric_id", "wrong_checksum", "impossible_id_date")
    broken = {row["person"] for row in damage if row["kind"] in unreadable}
    twice = {row["person"] for row in damage if row["kind"] in ("duplicate_row", "two_households")}
    found, homes = _roster_ids(county)
    assert set(found) <= set(persons)
    missing = {persons[number] for number in set(persons) - set(found)}
    assert missing <= broken
    assert {persons[number] for number, times in found.items() if times > 1} <= twice
    moved = {row["person"] for row in damage if row["kind"] == "two_households"}
    assert {persons[number] for number, places in homes.items() if len(places) > 1} <= moved


def test_damage_is_where_the_truth_says(county):
    kinds = set()
    for row in county.truth("damage.csv"):
        if row["kind"] in ("summary_row", "blank_rows", "duplicate_row", "two_households", "duplicate_post"):
            kinds.add(row["kind"])
            continue
        header, _ = table(county.folder / row["file"], row["column"])
        cell = cells(county.folder / row["file"])[int(row["row"]) - 1][header.index(row["column"])]
        assert cell != row["value"], row
        kinds.add(row["kind"])
        if row["kind"] == "numeric_id":
            assert isinstance(cell, int | float)
        elif row["kind"] == "wrong_checksum":
            assert citizen_id.fault_of(cell) is citizen_id.Fault.CHECKSUM
        elif row["kind"] in ("id_spaces", "id_full_width", "id_lower_x"):
            assert citizen_id.clean(cell) == row["value"]
        elif row["kind"] == "phone_format":
            assert phone.clean(cell) == row["value"]
        elif row["kind"] == "formula":
            assert cell.startswith("=")
        elif row["kind"] == "missing_name":
            assert cell is None
    assert len(kinds) > 10


def test_nothing_anywhere_could_be_a_living_persons_number(county):
    """Ids begin with 99 and phones with 164 in every file, damaged ones too."""
    for path in county.folder.rglob("*.xlsx"):
        for row in cells(path):
            for cell in row:
                text = citizen_id.clean(str(cell)) if cell is not None else ""
                if len(text) >= 17 and text[:17].isdigit() and not text.startswith("500235"):
                    assert text.startswith("99"), (path, cell)
                if isinstance(cell, str) and phone.is_valid(cell) and len(cell) < 20:
                    assert phone.clean(cell).startswith("164"), (path, cell)


def test_feeds_can_be_told_by_their_headers_and_traced(county):
    truth = defaultdict(dict)
    for row in county.truth("feeds.csv.gz"):
        truth[row["source"]][row["number"]] = row
    persons = {row["person"]: row for row in county.truth("persons.csv.gz")}
    headers = set()
    for source, (stem, kind, title, layout) in feeds.LAYOUTS.items():
        path = county.folder / "feeds" / f"{stem}_20260301.{kind}"
        if kind == "csv":
            with path.open(encoding="gb18030", newline="") as text:
                rows = list(csv.reader(text))
        else:
            rows = [tuple(cell or "" for cell in row) for row in cells(path)][bool(title) :]
        headers.add(tuple(rows[0]))
        assert tuple(rows[0]) == tuple(name for name, _ in layout)
        assert len(rows) - 1 == len(truth[source])
        at = {key: index for index, (_, key) in enumerate(layout)}
        known = truth[source]
        clean = [row for row in rows[1:] if not known[row[0]]["kinds"] and known[row[0]]["person"] != "-1"]
        assert clean
        for row in clean:
            person = persons[truth[source][row[0]]["person"]]
            assert row[at["name"]] == person["name"]
            assert row[at["direction"]] in ("返乡", "离开")
            if "id" in at and row[at["id"]]:
                assert row[at["id"]] == person["id_number"]
    assert len(headers) == 7
    assert sum(row["person"] == "-1" for rows in truth.values() for row in rows.values()) > 20
    kinds = {kind for rows in truth.values() for row in rows.values() for kind in row["kinds"].split("|")}
    assert {"id_masked", "name_masked", "name_sound", "name_shape", "name_traditional", "phone_family"} <= kinds


def test_surveys_and_work_sheet_agree_with_the_truth(county):
    persons = {row["id_number"]: row for row in county.truth("persons.csv.gz")}
    for path in (county.folder / "surveys").iterdir():
        header, rows = table(path, "身份证号")
        assert header == records.SURVEY_COLUMNS
        for row in rows:
            person = persons[row[header.index("身份证号")]]
            willing = row[header.index("是否有就业意向")]
            assert (willing == "是") == (person["state"] == "未就业有意愿")
            assert (willing == "否") == (person["state"] == "未就业无意愿")
    (sheet,) = (county.folder / "employment").iterdir()
    day = ON - records.SHEET_AGE
    assert f"{day:%Y%m%d}" in sheet.name
    header, rows = table(sheet, "证件号码")
    assert header == records.EMPLOYMENT_COLUMNS
    # Nothing in the sheet happened after its day.
    for column in ("开始时间", "结束时间"):
        assert max(filter(None, (row[header.index(column)] for row in rows))) <= day.isoformat()
    assert len(rows) == county.summary["spells"]
    working = {row[header.index("证件号码")] for row in rows if row[header.index("结束时间")] is None}
    assert all(persons[number]["state"] in ("外出务工", "县内务工", "灵活就业", "公益性岗位") for number in working)


def _posts(county) -> list[dict[str, object]]:
    header, rows = table(county.folder / "posts" / "岗位信息采集表.xlsx", "岗位名称")
    assert header == posts.HEADER
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_posts(county):
    rows, truth = _posts(county), county.truth("posts.csv.gz")
    codes = {row["统一社会信用代码"] for row in rows}
    assert len(codes) == 120
    assert all(code.startswith("99") and credit_code.is_valid(code) for code in codes)
    for row, known in zip(rows, truth, strict=True):
        assert row["岗位名称"] == known["title"]
        assert row["月薪下限"] < row["月薪上限"]
        assert row["年龄下限"] < row["年龄上限"]
        assert any(brand in row["单位名称"] for brand in posts.BRANDS)


def test_posts_are_different_but_for_those_handed_in_twice(county):
    rows = _posts(county)
    twice = [int(row["row"]) - 3 for row in county.truth("damage.csv") if row["kind"] == "duplicate_post"]
    assert len(twice) == 6
    different = {(row["单位名称"], row["岗位名称"], row["工作地点"]): row for row in rows}
    assert len(different) == 600 == len(rows) - 6
    assert sum("云阳县" in row["工作地点"] for row in different.values()) == 240
    for index in twice:
        assert rows[index] in rows[:index]


@pytest.mark.parametrize("kind", ["sex", "age"])
def test_posts_that_keep_somebody_out_have_a_ground_or_are_damage(county, kind: str):
    damage = county.truth("damage.csv")
    unlawful = {int(row["row"]) - 3 for row in damage if row["kind"] == f"{kind}_limit_without_ground"}
    assert len(unlawful) == 18

    def limits(row) -> bool:
        if kind == "sex":
            return row["性别"] != "不限"
        return (row["年龄下限"], row["年龄上限"]) != (16, 65)

    limited = {index: row["限制依据"] for index, row in enumerate(_posts(county)) if limits(row)}
    assert {index for index, ground in limited.items() if not ground} == unlawful
    assert any(limited.values())


def test_some_posts_come_through_a_liaison_and_some_ask_for_money(county):
    rows = _posts(county)
    cities = [row for row in rows if row["联络城市"]]
    assert len(cities) == pytest.approx(360 / posts.LIAISON_EVERY, abs=2)
    assert not any("云阳县" in row["工作地点"] for row in cities)
    assert 3 <= sum("押金" in (row["岗位说明"] or "") for row in rows) <= 6


@pytest.mark.parametrize("people", [3_000, 60_500, 1_000_000])
def test_posts_grow_with_the_county(people: int):
    sheet = posts.make(np.random.default_rng(3), people, date(2026, 3, 1))
    count = max(600, people // 100)
    assert len({(row[1], row[3], row[5]) for row in sheet.rows}) == count
    assert len({employer.name for employer in sheet.employers}) == len(sheet.employers)


def test_only_monitored_households_have_a_risk_and_most_still_have_it(county):
    monitored = ("脱贫不稳定户", "边缘易致贫户", "突发严重困难户")
    households = {row["household"]: row for row in county.truth("households.csv.gz")}
    assert all((row["risk_cleared"] != "") == (row["category"] in monitored) for row in households.values())
    answers = Counter(row["risk_cleared"] for row in households.values() if row["risk_cleared"])
    assert answers["否"] > answers["是"] > 0
    of_person = {row["id_number"]: households[row["household"]] for row in county.truth("persons.csv.gz")}
    found: Counter[str] = Counter()
    for path in (county.folder / "rosters").iterdir():
        header, rows = table(path, "风险是否已消除")
        at = next(index for index, name in enumerate(header) if name in ("证件号码", "身份证号"))
        for row in rows:
            known = of_person.get(row[at])
            if known:
                assert (row[header.index("风险是否已消除")] or "") == known["risk_cleared"]
                found[known["risk_cleared"]] += 1
    assert found["否"] > 0


def test_brokers_targets_and_settlements(county):
    header, rows = table(county.folder / "brokers.xlsx", "姓名")
    assert len(rows) == 480
    assert all(names.is_valid(row[header.index("姓名")]) for row in rows)
    header, rows = table(county.folder / "targets.xlsx", "目标值")
    assert {"households.zero", "labour.away"} <= {row[0] for row in rows}
    sites = {row.split(",")[0] for row in (county.folder / "settlements.csv").read_text("utf-8").splitlines()[1:]}
    used = {row["site"] for row in county.truth("households.csv.gz") if row["site"]}
    assert used
    assert used <= sites


def test_summary_counts_the_truth(county):
    persons = county.truth("persons.csv.gz")
    homes = county.truth("households.csv.gz")
    assert county.summary["people"] == len(persons)
    assert county.summary["households"] == len(homes)
    assert county.summary["labourers"] == sum(row["labour"] == "1" for row in persons)
    assert county.summary["zero_employment_households"] == sum(row["zero_employment"] == "1" for row in homes)
    assert county.summary["states"] == Counter(row["state"] for row in persons)
    assert county.summary["posts"] == len(county.truth("posts.csv.gz"))
