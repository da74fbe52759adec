"""``jobbridge matching allocate``: one place a person, on plain files."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from pathlib import Path

from ..files import usable_outputs, write_whole
from .allocation import Allocation, allocate, allocate_edges
from .allocation.instance import __doc__ as COLUMNS
from .files import day, read, told


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb to ``jobbridge matching``."""
    command = commands.add_parser(
        "allocate",
        help="give each person at most one place, zero-employment households first",
        description=COLUMNS,
        epilog=Allocation.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--seekers", type=Path, help="one row a person, as for matching run")
    command.add_argument("--posts", type=Path, help="one row a post; reserved: openings kept for tiers 0 and 1")
    command.add_argument("--excluded", type=Path, help="pairs that must not be")
    command.add_argument("--places", type=Path, help="region_code lon lat, for distances")
    command.add_argument("--edges", type=Path, help="instead of seekers and posts: one row a pair with its score")
    command.add_argument("--places-capacity", type=Path, help="with --edges: one row a place with its capacity")
    command.add_argument("--out", type=Path, required=True, help="who gets which place")
    command.add_argument("--unplaced", type=Path, help="also write who gets none, and why")
    command.add_argument("--report", type=Path, help="JSON: each tier served and its maximum, places taken")
    command.add_argument("--household-cap", type=int, metavar="N", help="at most N places a household")
    command.add_argument("--on", type=day, help="date of the allocation, default today")
    command.set_defaults(act=told(run))


def run(args: argparse.Namespace) -> None:
    """Allocate, write, and say in a line what was proved."""
    usable_outputs(args.out, args.unplaced, texts=[args.report])
    found = _allocate(args)
    whole = {**found.report, "by_place": found.places.to_pylist()}
    text = json.dumps(whole, ensure_ascii=False, indent=1, default=str)
    write_whole((args.out, found.assignments), (args.unplaced, found.unplaced), (args.report, text))
    report = found.report
    households, key, _ = report["tiers"]
    proof = "各层均已证明为最大" if report["proved"] else "未能证明各层均为最大"
    print(
        f"安置{report['placed']}人，名额{report['capacity']}个；零就业家庭{households['served']}/{households['claims']}户，"
        f"重点群体{key['served']}/{key['claims']}人；{proof}；用时{report['seconds']}秒"
    )


def _allocate(args: argparse.Namespace) -> Allocation:
    """By the pair of files that was given."""
    plain, matched = (args.edges, args.places_capacity), (args.seekers, args.posts)
    if all(plain) and not any(matched):
        return allocate_edges(read(args.edges), read(args.places_capacity), household_cap=args.household_cap)
    if all(matched) and not any(plain):
        return allocate(
            read(args.seekers),
            read(args.posts),
            excluded=read(args.excluded) if args.excluded else None,
            places=read(args.places) if args.places else None,
            on=args.on or dt.date.today(),
            household_cap=args.household_cap,
        )
    raise ValueError("give either --seekers and --posts, or --edges and --places-capacity")
