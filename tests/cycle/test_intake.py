"""The first stage: every batch is merged for whoever handed it in, and a bad one stops no other."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from jobbridge.apps.accounts.models import Role, User
from jobbridge.apps.accounts.scope import Actor, acting_as, system_actor
from jobbridge.apps.cycle.models import CycleRun
from jobbridge.apps.cycle.stages import intake
from jobbridge.apps.imports import services
from jobbridge.apps.imports.models import ImportBatch, ImportRow
from jobbridge.apps.registry.models import Person
from tests.factories import make_areas, make_user
from tests.imports.workbooks import member, workbook

DAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=timezone.get_default_timezone())
TEST, CYCLE = system_actor("test"), system_actor("cycle")
ELSEWHERE = {"乡": "青龙街道", "村": "复兴社区"}


@pytest.fixture
def clerks(db: None, settings: Any, tmp_path: Path) -> dict[str, Actor]:
    settings.INBOX = tmp_path / "inbox"
    settings.INBOX.mkdir()
    options = {"location": tmp_path / "files"}
    settings.STORAGES = {**settings.STORAGES, "default": {**settings.STORAGES["default"], "OPTIONS": options}}
    CycleRun.objects.create(on=DAY, started_by="test")
    with acting_as(TEST):
        make_areas()
        codes = {"county": "500235000000", "township": "500235001000"}
        return {name: make_user(name, Role(name), code).actor() for name, code in codes.items()}


def upload(actor: Actor, *rows: list[Any], name: str = "名册.xlsx") -> ImportBatch:
    return services.upload(actor=actor, name=name, content=workbook(rows), as_of=DAY, now=NOW)


def run_intake() -> dict[str, Any]:
    return intake(on=DAY, actor=CYCLE, progress=lambda *step: None)


def people() -> list[str]:
    with acting_as(TEST):
        return sorted(Person.objects.values_list("name", flat=True))


def state_of(batch: ImportBatch) -> tuple[str, str]:
    with acting_as(TEST):
        found = ImportBatch.objects.get(pk=batch.pk)
        return found.state, found.message


def test_a_row_refused_as_out_of_scope_stays_out(clerks: dict[str, Actor]) -> None:
    batch = upload(clerks["township"], member(1, 姓名="覃甲"), member(2, 姓名="覃乙", **ELSEWHERE))
    assert services.stage(actor=clerks["township"], batch=batch).counts["refused"] == 1
    counts = run_intake()
    assert people() == ["覃甲"]
    assert (counts["created"], counts["refused"]) == (1, 1)


def test_the_cycle_tells_the_maker_no_name_from_elsewhere(clerks: dict[str, Actor]) -> None:
    first = upload(clerks["county"], member(2, 姓名="冉秘密", **ELSEWHERE))
    services.merge(actor=clerks["county"], batch=first, now=NOW)
    batch = upload(clerks["township"], member(2, 姓名="覃三", 户编号="H9"))
    services.stage(actor=clerks["township"], batch=batch)
    run_intake()
    with acting_as(clerks["township"]):
        [row] = ImportRow.objects.filter(batch=batch)
        assert row.state == "conflict"
        assert "冉秘密" not in row.label + row.issues[0]["message"]


def test_the_inbox_is_the_county_s_own(clerks: dict[str, Actor], settings: Any) -> None:
    rows = [member(1, 姓名="覃甲"), member(2, 姓名="覃乙", **ELSEWHERE)]
    (settings.INBOX / "名册.xlsx").write_bytes(workbook(rows))
    run_intake()
    assert people() == ["覃乙", "覃甲"]


def test_the_file_of_somebody_who_left_waits_for_a_colleague(clerks: dict[str, Actor]) -> None:
    batch = services.stage(actor=clerks["township"], batch=upload(clerks["township"], member(1)))
    with acting_as(TEST):
        User.objects.filter(pk=clerks["township"].user_id).update(is_active=False)
    run_intake()
    assert people() == []
    state, message = state_of(batch)
    assert state == "validated"
    assert "已停用" in message
    services.merge(actor=clerks["county"], batch=batch, now=NOW)
    assert len(people()) == 1
