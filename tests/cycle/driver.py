"""Runs the cycle in a process of its own, and kills it with SIGKILL where the test says.

    python -m tests.cycle.driver 2026-11-21 [stage:step]

It dies at the first report of that step of that stage. Steps are named, not counted: how often one is reported
depends on the clock (messages leave at a rate), which ones there are does not.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import date

import django


def main(day: str, fault: str = "") -> None:
    django.setup()
    from jobbridge.apps.accounts.scope import system_actor
    from jobbridge.apps.cycle.services import run_cycle

    stage, _, deadly = fault.partition(":")

    def listener(record: object, step: str, done: int, total: int) -> None:
        print(f"{record.stage}\t{step}", flush=True)
        if fault and record.stage == stage and step == deadly:
            os.kill(os.getpid(), signal.SIGKILL)

    run_cycle(on=date.fromisoformat(day), actor=system_actor("test"), listener=listener)


if __name__ == "__main__":
    main(*sys.argv[1:])
