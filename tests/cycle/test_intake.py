"""The first stage: every batch is merged for whoever handed it in, and a bad one stops no other."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import OperationalError
from django.utils import timezone

from jobbridge.apps.accounts.models import Role, User
from jobbridge.apps.accounts.scope import Actor, acting_as, system_actor
from jobbridge.apps.cycle.models import CycleRun
from jobbridge.apps.cycle.stages import intake
from jobbridge.apps.imports import inbox, services
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


def stored_at(batch: ImportBatch) -> Path:
    return Path(django_settings.STORAGES["default"]["OPTIONS"]["location"]) / batch.file.path


@pytest.mark.parametrize("damage", ["lost", "altered"])
def test_a_bad_batch_stops_no_other(clerks: dict[str, Actor], damage: str) -> None:
    bad = services.stage(actor=clerks["county"], batch=upload(clerks["county"], member(1)))
    good = services.stage(actor=clerks["county"], batch=upload(clerks["county"], member(2, 姓名="覃乙")))
    if damage == "lost":
        stored_at(bad).unlink()
    else:
        stored_at(bad).write_bytes(b"x" * 40)
    assert run_intake()["unreadable"] == 1
    assert people() == ["覃乙"]
    assert state_of(good)[0] == "merged"
    assert state_of(bad) == ("failed", "原文件丢失或被改动，请重新上传")
    assert services.stage(actor=clerks["county"], batch=bad).state == "failed"


def test_an_error_in_the_middle_is_said_and_the_batch_can_begin_anew(
    clerks: dict[str, Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "CHUNK", 1)
    bad = upload(clerks["county"], member(1, 姓名="覃甲"), member(2, 姓名="覃乙"))
    services.stage(actor=clerks["county"], batch=bad)
    upload(clerks["county"], member(3, 姓名="覃丙"))
    record, calls = services.fates.record, []

    def second_fails(batch: ImportBatch, pieces: Any) -> Any:
        calls.append(batch.pk)
        if len(calls) == 2:
            raise RuntimeError("证件号码 99023519850302003X")
        return record(batch, pieces)

    with monkeypatch.context() as broken:
        broken.setattr(services.fates, "record", second_fails)
        run_intake()
    assert people() == ["覃丙", "覃甲"]
    state, message = state_of(bad)
    assert state == "failed"
    assert "RuntimeError" in message
    assert "9902" not in message
    batch = services.stage(actor=clerks["county"], batch=bad)
    assert batch.counts["total"] == batch.counts["valid"] == 2
    batch = services.merge(actor=clerks["county"], batch=batch, now=NOW)
    assert people() == ["覃丙", "覃乙", "覃甲"]
    assert (batch.counts["created"], batch.counts["unchanged"]) == (1, 1)


def test_what_was_only_uploaded_is_taken_up_too(clerks: dict[str, Actor]) -> None:
    batch = upload(clerks["township"], member(1))
    assert run_intake()["batches"] == 1
    assert state_of(batch)[0] == "merged"


def test_a_file_of_the_inbox_that_breaks_the_reader_stops_no_other(
    clerks: dict[str, Actor], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (settings.INBOX / "a.xlsx").write_bytes(workbook([member(1)]))
    (settings.INBOX / "b.xlsx").write_bytes(workbook([member(2, 姓名="覃乙")]))
    read_head = inbox.read_head

    def breaks(content: bytes, name: str) -> Any:
        if name == "a.xlsx":
            raise RuntimeError("broken reader")
        return read_head(content, name)

    with monkeypatch.context() as broken:
        broken.setattr(inbox, "read_head", breaks)
        run_intake()
    assert people() == ["覃乙"]
    run_intake()
    assert len(people()) == 2


def test_trouble_of_the_server_is_not_the_file_s_fault(
    clerks: dict[str, Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = services.stage(actor=clerks["county"], batch=upload(clerks["county"], member(1)))

    def lost(*_: Any) -> None:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(services.fates, "record", lost)
    with pytest.raises(OperationalError):
        run_intake()
    assert state_of(batch)[0] == "merging"
