"""Keys of a name: simplified form, sound, shape.

Working on one long text of all distinct names with ``str.translate`` keeps a million people at about a
second; the tables are built once per distinct character.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

import opencc
import pyarrow as pa
from four_corner_method import FourCornerMethod
from pypinyin import lazy_pinyin

# Surnames that a per-character reading gets wrong.  Only the first character is looked up here: 曾 is
# zeng as a surname and ceng elsewhere.
SURNAME_SOUND = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "查": "zha", "区": "ou", "朴": "piao",
    "盖": "ge", "折": "she", "缪": "miao", "洗": "xian", "乐": "yue", "员": "yun", "召": "shao",
    "黑": "he", "翟": "zhai", "覃": "qin", "种": "chong", "秘": "bi", "薄": "bo", "祭": "zhai",
    "隗": "wei", "郇": "xun", "么": "yao", "佴": "nai", "繁": "po", "句": "gou", "适": "kuo",
    "牟": "mu", "能": "nai", "重": "chong", "卜": "bu", "藏": "zang", "粘": "nian", "阚": "kan",
    "尉": "wei",
}  # fmt: skip
# Two-character surnames whose first character reads otherwise; only in names of three or more.
COMPOUND_SOUND = {
    "尉迟": "yu chi", "万俟": "mo qi", "单于": "chan yu", "长孙": "zhang sun", "澹台": "tan tai",
    "令狐": "ling hu", "宿勤": "su qin",
}  # fmt: skip

MASKS = "*?■□●○×•#_某"
_MASK_TABLE = {ord(c): "*" for c in MASKS}
_HAN = "\u3400-\u9fff\U00020000-\U0003ffff"
_LETTER_MASK = re.compile(f"(?<=[{_HAN}*])[xX]+|[xX]+(?=[{_HAN}])")
_LONGEST = 80  # what is longer is no name, and some of the patterns below would take their time over it
_BRACKETS = re.compile(r"\([^)\n]*\)")
_NOTHING = ("", "*")
_END_DOT = re.compile(r"[·・.]+(?=\n|\Z)")


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@cache
def _corners() -> FourCornerMethod:
    return FourCornerMethod()


@cache
def _sound(char: str) -> str:
    return str(lazy_pinyin(char)[0])


@cache
def _shape(char: str) -> str:
    code = None if char.isascii() else _corners().query(char)
    if code:
        return str(code)[:5].ljust(5, "0")
    # Unknown characters must not look alike, so the code point is spelled in letters.
    return "".join(chr(ord("a") + ord(char) // 26**k % 26) for k in range(5))


def simplify(names: Sequence[str]) -> list[str]:
    """Clean forms used as match keys; what is stored and shown stays as it was entered.

    NFKC, one mask character ``*``, traditional to simplified character by character, no brackets,
    spaces or dots.  A dot at the end stands for a character the terminal could not write: a mask.

    Parameters
    ----------
    names
        ``n`` names without line breaks.

    Returns
    -------
    list of str
        ``n`` keys, possibly empty.
    """
    text = unicodedata.normalize("NFKC", "\n".join(n[:_LONGEST].replace("\n", " ") for n in names))
    text = _BRACKETS.sub("", text)
    text = _END_DOT.sub("*", text).translate(_MASK_TABLE)
    text = _LETTER_MASK.sub(lambda m: "*" * len(m.group()), text)
    chars = sorted(set(text) - {"\n", "*"})
    kept = [c for c in chars if c.isalpha()]
    simple = _simplifier().convert("\n".join(kept)).split("\n") if kept else []
    table: dict[int, str | None] = {ord(c): None for c in chars}
    table.update({ord(c): s.upper() for c, s in zip(kept, simple, strict=True)})
    return text.translate(table).split("\n")


def sounds(keys: Sequence[str]) -> list[str]:
    """Toneless pinyin of each key, one syllable a character followed by a space; ``*`` stays."""
    text = "\n".join(keys)
    table = {ord(c): (c if c == "*" else _sound(c)) + " " for c in set(text) - {"\n"}}
    found = text.translate(table).split("\n")
    for i, key in enumerate(keys):
        if len(key) > 2 and key[:2] in COMPOUND_SOUND:
            found[i] = f"{COMPOUND_SOUND[key[:2]]} " + key[2:].translate(table)
        elif key[:1] in SURNAME_SOUND:
            found[i] = f"{SURNAME_SOUND[key[0]]} " + key[1:].translate(table)
    return found


def shapes(keys: Sequence[str]) -> list[str]:
    """Four-corner code of each key, five signs a character (letters where there is no code)."""
    text = "\n".join(keys)
    return text.translate({ord(c): _shape(c) for c in set(text) - {"\n"}}).split("\n")


def name_keys(names: Sequence[str]) -> pa.Table:
    """Keys of distinct names.

    Returns
    -------
    pa.Table
        name (as entered), simple, sound, shape; ``simple`` is null where nothing but stars is left.
    """
    simple = simplify(names) if names else []
    columns = {
        "name": list(names),
        "simple": [None if s[:1] in _NOTHING and not s.strip("*") else s for s in simple],
        "sound": sounds(simple) if simple else [],
        "shape": shapes(simple) if simple else [],
    }
    return pa.table({k: pa.array(v, pa.string()) for k, v in columns.items()})
