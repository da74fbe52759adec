"""How alike two titles are written: character n-grams weighed by rarity, compared by cosine."""

from __future__ import annotations

from collections import Counter, defaultdict
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray


class Ngrams:
    """An index of names; built once."""

    def __init__(self, names: list[str]) -> None:
        counts = [Counter(_grams(name)) for name in names]
        spread = Counter(gram for count in counts for gram in count)
        self._size = len(names)
        self._weight = {gram: log(1 + len(names) / n) for gram, n in spread.items()}
        postings: dict[str, tuple[list[int], list[float]]] = defaultdict(lambda: ([], []))
        for at, count in enumerate(counts):
            for gram, value in self._vector(count).items():
                postings[gram][0].append(at)
                postings[gram][1].append(value)
        self._postings = {
            gram: (np.array(at, np.int32), np.array(values, np.float32)) for gram, (at, values) in postings.items()
        }

    def like(self, titles: list[str]) -> NDArray[np.float32]:
        """Cosine of every title (row) with every name (column), 0 to 1."""
        found = np.zeros((len(titles), self._size), np.float32)
        for row, title in zip(found, titles, strict=True):
            for gram, value in self._vector(Counter(_grams(title))).items():
                if gram in self._postings:
                    at, other = self._postings[gram]
                    row[at] += np.float32(value) * other
        return found

    def _vector(self, count: Counter[str]) -> dict[str, float]:
        values = {gram: n * self._weight.get(gram, 0.0) for gram, n in count.items()}
        length = sqrt(sum(value * value for value in values.values())) or 1.0
        return {gram: value / length for gram, value in values.items()}


def _grams(text: str) -> list[str]:
    # The last characters of a Chinese title name the trade; its end is marked so that they weigh as such.
    marked = text + "$"
    return [marked[i : i + n] for n in (1, 2, 3) for i in range(len(marked) - n + 1)]
