"""The counts that stages and imports report, in the words of the screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

WORDS = {
    "files": _("收到文件"),
    "total": _("总行数"),
    "created": _("新增"),
    "updated": _("更新"),
    "unchanged": _("无变化"),
    "refused": _("退回"),
    "conflict": _("待裁定"),
    "valid": _("待并入"),
    "dismissed": _("裁定不采用"),
    "skipped": _("不是数据"),
    "notes": _("有提示"),
    "need_mapping": _("待确认列"),
    "batches": _("并入批次"),
    "compared": _("新比对"),
    "auto": _("自动确认"),
    "review": _("待核对"),
    "none": _("未比中"),
    "decided": _("已核对"),
    "returned_home": _("返乡人员"),
    "labourers": _("劳动力"),
    "away": _("在外务工"),
    "local": _("就近就业"),
    "seeking": _("有意愿未就业"),
    "not_willing": _("无意愿"),
    "to_verify": _("待核实"),
    "zero_households": _("零就业家庭"),
    "zero_unknown": _("零就业不明"),
    "monitored": _("监测户"),
    "entered": _("新进群体"),
    "left": _("退出群体"),
    "opened": _("建档"),
    "tasks": _("新任务"),
    "to_watch": _("转观察"),
    "cleared": _("清零"),
    "back": _("退回帮扶"),
    "active_zero": _("零就业在办"),
    "active_seeking": _("求职在办"),
    "open_tasks": _("待办任务"),
    "seekers": _("求职者"),
    "posts": _("岗位"),
    "recommendations": _("推荐"),
    "gap": _("与最优差距"),
    "queued": _("排队消息"),
    "sent": _("已发送"),
    "delivered": _("已送达"),
    "failed": _("发送失败"),
    "suppressed": _("已退订未发"),
    "replies": _("回复"),
    "opt_outs": _("退订"),
    "figures": _("指标值"),
}


def counts_in_words(counts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Word and number of every count that has a word, in the order of the words; technical figures are left out."""
    shown = []
    for key, word in WORDS.items():
        value = counts.get(key)
        if isinstance(value, int | float):
            shown.append((str(word), f"{value * 100:.2f}%" if key == "gap" else f"{value:,.0f}"))
    return shown
