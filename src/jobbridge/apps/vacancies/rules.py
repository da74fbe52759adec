"""Decisions about posts: plain values in, plain values out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from jobbridge.apps.vacancies.lawful import Ground, Lawful
from jobbridge.kernel import credit_code

SEX_LAW = (
    "限定性别需写明法律依据：《就业促进法》第二十七条规定，除国家规定的不适合妇女的工种或者岗位外，"
    "不得以性别为由拒绝录用"
)
AGE_LAW = (
    "限定年龄需写明法律依据：《就业促进法》第三条规定劳动者依法享有平等就业的权利，"
    "没有法定年龄要求的请填“不限”（16至65周岁）"
)
CHILD_LAW = "不得招用未满16周岁的未成年人（《劳动法》第十五条）"
GROUND_SHAPE = "限制依据要写出法规或文件的名称，例如《女职工劳动保护特别规定》附录"
NO_LIMIT = frozenset({"", "不限", "男女不限", "无", "无要求", "均可", "不限男女", "无限制"})
_AGE = re.compile(r"([0-9]{2})(?:周?岁)?(?:-|~|至|到|—+|–)([0-9]{2})(?:周?岁)?")
_AGE_TOP = re.compile(r"([0-9]{2})(?:周?岁)?(?:以下|以内|及以下)")
_AGE_BOTTOM = re.compile(r"([0-9]{2})(?:周?岁)?(?:以上|及以上)")
WORKING_AGE, OLDEST = 16, 65  # whoever asks for this span limits nobody
MOST_OPENINGS, HIGHEST_WAGE, LONGEST_DAYS = 100_000, 200_000, 366
WORDS = {"sex_limit": "限定性别", "age_min": "年龄下限", "age_max": "年龄上限"}
# What is screened; a change of it is screened again.
DECISIVE = (
    "title", "place_code", "wage_min", "wage_max", "age_min", "age_max", "sex_limit", "limit_ground",
    "education_min", "health_min", "skills", "lodging", "note",
)  # fmt: skip
_NAMED = re.compile("《[^《》]+》")
_NUMBER = re.compile("[0-9]{7,}")


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


def limit_fault(
    sex: str, low: int, high: int, ground: str, grounds: tuple[Ground, ...]
) -> tuple[str, str, str] | None:
    """Why limits of sex and age may not stand: field, code and the law's sentence; None when they may.

    A listed law carries only what it says; one that is not listed is left to whoever screens the post.
    """
    if low < WORKING_AGE:
        return "age_min", "age_child", CHILD_LAW
    if high < low:
        return "age_max", "age_order", "年龄上限低于下限"
    asked = {"sex_limit": bool(sex), "age_min": low > WORKING_AGE, "age_max": high < OLDEST}
    named = [name for name, holds in asked.items() if holds]
    if not named:
        return None
    if not ground.strip():
        if sex:
            return "sex_limit", "sex_limit_without_ground", SEX_LAW
        return named[0], "age_limit_without_ground", AGE_LAW
    if not _NAMED.search(ground):
        return "limit_ground", "limit_ground_unnamed", GROUND_SHAPE
    parts = [part for part in re.split("[;；]", ground) if _NAMED.search(part)]
    for name in named:
        if not any(_carries(part, name, sex, low, high, grounds) for part in parts):
            return "limit_ground", "limit_ground_other", f"{WORDS[name]}：所写依据没有这项规定，请换依据或取消限制"
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
        found["title"] = "请填写岗位名称"
    if not offer.place_code:
        found["place_text"] = "工作地点认不出，请写到县，如 浙江省义乌市"
    if not 1 <= offer.openings <= MOST_OPENINGS:
        found["openings"] = "招聘人数应在1到100000之间"
    if not 0 < offer.wage_min <= HIGHEST_WAGE:
        found["wage_min"] = "请填写月薪下限（元）"
    elif not offer.wage_min <= offer.wage_max <= HIGHEST_WAGE:
        found["wage_max"] = "月薪上限低于下限"
    if not today <= offer.expires_on <= today + timedelta(days=LONGEST_DAYS):
        found["expires_on"] = "有效期应在今天到一年之内"
    if fault := limit_fault(offer.sex_limit, offer.age_min, offer.age_max, offer.limit_ground, law.grounds):
        found[fault[0]] = fault[2]
    return found


def needs_another_look(before: Mapping[str, Any], offer: Offer) -> bool:
    """Whether a change touches what was screened. More or fewer places, a later end or another shift do not."""
    return any(before[name] != getattr(offer, name) for name in DECISIVE)


@dataclass(frozen=True)
class Check:
    """One thing that whoever screens a post looks at: ``ok`` is None where the machine cannot tell."""

    name: str
    ok: bool | None
    text: str


def checks(
    *, code: str, place_code: str, wage_min: int, limits: tuple[str, int, int, str], texts: str, twins: int, on: date,
    law: Lawful,
) -> list[Check]:
    """What the machine sees of a post: credit code, wage, limits, suspicious words, doubles."""
    minimum = law.minimum_wage(place_code, on)
    fault = limit_fault(*limits, law.grounds)
    money = [word for word in law.money_words if word in texts]
    contact = [word for word in law.contact_words if word in texts]
    contact += ["号码"] if _NUMBER.search(texts) else []
    return [
        Check("信用代码", credit_code.is_valid(code), "校验位正确" if credit_code.is_valid(code) else "校验位不对"),
        _wage_check(wage_min, minimum),
        Check("性别年龄限制", fault is None, fault[2] if fault else _limits_said(*limits)),
        Check("收费字样", not money, f"出现“{'”“'.join(money)}”" if money else "没有发现"),
        Check("私下联系方式", not contact, f"出现“{'”“'.join(contact)}”" if contact else "没有发现"),
        Check("重复岗位", not twins, f"同单位同地已有{twins}个同名岗位" if twins else "没有发现"),
    ]


def _wage_check(wage: int, minimum: int | None) -> Check:
    if minimum is None:
        return Check("最低工资", None, "未登记当地最低工资标准")
    return Check("最低工资", wage >= minimum, f"当地不低于{minimum}元")


def _limits_said(sex: str, low: int, high: int, ground: str) -> str:
    if not sex and low <= WORKING_AGE and high >= OLDEST:
        return "没有限制"
    said = [f"限{sex}"] if sex else []
    said += [f"{low}至{high}周岁"] if low > WORKING_AGE or high < OLDEST else []
    return f"{'，'.join(said)}；依据{ground}"


def quality(
    *, wage_min: int, place_code: str, lodging: bool, shift: str, limited: bool, on: date, law: Lawful
) -> list[Check]:
    """The criteria of a quality post; it is one when all of them hold."""
    minimum = law.minimum_wage(place_code, on) or law.minimum_wage(law.home, on) or 0
    floor = round(minimum * law.wage_times_minimum)
    near = place_code.startswith(law.home)
    return [
        Check("月薪", wage_min >= floor, f"下限不低于{floor}元（当地最低工资的{law.wage_times_minimum:g}倍）"),
        Check("住宿", lodging or near, "包住，或在本省市内"),
        Check("班次", shift not in law.shifts_excluded, f"不是{'、'.join(law.shifts_excluded)}"),
        Check("限制", not limited, "没有性别和年龄限制"),
    ]


def post_key(credit_code: str, number: str, title: str, place: str, order: int = 1) -> str:
    """What tells a post from the employer's others: its own number, else title, place and order among the alike."""
    parts = (credit_code, number) if number else (credit_code, title, place, str(order))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
