"""The table of a day's cycle, for a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any

WORDS = {
    "files": "收到文件",
    "batches": "批次",
    "rows": "读取行",
    "created": "新增",
    "updated": "更新",
    "unchanged": "无变化",
    "refused": "有误退回",
    "conflict": "待裁定",
    "need_mapping": "待确认列",
    "compared": "本次比对",
    "auto": "自动确认",
    "review": "待人工核对",
    "unmatched": "未比中",
    "decided": "已人工核对",
    "returnees": "返乡人员",
    "labourers": "劳动力",
    "away": "在外务工",
    "local": "就近就业",
    "seeking": "有意愿未就业",
    "not_willing": "无就业意愿",
    "to_verify": "待核实",
    "zero_households": "零就业家庭",
    "zero_unknown": "零就业待核实户",
    "monitored": "监测户",
    "entered": "新进群体",
    "left": "退出群体",
    "opened": "新建个案",
    "tasks": "新派走访",
    "to_watch": "转入观察",
    "cleared": "清零",
    "back": "复发",
    "active_zero": "在办零就业",
    "active_seeking": "在办求职",
    "open_tasks": "待办走访",
    "seekers": "求职人员",
    "posts": "在招岗位",
    "recommendations": "推荐",
    "reached": "得到推荐",
    "without_legal_post": "无合适岗位",
    "posts_short_of_candidates": "缺人岗位",
    "classified": "新归类岗位",
    "queued": "入发件箱",
    "sent": "已发送",
    "delivered": "已送达",
    "failed": "发送失败",
    "waiting": "未到时间",
    "suppressed": "退订或超限",
    "no_phone": "无手机号",
    "opted_out": "新退订",
    "employers": "用工单位",
    "figures": "指标值",
}


def width(text: str) -> int:
    """Columns a text takes in a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def pad(text: str, columns: int) -> str:
    """``text`` followed by blanks up to ``columns``."""
    return text + " " * max(0, columns - width(text))


def cycle_table(run: Any) -> str:
    """Stages with seconds and counts, the reasons rows were refused for, the certified gap, and the targets."""
    lines = ["", f"每日循环 {run.on}", rule()]
    for stage in run.stages.order_by("position"):
        seconds = (stage.finished_at - stage.started_at).total_seconds() if stage.finished_at else 0.0
        head = f"{pad(stage.get_stage_display(), 16)}{pad(stage.get_state_display(), 8)}{seconds:7.1f} 秒   "
        counts = [
            f"{WORDS[key]} {value:,}"
            for key, value in stage.counts.items()
            if key in WORDS and isinstance(value, int)
        ]
        for at, part in enumerate(_wrap(counts)):
            lines.append((head if at == 0 else " " * width(head)) + part)
        if not counts:
            lines.append(head)
        lines += [" " * width(head) + extra for extra in _extras(stage.counts)]
    lines += [rule(), *_targets(run), rule()]
    return "\n".join(lines)


def rule() -> str:
    return "─" * 100


def _wrap(parts: list[str], columns: int = 66) -> Iterable[str]:
    line = ""
    for part in parts:
        if line and width(line) + width(part) + 3 > columns:
            yield line
            line = ""
        line = f"{line} · {part}" if line else part
    if line:
        yield line


def _extras(counts: dict[str, Any]) -> list[str]:
    lines = []
    if reasons := counts.get("reasons"):
        lines += _wrap(
            [f"退回原因：{reason} {n:,}" for reason, n in sorted(reasons.items(), key=lambda item: -item[1])[:6]]
        )
    gap = counts["gap"] if counts.get("gap") is not None else counts.get("latest_gap")
    if gap is not None:
        lines.append(f"最优性证明：与全部合法人岗组合的最优解相差不超过 {gap:.3%}")
    return lines


def _targets(run: Any) -> list[str]:
    stage = run.stages.filter(stage="indicators").first()
    rows = (stage.counts.get("against_target") or []) if stage else []
    lines = [f"{pad('指标', 20)}{pad('数值', 16)}{pad('年度目标', 16)}完成率"]
    for row in rows:
        unit = row["unit"]
        value = f"{float(row['value']):,.2f}{unit}" if unit == "%" else f"{int(float(row['value'])):,} {unit}"
        target = "—" if row["target"] is None else f"{float(row['target']):,.0f}"
        reached = "—" if row["completion"] is None else f"{float(row['completion']):.1f}%"
        lines.append(f"{pad(row['name'], 20)}{pad(value, 16)}{pad(target, 16)}{reached}")
    return lines
