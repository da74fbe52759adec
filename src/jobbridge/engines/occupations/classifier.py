"""Everyday job titles to occupations: how a title is written and what it means, both against every known name.

A proposal for people to confirm. Decorations are cut off the title (``诚聘缝纫工 包吃住 6000``); each occupation then
counts with the name written most like it and the name meaning most like it, equally.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from .names import Names, clean, read
from .ngrams import Ngrams
from .sentences import Sentences

GENERAL_LABOUR = "6-31-99-00"  # 其他生产辅助人员: where a title that says nothing (普工) belongs
_NO_TITLES = {
    "无", "没有", "不限", "不详", "其他", "任意", "均可", "都可以", "都行", "随便",
    "听从安排", "服从安排", "待业", "无业", "找工作",
}  # fmt: skip
_GENERAL_TITLES = ("普工", "杂工", "学徒", "小工", "零工", "操作工", "临时工", "辅工", "作业员", "流水线")
MOST = 10
_AT_ONCE = 256
_REMEMBERED = 100_000


@dataclass(frozen=True, slots=True)
class Guess:
    """One proposal: the padded code, its official name, and how like the title it is (0 to 1)."""

    code: str
    name: str
    score: float


class Classifier:
    """Compares titles with the classification; build once, ask often (answers are kept by title)."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._general = names.code.index(GENERAL_LABOUR)
        self._written = Ngrams(names.text)
        self._meant = Sentences(names.text)
        self._known: dict[str, tuple[Guess, ...]] = {}
        # A name of several occupations means the first of them, as equal scores would.
        self._named: dict[str, str] = {}
        for at, code in enumerate(names.code):
            for name in names.text[names.start[at] : names.start[at + 1]]:
                self._named.setdefault(name, code)

    def candidates(self, title: str, k: int = 5) -> tuple[Guess, ...]:
        """Up to k proposals (at most 10), best first; general labour first for a title that names no trade.

        Empty when the title says nothing: no letter in it, or words such as 不限.
        """
        self.learn([title])
        return self._known[title][:k]

    def code(self, title: str) -> str:
        """The best code, '' when the title says nothing; at once where the title is a known name."""
        named = self._name(title)
        if named:
            return named
        best = self.candidates(title, 1)
        return best[0].code if best else ""

    def codes(self, titles: Iterable[str]) -> dict[str, str]:
        """``code`` of every title, worked out together."""
        titles = dict.fromkeys(titles)
        self.learn(title for title in titles if not self._name(title))
        return {title: self.code(title) for title in titles}

    def proposals(self, titles: Iterable[str], k: int = 5) -> dict[str, tuple[Guess, ...]]:
        """What a person is shown for each title: as ``candidates``, but a known name is sure and comes first.

        The names written most like it follow, so that known names never need the encoder.
        """
        titles = dict.fromkeys(titles)
        named = {title: code for title in titles if (code := self._name(title))}
        self.learn(title for title in titles if title not in named)
        found = {title: _doubted(title, self._known[title])[:k] for title in titles if title not in named}
        waiting = list(named)
        for start in range(0, len(waiting), _AT_ONCE):
            some = waiting[start : start + _AT_ONCE]
            written = self._of_occupations(self._written.like([clean(title) for title in some]))
            order = np.argsort(-written, axis=1, kind="stable")[:, :k]
            for title, places, points in zip(some, order.tolist(), written, strict=True):
                own = self._names.code.index(named[title])
                others = [self._guess(at, float(points[at])) for at in places if at != own]
                found[title] = (self._guess(own, 1.0), *others)[:k]
        return {title: found[title] for title in titles}

    def learn(self, titles: Iterable[str]) -> None:
        """Work out many titles together, several times faster than one by one."""
        titles = list(dict.fromkeys(titles))
        fresh = [title for title in titles if title not in self._known]
        # Only before new ones: what a large run has just worked out must last until it is read.
        if fresh and len(self._known) > _REMEMBERED:
            self._known.clear()
            fresh = titles
        for start in range(0, len(fresh), _AT_ONCE):
            self._learn(fresh[start : start + _AT_ONCE])

    def _learn(self, titles: list[str]) -> None:
        self._known.update(dict.fromkeys((title for title in titles if not _says(title)), ()))
        titles = [title for title in titles if _says(title)]
        if not titles:
            return
        plain = [clean(title) for title in titles]
        written = self._of_occupations(self._written.like(plain))
        meant = self._of_occupations(self._meant.like(plain))
        score = np.clip((written + meant) / 2, 0, 1)
        # Stable: of equals the smaller code.
        order = np.argsort(-score, axis=1, kind="stable")[:, :MOST]
        for title, places, points in zip(titles, order.tolist(), score, strict=True):
            found = [self._guess(at, float(points[at])) for at in places]
            if _is_general(title):
                found = [self._guess(self._general, 1.0), *(one for one in found if one.code != GENERAL_LABOUR)]
            self._known[title] = tuple(found[:MOST])

    def _of_occupations(self, like: NDArray[np.float32]) -> NDArray[np.float32]:
        """Each occupation (column) counts with the best of its names."""
        return np.asarray(np.maximum.reduceat(like, self._names.start[:-1], axis=1), np.float32)

    def _name(self, title: str) -> str | None:
        return None if _is_general(title) else self._named.get(clean(title))

    def _guess(self, at: int, score: float) -> Guess:
        return Guess(self._names.code[at], self._names.official[at], round(score, 4))


def _is_general(title: str) -> bool:
    return any(word in title for word in _GENERAL_TITLES)


def _doubted(title: str, guesses: tuple[Guess, ...]) -> tuple[Guess, ...]:
    """What says more than a word for general labour (注塑机操作工) is the less sure, the more a trade is like it."""
    if len(guesses) < 2 or not _is_general(title) or clean(title) in _GENERAL_TITLES:
        return guesses
    return (replace(guesses[0], score=round(1 - guesses[1].score, 4)), *guesses[1:])


def _says(title: str) -> bool:
    plain = clean(title)
    return plain not in _NO_TITLES and any(character.isalpha() for character in plain)


@cache
def classifier() -> Classifier:
    """The classifier over the national classification, built on first use."""
    return Classifier(read())
