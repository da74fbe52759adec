"""`jobbridge manage ...`: Django's own commands, with the embedded database started first."""

from __future__ import annotations

import argparse

from jobbridge.postgres import ensure_running


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Only for the list of commands: the words after `manage` are Django's to understand."""
    subparsers.add_parser("manage", help="any Django management command", add_help=False)


def run_words(words: list[str]) -> int:
    """Run `django-admin WORDS`; it ends the process itself on errors."""
    from django.core.management import execute_from_command_line

    ensure_running()
    execute_from_command_line(["jobbridge manage", *words])
    return 0
