"""Made-up names that follow the frequencies of real surnames and given-name characters.

Fashion is added by cohort: the characters a generation liked are drawn more often. Nothing else is known about
pairs of characters, so the share of people who share a full name is steered by `FASHION` alone; the tests compare it
with the figures of a real population (two people agree with probability 1.2e-5).
"""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

COHORT_STARTS = np.array([1955, 1970, 1980, 1990, 2000, 2010])  # births before 1955 are cohort 0
SINGLE_CHARACTER = np.array([0.08, 0.12, 0.28, 0.33, 0.20, 0.09, 0.06])  # share of one-character given names
FASHION = 1.5  # how many times more often a cohort's liked characters are drawn than the table alone says
STEEP = 2.0  # fashion is steep: a few pairs make most of it
EVERYBODYS = 0.09  # share of people with one of the given names that every generation gives
BOTH_LIKED = 0.05  # share of two-character names whose characters both come from the cohort's liked ones
POSITION = 4.0  # preference of characters that usually open a given name for the first place

LIKED = {
    "男": (
        "德明国文光荣万兴正永福贵朝世学成清昌大先祥发祖安顺",
        "建国军平明华新志红卫东安忠林云生成永光学文荣",
        "勇军建华明伟强平刚兵林峰斌志小波国辉",
        "伟勇波涛鹏杰超军强磊刚飞毅斌峰亮小俊",
        "杰鑫鹏浩超俊宇龙涛磊明文成林凯阳川航",
        "浩宇鑫杰俊豪航文涛博鹏佳天子轩阳瑞",
        "轩浩宇梓子泽睿宸皓辰俊铭博诺一瑞晨",
    ),
    "女": (
        "秀英兰珍芳玉素桂淑凤芝琼清碧菊香德莲翠",
        "秀英兰芳玉红琼琴珍碧春淑丽菊群素平华容清",
        "红梅琼英丽燕芳霞琴小春艳华玲兰容群",
        "丽燕艳敏娟婷静玲小红莉梅霞琴娜雪春晓",
        "婷雪丽倩娟玲静佳欣琴晓雨颖媛敏梦",
        "欣怡雨佳婷雪梦思诗静琪颖悦涵",
        "涵梓欣怡雨诗萱一诺悦语可思馨妍瑶汐",
    ),
}
# The commonest full names of a country are many and about equally common: a frequent surname with one of these.
COMMON = {
    "男": "卫 强 勇 宏 磊 涛 杰 斌 建军 建华 建国 志强 海涛 国强 健 辉 刚 鹏 志明 小军 建平 国华",
    "女": "芬 敏 琴 莉 娟 艳 霞 燕 桂兰 秀兰 玉梅 丽华 桂英 玉兰 婷 红梅 玲 秀珍 丹 雪梅 小红 淑珍",
}
OPENING = "建志国小子梓雨思诗德文永秀桂素玉淑晓俊佳浩天世万朝先学正光兴家春凤碧欣"

Codes = NDArray[np.uint32]


@dataclass(frozen=True)
class Tables:
    """Cumulative distributions over code points; `given[sex, cohort]` is (first place, second place)."""

    surname_codes: Codes  # (n, 2): code points of the surname, 0 where it has one character
    surname_cumulative: NDArray[np.float64]
    characters: Codes
    given: dict[tuple[int, int], tuple[NDArray[np.float64], NDArray[np.float64]]]
    liked: dict[tuple[int, int], tuple[NDArray[np.float64], NDArray[np.float64]]]
    common: tuple[Codes, Codes]  # by sex, (n, 2): given names
    weight: dict[str, float]  # how common a character is in names of either sex, for choosing confusions


def _read(name: str) -> list[dict[str, str]]:
    with resources.files("jobbridge.demo").joinpath("data", name).open("rb") as raw, gzip.open(raw, "rt") as text:
        return list(csv.DictReader(text))


def _cumulative(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    total = np.cumsum(weights)
    return total / total[-1]


def _given_codes(given: str) -> Codes:
    return np.array([[ord(name[0]), ord(name[1]) if len(name) > 1 else 0] for name in given.split()], np.uint32)


@cache
def tables() -> Tables:
    """Read the frequency files once."""
    surnames = _read("surnames.csv.gz")
    surname_codes = np.zeros((len(surnames), 2), np.uint32)
    for place, row in enumerate(surnames):
        surname_codes[place, : len(row["surname"])] = [ord(char) for char in row["surname"]]
    rows = _read("given_characters.csv.gz")
    letters = [row["character"] for row in rows]
    index = {char: place for place, char in enumerate(letters)}
    opening = np.ones(len(letters))
    opening[[index[char] for char in OPENING]] = POSITION
    given, fashion = {}, {}
    for sex, (label, column) in enumerate((("男", "male"), ("女", "female"))):
        counts = np.array([float(row[column]) for row in rows])
        for cohort, liked in enumerate(LIKED[label]):
            weights = counts.copy()
            places = [index[char] for char in dict.fromkeys(liked)]
            weights[places] *= FASHION
            only = np.zeros_like(weights)
            only[places] = weights[places] ** STEEP
            given[sex, cohort] = (_cumulative(weights * opening), _cumulative(weights / opening))
            fashion[sex, cohort] = (_cumulative(only * opening), _cumulative(only / opening))
    return Tables(
        surname_codes=surname_codes,
        surname_cumulative=_cumulative(np.array([float(row["count"]) for row in surnames])),
        characters=np.array([ord(char) for char in letters], np.uint32),
        given=given,
        liked=fashion,
        common=tuple(_given_codes(COMMON[label]) for label in ("男", "女")),
        weight={row["character"]: float(row["male"]) + float(row["female"]) for row in rows},
    )


def draw_surnames(rng: np.random.Generator, size: int) -> NDArray[np.int64]:
    """`size` indices into the surname table."""
    return np.searchsorted(tables().surname_cumulative, rng.random(size))


def draw_given(rng: np.random.Generator, sex: NDArray[np.int8], birth_year: NDArray[np.int64]) -> Codes:
    """Given names as an (n, 2) array of code points; the second is 0 in a one-character name."""
    table = tables()
    cohort = np.searchsorted(COHORT_STARTS, birth_year, side="right")
    given = np.zeros((len(sex), 2), np.uint32)
    for (code, group), (first, second) in table.given.items():
        rows = np.flatnonzero((sex == code) & (cohort == group))
        draw = rng.random((4, len(rows)))
        one = draw[2] < SINGLE_CHARACTER[group]
        both = ~one & (draw[3] < BOTH_LIKED)
        liked_first, liked_second = table.liked[code, group]
        opening = np.where(both, np.searchsorted(liked_first, draw[0]), np.searchsorted(first, draw[0]))
        # A one-character name uses the characters of the second place: 伟, not 建.
        closing = np.where(both, np.searchsorted(liked_second, draw[1]), np.searchsorted(second, draw[1]))
        given[rows, 0] = table.characters[np.where(one, closing, opening)]
        given[rows, 1] = np.where(one, 0, table.characters[closing])
        common = rows[draw[3] >= 1 - EVERYBODYS]
        chosen = (draw[0][draw[3] >= 1 - EVERYBODYS] * len(table.common[code])).astype(np.int64)
        given[common] = table.common[code][chosen]
    return given


def compose(surname: NDArray[np.int64], given: Codes) -> NDArray[np.str_]:
    """Full names of up to four characters as a numpy text array."""
    codes = tables().surname_codes[surname]
    full = np.zeros((len(surname), 4), np.uint32)
    full[:, 0] = codes[:, 0]
    full[:, 1:3] = given
    compound = codes[:, 1] > 0
    full[compound, 1] = codes[compound, 1]
    full[compound, 2:4] = given[compound]
    return full.view("<U4")[:, 0]


def repetition(full: NDArray[np.str_]) -> dict[str, float]:
    """How often names repeat: chance that two people agree, share with a name of their own, top name per million."""
    _, counts = np.unique(full, return_counts=True)
    people = len(full)
    return {
        "same_name_chance": float((counts * (counts - 1.0)).sum() / (people * (people - 1.0))),
        "unique_share": float((counts == 1).sum() / people),
        "top_name_per_million": float(counts.max() / people * 1e6),
    }
