"""What the verbs of ``jobbridge linkage`` share: parquet and csv files, progress, exit status."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet


class EngineUnavailable(Exception):
    """What an engine needs is not on this machine."""


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


def read_table(path: Path) -> pa.Table:
    """Read parquet or csv (UTF-8, every column as text so that ids keep their digits)."""
    if is_csv(path):
        with path.open("rb") as file:
            header = pa.csv.open_csv(file).schema.names
        text = pa.csv.ConvertOptions(column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=True)
        try:
            return pa.csv.read_csv(path, convert_options=text)
        except pa.ArrowInvalid as problem:
            raise ValueError(f"{path.name}: {problem} (csv must be UTF-8; Excel: save as CSV UTF-8)") from problem
    return pa.parquet.read_table(path)


def write_table(table: pa.Table, path: Path) -> None:
    """Write parquet or csv by the ending of the path."""
    if is_csv(path):
        pa.csv.write_csv(table, path)
    else:
        pa.parquet.write_table(table, path)


def write_results(args: argparse.Namespace, report: dict[str, Any], *tables: tuple[Path | None, pa.Table]) -> None:
    """Write the tables that have a path, and the report when one is asked for."""
    for path, table in tables:
        if path:
            write_table(table, path)
    if args.report:
        args.report.write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")


def is_csv(path: Path) -> bool:
    """Whether a file is csv; ValueError when it is neither csv nor parquet."""
    if path.suffix not in (".csv", ".parquet"):
        raise ValueError(f"{path}: the file must end in .parquet or .csv")
    return path.suffix == ".csv"


def show_progress(step: str, done: int, total: int) -> None:
    """One line a step to stderr."""
    print(f"[{done}/{total}] {step}", file=sys.stderr)
