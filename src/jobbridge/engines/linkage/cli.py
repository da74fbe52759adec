"""``jobbridge linkage run``: the comparison on plain files, parquet or csv."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from .parameters import Parameters
from .run import link


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``linkage run`` to the ``jobbridge`` command."""
    linkage = subparsers.add_parser("linkage", help="compare agency feeds with the register")
    verbs = linkage.add_subparsers(dest="linkage_verb", required=True)
    parser = verbs.add_parser(
        "run",
        help="link one feed",
        description="Link the rows of a feed to the persons of a register. Files are parquet or csv by their ending.",
    )
    defaults = Parameters()
    parser.add_argument("--register", required=True, type=Path, help="person_id, name, id_number, phone, ...")
    parser.add_argument("--feed", required=True, type=Path, help="record_id, source, name, id_number, ...")
    parser.add_argument("--out", required=True, type=Path, help="record_id, person_id, posterior, zone, stage")
    parser.add_argument("--weights", type=Path, help="also write every weight of the three best candidates")
    parser.add_argument("--report", type=Path, help="also write the run's report as JSON")
    parser.add_argument("--auto", type=float, default=defaults.auto, help="posterior of an automatic link")
    parser.add_argument("--review", type=float, default=defaults.review, help="posterior worth a person's look")
    parser.add_argument("--threads", type=int, default=defaults.threads)
    parser.add_argument("--memory-limit", default=defaults.memory_limit, help="for example 4GB")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the command; 0 when done, 2 when the input cannot be used (the reason goes to stderr)."""
    try:
        parameters = Parameters(
            auto=args.auto, review=args.review, threads=args.threads, memory_limit=args.memory_limit
        )
        result = link(
            read_table(args.register), read_table(args.feed), parameters=parameters, progress=_show_progress
        )
        write_table(result.links, args.out)
        if args.weights:
            write_table(result.weights, args.weights)
        if args.report:
            args.report.write_text(json.dumps(result.report, ensure_ascii=False, indent=1), encoding="utf-8")
    except (ValueError, OSError, pa.ArrowInvalid, duckdb.OutOfMemoryException) as problem:
        print(f"jobbridge linkage: {problem}", file=sys.stderr)
        return 2
    print(_summary(result.report))
    return 0


def read_table(path: Path) -> pa.Table:
    """Read parquet or csv (UTF-8, every column as text so that ids keep their digits)."""
    if _is_csv(path):
        with path.open("rb") as file:
            header = pa.csv.open_csv(file).schema.names
        text = pa.csv.ConvertOptions(column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=True)
        return pa.csv.read_csv(path, convert_options=text)
    return pa.parquet.read_table(path)


def write_table(table: pa.Table, path: Path) -> None:
    """Write parquet or csv by the ending of the path."""
    if _is_csv(path):
        pa.csv.write_csv(table, path)
    else:
        pa.parquet.write_table(table, path)


def _is_csv(path: Path) -> bool:
    if path.suffix not in (".csv", ".parquet"):
        raise ValueError(f"{path}: the file must end in .parquet or .csv")
    return path.suffix == ".csv"


def _show_progress(step: str, done: int, total: int) -> None:
    print(f"[{done}/{total}] {step}", file=sys.stderr)


def _summary(report: dict[str, object]) -> str:
    by_source = report["by_source"]
    assert isinstance(by_source, dict)
    width = max([8, *(len(source) for source in by_source)])
    lines = [f"{'source':<{width}} {'auto':>9} {'review':>9} {'none':>9}"]
    for source, zones in by_source.items():
        lines.append(f"{source:<{width}} {zones['auto']:>9} {zones['review']:>9} {zones['none']:>9}")
    return "\n".join(lines)
