"""The official names of the classification by code, at any level: ``6-18-01`` is 机械冷加工人员."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

from .names import read

GROUP = 7  # characters of the code of a 小类


@cache
def occupation_names() -> dict[str, str]:
    """Code, as long as its level, to name."""
    path = resources.files("jobbridge.engines.occupations.data").joinpath("csco2022.csv")
    with path.open(encoding="utf-8-sig") as rows:
        return {row["code"]: row["name"] for row in csv.DictReader(rows)}


def occupation_name(code: str) -> str:
    """The name of a padded code: of the occupation, or of the group it lies in when it names no single one."""
    names = occupation_names()
    return next((names[part] for part in (code, code[:GROUP], code[:4]) if part in names), "")


@cache
def choosable() -> dict[str, str]:
    """What a title or post can be: the padded code of every occupation and 小类, with its name."""
    names = read()
    return dict(zip(names.code, names.official, strict=True))


def find(text: str, limit: int = 12) -> list[tuple[str, str]]:
    """Padded codes and names of the occupations that this text, or the beginning of a code, may mean.

    Those with a name, official or everyday, that is the text come first, then those where it begins or stands in
    one; shorter names before longer.
    """
    text = text.strip()
    if not text:
        return []
    names = read()
    found = []
    for at, code in enumerate(names.code):
        ranks = [_rank(name, text) for name in names.text[names.start[at] : names.start[at + 1]]]
        best = min((rank for rank in ranks if rank), default=(0, 0) if code.startswith(text) else None)
        if best:
            found.append((best, code, names.official[at]))
    return [(code, name) for _, code, name in sorted(found)[:limit]]


def _rank(name: str, text: str) -> tuple[int, int] | None:
    at = name.find(text)
    return None if at < 0 else (0 if name == text else 1 if at == 0 else 2, len(name))
