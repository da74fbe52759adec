"""The definitions in force: the county's own file if it has one, else the product's."""

from __future__ import annotations

from functools import cache
from importlib import resources

from django.conf import settings

from jobbridge.engines.rules import Definition, load

OWN = "definitions.yaml"


def definitions() -> list[Definition]:
    """All definitions; RuleError names the definition and the word at fault."""
    own = settings.STATE / OWN
    return _own(str(own), own.stat().st_mtime_ns) if own.exists() else _shipped()


@cache
def _shipped() -> list[Definition]:
    return load(resources.files("jobbridge.apps.targeting.data").joinpath("definitions.yaml").read_text("utf-8"))


@cache
def _own(path: str, _changed: int) -> list[Definition]:
    with open(path, encoding="utf-8") as file:
        return load(file.read() + "\n")
