"""Decisions about posts: plain values in, plain values out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_noop as _

from jobbridge.apps.vacancies.lawful import Ground, Lawful
from jobbridge.kernel import credit_code

SEX_LAW = _(
    "限定性别需写明法律依据：《就业促进法》第二十七条规定，除国家规定的不适合妇女的工种或者岗位外，"
    "不得以性别为由拒绝录用"
)
AGE_LAW = _(
    "限定年龄需写明法律依据：《就业促进法》第三条规定劳动者依法享有平等就业的权利，"
    "没有法定年龄要求的请填“不限”（16至65周岁）"
)
CHILD_LAW = _("不得招用未满16周岁的未成年人（《劳动法》第十五条）")
GROUND_SHAPE = _("限制依据要写出法规或文件的名称，例如《女职工劳动保护特别规定》附录")
GROUND_OTHER = _("所写依据没有规定这项限制，请换一项依据或取消限制")
AGE_ORDER = _("年龄上限低于下限")
OWN_DOUBTS = _("自己登记、有疑点的岗位要请别人审核")
NO_REASON = _("有疑点，请写明为什么通过")
WORKING_AGE, OLDEST = 16, 65  # whoever asks for this span limits nobody
SOON_DAYS = 7  # before a post expires its employer is called
CONFIRM_DAYS = 30  # without a word of the employer
OVER_DAYS = 30  # an expired post stays on the list of calls that long
MOST_OPENINGS, HIGHEST_WAGE, LONGEST_DAYS = 100_000, 200_000, 366
LONGEST_TITLE = 60
UNREAD = -1  # a level that the form names and nobody knows
# What is screened; a change of it is screened again.
DECISIVE = (
    "title", "place_code", "place_text", "wage_min", "wage_max", "age_min", "age_max", "sex_limit", "limit_ground",
    "education_min", "health_min", "skills", "lodging", "shift", "note",
    "liaison_city",
)  # fmt: skip
_NAMED = re.compile("《[^《》]+》")
_NUMBER = re.compile("[0-9]{7,}")


def limit_fault(
    sex: str, low: int, high: int, ground: str, grounds: tuple[Ground, ...]
) -> tuple[str, str, str] | None:
    """Why limits of sex and age may not stand: field, code and the law's sentence; None when they may.

    A listed law carries only what it says; one that is not listed is left to whoever screens the post.
    """
    if low < WORKING_AGE:
        return "age_min", "age_child", CHILD_LAW
    if high < low:
        return "age_max", "age_order", AGE_ORDER
    asked = {"sex_limit": bool(sex), "age_min": low > WORKING_AGE, "age_max": high < OLDEST}
    named = [name for name, holds in asked.items() if holds]
    if not named:
        return None
    if not ground.strip():
        if sex:
            return "sex_limit", "sex_limit_without_ground", SEX_LAW
        return named[0], "age_limit_without_ground", AGE_LAW
    parts = _laws(ground)
    if not parts:
        return "limit_ground", "limit_ground_unnamed", GROUND_SHAPE
    for name in named:
        if not any(_carries(part, name, sex, low, high, grounds) for part in parts):
            return "limit_ground", "limit_ground_other", GROUND_OTHER
    return None


def _carries(part: str, name: str, sex: str, low: int, high: int, grounds: tuple[Ground, ...]) -> bool:
    known = next((ground for ground in grounds if ground.cites in part), None)
    if known is None:
        return True
    if name == "sex_limit":
        return known.sex == sex
    if name == "age_min":
        return known.age_min is not None and low <= known.age_min
    return known.age_max is not None and high >= known.age_max


def unlisted(ground: str, grounds: tuple[Ground, ...]) -> bool:
    """Whether a ground names a law that is not listed, of which the machine cannot tell what it carries."""
    return any(all(listed.cites not in part for listed in grounds) for part in _laws(ground))


def _laws(ground: str) -> list[str]:
    return [part for part in re.split("[;；]", ground) if _NAMED.search(part)]


@dataclass(frozen=True)
class Offer:
    """What an employer says of a post."""

    title: str
    place_code: str
    place_text: str
    openings: int
    wage_min: int
    wage_max: int
    expires_on: date
    age_min: int = WORKING_AGE
    age_max: int = OLDEST
    sex_limit: str = ""
    limit_ground: str = ""
    education_min: int = 0
    health_min: int = 1
    skills: tuple[str, ...] = ()
    lodging: bool = False
    shift: str = ""
    note: str = ""
    liaison_city: str = ""


def faults(offer: Offer, today: date, law: Lawful) -> dict[str, str]:
    """What keeps a post from being entered: field of the form and the sentence."""
    found: dict[str, str] = {}
    if not offer.title:
        found["title"] = _("请填写岗位名称")
    elif len(offer.title) > LONGEST_TITLE:
        found["title"] = _("岗位名称最多60个字")
    if not offer.place_code:
        found["place_text"] = _("工作地点认不出，请写到县，如 浙江省义乌市")
    if not 1 <= offer.openings <= MOST_OPENINGS:
        found["openings"] = _("招聘人数应在1到100000之间")
    if not 0 < offer.wage_min <= HIGHEST_WAGE:
        found["wage_min"] = _("月薪下限应是1到200000之间的整数（元）")
    if offer.wage_max != offer.wage_min:  # left empty it is the lower one, whose fault is said already
        if not 0 < offer.wage_max <= HIGHEST_WAGE:
            found["wage_max"] = _("月薪上限应是1到200000之间的整数（元）")
        elif offer.wage_max < offer.wage_min and "wage_min" not in found:
            found["wage_max"] = _("月薪上限低于下限")
    if not today <= offer.expires_on <= today + timedelta(days=LONGEST_DAYS):
        found["expires_on"] = _("有效期应在今天到一年之内")
    if offer.sex_limit not in ("", "男", "女"):
        found["sex_limit"] = _("性别请选不限、男或女")
    elif fault := limit_fault(offer.sex_limit, offer.age_min, offer.age_max, offer.limit_ground, law.grounds):
        found[fault[0]] = fault[2]
    for name in ("education_min", "health_min"):
        if getattr(offer, name) == UNREAD:
            found[name] = _("请在列出的里选一项")
    return found


def needs_another_look(before: Mapping[str, Any], offer: Offer) -> bool:
    """Whether a change touches what was screened. More or fewer places or a later end do not."""
    return any(before[name] != getattr(offer, name) for name in DECISIVE)


@dataclass(frozen=True)
class Check:
    """One thing that whoever screens a post looks at: ``ok`` is None where the machine cannot tell.

    ``text`` has a place for each of ``values``, so that it can be said in another language.
    """

    name: str
    ok: bool | None
    text: str
    values: Mapping[str, object] = field(default_factory=dict)


def checks(
    *, code: str, place_code: str, wage_min: int, limits: tuple[str, int, int, str], texts: str, twins: int, on: date,
    law: Lawful,
) -> list[Check]:  # fmt: skip
    """What the machine sees of a post: credit code, wage, limits and words of limits, suspicious words, doubles."""
    valid = credit_code.is_valid(code)
    money, contact, limiting = (
        [word for word in words if word in texts]
        for words in (law.money_words, law.contact_words, law.limit_words)
    )
    contact += [number[0]] if (number := _NUMBER.search(texts)) else []
    return [
        Check(_("信用代码"), valid, _("校验位正确") if valid else _("校验位不对")),
        _wage_check(wage_min, law.minimum_wage(place_code, on)),
        _limit_check(*limits, law),
        _limit_words(limiting, limits_anybody(*limits[:3])),
        _word_check(_("收费字样"), money),
        _word_check(_("私下联系方式"), contact),
        Check(_("重复岗位"), not twins, _("同单位同地已有 {n} 个同名岗位") if twins else _("没有发现"), {"n": twins}),
    ]


def _wage_check(wage: int, minimum: int | None) -> Check:
    if minimum is None:
        return Check(_("最低工资"), None, _("没有登记当地最低工资标准"))
    return Check(_("最低工资"), wage >= minimum, _("当地不低于 {n} 元"), {"n": minimum})


def _limit_check(sex: str, low: int, high: int, ground: str, law: Lawful) -> Check:
    name = _("性别年龄限制")
    if fault := limit_fault(sex, low, high, ground, law.grounds):
        return Check(name, False, fault[2])
    if not limits_anybody(sex, low, high):
        return Check(name, True, _("没有限制"))
    if unlisted(ground, law.grounds):
        return Check(name, False, _("依据不在清单内，请核对：{ground}"), {"ground": ground})
    return Check(name, True, _("依据：{ground}"), {"ground": ground})


def _limit_words(words: list[str], limited: bool) -> Check:
    """Words that keep somebody out beside the fields made for it; what is limited on a ground may also be said."""
    found = _word_check(_("文字里的限制"), words)
    return replace(found, ok=None) if words and limited else found


def _word_check(name: str, words: list[str]) -> Check:
    return Check(name, not words, _("出现“{words}”") if words else _("没有发现"), {"words": "、".join(words)})


def limits_anybody(sex: str, low: int, high: int) -> bool:
    """Whether somebody of working age is kept out."""
    return bool(sex) or low > WORKING_AGE or high < OLDEST


def approval_fault(*, doubts: bool, own: bool, reason: str) -> str | None:
    """Why a post may not be let through like this; None when it may.

    What the machine wonders about is looked at by somebody else than its writer, and costs a word of explanation.
    """
    if not doubts:
        return None
    if own:
        return OWN_DOUBTS
    return None if reason.strip() else NO_REASON


def quality(
    *, wage_min: int, place_code: str, lodging: bool, shift: str, limited: bool, on: date, law: Lawful
) -> list[Check]:
    """The criteria of a quality post; it is one when all of them hold."""
    minimum = law.minimum_wage(place_code, on) or law.minimum_wage(law.home, on) or 0
    floor = round(minimum * law.wage_times_minimum)
    return [
        Check(_("工资"), wage_min >= floor, _("月薪下限不低于 {n} 元"), {"n": floor}),
        Check(_("住宿"), lodging or place_code.startswith(law.home), _("包住，或在本省市内")),
        Check(_("班次"), shift not in law.shifts_excluded, _("班次不在排除之列")),
        Check(_("限制"), not limited, _("没有性别和年龄限制")),
    ]


def is_full(*, openings: int, hired: int) -> bool:
    """Whether all places of a post are taken."""
    return hired >= openings


def must_confirm(*, expires_on: date, word_of: date, full: bool, on: date) -> bool:
    """Whether the employer of an active post must be asked if it still holds; one long over is let go."""
    ending = on - timedelta(days=OVER_DAYS) <= expires_on <= on + timedelta(days=SOON_DAYS)
    return ending or (expires_on > on and (full or word_of <= on - timedelta(days=CONFIRM_DAYS)))


def post_key(credit_code: str, number: str, title: str, place: str, order: int = 1) -> str:
    """What tells a post from the employer's others: its own number, else title, place and order among the alike."""
    parts = (credit_code, number) if number else (credit_code, title, place, str(order))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
