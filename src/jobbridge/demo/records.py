"""Work records, willingness surveys, agency feeds, targets, brokers and settlement sites as files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from . import feeds, files, names, places, wishes, work
from .people import SKILLED, Population, phone_numbers
from .register import Register
from .words import words

EMPLOYMENT_COLUMNS = words("""
    县 乡 行政村 户编号 姓名 证件号码 户类型 开始时间 结束时间 务工省 务工市 务工所在县 务工企业名称
    所属行业 就业渠道 务工月收入 年度交通费补助 是否已务工
""")
SURVEY_COLUMNS = words("""
    序号 乡镇 村(居) 姓名 身份证号 联系电话 就业状态 是否有就业意向 未就业原因 意向工种1 意向工种2 意向地区
    期望月薪 可到岗日期 技能证书 健康状况 采集人 采集日期
""")
CHANNELS = {
    work.AWAY: "外出务工",
    work.NEARBY: "单位录用聘用人员",
    work.FLEXIBLE: "灵活就业",
    work.PUBLIC: "公益性岗位",
}
# The work sheet is some days old when it is handed in, and people travel meanwhile: nobody in it began or ended work
# within these days, yet the agencies have seen some of them at home since.
SHEET_AGE = timedelta(days=4)
CERTIFICATES = ("低压电工证", "焊工证", "母婴护理证", "B2驾驶证", "中式烹调师四级", "养老护理员五级")


def _employer_names(rng: np.random.Generator, spells: work.Spells) -> list[str]:
    """Made-up names by place of work; blank now and then, as in the real sheets."""
    where, _ = places.destinations()
    starts = [at.city.removesuffix("市") for at in where] + ["云阳"]
    endings = {0: "电子厂", 1: "建筑劳务公司", 2: "商贸公司", 3: "餐饮店", 4: "物业服务公司", 5: "物流公司"}
    brands = ("样例", "虚构", "演示", "示例", "假想", "模拟")
    number = rng.integers(0, 40, len(spells.person))
    blank = rng.random(len(spells.person)) < 0.12
    return [
        ""
        if empty
        else "村级公益性岗位"
        if state == work.PUBLIC
        else "个体零工"
        if state == work.FLEXIBLE
        else f"{starts[place]}{brands[order % 6]}{order}号{endings[industry]}"
        for place, state, industry, order, empty in zip(
            spells.place.tolist(),
            spells.state.tolist(),
            spells.industry.tolist(),
            number.tolist(),
            blank.tolist(),
            strict=True,
        )
    ]


def write_employment(folder: Path, rng: np.random.Generator, data: Register, jobs: work.Work) -> int:
    """The monthly work sheet of the county, one row a period of work; returns the number of rows."""
    here, spells = places.county(), jobs.spells
    at, _ = places.destinations()
    at = [*at, places.home()]
    subsidy = rng.random(len(spells.person)) < 0.08
    employers = _employer_names(rng, spells)
    on = data.people.on - SHEET_AGE

    def rows() -> Iterator[tuple[str, ...]]:
        for _, low, high in data.towns():
            text = data.text(low, high)
            for index in range(*np.searchsorted(spells.person, (low, high)).tolist()):
                person = int(spells.person[index]) - low
                place, state = int(spells.place[index]), int(spells.state[index])
                where, open_end = at[place], bool(np.isnat(spells.end[index]))
                yield (
                    here.name,
                    text["town"][person],
                    text["village"][person],
                    text["house"][person],
                    text["name"][person],
                    text["id"][person],
                    text["category"][person],
                    str(spells.start[index]),
                    "" if open_end else str(spells.end[index]),
                    where.province,
                    where.city,
                    where.county,
                    employers[index],
                    work.INDUSTRIES[spells.industry[index]],
                    CHANNELS[state],
                    str(spells.wage[index]),
                    "500" if subsidy[index] and place >= 0 else "",
                    "是" if open_end else "否",
                )

    files.write_table(
        folder / f"务工月监测_{on:%Y%m%d}_已外出务工信息.xlsx",
        on,
        EMPLOYMENT_COLUMNS,
        rows(),
        title=f"（务工月监测）已外出务工信息  截至{on.year}年{on.month}月{on.day}日",
        large=len(spells.person) > 20_000,
    )
    return len(spells.person)


def write_surveys(folder: Path, rng: np.random.Generator, data: Register, jobs: work.Work) -> None:
    """One willingness survey a township."""
    here, people = places.county(), data.people
    person = jobs.survey.person
    collectors = names.compose(
        names.draw_surnames(rng, len(here.village_codes)),
        names.draw_given(
            rng,
            rng.integers(0, 2, len(here.village_codes)).astype(np.int8),
            rng.integers(1970, 2000, len(here.village_codes)),
        ),
    ).tolist()
    answers = _answers(rng, people, jobs)
    days = jobs.survey.day.astype(str).tolist()
    for index, low, high in data.towns():
        text = data.text(low, high)
        rows: list[tuple[str, ...]] = []
        for row in range(*np.searchsorted(person, (low, high)).tolist()):
            who = int(person[row]) - low
            rows.append(
                (
                    str(len(rows) + 1),
                    text["town"][who],
                    text["village"][who],
                    text["name"][who],
                    text["id"][who],
                    # Whoever is asked gives the number in use, not the one the register has kept.
                    text["phone_now"][who],
                    *answers[row],
                    text["health"][who],
                    collectors[people.village[low + who]],
                    days[row],
                )
            )
        name = here.town_names[index]
        files.write_table(
            folder / f"{here.town_codes[index]}_{name}_就业意愿摸底表.xlsx",
            people.on,
            SURVEY_COLUMNS,
            rows,
            title=f"{name}{people.on.year}年农村劳动力就业意愿摸底表",
        )


def _answers(rng: np.random.Generator, people: Population, jobs: work.Work) -> list[tuple[str, ...]]:
    """Answers in the order 就业状态 .. 技能证书, one a surveyed person."""
    person = jobs.survey.person
    states = jobs.state[person]
    certified = ((people.skill[person] == SKILLED) & (rng.random(len(person)) < 0.6)).tolist()
    seekers = person[states == work.WILLING]
    wished = wishes.make(
        rng, people.sex[seekers], people.age[seekers], jobs.survey.day[states == work.WILLING], people.on
    )
    each = zip(wished.first, wished.second, wished.region, wished.wage, wished.ready, strict=True)
    answers: list[tuple[str, ...]] = []
    for who, state, holds in zip(person.tolist(), states.tolist(), certified, strict=True):
        certificate = CERTIFICATES[who % len(CERTIFICATES)] if holds else ""
        reason = work.REASONS[jobs.reason[who]]
        if state in work.EMPLOYED:
            status = "灵活就业" if state == work.FLEXIBLE else "已就业"
            answers.append((status, "", "", "", "", "", "", "", certificate))
        elif state == work.UNWILLING:
            answers.append(("未就业", "否", reason, "", "", "", "", "", certificate))
        else:
            answers.append(("未就业", "是", reason, *next(each), certificate))
    return answers


def write_feeds(folder: Path, on: date, reported: list[feeds.Feed]) -> None:
    """The seven agency files, some as workbooks and some as GB18030 text."""
    for feed in reported:
        stem, kind, title, layout = feeds.LAYOUTS[feed.source]
        header = [name for name, _ in layout]
        path = folder / f"{stem}_{on:%Y%m%d}.{kind}"
        if kind == "xlsx":
            files.write_table(path, on, header, feed.rows, title=title)
        else:
            files.write_csv(path, header, feed.rows, encoding="gb18030")


def write_settings(out: Path, rng: np.random.Generator, data: Register) -> list[str]:
    """targets.xlsx, brokers.xlsx and settlements.csv; returns the brokers' names, village by village."""
    here, on, jobs = places.county(), data.people.on, data.jobs
    year = str(on.year)
    county_away = int((jobs.state == work.AWAY).sum())
    by_town = np.bincount(data.town[jobs.state == work.AWAY], minlength=len(here.town_codes)).tolist()
    # Targets are set at the start of the year, a little below or above what the year will bring.
    factors = rng.uniform(0.88, 1.06, len(by_town))
    rows: list[tuple[str | int, ...]] = [
        ("households.zero", "零就业家庭", year, here.name, 0),
        ("households.visited", "本月走访覆盖", year, here.name, 100),
        ("services.recommended", "岗位推荐覆盖", year, here.name, 95),
        ("labour.employment_rate", "就业率", year, here.name, 85),
        ("labour.away", "外出务工", year, here.name, max(1, round(county_away * 0.95))),
    ]
    rows += [
        ("labour.away", "外出务工", year, name, max(1, round(away * factor)))
        for name, away, factor in zip(here.town_names, by_town, factors.tolist(), strict=True)
    ]
    files.write_table(out / "targets.xlsx", on, ("指标", "名称", "年度", "范围", "目标值"), rows)
    count = len(here.village_codes)
    brokers = names.compose(
        names.draw_surnames(rng, count),
        names.draw_given(rng, rng.integers(0, 2, count).astype(np.int8), rng.integers(1972, 2001, count)),
    )
    files.write_table(
        out / "brokers.xlsx",
        on,
        ("村代码", "乡镇", "村", "姓名", "手机"),
        zip(
            here.village_codes,
            (here.town_names[index] for index in here.town_of),
            here.village_names,
            brokers.tolist(),
            phone_numbers(rng, count).tolist(),
            strict=True,
        ),
    )
    files.write_csv(
        out / "settlements.csv",
        ("安置点", "乡镇", "乡镇代码"),
        [(name, here.town_names[town], here.town_codes[town]) for name, town in data.kinds.sites],
    )
    return [str(name) for name in brokers.tolist()]
