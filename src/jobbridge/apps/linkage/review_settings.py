"""The settings of the review desk in force: the county's own file if it has one, else the product's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

import yaml
from django.conf import settings

OWN = "review.yaml"


@dataclass(frozen=True)
class ReviewSettings:
    """One dated entry of ``data/review.yaml``, where every field is explained."""

    valid_from: date
    second_opinion_share: float
    lease_minutes: int
    undo_hours: int
    question_days: int
    accept_village_yes: bool
    weights: dict[str, int]

    def __post_init__(self) -> None:
        if not 0 <= self.second_opinion_share <= 1:
            raise ValueError(f"second_opinion_share must lie between 0 and 1, not {self.second_opinion_share}")


def review_settings(day: date) -> ReviewSettings:
    """What counts on ``day``. ValueError when no entry is valid then, TypeError when a name is wrong or missing."""
    own = settings.STATE / OWN
    entries = _own(str(own), own.stat().st_mtime_ns) if own.exists() else _shipped()
    valid = [entry for entry in entries if entry.valid_from <= day]
    if not valid:
        raise ValueError(f"{OWN}: no entry is valid on {day}")
    return max(valid, key=lambda entry: entry.valid_from)


def _load(text: str) -> tuple[ReviewSettings, ...]:
    return tuple(ReviewSettings(**entry) for entry in yaml.safe_load(text))


@cache
def _shipped() -> tuple[ReviewSettings, ...]:
    return _load(resources.files("jobbridge.apps.linkage.data").joinpath(OWN).read_text("utf-8"))


@cache
def _own(path: str, _changed: int) -> tuple[ReviewSettings, ...]:
    with open(path, encoding="utf-8") as file:
        return _load(file.read())
