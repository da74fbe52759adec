"""``jobbridge secrets``: fresh secrets for a production installation, printed once."""

from __future__ import annotations

import argparse
import secrets
from typing import Any

from jobbridge.sealing import generate_keys


def add_parser(subparsers: Any) -> None:
    """No options of its own."""
    subparsers.add_parser("secrets", help="print fresh secrets for production")


def run(options: argparse.Namespace) -> int:
    """Print the two lines of an environment file."""
    print(f"JOBBRIDGE_SECRET_KEY={secrets.token_urlsafe(48)}")
    print(f"JOBBRIDGE_SEAL_KEYS='{generate_keys()}'")
    return 0
