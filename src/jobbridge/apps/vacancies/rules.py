"""Decisions about posts: plain values in, plain values out."""

from __future__ import annotations

import hashlib
import re

SEX_LAW = (
    "限定性别需写明法律依据：《就业促进法》第二十七条规定，除国家规定的不适合妇女的工种或者岗位外，"
    "不得以性别为由拒绝录用"
)
NO_LIMIT = frozenset({"", "不限", "男女不限", "无", "无要求", "均可", "不限男女", "无限制"})
_AGE = re.compile(r"([0-9]{2})(?:周?岁)?(?:-|~|至|到|—+|–)([0-9]{2})(?:周?岁)?")
_AGE_TOP = re.compile(r"([0-9]{2})(?:周?岁)?(?:以下|以内|及以下)")
_AGE_BOTTOM = re.compile(r"([0-9]{2})(?:周?岁)?(?:以上|及以上)")
WORKING_AGE, OLDEST = 16, 65


def sex_limit(text: str) -> str | None:
    """"" for no limit, 男 or 女, None when the text is neither."""
    if text in NO_LIMIT:
        return ""
    plain = text.removeprefix("限").removesuffix("性").removesuffix("优先")
    # 女性优先 is a wish; a limit is what keeps the other sex out.
    if text.endswith("优先") and plain in ("男", "女", "男性", "女性"):
        return ""
    return plain if plain in ("男", "女") else None


def age_range(text: str) -> tuple[int, int] | None:
    """Lower and upper age of "18-45岁", "50岁以下", "18周岁以上", "不限"; None when the text is neither."""
    if text in NO_LIMIT:
        return WORKING_AGE, OLDEST
    if found := _AGE.fullmatch(text):
        low, high = int(found[1]), int(found[2])
    elif found := _AGE_TOP.fullmatch(text):
        low, high = WORKING_AGE, int(found[1])
    elif found := _AGE_BOTTOM.fullmatch(text):
        low, high = int(found[1]), OLDEST
    else:
        return None
    return (low, high) if low <= high else None


def post_key(credit_code: str, number: str, title: str, place: str, order: int = 1) -> str:
    """What tells a post from the employer's others: its own number, else title, place and order among the alike."""
    parts = (credit_code, number) if number else (credit_code, title, place, str(order))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
