"""What brokers wrote down of their visits in the last weeks: most households once, a few not for months."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from . import files
from .register import Register
from .words import words

COLUMNS = words("序号 乡镇 村(居) 户编号 户主姓名 户主身份证号 走访日期 走访方式 走访人 走访情况")
COVERED = 0.86
METHODS = ("入户", "电话", "没见到")
NOTES = (
    "家中情况稳定，暂无需求",
    "老人身体尚可，子女在外务工",
    "询问务工去向，年后仍回原单位",
    "了解就业意愿，想在县内找活",
    "宣传交通补贴和技能培训政策",
    "家中种柑橘，农闲时打零工",
    "联系上在外家属，工资按月发放",
    "",
)


def write_visits(folder: Path, rng: np.random.Generator, data: Register, brokers: list[str]) -> int:
    """One workbook for the county, in the order of the villages; returns the number of rows."""
    who = data.people
    head = np.searchsorted(who.house, np.arange(who.households))
    visited = rng.random(who.households) < COVERED
    # Most within the month, a tail of households nobody has been to for long.
    days = np.minimum(rng.gamma(2.0, 14.0, who.households), 170).astype(int) + 1
    dates = (np.datetime64(who.on) - days).astype(str)
    method = rng.choice(3, who.households, p=[0.72, 0.22, 0.06])
    note = rng.integers(0, len(NOTES), who.households)

    def rows() -> Iterator[tuple[str, ...]]:
        number = 0
        for _, low, high in data.towns():
            text = data.text(low, high)
            for house in range(int(who.house[low]), int(who.house[high - 1]) + 1):
                if not visited[house]:
                    continue
                number += 1
                at = int(head[house]) - low
                visitor = brokers[int(who.village[head[house]])]
                yield (
                    str(number), text["town"][at], text["village"][at], str(data.numbers[house]), text["name"][at],
                    text["id"][at], dates[house], METHODS[method[house]], visitor, NOTES[note[house]],
                )  # fmt: skip

    count = 0

    def counted() -> Iterator[tuple[str, ...]]:
        nonlocal count
        for row in rows():
            count += 1
            yield row

    title = "村（社区）劳务经纪人走访记录台账"
    files.write_table(folder / "走访记录台账.xlsx", who.on, COLUMNS, counted(), title=title)
    return count
