"""A recommendation in words, from the terms stored with it; nothing is computed anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NEARNESS_WORDS = {
    "first_same": "同工种",
    "second_same": "第二意向工种",
    "first_minor": "相近工种",
    "second_minor": "与第二意向工种相近",
    "first_middle": "同类工种",
    "second_middle": "与第二意向工种同类",
    "general": "普工，不限工种",
}
PLACE_WORDS = {
    "town": "在本乡镇",
    "county": "在本县",
    "preferred": "在您想去的地区",
    "province": "在本省",
    "elsewhere": "在外省",
}


def reasons(row: Mapping[str, Any], seeker: Mapping[str, Any], post: Mapping[str, Any]) -> list[str]:
    """Say why this post: occupation, place, wage, lodging, and last what is missing.

    Parameters
    ----------
    row
        A row of ``MatchResult.recommendations``.
    seeker, post
        The rows of the input tables that it joins.

    Returns
    -------
    Short phrases in Chinese, such as 同工种 / 距家约6公里 / 月薪3800-4500，高于您的期望 / 包住 / 不足：无叉车证.
    """
    phrases = [NEARNESS_WORDS[row["nearness"]], _place(row), _wage(seeker["wage_floor"], post)]
    if post["lodging"]:
        phrases.append("包住")
    have = set(seeker["skills"] or ())
    missing = [skill for skill in dict.fromkeys(post["skills"] or ()) if skill not in have]
    if missing:
        phrases.append("不足：" + "、".join(("无" if skill.endswith("证") else "缺") + skill for skill in missing))
    return phrases


def _place(row: Mapping[str, Any]) -> str:
    km = row["distance_km"]
    if row["place_kind"] != "county" or km is None:
        return PLACE_WORDS[row["place_kind"]]
    return f"距家约{round(km)}公里" if km >= 1 else "距家不到1公里"


def _wage(floor: int | None, post: Mapping[str, Any]) -> str:
    stated = [wage for wage in (post["wage_min"], post["wage_max"]) if wage is not None]
    if not stated:
        return "月薪面议"
    low, high = stated[0], stated[-1]
    text = f"月薪{low}-{high}" if low != high else f"月薪{low}"
    if not floor:
        return text
    if low > floor:
        return text + "，高于您的期望"
    return text + ("，符合您的期望" if high >= floor else "，低于您的期望")
