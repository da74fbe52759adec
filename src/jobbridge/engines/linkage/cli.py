"""``jobbridge linkage``: the comparison on plain files, parquet or csv.  Prepare and update: :mod:`cli_prepared`."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from ..files import read_table
from . import cli_prepared
from .columns import FEED, REGISTER
from .dedupe import dedupe
from .fields import FieldSet
from .fields_file import read_fields
from .files import print_zones, read_people, show_progress, told, write_results
from .generic import link_fields
from .parameters import Parameters
from .run import link
from .spark_run import link_files

_FILES = "Files are parquet or csv by their ending."


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``linkage`` to the ``jobbridge`` command."""
    linkage = subparsers.add_parser("linkage", help="compare agency feeds with the register")
    verbs = linkage.add_subparsers(dest="linkage_verb", required=True)
    run_one = verbs.add_parser(
        "run", help="link one feed", description=f"Link the rows of a feed to the persons of a register. {_FILES}"
    )
    run_one.add_argument("--register", required=True, type=Path, help="person_id, name, id_number, phone, ...")
    run_one.add_argument("--feed", required=True, type=Path, help="record_id, source, name, id_number, ...")
    run_one.add_argument("--out", required=True, type=Path, help="record_id, person_id, posterior, zone, stage")
    run_one.add_argument("--weights", type=Path, help="also write every weight of the three best candidates")
    run_one.add_argument("--engine", choices=("duckdb", "spark"), default="duckdb", help="default: duckdb")
    run_one.add_argument("--master", help="Spark's master (default: this machine, or what spark-submit said)")
    run_one.set_defaults(act=told(link_one))
    double = verbs.add_parser(
        "dedupe",
        help="find duplicates in one register",
        description=f"Find the rows of a register that are one person. {_FILES}",
    )
    double.add_argument("--register", required=True, type=Path, help="person_id, name, id_number, phone, ...")
    double.add_argument("--out", required=True, type=Path, help="person_id_a, person_id_b, posterior, zone, stage")
    double.add_argument("--clusters", type=Path, help="also write the clusters: cluster_id, person_id, size, zone")
    double.add_argument("--weights", type=Path, help="also write every weight of every pair")
    double.set_defaults(act=told(find_doubles))
    cli_prepared.add_parsers(verbs)
    defaults = Parameters()
    for parser in (run_one, double):
        parser.add_argument("--fields", type=Path, help="field set (.yaml, .json) for other columns than a person's")
        parser.add_argument("--report", type=Path, help="also write the run's report as JSON")
        parser.add_argument("--auto", type=float, help=f"posterior of an automatic link (default {defaults.auto})")
        parser.add_argument("--review", type=float, help=f"posterior worth a look (default {defaults.review})")
        parser.add_argument("--threads", type=int, default=defaults.threads)
        parser.add_argument("--memory-limit", default=defaults.memory_limit, help="for example 4GB")
        parser.add_argument(
            "--spill", help="folder for what does not fit; without it nothing personal touches the disk"
        )


def run(args: argparse.Namespace) -> int:
    """Do what the verb says; 0 when done, 2 when the input cannot be used."""
    status: int = args.act(args)
    return status


def link_one(args: argparse.Namespace) -> None:
    """Link a feed."""
    fields, parameters = _settings(args)
    if args.engine == "spark":
        if fields:
            raise ValueError("--fields runs on the engine duckdb only")
        paths = args.register, args.feed, args.out, args.weights
        report = link_files(*paths, parameters=parameters, master=args.master, progress=show_progress)
        write_results(args, report)
    else:
        if fields:
            result = link_fields(read_table(args.register), read_table(args.feed), fields, parameters)
        else:
            # Not named: the engine lets go of the raw tables once they are read.
            tables = [read_people(args.register, REGISTER), read_people(args.feed, FEED)]
            result = link(tables.pop(0), tables.pop(0), parameters=parameters, progress=show_progress)
        report = result.report
        write_results(args, report, (args.out, result.links), (args.weights, result.weights))
    print_zones(report["by_source"] if "by_source" in report else {"all": report["zones"]})


def find_doubles(args: argparse.Namespace) -> None:
    """Find duplicates."""
    fields, parameters = _settings(args)
    register = read_table(args.register) if fields else read_people(args.register, REGISTER)
    result = dedupe(register, fields=fields, parameters=parameters)
    optional = (args.clusters, result.clusters), (args.weights, result.weights)
    write_results(args, result.report, (args.out, result.pairs), *optional)
    for what, counts in (("pairs", result.report["zones"]), ("clusters", result.report["clusters"])):
        print(what, ", ".join(f"{name} {count}" for name, count in counts.items()) or "none")


def _settings(args: argparse.Namespace) -> tuple[FieldSet | None, Parameters]:
    """Field set and parameters; thresholds of the command line overrule both."""
    told = {name: value for name in ("auto", "review") if (value := getattr(args, name)) is not None}
    fields = replace(read_fields(args.fields), **told) if args.fields else None
    return fields, Parameters(
        **told, threads=args.threads, memory_limit=args.memory_limit, spill_directory=args.spill
    )
