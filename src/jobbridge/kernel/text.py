"""Cleaning of text that people typed into a cell."""

from __future__ import annotations

import re
import unicodedata

# Characters that Excel, WeChat and PDF copies leave behind and nobody can see.
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]")
_SPACE = re.compile(r"\s+")


def narrow(text: str | None) -> str:
    """Full-width to half-width (NFKC), invisible characters gone, ends trimmed, inner spaces kept."""
    if not text:
        return ""
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).strip()


def squeeze(text: str | None) -> str:
    """Like `narrow`, without any white space at all: for numbers, names and codes."""
    # Once more, because taking a space away can bring a letter and its accent together.
    return unicodedata.normalize("NFKC", _SPACE.sub("", narrow(text)))
