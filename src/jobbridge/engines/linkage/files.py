"""What the verbs of ``jobbridge linkage`` share: result files, progress, exit status."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ..files import write_whole
from ..spark import EngineUnavailable


def told(command: Callable[[argparse.Namespace], None]) -> Callable[[argparse.Namespace], int]:
    """The command with its exit status: 0 done, 2 when the input cannot be used (the reason goes to stderr)."""

    def run(args: argparse.Namespace) -> int:
        try:
            command(args)
        except (ValueError, OSError, EngineUnavailable, pa.ArrowInvalid, duckdb.Error) as problem:
            print(f"jobbridge linkage: {problem}", file=sys.stderr)
            return 2
        return 0

    return run


def write_results(args: argparse.Namespace, report: dict[str, Any], *tables: tuple[Path | None, pa.Table]) -> None:
    """Write the tables that have a path, and the report when one is asked for: all of them, or none."""
    text = json.dumps(report, ensure_ascii=False, indent=1)
    write_whole(*tables, (args.report, text))


def show_progress(step: str, done: int, total: int) -> None:
    """One line a step to stderr."""
    print(f"[{done}/{total}] {step}", file=sys.stderr)
