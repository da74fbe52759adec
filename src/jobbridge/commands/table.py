"""The table of a day's cycle, for a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any

from jobbridge.apps.cycle.words import WORDS
from jobbridge.apps.imports.labels import issue_label

SHOWN_REASONS = 8

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
            f"{word} {stage.counts[key]:,}" for key, word in WORDS.items() if isinstance(stage.counts.get(key), int)
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


def _wrap(parts: list[str], lead: str = "", columns: int = 66) -> Iterable[str]:
    line = ""
    for part in parts:
        if line and width(line) + width(part) + 3 > columns:
            yield lead + line
            line, lead = "", " " * width(lead)
        line = f"{line} · {part}" if line else part
    if line:
        yield lead + line


def _extras(counts: dict[str, Any]) -> list[str]:
    lines = []
    if reasons := counts.get("reasons"):
        commonest = sorted(reasons.items(), key=lambda item: -item[1])[:SHOWN_REASONS]
        lines += _wrap([f"{issue_label(code)} {n:,}" for code, n in commonest], lead="退回原因  ")
    if counts.get("latest_gap") is not None:
        lines.append(f"最优性证明：与全部合法人岗组合的最优解相差不超过 {counts['latest_gap']:.3%}")
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
