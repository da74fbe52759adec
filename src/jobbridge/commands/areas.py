"""``jobbridge areas``: load the division tree."""

from __future__ import annotations

import argparse
from typing import Any


def add_parser(subparsers: Any) -> None:
    """Which county's villages."""
    parser = subparsers.add_parser("areas", help="load the country to township and a county to village")
    parser.add_argument("--county", help="six-digit code; the configured county when left out")


def run(options: argparse.Namespace) -> int:
    """Load both; repeatable. 1 for a county without villages."""
    import sys

    from django.conf import settings

    from jobbridge.apps.areas.services import load_country, load_villages

    county = options.county or settings.COUNTY_CODE
    print(f"全国区划 {load_country():,} 条")
    try:
        print(f"{county} 村（社区）{load_villages(county):,} 个")
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    return 0
