"""What the verbs of ``jobbridge matching`` share: typed tables from parquet or csv, progress, exit status.

In a csv every column is text; those that hold numbers, days, yes or no (``true``, ``false``) or a list of skills
(separated by ``;``) are read as such. Ids and codes stay text.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from ..files import is_csv, keep_inputs, read_table
from ..spark import EngineUnavailable

TYPES: dict[str, pa.DataType] = {
    **dict.fromkeys(("tier", "age", "education", "health", "wage_floor"), pa.int64()),
    **dict.fromkeys(("openings", "wage_min", "wage_max", "age_min", "age_max", "education_min"), pa.int64()),
    **dict.fromkeys(("health_min", "reserved", "capacity", "score"), pa.int64()),
    **dict.fromkeys(("lodging", "active"), pa.bool_()),
    **dict.fromkeys(("available_from", "expires_on"), pa.date32()),
    **dict.fromkeys(("lon", "lat"), pa.float64()),
}


_INPUTS = ("seekers", "posts", "excluded", "places", "only_posts", "edges", "places_capacity")
_OUTPUTS = ("out", "report", "export_edges", "unplaced")


def told(command: Callable[[argparse.Namespace], None]) -> Callable[[argparse.Namespace], int]:
    """The command with its exit status: 0 done, 2 when the input cannot be used (the reason goes to stderr)."""

    def run(args: argparse.Namespace) -> int:
        given = vars(args).get
        try:
            keep_inputs(map(given, _INPUTS), map(given, _OUTPUTS))
            command(args)
        except (ValueError, OSError, EngineUnavailable, pa.ArrowException) as problem:
            print(f"jobbridge matching: {problem}", file=sys.stderr)
            return 2
        return 0

    return run


def day(text: str) -> dt.date:
    """A day of the command line."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; write it as 2026-03-02") from None


def read(path: Path) -> pa.Table:
    """Read a table with the types of ``columns``."""
    table = read_table(path)
    if not is_csv(path):
        return table
    for place, name in enumerate(table.column_names):
        text = table[name]
        if name == "skills":
            parts = pc.split_pattern(pc.fill_null(text, ""), ";")
            # An empty cell is no skill, not a skill without a name.
            lists = [[part.strip() for part in row if part.strip()] for row in parts.to_pylist()]
            table = table.set_column(place, name, pa.chunked_array([pa.array(lists, pa.list_(pa.string()))]))
        elif name in TYPES:
            try:
                table = table.set_column(place, name, pc.utf8_trim_whitespace(text).cast(TYPES[name]))
            except pa.ArrowInvalid as problem:
                raise ValueError(f"{path.name}: {name}: {problem}") from problem
    return table


def show_progress(stage: str, done: int, total: int) -> None:
    """One line a stage to stderr."""
    print(f"{stage} {done}/{total}", file=sys.stderr)
