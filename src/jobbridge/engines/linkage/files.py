"""What the verbs of ``jobbridge linkage`` share: result files, progress, exit status."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ..files import keep_inputs, read_table, usable_outputs, write_whole
from ..spark import EngineUnavailable
from .columns import TableShape
from .normalise import unread

_INPUTS = ("register", "feed", "persons", "gone_persons", "gone_records", "fields")
_TABLES = ("out", "weights", "clusters")


def told(command: Callable[[argparse.Namespace], None]) -> Callable[[argparse.Namespace], int]:
    """The command with its exit status: 0 done, 2 when the input cannot be used (the reason goes to stderr)."""

    def run(args: argparse.Namespace) -> int:
        try:
            _check_paths(args)
            command(args)
        except (ValueError, OSError, EngineUnavailable, pa.ArrowInvalid, duckdb.Error) as problem:
            print(f"jobbridge linkage: {_sentence(problem)}", file=sys.stderr)
            return 2
        return 0

    return run


def _sentence(problem: Exception) -> str:
    """What is wrong in one line: libraries go on with advice that does not fit here."""
    if isinstance(problem, OSError) and problem.strerror:
        return f"{problem.filename}: {problem.strerror}"
    return str(problem).strip().split("\n", 1)[0]


def _check_paths(args: argparse.Namespace) -> None:
    """Refuse paths that a run would only trip over when it writes what it found."""
    given = vars(args).get
    keep_inputs(map(given, _INPUTS), map(given, (*_TABLES, "report", "store")))
    if given("engine") != "spark":  # that one writes folders
        usable_outputs(*map(given, _TABLES), texts=[args.report])


def read_people(path: Path, shape: TableShape) -> pa.Table:
    """Read a table of persons or observations; dates, ids and phones in it that are none are told to stderr."""
    table = read_table(path)
    for (column, what), count in unread(table, shape).items():
        print(f"{path.name}: {column} is no {what} in {count} row(s); they are compared without it", file=sys.stderr)
    return table


def write_results(args: argparse.Namespace, report: dict[str, Any], *tables: tuple[Path | None, pa.Table]) -> None:
    """Write the tables that have a path, and the report when one is asked for: all of them, or none."""
    text = json.dumps(report, ensure_ascii=False, indent=1)
    write_whole(*tables, (args.report, text))


def print_zones(by_source: Mapping[str, Mapping[str, int]]) -> None:
    """How many rows of each source are in each zone, to stdout."""
    width = max([8, *(len(source) for source in by_source)])
    print(f"{'source':<{width}} {'auto':>9} {'review':>9} {'none':>9}")
    for source, zones in by_source.items():
        print(f"{source:<{width}}", *(f"{zones.get(zone, 0):>9}" for zone in ("auto", "review", "none")))


def show_progress(step: str, done: int, total: int) -> None:
    """One line a step to stderr."""
    print(f"[{done}/{total}] {step}", file=sys.stderr)
