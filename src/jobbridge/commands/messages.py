"""``jobbridge messages``: take the receipts and replies that wait at the providers."""

from __future__ import annotations

import argparse
from typing import Any


def add_parser(subparsers: Any) -> None:
    """How long at most."""
    parser = subparsers.add_parser("messages", help="take receipts and replies from the message channels")
    parser.add_argument("--minutes", type=float, default=9.0, help="at most this long for each channel")


def run(options: argparse.Namespace) -> int:
    """Take what is there; nothing is sent. 1 when a channel could not be used."""
    import sys

    from django.utils import timezone

    from jobbridge.apps.accounts.scope import system_actor
    from jobbridge.apps.messaging.sending import collect

    report = collect(actor=system_actor("messages"), now=timezone.localtime(), most=60 * options.minutes)
    print(f"回执 {report.receipts:,} 条，回复 {report.replies:,} 条")
    if report.stopped:
        print(report.stopped, file=sys.stderr)
        return 1
    return 0
