"""The `jobbridge` command.

Every subcommand lives in a module of its own with `add_parser(subparsers)` and `run(args)`; the table below says
which. Only the module of the command at hand is imported, so `jobbridge --help` and `jobbridge db` are quick and the
engines' commands never load Django.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

from jobbridge.postgres import PostgresError, ensure_running, state_home

SETTINGS = "jobbridge.config.settings"
FAILED = 1


@dataclass(frozen=True)
class Command:
    """One subcommand and the module that implements it.

    `django`: it wants the database running and Django ready. `passthrough`: the words after its name are not ours to
    understand; the module has `run(words)` only.
    """

    name: str
    help: str
    module: str
    django: bool = False
    passthrough: bool = False


COMMANDS = (
    Command("db", "the embedded database: start, stop, status, url, shell", "jobbridge.postgres.commands"),
    Command("manage", "any command of Django, with the database up", "jobbridge.config.manage", passthrough=True),
    Command("demo", "load the demo county, run its cycle, serve", "jobbridge.commands.demo", django=True),
    Command("cycle", "run or resume the daily cycle", "jobbridge.commands.cycle", django=True),
    Command("serve", "serve the pages and work the queue", "jobbridge.commands.serve", django=True),
    Command("worker", "run queued jobs until stopped", "jobbridge.commands.worker", django=True),
    Command("messages", "take receipts and replies of messages", "jobbridge.commands.messages", django=True),
    Command("areas", "load the country to township and a county to village", "jobbridge.commands.areas", django=True),
    Command("user", "make a user and print the first password", "jobbridge.commands.user", django=True),
    Command("warm", "compile the engines once, at installation", "jobbridge.commands.warm"),
    Command("secrets", "print fresh secrets for production", "jobbridge.commands.make_secrets"),
    Command("linkage", "link records of a file to persons of another", "jobbridge.engines.linkage.cli"),
    Command("matching", "recommend posts to seekers from files", "jobbridge.engines.matching.cli"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    # Everything below, and every process it starts, shares one state folder wherever it is called from.
    os.environ.setdefault("JOBBRIDGE_HOME", str(state_home()))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    try:
        return _run(words)
    except PostgresError as error:
        print(f"jobbridge: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return 130


def _run(words: list[str]) -> int:
    chosen = next((command for command in COMMANDS if words and command.name == words[0]), None)
    if chosen and chosen.passthrough:
        return int(import_module(chosen.module).run(words[1:]))
    parser = argparse.ArgumentParser(prog="jobbridge", description="就业桥: a county's employment service")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS:
        if command is chosen:
            import_module(command.module).add_parser(subparsers)
        else:
            subparsers.add_parser(command.name, help=command.help)
    options = parser.parse_args(words)
    assert chosen is not None  # or the parser would have ended us
    if chosen.django:
        _prepare_django()
    return int(import_module(chosen.module).run(options) or 0)


def _prepare_django() -> None:
    ensure_running()
    import django

    django.setup()
    from django.db import connection

    from jobbridge.apps.accounts.database_role import refuse_unbound_role

    refuse_unbound_role()
    connection.close()  # the command may start other processes


if __name__ == "__main__":
    raise SystemExit(main())
