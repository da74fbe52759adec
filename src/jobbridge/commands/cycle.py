"""``jobbridge cycle --date D``: run or resume a day's cycle and print its table."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from typing import Any


def add_parser(subparsers: Any) -> None:
    """The command's own options."""
    parser = subparsers.add_parser("cycle", help="run or resume the daily cycle")
    parser.add_argument("--date", type=date.fromisoformat, help="day of the cycle, YYYY-MM-DD; today when left out")
    parser.add_argument("--quiet", action="store_true", help="print the table only")


def run(options: argparse.Namespace) -> int:
    """Run the cycle; 1 when the day is refused, a stage did not finish or another cycle is running."""
    from django.utils import timezone

    from jobbridge.apps.accounts.scope import system_actor
    from jobbridge.apps.cycle.progress import CycleBusy
    from jobbridge.apps.cycle.services import DayRefused, StageFailed, run_cycle
    from jobbridge.commands.table import cycle_table

    on = options.date or timezone.localdate()
    try:
        run_of_day = run_cycle(on=on, actor=system_actor("command"), listener=None if options.quiet else show())
    except (DayRefused, StageFailed, CycleBusy) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    print(cycle_table(run_of_day))
    return 0


def show() -> Any:
    """A listener that prints each step once, with the time since the start of its stage."""
    from django.utils import timezone

    last: list[str] = [""]

    def listener(stage: Any, step: str, done: int, total: int) -> None:
        line = f"{stage.get_stage_display()} · {step}"
        if line == last[0]:
            return
        last[0] = line
        seconds = (timezone.now() - stage.started_at).total_seconds()
        print(f"  {seconds:6.1f} 秒  {line}", flush=True)

    return listener
