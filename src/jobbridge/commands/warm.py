"""``jobbridge warm``: what the engines do only once, at installation instead of in somebody's first run."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any


def add_parser(subparsers: Any) -> None:
    """No options of its own."""
    subparsers.add_parser("warm", help="compile the engines' kernels and embed the names of occupations, once")


def run(_options: argparse.Namespace) -> int:
    """Do it where it was not done yet for this code, and say how long it took."""
    from jobbridge.engines.warming import is_warm, warm

    state = Path(os.environ["JOBBRIDGE_HOME"])
    if not is_warm(state):
        print("compiling the matching engine and reading in the occupations, once", flush=True)
        print(f"done in {warm(state):.1f} s", flush=True)
    return 0
