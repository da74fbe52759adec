"""The ways in which names, numbers and phones go wrong between a person and a spreadsheet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import four_corner_method
import numpy as np
import opencc
from pypinyin import lazy_pinyin

from . import names

COMMON = 1500  # confusions are drawn among this many most common characters
OCR = {
    "0": "86",
    "1": "7",
    "2": "7",
    "3": "8",
    "4": "9",
    "5": "6",
    "6": "58",
    "7": "1",
    "8": "30",
    "9": "4",
    "X": "1",
}
MASK_CHARACTERS = "?·*■"


@dataclass(frozen=True)
class Confusions:
    """For each character: those that sound alike, those that look alike, and its traditional form."""

    sound: dict[str, list[str]]
    shape: dict[str, list[str]]
    traditional: dict[str, str]


@cache
def confusions() -> Confusions:
    """Built once from pinyin, four-corner codes and the traditional forms of the common name characters."""
    weight = names.tables().weight
    common = sorted(weight, key=lambda char: (-weight[char], char))[:COMMON]
    surnames = {chr(code) for code in names.tables().surname_codes[:200].ravel() if code}
    letters = common + sorted(surnames - set(common))
    corner = four_corner_method.FourCornerMethod()
    by_sound: dict[str, list[str]] = {}
    by_shape: dict[str, list[str]] = {}
    sound_of = {char: lazy_pinyin(char)[0] for char in letters}
    shape_of = {char: str(corner.query(char) or char)[:3] for char in letters}
    for char in letters:
        by_sound.setdefault(sound_of[char], []).append(char)
        by_shape.setdefault(shape_of[char], []).append(char)
    convert = opencc.OpenCC("s2t").convert
    return Confusions(
        sound={char: [other for other in by_sound[sound_of[char]] if other != char] for char in letters},
        shape={char: [other for other in by_shape[shape_of[char]] if other != char] for char in letters},
        traditional={char: convert(char) for char in letters},
    )


def name(rng: np.random.Generator, text: str, kind: str) -> str:
    """A name damaged in one way: sound, shape, traditional, swap, drop, mask, space."""
    chars = list(text)
    table = confusions()
    if kind == "traditional":
        return "".join(table.traditional.get(char, char) for char in chars)
    if kind == "swap" and len(chars) == 3:
        return chars[0] + chars[2] + chars[1]
    if kind == "drop" and len(chars) >= 3:
        del chars[int(rng.integers(1, len(chars)))]
    elif kind == "mask":
        chars[-1] = MASK_CHARACTERS[int(rng.integers(0, len(MASK_CHARACTERS)))]
    elif kind == "space":
        chars.insert(1, " ")
    else:
        place = int(rng.integers(0 if rng.random() < 0.15 else 1, len(chars)))
        others = (table.shape if kind == "shape" else table.sound).get(chars[place], [])
        if others:
            chars[place] = others[int(rng.integers(0, len(others)))]
    return "".join(chars)


def id_number(rng: np.random.Generator, text: str, kind: str) -> str:
    """A number damaged in one way: ocr, swap, digit, drop, old (15 digits)."""
    chars = list(text)
    if kind == "old":
        return text[:6] + text[8:17]
    if kind == "drop":
        del chars[int(rng.integers(6, 18))]
    elif kind == "swap":
        place = int(rng.integers(6, 16))
        chars[place], chars[place + 1] = chars[place + 1], chars[place]
    else:
        # The first two stay: whatever happens, the number remains one that nobody can have.
        place = int(rng.integers(2, 17))
        choice = OCR[chars[place]] if kind == "ocr" else "0123456789"
        chars[place] = choice[int(rng.integers(0, len(choice)))]
    return "".join(chars)


def phone(rng: np.random.Generator, text: str, kind: str) -> str:
    """A phone as typed with punctuation (format) or with one digit wrong (swap, digit)."""
    if kind == "format":
        style = int(rng.integers(0, 3))
        return (
            f"+86 {text[:3]}-{text[3:7]}-{text[7:]}",
            f"{text[:3]}-{text[3:7]}-{text[7:]}",
            f"{text[:3]} {text[3:7]} {text[7:]}",
        )[style]
    chars = list(text)
    place = int(rng.integers(3, 10))
    if kind == "swap":
        chars[place], chars[place + 1] = chars[place + 1], chars[place]
    else:
        chars[place] = str(rng.integers(0, 10))
    return "".join(chars)


def full_width(text: str) -> str:
    """Digits and letters as an input method in full-width mode writes them."""
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)
