"""``jobbridge worker``: runs the queued jobs."""

from __future__ import annotations

import argparse
from typing import Any


def add_parser(subparsers: Any) -> None:
    """No options of its own."""
    subparsers.add_parser("worker", help="run queued jobs until stopped")


def run(options: argparse.Namespace) -> int:
    """Work until stopped by a signal."""
    from django.core.management import call_command

    call_command("procrastinate", "worker", "--concurrency", "1")
    return 0
