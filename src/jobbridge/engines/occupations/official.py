"""The official names of the classification by code, at any level: ``6-18-01`` is 机械冷加工人员."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources


@cache
def occupation_names() -> dict[str, str]:
    """Code, as long as its level, to name."""
    path = resources.files("jobbridge.engines.occupations.data").joinpath("csco2022.csv")
    with path.open(encoding="utf-8-sig") as rows:
        return {row["code"]: row["name"] for row in csv.DictReader(rows)}
