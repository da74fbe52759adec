"""What seekers say when they are asked which work they want, where, from when and for how much."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from . import trades

REGIONS = ("县内", "省内", "省外")
# Everyday word, the trade whose wages it goes by, and how many wish for it out of a hundred or so: men under 30,
# 30-49, from 50 on; women likewise. Most want what everybody does; clean work near home is wished for by more
# people than there are places.
_WORDS = """
    普工       电子普工     12 11 10  12 12 10
    电子普工   电子普工     10  5  1   9  7  1
    电子装配工 电子普工      4  3  0   5  4  0
    缝纫工     缝纫工        1  2  1   5 14  5
    制鞋工     制鞋工        2  3  1   2  4  1
    包装工     包装工        2  2  3   4  6  6
    质检员     质检员        2  1  0   4  3  0
    食品厂普工 食品工        1  1  2   2  5  5
    注塑工     注塑工        2  2  1   0  1  0
    家具厂普工 家具工        2  2  1   0  0  0
    焊工       焊工          5  6  2   0  0  0
    车工       车工          3  3  1   0  0  0
    电工       电工          5  5  3   0  0  0
    机修工     机修工        3  2  1   0  0  0
    泥瓦工     泥瓦工        1  6 10   0  1  1
    钢筋工     钢筋工        1  5  5   0  0  0
    木工       木工          1  3  4   0  0  0
    架子工     架子工        1  2  1   0  0  0
    装修工     装修工        3  5  3   0  0  0
    挖掘机司机 挖掘机司机    3  3  1   0  0  0
    工地小工   小工          1  5 12   0  2  3
    货车司机   货车司机      5  9  4   0  0  0
    快递员     快递员        6  4  0   1  1  0
    送餐员     外卖骑手      7  4  0   1  1  0
    分拣员     分拣员        4  2  1   2  2  1
    搬运工     搬运工        3  5  5   0  0  0
    仓库管理员 仓库管理员    4  4  3   3  3  1
    保安       保安          3  5 18   0  0  1
    保洁员     保洁员        0  0  3   0  6 22
    绿化工     绿化工        0  1  5   0  1  4
    家政服务员 家政服务员    0  0  0   2  9 10
    月嫂       月嫂          0  0  0   1  4  2
    养老护理员 养老护理员    0  0  1   1  4  6
    医院护工   陪诊陪护      0  0  1   0  3  4
    厨师       厨师          5  6  4   1  2  2
    餐厅服务员 餐厅服务员    3  1  0   7  8  4
    面点师     面点师        1  1  0   1  2  1
    洗碗工     洗碗工        0  0  1   0  3  8
    客房服务员 客房服务员    0  0  0   2  5  4
    营业员     营业员        2  1  0   9  8  1
    收银员     收银员        1  0  0   7  7  0
    理货员     理货员        2  1  1   3  4  1
    客服       客服          5  1  0   9  3  0
    文员       文员          3  1  0  10  5  0
    电商运营   电商运营      4  1  0   4  1  0
    主播       主播          2  0  0   4  1  0
    美容师     美容师        0  0  0   4  1  0
    美发师     美发师        2  1  0   1  1  0
    汽修工     汽修工        5  2  1   0  0  0
    护林员     护林员        0  0  3   0  0  1
    饲养员     养殖工        0  1  3   0  1  2
    果园工     果园工        0  0  2   0  1  3
"""
_REGION_SHARES = np.array([
    (0.30, 0.18, 0.52), (0.36, 0.18, 0.46), (0.60, 0.18, 0.22),
    (0.40, 0.20, 0.40), (0.60, 0.15, 0.25), (0.76, 0.13, 0.11),
])  # fmt: skip
SECOND, ANY_WAGE, AT_ONCE, LATER = 0.6, 0.07, 0.45, 0.045
COAST_WAGE = 0.1  # of those who stay at home ask for what they earned on the coast


@dataclass(frozen=True)
class Wishes:
    """One element a person asked: the cells of the survey sheet."""

    first: list[str]
    second: list[str]  # '' for none
    region: list[str]
    wage: list[str]
    ready: list[str]


def _table() -> tuple[list[str], list[trades.Trade], NDArray[np.float64]]:
    """(words, the trade of each, shares by group: 6 x words)."""
    known = {trade.word: trade for _, _, offered in trades.KINDS.values() for trade in offered}
    lines = [line.split() for line in _WORDS.strip().splitlines()]
    weight = np.array([[float(cell) for cell in line[2:]] for line in lines]).T
    return [line[0] for line in lines], [known[line[1]] for line in lines], weight / weight.sum(1, keepdims=True)


def _draw(rng: np.random.Generator, shares: NDArray[np.float64], group: NDArray[np.int64]) -> NDArray[np.int64]:
    """A column of the table `shares` for each element, by the row that `group` names."""
    cumulative = np.cumsum(shares, axis=1)
    columns: NDArray[np.int64] = (cumulative[group, :-1] <= rng.random(len(group))[:, None]).sum(axis=1)
    return columns


def make(
    rng: np.random.Generator,
    sex: NDArray[np.int8],
    age: NDArray[np.int64],
    asked: NDArray[np.datetime64],
    on: date,
) -> Wishes:
    """Wishes of people of the given sex (1 woman), age in years and day of the survey, on the day `on`."""
    words, of_word, shares = _table()
    size = len(age)
    group = sex.astype(np.int64) * 3 + np.searchsorted((30, 50), age, side="right")
    first, second = _draw(rng, shares, group), _draw(rng, shares, group)
    region = _draw(rng, _REGION_SHARES, group)
    low = np.array([trade.low for trade in of_word])[first]
    high = np.array([trade.high for trade in of_word])[first]
    # People ask for what neighbours earn in the trade, and in round numbers.
    level = np.where((region == 0) & (rng.random(size) >= COAST_WAGE), trades.LOCAL_WAGE, 1.0)
    wage = (low + rng.beta(2, 3, size) * (high - low)) * level
    step = np.where(rng.random(size) < 0.7, 500, 100)
    wage = np.maximum(1500, (np.round(wage / step) * step).astype(np.int64))
    draw = rng.random((size, 3))
    # Most can start within weeks of being asked; a few only after the harvest or the school year.
    soon = asked + rng.geometric(0.08, size).astype("m8[D]")
    later = np.datetime64(on, "D") + rng.integers(35, 120, size).astype("m8[D]")
    ready = np.where(draw[:, 2] < LATER, later, soon).astype(str)
    ready[(draw[:, 2] >= LATER) & (draw[:, 2] < LATER + AT_ONCE)] = "随时"
    names = np.array(words)
    return Wishes(
        first=names[first].tolist(),
        second=np.where((draw[:, 0] < SECOND) & (second != first), names[second], "").tolist(),
        region=np.array(REGIONS)[region].tolist(),
        wage=np.where(draw[:, 1] < ANY_WAGE, "面议", wage.astype(str)).tolist(),
        ready=ready.tolist(),
    )
