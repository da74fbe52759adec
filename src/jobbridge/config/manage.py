"""`jobbridge manage ...`: Django's own commands, with the embedded database started first."""

from __future__ import annotations

from django.core.management import execute_from_command_line

from jobbridge.postgres import ensure_running


def run(words: list[str]) -> int:
    """Run a management command given as words; on errors it ends the process itself, as Django does."""
    ensure_running()
    execute_from_command_line(["jobbridge manage", *words])
    return 0
