"""The unified social credit code of an organisation (GB 32100-2015): 18 characters, the last one a check."""

from __future__ import annotations

import re

from .text import squeeze

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I O S V Z
_SHAPE = re.compile(f"[{ALPHABET}]{{18}}")


def clean(text: str | None) -> str:
    """Half-width, no spaces, capitals."""
    return squeeze(text).upper()


def check_character(first17: str) -> str:
    """The 18th character for the first 17."""
    total = sum(ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(first17))
    return ALPHABET[-total % 31]


def is_valid(text: str | None) -> bool:
    """Whether the cleaned text has the right shape and check character."""
    code = clean(text)
    return bool(_SHAPE.fullmatch(code)) and check_character(code[:17]) == code[17]
