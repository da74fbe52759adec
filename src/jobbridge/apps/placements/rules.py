"""What a digest lists, and what an answer to it means.

The key of a digest names its run, its person and the ranks of the posts it lists. So the fate of the message is read
back by joining, and a number sent back means the same post however many of the others have meanwhile been answered
or have expired.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_KEY = re.compile(r"recommend:(\d+):\d+:([1-9]+)")
_NOISE = re.compile(r"[\W_]+")

# A refusal is understood when the text is nothing but one of these, behind a number or for all; whatever else
# somebody writes is for a person to read.
_REASONS = {
    "wage": "工资太?[低少]|钱太?少|待遇太?低|薪水太?低",
    "far": "太远|远|离家太?远|路太?远",
    "kind": "工种不合适|不会做?|做不来|不想做",
    "hours": "班次不合适|时间不合适|夜班|倒班|不上夜班",
    "lodging": "不包住|没地方住|没有?住处",
    "health": "身体吃不消|吃不消|干不动|太累|身体不好|身体不行",
    "family": "要?照顾家人|要?照顾家里|要?带孩子|走不开|家里走不开",
    "employed": "已?有工作|已经有工作|找到工作|已上班|上班|已经上班",
    "other": "不合适|不去|不要|不想去|没兴趣|不考虑",
}
_ABOUT_ONE_POST = frozenset({"wage", "far", "kind", "hours", "lodging"})
_REFUSAL = re.compile(
    r"(?P<number>[1-9]?)号?(?P<all>都|全都?|全部)?(?:"
    + "|".join(f"(?P<{reason}>{words})" for reason, words in _REASONS.items())
    + ")了?"
)
_CHOICE = re.compile(r"([1-9])号?")


@dataclass(frozen=True)
class Answer:
    """What a reply says about posts of a run; without a reason it is a yes."""

    run: int
    ranks: tuple[int, ...]
    reason: str = ""


@dataclass(frozen=True)
class Listed:
    """A post as a digest shows it."""

    title: str
    place: str
    wage_min: int
    wage_max: int
    lodging: bool


def digest_key(run: int, person: int, ranks: Sequence[int]) -> str:
    """The key of the message that lists these ranks (1 to 9 each), in the order of its numbers."""
    return f"recommend:{run}:{person}:{''.join(map(str, ranks))}"


def understood(key: str, text: str) -> Answer | None:
    """What the reply ``text`` says of the posts of the message ``key``; None when a person has to read it.

    A number alone is a yes to that post; a number with a reason is a no to it. A reason without a number is a no to
    all that are listed, unless it can only be about one of several.
    """
    digest = _KEY.fullmatch(key)
    plain = _NOISE.sub("", unicodedata.normalize("NFKC", text))
    if digest is None:
        return None
    run, ranks = int(digest[1]), [int(rank) for rank in digest[2]]
    if choice := _CHOICE.fullmatch(plain):
        place = int(choice[1])
        return Answer(run, (ranks[place - 1],)) if place <= len(ranks) else None
    refusal = _REFUSAL.fullmatch(plain)
    if refusal is None:
        return None
    reason = next(name for name in _REASONS if refusal[name])
    if refusal["number"]:
        place = int(refusal["number"])
        return Answer(run, (ranks[place - 1],), reason) if place <= len(ranks) and not refusal["all"] else None
    if reason in _ABOUT_ONE_POST and len(ranks) > 1 and not refusal["all"]:
        return None
    return Answer(run, tuple(ranks), reason)


def listing(posts: Sequence[Listed], room: int) -> str:
    """The posts with their numbers in at most ``room`` characters: first without their places, then cut short."""
    full = "；".join(f"{at}.{post.title}，{post.place}，{_terms(post)}" for at, post in enumerate(posts, 1))
    if len(full) <= room:
        return full
    brief = [f"{at}.{post.title}，{_terms(post)}" for at, post in enumerate(posts, 1)]
    most = room // len(brief) - 1
    return "；".join(line if len(line) <= most else line[: most - 1] + "…" for line in brief)


def _terms(post: Listed) -> str:
    return f"{post.wage_min}-{post.wage_max}元" + ("，包住" if post.lodging else "")
