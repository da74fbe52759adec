"""``jobbridge matching``: the engine on plain files, parquet or csv; ``allocate`` is in :mod:`cli_allocate`."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pyarrow as pa

from ..files import usable_outputs, write_whole
from . import cli_allocate
from .columns import __doc__ as COLUMNS
from .columns import only
from .edges import legal_pairs
from .files import day, read, show_progress, told
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
    command.add_argument("--seekers", type=Path, required=True, help="one row a person")
    command.add_argument("--posts", type=Path, required=True, help="one row a post")
    command.add_argument("--excluded", type=Path, help="pairs that must not be recommended")
    command.add_argument("--places", type=Path, help="region_code lon lat, for distances")
    command.add_argument("--out", type=Path, required=True, help="the recommendations")
    command.add_argument("--report", type=Path, help="JSON: gap, bound, reach, rejections, prices, unserved")
    command.add_argument("--export-edges", type=Path, help="every legal pair with its score")
    command.add_argument("--k", type=int, default=Parameters.k, help="recommendations a seeker")
    command.add_argument("--kappa", type=float, default=Parameters.kappa, help="candidates an opening")
    command.add_argument("--on", type=day, default=None, help="date of the run, default today")
    command.add_argument("--only-posts", type=Path, help="post_id of the posts to recommend, as those of a fair")
    command.add_argument("--engine", choices=("here", "spark"), default="here", help="spark: parquet files only")
    command.add_argument("--partitions", type=int, default=4, help="with spark: parts that are matched by themselves")
    command.add_argument("--master", help="with spark: its master; without it this machine")
    command.set_defaults(act=told(run_match))
    cli_allocate.add_parser(commands)


def run(args: argparse.Namespace) -> int:
    """Do what the verb says; 0 done, 2 when a file or a value is not usable."""
    status: int = args.act(args)
    return status


def run_match(args: argparse.Namespace) -> None:
    """Recommend."""
    parameters = Parameters(k=args.k, kappa=args.kappa)
    posts = read(args.posts)
    if args.only_posts:
        posts = only(posts, read(args.only_posts))
    if args.engine == "spark":
        _run_on_spark(args, posts, parameters)
        return
    usable_outputs(args.out, args.export_edges, texts=[args.report])
    seekers = read(args.seekers)
    excluded = read(args.excluded) if args.excluded else None
    places = read(args.places) if args.places else None
    on = args.on or dt.date.today()
    shared: dict[str, Any] = dict(excluded=excluded, places=places, parameters=parameters, on=on)
    result = match(seekers, posts, progress=show_progress, **shared)
    edges = legal_pairs(seekers, posts, **shared) if args.export_edges else None
    write_whole((args.out, result.recommendations), (args.report, _report(result)), (args.export_edges, edges))
    report = result.report
    print(
        f"推荐{report['recommendations']}条，覆盖{report['reached']}/{report['seekers']}人；"
        f"已证明距最优不超过得分的{result.gap:.3%}；用时{report['seconds']}秒"
    )


def _run_on_spark(args: argparse.Namespace, posts: pa.Table, parameters: Parameters) -> None:
    from .spark_run import match_files

    if args.export_edges:
        raise ValueError("--export-edges: not with the engine spark")
    excluded = read(args.excluded) if args.excluded else None
    places = read(args.places) if args.places else None
    usable_outputs(texts=[args.report])
    report = match_files(
        args.seekers, posts, args.out, parts=args.partitions, master=args.master, excluded=excluded, places=places,
        parameters=parameters, on=args.on or dt.date.today(),
    )  # fmt: skip
    write_whole((args.report, json.dumps(report, ensure_ascii=False, indent=1)))
    print(
        f"推荐{report['recommendations']}条，覆盖{report['reached']}/{report['seekers']}人，分{report['parts']}份；"
        f"已证明距最优不超过得分的{report['gap']:.3%}；用时{report['seconds']}秒"
    )


def _report(result: MatchResult) -> str:
    """The report with prices and unserved people, as JSON."""
    whole = {**result.report, "prices": result.prices.to_pylist(), "unserved": result.unserved.to_pylist()}
    return json.dumps(whole, ensure_ascii=False, indent=1, default=str)
