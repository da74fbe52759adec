"""``jobbridge matching run``: the engine on plain Parquet files."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from .columns import __doc__ as COLUMNS
from .edges import legal_pairs
from .parameters import Parameters
from .run import MatchResult, match


def add_parser(subparsers: Any) -> None:
    """Add ``matching`` with its commands to the parser of ``jobbridge``."""
    parser = subparsers.add_parser("matching", help="人岗匹配：为每位求职者推荐岗位，并证明结果距最优有多远")
    commands = parser.add_subparsers(dest="matching_command", required=True)
    command = commands.add_parser(
        "run",
        help="recommend k posts to every seeker",
        description=COLUMNS,
        epilog=MatchResult.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--seekers", type=Path, required=True, help="Parquet, one row a person")
    command.add_argument("--posts", type=Path, required=True, help="Parquet, one row a post")
    command.add_argument("--excluded", type=Path, help="Parquet, pairs that must not be recommended")
    command.add_argument("--places", type=Path, help="Parquet, region_code lon lat, for distances")
    command.add_argument("--out", type=Path, required=True, help="Parquet, the recommendations")
    command.add_argument("--report", type=Path, help="JSON: gap, bound, reach, rejections, prices, unserved")
    command.add_argument("--export-edges", type=Path, help="Parquet, every legal pair with its score")
    command.add_argument("--k", type=int, default=Parameters.k, help="recommendations a seeker")
    command.add_argument("--kappa", type=float, default=Parameters.kappa, help="candidates an opening")
    command.add_argument("--on", type=dt.date.fromisoformat, default=None, help="date of the run, default today")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the command; return the exit code: 0 done, 2 when a file or a value is not usable."""
    try:
        parameters = Parameters(k=args.k, kappa=args.kappa)
        seekers, posts = pq.read_table(args.seekers), pq.read_table(args.posts)
        excluded = pq.read_table(args.excluded) if args.excluded else None
        places = pq.read_table(args.places) if args.places else None
        on = args.on or dt.date.today()
        shared: dict[str, Any] = dict(excluded=excluded, places=places, parameters=parameters, on=on)
        result = match(seekers, posts, progress=_show, **shared)
        pq.write_table(result.recommendations, args.out)
        if args.report:
            args.report.write_text(_report(result), encoding="utf-8")
        if args.export_edges:
            pq.write_table(legal_pairs(seekers, posts, **shared), args.export_edges)
    except (ValueError, OSError, pa.ArrowException) as error:
        print(f"jobbridge matching: {error}", file=sys.stderr)
        return 2
    report = result.report
    print(
        f"推荐{report['recommendations']}条，覆盖{report['reached']}/{report['seekers']}人；"
        f"已证明距最优不超过得分的{result.gap:.3%}；用时{report['seconds']}秒"
    )
    return 0


def _show(stage: str, done: int, total: int) -> None:
    print(f"{stage} {done}/{total}", file=sys.stderr)


def _report(result: MatchResult) -> str:
    """The report with prices and unserved people, as JSON."""
    whole = {**result.report, "prices": result.prices.to_pylist(), "unserved": result.unserved.to_pylist()}
    return json.dumps(whole, ensure_ascii=False, indent=1, default=str)
