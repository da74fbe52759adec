"""The engine's codes in the words of the screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

GROUPS = {
    "tier": gettext_lazy("优先级"),
    "sex": gettext_lazy("性别"),
    "age": gettext_lazy("年龄"),
    "disability": gettext_lazy("残疾"),
    "township": gettext_lazy("乡镇"),
}
CLASSES = {
    ("tier", "0"): gettext_lazy("零就业家庭"),
    ("tier", "1"): gettext_lazy("重点群体"),
    ("tier", "2"): gettext_lazy("其他求职人员"),
    ("sex", "男"): gettext_lazy("男"),
    ("sex", "女"): gettext_lazy("女"),
    ("disability", "yes"): gettext_lazy("有残疾"),
    ("disability", "no"): gettext_lazy("无残疾"),
}
TIERS = [("0", CLASSES["tier", "0"]), ("1", CLASSES["tier", "1"]), ("2", CLASSES["tier", "2"])]
# Limits of the engine, and that the posts were full.
LIMITS = {
    "occupation": gettext_lazy("工种不符"),
    "place": gettext_lazy("超出愿意去的范围"),
    "age": gettext_lazy("年龄不符"),
    "sex": gettext_lazy("岗位有法定性别限制"),
    "education": gettext_lazy("学历不够"),
    "health": gettext_lazy("体力要求不合"),
    "wage": gettext_lazy("工资低于最低期望"),
    "available": gettext_lazy("到岗时间不合"),
    "sent": gettext_lazy("已推荐过"),
    "full": gettext_lazy("合适岗位人选已满"),
}
SETTING_WORDS = {
    "k": gettext_lazy("每人推荐岗位数"),
    "kappa": gettext_lazy("每个名额的人选数"),
    "bonus_zero": gettext_lazy("零就业家庭优先分"),
    "bonus_key": gettext_lazy("重点群体优先分"),
    "bonus_other": gettext_lazy("其他人员优先分"),
    "bonus_next": gettext_lazy("第二个推荐的分值"),
    "wage_percent": gettext_lazy("月薪下限比例（%）"),
}
WEIGHT_WORDS = {
    "first_same": gettext_lazy("第一意向同工种"),
    "second_same": gettext_lazy("第二意向同工种"),
    "first_minor": gettext_lazy("第一意向相近（小类）"),
    "second_minor": gettext_lazy("第二意向相近（小类）"),
    "first_middle": gettext_lazy("第一意向同类（中类）"),
    "second_middle": gettext_lazy("第二意向同类（中类）"),
    "general": gettext_lazy("不限工种的普工"),
    "place": gettext_lazy("离家近"),
    "preferred": gettext_lazy("想去的地区"),
    "province": gettext_lazy("本省"),
    "elsewhere": gettext_lazy("外省"),
    "far_km": gettext_lazy("多少公里以外不加分"),
    "home_percent": gettext_lazy("愿外出者的近家分（%）"),
    "lodging": gettext_lazy("外出岗位包住"),
    "wage": gettext_lazy("工资"),
    "skill": gettext_lazy("技能与证书"),
}


def differences(present: Mapping[str, Any], other: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Every setting in which two policies differ: its word and both values."""
    pairs = [(word, present.get(name), other.get(name)) for name, word in SETTING_WORDS.items()]
    before, after = present.get("weights", {}), other.get("weights", {})
    pairs += [(word, before.get(name), after.get(name)) for name, word in WEIGHT_WORDS.items()]
    return [(str(word), f"{one:g}", f"{two:g}") for word, one, two in pairs if one != two]


def class_name(group: str, key: str) -> str:
    """A class of a group: 零就业家庭, 35–44 岁, 未填."""
    if key == "unknown":
        return _("未填")
    if group == "age":
        first, _dash, last = key.partition("-")
        return _("{first}–{last} 岁").format(first=first, last=last) if last else _("{n} 岁以上").format(n=first)
    return str(CLASSES[group, key])
