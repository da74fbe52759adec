"""A recommendation in words, and what was not recommended and why: from stored terms, nothing is computed anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .outlook import Outlook

NEARNESS_WORDS = {
    "first_same": "同工种",
    "second_same": "第二意向工种",
    "first_minor": "相近工种",
    "second_minor": "与第二意向工种相近",
    "first_middle": "同类工种",
    "second_middle": "与第二意向工种同类",
    "general": "普工，不限工种",
}
BELOW = "，低于您的期望"
PLACE_WORDS = {
    "town": "在本乡镇",
    "county": "在本县",
    "preferred": "在您想去的地区",
    "province": "在本省",
    "elsewhere": "在外省",
}
# What a person could do about a limit, or that nothing can be done; pairs already sent need no words.
CHANGES = {
    "occupation": "愿意换工种，可多{n}个岗位",
    "place": "愿意去更远的地方，可多{n}个岗位",
    "wage": "放宽最低月薪，可多{n}个岗位",
    "available": "早些到岗，可多{n}个岗位",
    "education": "只因学历不够，少了{n}个岗位",
    "health": "只因体力要求，少了{n}个岗位",
    "age": "只因年龄不符，少了{n}个岗位",
    "sex": "只因法定性别限制，少了{n}个岗位",
}
BARRIERS = {
    "occupation": "工种不符", "place": "太远", "wage": "工资低于期望", "available": "到岗时间不合",
    "education": "学历不够", "health": "体力不合", "age": "年龄不符", "sex": "法定性别限制", "sent": "已推荐过",
}  # fmt: skip


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
    At most one of them speaks against the post: what is missing, or else a wage below the one wanted.
    """
    have = set(seeker["skills"] or ())
    missing = [skill for skill in dict.fromkeys(post["skills"] or ()) if skill not in have]
    wage = _wage(seeker["wage_floor"], post)
    if missing:
        wage = wage.removesuffix(BELOW)
    phrases = [NEARNESS_WORDS[row["nearness"]], _place(row), wage]
    if post["lodging"]:
        phrases.append("包住")
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
    return text + ("，符合您的期望" if high >= floor else BELOW)


def missed(employer: str, given: int) -> str:
    """Say why a post that suited better was not recommended.

    Parameters
    ----------
    employer
        Its name.
    given
        How many posts the person got instead.
    """
    return f"未推荐{employer}：人选已满" + ("，您在其余岗位更合适" if given else "")


def changes(outlook: Outlook, most: int = 3) -> list[str]:
    """Say what would have to change to fit more posts: each limit that alone keeps posts away, the widest first.

    Who has no post at all is first told what stands in the way; then the training that opens most is named.
    """
    phrases = []
    if not outlook.legal:
        walls = sorted(outlook.limits.items(), key=lambda item: -item[1][0])[:most]
        words = "、".join(f"{BARRIERS[name]}（{posts}个）" for name, (posts, _only) in walls)
        phrases.append(f"没有合适岗位：{words}" if words else "没有在招岗位")
    alone = [(only, name) for name, (_posts, only) in outlook.limits.items() if only and name in CHANGES]
    alone.sort(key=lambda item: -item[0])
    return phrases + [CHANGES[name].format(n=only) for only, name in alone[:most]]


def training(outlook: Outlook, trade_name: Callable[[str], str]) -> list[str]:
    """Name the nearest training: the certificate that most posts ask for, and the trade that opens most.

    Parameters
    ----------
    trade_name
        The everyday name of an occupation code.
    """
    phrases = [f"学{one.name}：{one.posts}个岗位要求" for one in outlook.skills[:1]]
    return phrases + [f"学{trade_name(one.name)}：可多{one.posts}个岗位" for one in outlook.trades[:1]]
