"""The classification's occupations with their names, and what is cut off a title before it is compared."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache
from importlib import resources
from typing import NamedTuple

_NOISE = re.compile(
    r"[（(【\[].*?[）)】\]]|诚聘|急聘|急招|招聘|高薪|包吃住|包吃|包住|双休|周末|无试用期|五险一金|[0-9０-９]+[千kK元]?|[-+/／·,，、.。~～\s]+"
)


class Names(NamedTuple):
    """Every name of an occupation or 小类, official and everyday; sorted by code.

    ``text[start[i]:start[i + 1]]`` are the names of ``code[i]``, whose official name is ``official[i]``.
    """

    code: list[str]
    official: list[str]
    start: list[int]
    text: list[str]


@cache
def read(everyday: bool = True) -> Names:
    """The national classification as shipped, with what people call the commonest trades of a county."""
    further = {row["code_padded"]: row["everyday"] for row in _rows("everyday.csv")} if everyday else {}
    return arrange(_rows("csco2022.csv"), further)


def _rows(name: str) -> list[dict[str, str]]:
    with resources.files("jobbridge.engines.occupations.data").joinpath(name).open(encoding="utf-8-sig") as rows:
        return list(csv.DictReader(rows))


def arrange(rows: list[dict[str, str]], everyday: dict[str, str]) -> Names:
    """Arrange the names of each occupation.

    Parameters
    ----------
    rows
        The classification: level, code_padded, name, aliases (separated by ``|`` or ``/``).
    everyday
        Further names by padded code, separated by ``|``.
    """
    found: dict[str, dict[str, None]] = {}
    official: dict[str, str] = {}
    for row in sorted((row for row in rows if row["level"] in ("3", "4")), key=lambda row: row["code_padded"]):
        further = everyday.get(row["code_padded"], "")
        names = (row["name"], *filter(None, re.split(r"[|/]", f"{row['aliases']}|{further}")))
        # A 小类 with a single occupation shares its padded code, and its name.
        found.setdefault(row["code_padded"], {}).update(dict.fromkeys(clean(name) for name in names))
        official[row["code_padded"]] = row["name"]
    start = [0]
    for texts in found.values():
        start.append(start[-1] + len(texts))
    return Names(list(found), list(official.values()), start, [text for texts in found.values() for text in texts])


def clean(title: str) -> str:
    """A title without what advertisements add; as it is where nothing else would be left."""
    plain = unicodedata.normalize("NFKC", title).strip()
    return _NOISE.sub("", plain) or plain
