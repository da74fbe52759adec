"""What the cells of a list of posts say: limits, schooling, strength and lodging in their many spellings."""

from __future__ import annotations

import re
from typing import Any

from jobbridge.apps.imports.fields import Bad
from jobbridge.apps.vacancies.rules import OLDEST, WORKING_AGE
from jobbridge.kernel import credit_code as numbers
from jobbridge.kernel.text import squeeze

NO_LIMIT = frozenset({"", "不限", "男女不限", "无", "无要求", "均可", "不限男女", "无限制"})
_AGE = re.compile(r"([0-9]{2})(?:周?岁)?(?:-|~|至|到|—+|–)([0-9]{2})(?:周?岁)?")
_AGE_TOP = re.compile(r"([0-9]{2})(?:周?岁)?(?:以下|以内|及以下)")
_AGE_BOTTOM = re.compile(r"([0-9]{2})(?:周?岁)?(?:以上|及以上)")
EDUCATION = {
    **dict.fromkeys(("小学", "小学及以上"), 1), **dict.fromkeys(("初中", "初中及以上", "初中以上"), 2),
    **dict.fromkeys(("高中", "中专", "高中及以上", "中专及以上", "高中以上", "中专/高中", "高中/中专"), 3),
    **dict.fromkeys(("大专", "专科", "大专及以上", "大专以上"), 4), **dict.fromkeys(("本科", "本科及以上"), 5),
}
HEALTH = {"轻体力": 1, "一般": 1, "轻": 1, "普通": 1, "重体力": 2, "重": 2, "较重": 2, "健康": 1, "身体健康": 1}
LODGING = {
    **dict.fromkeys(("是", "包住", "包吃住", "包食宿", "提供", "提供食宿", "提供住宿", "有"), True),
    **dict.fromkeys(("否", "不包住", "不包", "自理", "食宿自理", "包吃", "无", "不提供"), False),
}


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


def coded(text: str, table: dict[str, Any], free: Any, message: str) -> Any:
    """What a table says of the cell; ``free`` where it limits nothing, Bad with the message otherwise."""
    plain = squeeze(text)
    if plain in NO_LIMIT and plain not in table:
        return free
    found = table.get(plain)
    return Bad("not_listed", message) if found is None else found


def credit_code(text: str) -> str | Bad:
    """A unified social credit code with a valid check character."""
    code = numbers.clean(text)
    return code if numbers.is_valid(code) else Bad("credit_code", "统一社会信用代码不对，请核对18位代码")


def sex(text: str) -> str | Bad:
    """The sex a post is limited to, "" for none."""
    found = sex_limit(squeeze(text))
    return Bad("not_listed", "性别要求只能填“不限”“男”或“女”") if found is None else found


def ages(text: str) -> tuple[int, int] | Bad:
    """The ages a post is limited to."""
    return age_range(squeeze(text)) or Bad("age", "年龄要求认不出，请写成 18-55")
