"""A small county and whoever hands in files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from jobbridge.apps.accounts.scope import Actor, Scope, acting_as, system_actor
from jobbridge.apps.areas.models import Area
from jobbridge.apps.imports import services
from jobbridge.apps.imports.models import ImportBatch, ImportRow
from jobbridge.kernel.division import bounds
from tests.factories import make_agreements, make_areas

DAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def county(db: None, settings: Any, tmp_path: Path) -> dict[str, Any]:
    """The areas of the test county; files go to a folder of the test."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        },
    }
    with acting_as(system_actor("test")):
        make_agreements()
        return make_areas()


@pytest.fixture
def yiwu(county: dict[str, Area]) -> None:
    for code, name, level in [("330000", "浙江省", 1), ("330700", "金华市", 2), ("330782", "义乌市", 3)]:
        Area.objects.create(code=code.ljust(12, "0"), name=name, level=level)


@pytest.fixture
def clerk(county: dict[str, Any]) -> Actor:
    """A clerk of the county."""
    return Actor("user:1", "县级经办", "county", Scope.of([bounds("500235")]))


@pytest.fixture
def township(county: dict[str, Any]) -> Actor:
    """A clerk of 双江街道 only."""
    return Actor("user:2", "双江街道经办", "township", Scope.of([bounds("500235001")]))


@pytest.fixture
def everything() -> Actor:
    """Sees all, to look at what came of it."""
    return system_actor("test")


@pytest.fixture
def bring_in(clerk: Actor) -> Callable[..., ImportBatch]:
    """Upload and merge in one go."""

    def run(
        content: bytes, name: str = "名册.xlsx", *, actor: Actor = clerk, as_of: date = DAY, **more: Any
    ) -> ImportBatch:
        batch = services.upload(actor=actor, name=name, content=content, as_of=as_of, now=NOW, **more)
        return services.merge(actor=actor, batch=batch, now=NOW)

    return run


def codes(batch: ImportBatch, actor: Actor) -> dict[int, list[str]]:
    """Issue codes by row number."""
    with acting_as(actor):
        return {
            row.row_number: [issue["code"] for issue in row.issues]
            for row in ImportRow.objects.filter(batch=batch).order_by("row_number")
            if row.issues
        }
