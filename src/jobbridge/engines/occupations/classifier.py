"""Titles to occupations by character n-grams against the names and everyday names of the classification.

A proposal for people to confirm, good enough to place a title in its group. Titles are short and noisy
(``诚聘缝纫工 包吃住 6000``): decorations are cut first, then 1- to 3-grams are weighed by rarity and compared
by cosine.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import log, sqrt

GENERAL_LABOUR = "6-31-99-00"  # 其他生产辅助人员: where a title that says nothing (普工) belongs
_GENERAL_TITLES = ("普工", "杂工", "学徒", "小工", "零工", "操作工", "临时工", "辅工", "作业员", "流水线")
_NOISE = re.compile(
    r"[（(【\[].*?[）)】\]]|诚聘|急聘|急招|招聘|高薪|包吃住|包吃|包住|双休|周末|无试用期|五险一金|[0-9０-９]+[千kK元]?|[-+/／·,，、.。~～\s]+"
)


@dataclass(frozen=True, slots=True)
class Guess:
    """One proposal: the padded code, its official name, and how like the title it is (0 to 1)."""

    code: str
    name: str
    score: float


class Classifier:
    """Compares titles with the classification; build once, ask often (answers are kept by title)."""

    def __init__(self, rows: list[dict[str, str]]) -> None:
        names = [(row, name) for row in rows if row["level"] in "34" for name in _names(row)]
        counts = [Counter(_grams(name)) for _, name in names]
        spread = Counter(gram for count in counts for gram in count)
        self._weight = {gram: log(1 + len(names) / n) for gram, n in spread.items()}
        self._entries = [(row["code_padded"], row["name"]) for row, _ in names]
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for at, count in enumerate(counts):
            for gram, value in self._vector(count).items():
                self._postings[gram].append((at, value))
        self._known: dict[str, tuple[Guess, ...]] = {}

    def guess(self, title: str) -> tuple[Guess, ...]:
        """Up to five proposals, best first; empty when the title shares nothing with any name."""
        if title not in self._known:
            self._known[title] = self._guess(_clean(title))
        return self._known[title]

    def code(self, title: str) -> str:
        """The best code, general labour for titles that name no trade, '' when nothing fits."""
        if any(word in title for word in _GENERAL_TITLES):
            return GENERAL_LABOUR
        guesses = self.guess(title)
        return guesses[0].code if guesses else ""

    def _guess(self, title: str) -> tuple[Guess, ...]:
        scores: dict[int, float] = defaultdict(float)
        for gram, value in self._vector(Counter(_grams(title))).items():
            for at, other in self._postings.get(gram, ()):
                scores[at] += value * other
        best: dict[str, Guess] = {}
        for at, score in sorted(scores.items(), key=lambda item: (-item[1], self._entries[item[0]])):
            code, name = self._entries[at]
            best.setdefault(code, Guess(code, name, round(min(score, 1.0), 4)))
            if len(best) == 5:
                break
        return tuple(best.values())

    def _vector(self, count: Counter[str]) -> dict[str, float]:
        values = {gram: n * self._weight.get(gram, 0.0) for gram, n in count.items()}
        length = sqrt(sum(value * value for value in values.values())) or 1.0
        return {gram: value / length for gram, value in values.items()}


@cache
def classifier() -> Classifier:
    """The classifier over the national classification, built on first use (about 0.2 s)."""
    with (
        resources.files("jobbridge.engines.occupations.data")
        .joinpath("csco2022.csv")
        .open(encoding="utf-8-sig") as rows
    ):
        return Classifier(list(csv.DictReader(rows)))


def _names(row: dict[str, str]) -> list[str]:
    names = [row["name"], *filter(None, re.split(r"[|/]", row["aliases"]))]
    return [_clean(name) or name for name in names]


def _clean(title: str) -> str:
    return _NOISE.sub("", unicodedata.normalize("NFKC", title))


def _grams(text: str) -> list[str]:
    # The last characters of a Chinese title name the trade; its end is marked so that they weigh as such.
    marked = text + "$"
    return [marked[i : i + n] for n in (1, 2, 3) for i in range(len(marked) - n + 1)]
