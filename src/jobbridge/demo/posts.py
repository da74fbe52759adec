"""Made-up employers and the posts they offer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

import numpy as np

from jobbridge.kernel import credit_code

from . import names, places, trades
from .people import phone_numbers
from .words import words

POSTS, POSTS_OF_EMPLOYER = 600, 5
LOCAL_SHARE = 0.4
# Brand words nobody would register: every name says that it is made up.
BRANDS = ("样例", "虚构", "演示", "示例", "假想", "试跑", "纸上", "模拟")
DIGITS = ("", *"一二三四五六七八九")
NUMBERS = tuple(f"{tens}{ones}" for tens in ("", *(f"{d}十" for d in ("", *DIGITS[2:]))) for ones in DIGITS)[1:]
EDUCATION = ("不限", "小学", "初中", "高中", "大专")
HEADER = words("""
    单位名称 统一社会信用代码 所属行业 岗位名称 招聘人数 工作地点 月薪下限 月薪上限 学历 年龄下限 年龄上限
    性别 限制依据 体力要求 技能要求 是否包住 班次 联系人 联系电话 有效期至 联络城市 岗位说明
""")
# Usual openings of a post at home and away. Factories hire by the dozen, a shop hires one.
OPENINGS = {
    "制造业": (7, 22),
    "建筑业": (5, 14),
    "农、林、牧、渔业": (3, 3),
    "交通运输、仓储和邮政业": (3, 12),
    "住宿和餐饮业": (2, 5),
    "居民服务、修理和其他服务业": (3, 6),
    "批发和零售业": (1, 2),
}
STRENUOUS = {"建筑业": 0.8, "制造业": 0.15, "交通运输、仓储和邮政业": 0.4}  # share of posts that need full strength
# Work that the law keeps from women: carrying of the heaviest kind, scaffolds.
HEAVIEST = {"4-02-05-01", "6-29-01-04", "6-29-01-05"}
GROUND = "《女职工劳动保护特别规定》附录第一条：第四级体力劳动强度的作业"
# Work for which the law knows an age: trade -> lowest and highest age, ground. Elsewhere everybody may apply.
GUARDS = "《保安服务管理条例》第十六条：保安员应年满18周岁"
HAZARDS = "《特种作业人员安全技术培训考核管理规定》第四条：年满18周岁且不超过国家法定退休年龄"
DRIVERS = "《道路运输从业人员管理规定》：经营性道路运输驾驶员的年龄规定"
EVERYBODY = (16, 65, "")
AGES = {
    "4-07-05-01": (18, 65, GUARDS),
    "6-18-02-04": (18, 60, HAZARDS),
    "6-31-01-03": (18, 60, HAZARDS),
    "6-29-01-05": (18, 60, HAZARDS),
    "4-02-02-02": (21, 60, DRIVERS),
}
NO_GROUND_SHARE = 0.03  # advertisements that name a sex all the same, and as many that name an age
DUPLICATE_SHARE = 0.01
LIAISON_EVERY = 12  # of the posts away, those that the county's liaison in that city brought
ENDING_EVERY = 40  # posts that end within a week: their employers are to be called
GREEDY_EVERY = 150  # advertisements that ask for money
GREEDY = "入职先交押金300元，离职时退还"

DAMAGE = {
    "sex": ("sex_limit_without_ground", "性别", "不限"),
    "age": ("age_limit_without_ground", "年龄上限", "65"),
}

# What the demo's employer and its staffing agency enter on their own pages: title, places, wages, lodging, remark.
ENTERED = (
    ("缝纫组长", 2, 4800, 6500, True, "带十二人的小组，计件加组长补贴，每月15日发工资"),
    ("仓库理货员", 3, 3800, 4600, False, "白班，八小时，会用手持扫码枪优先"),
    ("线上客服", 5, 3600, 5200, False, "入职先交培训费200元，加微信详谈"),
)
HIRED_OUT = (
    ("流水线操作工", 40, 5600, 7800, True, "两班倒，工价21元每小时，包吃住，有班车接送"),
    ("分拣员", 25, 5000, 6800, True, "夜班为主，日结周结都可以"),
)
RETURN_REASON = "工作内容没有写清楚：请写明班次和怎样算工资"
AGENCY = "云阳模拟六号人力资源公司"

Row = tuple[str | int, ...]


@dataclass(frozen=True)
class Employer:
    """One made-up employer with its place as a form writes it."""

    name: str
    code: str
    kind: str
    place: str
    city: str
    local: bool
    contact: str
    phone: str


@dataclass(frozen=True)
class Sheet:
    """What the employers handed in.

    `codes` has the occupation of each row; `damage` (index of the row, kind, column, value that would be right).
    """

    employers: list[Employer]
    rows: list[Row]
    codes: list[str]
    damage: list[tuple[int, str, str, str]]


def agency_code() -> str:
    """The made-up credit code of the demo's staffing agency."""
    first17 = "99500235MA0DEM006"
    return first17 + credit_code.check_character(first17)


def _code(rng: np.random.Generator, region: str) -> str:
    body = "".join(credit_code.ALPHABET[index] for index in rng.integers(0, 31, 9))
    first17 = f"99{region}{body}"
    return first17 + credit_code.check_character(first17)


def employers(rng: np.random.Generator, count: int) -> list[Employer]:
    """Employers at home (kind by village trade) and in the places where people go."""
    here = places.county()
    away, shares = places.destinations()
    phones = phone_numbers(rng, count).tolist()
    contacts = names.compose(
        names.draw_surnames(rng, count),
        names.draw_given(rng, rng.integers(0, 2, count).astype(np.int8), rng.integers(1965, 2000, count)),
    ).tolist()
    made: list[Employer] = []
    taken: set[str] = set()
    for order in range(count):
        local = order < count * LOCAL_SHARE
        kinds = trades.LOCAL_KINDS if local else trades.AWAY_KINDS
        kind = kinds[order % len(kinds)]
        if local:
            town = here.town_names[int(rng.integers(0, len(here.town_names)))]
            place, city, start, region = f"{here.province}{here.name}{town}", here.name, "云阳", "500235"
        else:
            where = away[int(np.searchsorted(shares, rng.random()))]
            parts = dict.fromkeys((where.province, where.city, where.county))
            place, city, region = "".join(parts), where.city, where.code
            start = where.city.removesuffix("市").removesuffix("地区")
        while True:
            brand = BRANDS[int(rng.integers(0, len(BRANDS)))] + NUMBERS[int(rng.integers(0, 10))] + "号"
            name = f"{start}{brand}{trades.KINDS[kind][0]}"
            if name not in taken:
                break
        taken.add(name)
        made.append(Employer(name, _code(rng, region), kind, place, city, local, contacts[order], phones[order]))
    return made


def _post(
    rng: np.random.Generator, employer: Employer, trade: trades.Trade, title: str, on: date, unlawful: str
) -> Row:
    """The row; an `unlawful` one limits the "sex" or the "age" without a ground."""
    industry = trades.KINDS[employer.kind][1]
    factor = (trades.LOCAL_WAGE if employer.local else 1.0) * float(rng.normal(1.0, 0.05))
    low, high = (int(round(wage * factor / 100) * 100) for wage in (trade.low, trade.high))
    extra = rng.random(7)
    oldest = trade.oldest + int(rng.integers(-3, 4))
    sex, (low_age, high_age, ground) = "不限", AGES.get(trade.code, EVERYBODY)
    if unlawful:
        low_age, high_age, ground = EVERYBODY
    if unlawful == "sex":
        sex = "女" if extra[0] < 0.5 else "男"
    elif unlawful == "age":
        high_age = oldest
    elif trade.code in HEAVIEST and extra[0] < 0.5:
        sex, ground = "男", "；".join(filter(None, (GROUND, ground)))
    return (
        employer.name,
        employer.code,
        industry,
        title,
        1 + int(rng.exponential(OPENINGS[industry][not employer.local])),
        employer.place,
        low,
        max(high, low + 300),
        EDUCATION[int(np.searchsorted((0.62, 0.72, 0.93, 0.985), extra[1]))],
        low_age,
        high_age,
        sex,
        ground,
        "重体力" if extra[6] < STRENUOUS.get(industry, 0.0) or trade.code in HEAVIEST else "一般",
        trade.skill if extra[3] < 0.8 else "",
        "是" if extra[4] < (0.3 if employer.local else 0.9) else "否",
        ("长白班", "两班倒", "三班倒", "弹性")[int(np.searchsorted((0.55, 0.85, 0.93), extra[5]))],
        employer.contact,
        employer.phone,
        (on + timedelta(days=int(rng.integers(15, 150)))).isoformat(),
        "",
        "",
    )


def _remarks(index: int, employer: Employer, row: Row, on: date) -> Row:
    """The row with the city whose liaison brought it, or with a demand for money; some end within the week."""
    liaison = not employer.local and index % LIAISON_EVERY == 0
    greedy = index % GREEDY_EVERY == GREEDY_EVERY // 2
    end = (on + timedelta(days=2 + index // ENDING_EVERY % 5)).isoformat() if index % ENDING_EVERY == 7 else row[-3]
    return (*row[:-3], end, employer.city if liaison else "", GREEDY if greedy else "")


def _vacant(rng: np.random.Generator, group: list[Employer]) -> Iterator[tuple[Employer, trades.Trade, str]]:
    """Every employer of the group in turn, each time with a title it has not used yet."""
    left = []
    for employer in group:
        titles = [(trade, title) for trade in trades.KINDS[employer.kind][2] for title in trade.titles]
        left.append((employer, [titles[index] for index in rng.permutation(len(titles))]))
    while left:
        for employer, titles in left:
            yield employer, *titles.pop()
        left = [(employer, titles) for employer, titles in left if titles]


def make(rng: np.random.Generator, people: int, on: date) -> Sheet:
    """600 different posts, more in a large county, and a few of them handed in twice."""
    count = max(POSTS, people // 100)
    made = employers(rng, -(-count // POSTS_OF_EMPLOYER))
    local = round(count * LOCAL_SHARE)
    vacant = [
        *islice(_vacant(rng, [employer for employer in made if employer.local]), local),
        *islice(_vacant(rng, [employer for employer in made if not employer.local]), count - local),
    ]
    spoiled = rng.permutation(count)
    each, twice = round(count * NO_GROUND_SHARE), round(count * DUPLICATE_SHARE)
    unlawful = dict.fromkeys(spoiled[:each].tolist(), "sex")
    again = spoiled[each:][:twice].tolist()
    unlawful |= dict.fromkeys(spoiled[each + twice :][:each].tolist(), "age")
    rows = [
        _remarks(index, offer[0], _post(rng, *offer, on, unlawful.get(index, "")), on)
        for index, offer in enumerate(vacant)
    ]
    sheet = Sheet(made, [], [], [])
    seen: set[int] = set()
    for index in rng.permutation([*range(count), *again]).tolist():
        if index in seen:
            sheet.damage.append((len(sheet.rows), "duplicate_post", "", ""))
        elif index in unlawful:
            sheet.damage.append((len(sheet.rows), *DAMAGE[unlawful[index]]))
        seen.add(index)
        sheet.rows.append(rows[index])
        sheet.codes.append(vacant[index][1].code)
    return sheet
