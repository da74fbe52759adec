"""Every fault that an import can tell of has words for the tables of counts."""

from __future__ import annotations

import ast
from pathlib import Path

import jobbridge.apps
from jobbridge.apps.imports.labels import LABELS, issue_label
from jobbridge.apps.vacancies import rules

TOLD = {"refuse", "note", "conflict"}


def codes(tree: ast.AST) -> set[str]:
    """Codes in calls like table.refuse(row, column, code, message)."""
    found = set()
    for node in ast.walk(tree):
        parts = node.args if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in TOLD else []
        if len(parts) > 2 and isinstance(parts[2], ast.Constant):
            found.add(parts[2].value)
    return found


def test_every_code_has_words() -> None:
    folder = Path(next(iter(jobbridge.apps.__path__)))
    used = set().union(*(codes(ast.parse(path.read_text("utf-8"))) for path in folder.rglob("*.py")))
    assert len(used) > 20
    limits = [("", 15, 60, ""), ("", 50, 40, ""), ("", 30, 40, ""), ("男", 16, 99, ""), ("", 30, 40, "无"),
              ("", 30, 40, "《女职工劳动保护特别规定》附录")]  # fmt: skip
    faults = [rules.limit_fault(*limit, ()) for limit in limits]
    used |= {fault[1] for fault in faults if fault}
    assert sorted(code for code in used if code not in LABELS and not code.endswith("_empty")) == []
    assert issue_label("age_limit_without_ground") == "限定年龄无法律依据"
