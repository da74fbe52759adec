"""Made-up employers and the posts they offer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from jobbridge.kernel import credit_code

from . import names, places, trades
from .people import phone_numbers
from .words import words

EMPLOYERS = 120
LOCAL_SHARE = 0.4
# Brand words nobody would register: every name says that it is made up.
BRANDS = ("样例", "虚构", "演示", "示例", "假想", "试跑", "纸上", "模拟")
NUMBERS = "一二三四五六七八九十"
EDUCATION = ("不限", "小学", "初中", "高中", "大专")
HEADER = words("""
    单位名称 统一社会信用代码 所属行业 岗位名称 招聘人数 工作地点 月薪下限 月薪上限 学历 年龄下限 年龄上限
    性别 技能要求 是否包住 班次 联系人 联系电话 有效期至
""")


@dataclass(frozen=True)
class Employer:
    """One made-up employer with its place as a form writes it."""

    name: str
    code: str
    kind: str
    place: str
    local: bool
    contact: str
    phone: str


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
            place, start, region = f"{here.province}{here.name}{town}", "云阳", "500235"
        else:
            where = away[int(np.searchsorted(shares, rng.random()))]
            parts = dict.fromkeys((where.province, where.city, where.county))
            place, region = "".join(parts), where.code
            start = where.city.removesuffix("市").removesuffix("地区")
        while True:
            brand = BRANDS[int(rng.integers(0, len(BRANDS)))] + NUMBERS[int(rng.integers(0, 10))] + "号"
            name = f"{start}{brand}{trades.KINDS[kind][0]}"
            if name not in taken:
                break
        taken.add(name)
        made.append(Employer(name, _code(rng, region), kind, place, local, contacts[order], phones[order]))
    return made


def _post(rng: np.random.Generator, employer: Employer, on: date) -> tuple[tuple[str | int, ...], str]:
    _, industry, offered = trades.KINDS[employer.kind]
    trade = offered[int(rng.integers(0, len(offered)))]
    title = trade.titles[int(rng.integers(0, len(trade.titles)))]
    factor = (0.74 if employer.local else 1.0) * float(rng.normal(1.0, 0.05))
    low, high = (int(round(wage * factor / 100) * 100) for wage in (trade.low, trade.high))
    extra = rng.random(6)
    oldest = trade.oldest + int(rng.integers(-3, 4))
    # The law forbids it and some still write it: a few advertisements name a sex.
    sex = "不限" if extra[0] < 0.93 else ("女" if extra[0] < 0.965 else "男")
    need = 1 + int(rng.geometric(0.12 if employer.local else 0.05))
    row = (
        employer.name,
        employer.code,
        industry,
        title,
        need,
        employer.place,
        low,
        max(high, low + 300),
        EDUCATION[int(np.searchsorted((0.62, 0.72, 0.93, 0.985), extra[1]))],
        16 if extra[2] < 0.2 else 18,
        oldest,
        sex,
        trade.skill if extra[3] < 0.8 else "",
        "是" if extra[4] < (0.3 if employer.local else 0.9) else "否",
        ("长白班", "两班倒", "三班倒", "弹性")[int(np.searchsorted((0.55, 0.85, 0.93), extra[5]))],
        employer.contact,
        employer.phone,
        (on + timedelta(days=int(rng.integers(15, 150)))).isoformat(),
    )
    return row, trade.code


def make(
    rng: np.random.Generator, people: int, on: date
) -> tuple[list[Employer], list[tuple[str | int, ...]], list[str]]:
    """(employers, rows under HEADER, occupation code of each row): 600 posts, more in a large county."""
    count = max(600, people // 100)
    made = employers(rng, max(EMPLOYERS, count // 25))
    rows, codes = [], []
    local = [employer for employer in made if employer.local]
    away = [employer for employer in made if not employer.local]
    for order in range(count):
        group = local if order < count * LOCAL_SHARE else away
        row, code = _post(rng, group[order % len(group)], on)
        rows.append(row)
        codes.append(code)
    mixed = rng.permutation(count)
    return made, [rows[index] for index in mixed], [codes[index] for index in mixed]
