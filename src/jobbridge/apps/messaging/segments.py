"""How a text travels as SMS. Chinese goes as UCS-2: 70 units in one message, 67 in each part of a longer."""

from __future__ import annotations

SINGLE = 70
PART = 67
MOST_PARTS = 255


def units(text: str) -> int:
    """UTF-16 code units; characters beyond the basic plane (rare surnames, emoji) take two."""
    return len(text.encode("utf-16-be")) // 2


def split(text: str) -> list[str]:
    """The parts a text is sent and billed as. A character is never cut in two.

    Raises ValueError for an empty text and for one longer than 255 parts.
    """
    if not text:
        raise ValueError("an empty text cannot be sent")
    if units(text) <= SINGLE:
        return [text]
    parts: list[str] = []
    part, used = [], 0
    for character in text:
        width = 2 if ord(character) > 0xFFFF else 1
        if used + width > PART:
            parts.append("".join(part))
            part, used = [], 0
        part.append(character)
        used += width
    parts.append("".join(part))
    if len(parts) > MOST_PARTS:
        raise ValueError(f"the text needs {len(parts)} parts, more than {MOST_PARTS}")
    return parts


def header(reference: int, total: int, number: int) -> bytes:
    """User data header of part ``number`` (from 1) of ``total``, concatenated under an 8-bit reference."""
    return bytes((5, 0, 3, reference & 0xFF, total, number))
