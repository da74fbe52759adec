"""The counts that stages and imports report, as words and numbers for the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jobbridge.apps.cycle.words import WORDS


def counts_in_words(counts: Mapping[str, Any], *, zeros: bool = True) -> list[tuple[str, str]]:
    """Word and number of every count that has a word, in the order of the words; technical figures are left out."""
    return [
        (str(word), f"{counts[key]:,}")
        for key, word in WORDS.items()
        if isinstance(counts.get(key), int) and (counts[key] or zeros)
    ]
