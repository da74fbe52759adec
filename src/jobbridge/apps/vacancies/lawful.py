"""The legal grounds, minimum wages and suspicious words of ``data/lawful.yaml``, where every entry is explained."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import yaml
from django.conf import settings

OWN = "lawful.yaml"


@dataclass(frozen=True)
class Ground:
    """A legal ground and the limits it carries; an empty part means that it carries none of that kind."""

    code: str
    cites: str
    text: str
    sex: str = ""
    age_min: int | None = None
    age_max: int | None = None


@dataclass(frozen=True)
class Lawful:
    """Everything of the file."""

    grounds: tuple[Ground, ...]
    minimum_wages: tuple[tuple[str, int, date], ...]  # prefix, yuan a month, in force since
    money_words: tuple[str, ...]
    contact_words: tuple[str, ...]
    limit_words: tuple[str, ...]
    wage_times_minimum: float
    shifts_excluded: tuple[str, ...]
    home: str  # prefix of the county's own province

    def minimum_wage(self, place_code: str, on: date) -> int | None:
        """The lowest lawful monthly wage at a place; None where none is listed."""
        found = [
            (len(prefix), since, yuan)
            for prefix, yuan, since in self.minimum_wages
            if place_code.startswith(prefix) and since <= on
        ]
        return max(found)[2] if found else None

    def ground(self, code: str) -> str:
        """The text of a listed ground; "" for a code that is not listed."""
        return next((ground.text for ground in self.grounds if ground.code == code), "")


def lawful() -> Lawful:
    """The county's own file when there is one, else the one shipped."""
    own = settings.STATE / OWN
    return _read(own.read_text("utf-8") if own.is_file() else _shipped(), settings.COUNTY_CODE[:2])


@cache
def _shipped() -> str:
    return resources.files("jobbridge.apps.vacancies.data").joinpath(OWN).read_text("utf-8")


@cache
def _read(text: str, home: str) -> Lawful:
    known: dict[str, Any] = yaml.safe_load(text)
    return Lawful(
        grounds=tuple(Ground(**entry) for entry in known["grounds"]),
        minimum_wages=tuple((row["place"], row["yuan"], row["since"]) for row in known["minimum_wages"]),
        money_words=tuple(known["money_words"]),
        contact_words=tuple(known["contact_words"]),
        limit_words=tuple(known.get("limit_words", ())),
        wage_times_minimum=known["quality"]["wage_times_minimum"],
        shifts_excluded=tuple(known["quality"]["shifts_excluded"]),
        home=home,
    )
