"""Writes docs/data-dictionary.md from the models, so that it cannot fall behind them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "docs" / "data-dictionary.md"


def text() -> str:
    """Every table and column of our own apps, with the Chinese names the screens use."""
    from django.apps import apps

    lines = [
        "# Data dictionary",
        "",
        "Written by `python tools/data_dictionary.py` from the models. 密封: encrypted; 索引: keyed blind index.",
    ]
    for config in apps.get_app_configs():
        if not config.name.startswith("jobbridge.apps."):
            continue
        lines += ["", f"## {config.label} · {config.verbose_name}"]
        for model in config.get_models():
            about = " ".join((model.__doc__ or "").split())
            lines += ["", f"### {model._meta.db_table} · {model._meta.verbose_name}", "", about, ""]
            lines += ["| column | 名称 | type | null |", "|---|---|---|---|"]
            for field in model._meta.concrete_fields:
                kind = f"→ {field.related_model._meta.db_table}" if field.is_relation else field.get_internal_type()
                if getattr(field, "max_length", None):
                    kind += f"({field.max_length})"
                lines.append(f"| {field.column} | {field.verbose_name} | {kind} | {'yes' if field.null else ''} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jobbridge.config.settings")
    import django

    django.setup()
    if sys.argv[1:] == ["--check"]:
        sys.exit(0 if TARGET.read_text("utf-8") == text() else "docs/data-dictionary.md is out of date")
    TARGET.write_text(text(), "utf-8")
