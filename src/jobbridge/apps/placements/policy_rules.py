"""Which settings of the matching make sense: plain values in, a sentence for each that does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from jobbridge.apps.placements.models_policy import MOST_BONUS, MOST_CANDIDATES, MOST_EACH, default_weights

SCORE_MAX = 10_000
SETTINGS = ("k", "kappa", "bonus_zero", "bonus_key", "bonus_other", "bonus_next", "wage_percent")
OCCUPATION = ("first_same", "second_same", "first_minor", "second_minor", "first_middle", "second_middle", "general")
PLACE = ("place", "preferred", "province", "elsewhere")
BONUSES = ("bonus_zero", "bonus_key", "bonus_other", "bonus_next")


def problems(settings: Mapping[str, Any]) -> dict[str, str]:
    """Field -> what is wrong with it; nothing when all can be followed."""
    found: dict[str, str] = {}
    for name in SETTINGS:
        whole = name != "kappa"
        value = settings.get(name)
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            found[name] = _("请填整数") if whole else _("请填数字")
    if not found:
        found = _ranges(settings)
    weights = weight_problem(settings.get("weights"))
    return found | ({"weights": weights} if weights else {})


def _ranges(settings: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    if not 1 <= settings["k"] <= MOST_EACH:
        found["k"] = _("每人推荐1到{n}个").format(n=MOST_EACH)
    if not 0 < settings["kappa"] <= MOST_CANDIDATES:
        found["kappa"] = _("每个名额的人选数要大于0，最多{n}").format(n=MOST_CANDIDATES)
    if not 0 <= settings["wage_percent"] <= 100:
        found["wage_percent"] = _("月薪下限比例在0到100之间")
    for name in BONUSES:
        if not 0 <= settings[name] <= MOST_BONUS:
            found[name] = _("优先分在0到{n}之间").format(n=f"{MOST_BONUS:,}")
    for higher, lower in zip(BONUSES, BONUSES[1:], strict=False):
        if settings[higher] < settings[lower] and not {higher, lower} & found.keys():
            found[lower] = _("优先分要从零就业家庭往下递减")
    return found


def weight_problem(weights: Any) -> str:
    """What is wrong with the points of the terms; empty when nothing is."""
    if not isinstance(weights, Mapping) or weights.keys() != default_weights().keys():
        return _("权重的名称不对")
    if any(isinstance(value, bool) or not isinstance(value, int) or value < 0 for value in weights.values()):
        return _("权重要是不小于0的整数")
    if weights["far_km"] == 0:
        return _("距离上限要大于0")
    if weights["home_percent"] > 100:
        return _("家附近的折扣在0到100之间")
    most = max(weights[name] for name in OCCUPATION) + max(weights[name] for name in PLACE)
    most += sum(weights[name] for name in ("lodging", "wage", "skill"))
    if most > SCORE_MAX:
        return _("权重加起来最多{n}，现在是{most}").format(n=f"{SCORE_MAX:,}", most=f"{most:,}")
    return ""
