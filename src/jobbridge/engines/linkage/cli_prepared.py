"""``jobbridge linkage prepare`` and ``linkage update``: what changed is compared, not everything again."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

import pyarrow as pa

from ..files import read_table
from . import vault
from .columns import FEED, REGISTER
from .files import print_zones, read_people, show_progress, told, write_results
from .parameters import Parameters
from .prepared import Prepared

KEY = "JOBBRIDGE_LINKAGE_KEY"


def add_parsers(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add both verbs to ``jobbridge linkage``."""
    prepare = verbs.add_parser(
        "prepare",
        help="compare everything and keep the register ready",
        description="Like run; besides, an encrypted store is written, against which later rows are compared in a"
        f" second. {KEY} holds its key, 64 hexadecimal characters.",
    )
    prepare.add_argument("--register", required=True, type=Path, help="person_id, name, id_number, phone, ...")
    prepare.add_argument("--feed", required=True, type=Path, help="record_id, source, name, id_number, ...")
    prepare.set_defaults(act=told(run_prepare))
    update = verbs.add_parser(
        "update",
        help="compare new rows and changed persons with a kept register",
        description="Writes the rows decided now: the new ones, and past ones that the changes touch."
        f" {KEY} holds the key of the store.",
    )
    update.add_argument("--feed", type=Path, help="new rows; a known record_id replaces its row")
    update.add_argument("--persons", type=Path, help="persons new or changed, with all their columns")
    update.add_argument("--gone-persons", type=Path, help="file with a column person_id: who left the register")
    update.add_argument("--gone-records", type=Path, help="file with a column record_id: rows to be forgotten")
    update.set_defaults(act=told(run_update))
    defaults = Parameters()
    for parser in (prepare, update):
        parser.add_argument("--store", required=True, type=Path)
        parser.add_argument("--out", required=True, type=Path, help="record_id, person_id, posterior, zone, stage")
        parser.add_argument("--weights", type=Path, help="also write every weight of the three best candidates")
        parser.add_argument("--report", type=Path, help="also write the report as JSON")
        parser.add_argument("--threads", type=int, default=defaults.threads)
        parser.add_argument("--memory-limit", default=defaults.memory_limit, help="for example 4GB")


def run_prepare(args: argparse.Namespace) -> None:
    """Compare everything and write the store."""
    key = _key()
    if args.store.is_file() and not vault.is_vault(args.store):
        raise ValueError(f"{args.store}: is no store of the comparison and would be overwritten; name another")
    tables = [read_people(args.register, REGISTER), read_people(args.feed, FEED)]
    prepared, result = Prepared.build(
        tables.pop(0), tables.pop(0), parameters=_parameters(args), progress=show_progress
    )
    with prepared:
        prepared.save(args.store, key)
    write_results(args, result.report, (args.out, result.links), (args.weights, result.weights))
    print_zones(result.report["by_source"])


def run_update(args: argparse.Namespace) -> None:
    """Compare what changed and write the store anew."""
    key = _key()
    try:
        prepared, _, _ = Prepared.load(args.store, key, _parameters(args))
    except vault.VaultError as problem:
        raise ValueError(f"{problem}; make it again with 'jobbridge linkage prepare'") from problem
    with prepared:
        persons = read_people(args.persons, REGISTER) if args.persons else None
        feed = read_people(args.feed, FEED) if args.feed else None
        gone_persons, gone_records = _keys(args.gone_persons, "person_id"), _keys(args.gone_records, "record_id")
        for came, gone, column in ((persons, gone_persons, "person_id"), (feed, gone_records, "record_id")):
            _not_both(came, gone, column)
        result = prepared.update(
            feed, persons=persons, gone_persons=gone_persons, gone_records=gone_records, progress=show_progress
        )
        # First the answers, then the store: a broken write can be repeated, a lost answer could not.
        write_results(args, result.report, (args.out, result.links), (args.weights, result.weights))
        prepared.save(args.store, key)
        print_zones(result.report["by_source"])
        if prepared.stale:
            print("The rates rest on too few of the rows by now: run 'jobbridge linkage prepare' with all of them.")


def _parameters(args: argparse.Namespace) -> Parameters:
    return Parameters(threads=args.threads, memory_limit=args.memory_limit)


def _key() -> bytes:
    try:
        key = bytes.fromhex(os.environ.get(KEY, ""))
    except ValueError:
        key = b""
    if len(key) != vault.KEY_BYTES:
        raise ValueError(f"{KEY} must hold the key of the store: {2 * vault.KEY_BYTES} hexadecimal characters")
    return key


def _keys(path: Path | None, column: str) -> list[Any]:
    if path is None:
        return []
    table = read_table(path)
    if column not in table.column_names:
        raise ValueError(f"{path}: column {column!r} is missing")
    if table[column].null_count:
        raise ValueError(f"{path}: column {column!r} is null in {table[column].null_count} row(s)")
    return list(table[column].to_pylist())


def _not_both(came: pa.Table | None, gone: list[Any], column: str) -> None:
    """Refuse a key that comes and goes in one update: which of both is meant nobody can tell."""
    if came is None or column not in came.column_names:
        return
    both = sorted({str(key) for key in came[column].to_pylist()} & {str(key) for key in gone})
    if both:
        raise ValueError(f"{column} {', '.join(both[:3])}: told both as new and as gone ({len(both)} in all)")
