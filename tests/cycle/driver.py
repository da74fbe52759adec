"""Runs the cycle in a process of its own, and kills it with SIGKILL where the test says.

    python -m tests.cycle.driver 2026-11-21 [stage:event]

``event`` counts the progress reports of the stage from 1; 0 kills at none.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import date

import django


def main(day: str, fault: str = ":0") -> None:
    django.setup()
    from jobbridge.apps.accounts.scope import system_actor
    from jobbridge.apps.cycle.services import run_cycle

    stage, _, event = fault.partition(":")
    seen = 0

    def listener(record: object, step: str, done: int, total: int) -> None:
        nonlocal seen
        print(f"{record.stage}\t{step}", flush=True)
        if record.stage == stage:
            seen += 1
            if seen == int(event):
                os.kill(os.getpid(), signal.SIGKILL)

    run_cycle(on=date.fromisoformat(day), actor=system_actor("test"), listener=listener)


if __name__ == "__main__":
    main(*sys.argv[1:])
