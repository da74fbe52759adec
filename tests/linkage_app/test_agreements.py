"""Without an agreement no list is taken in, and of a list only what the agreement permits."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from jobbridge.apps.accounts.scope import acting_as
from jobbridge.apps.imports import services
from jobbridge.apps.imports.inbox import take_inbox
from jobbridge.apps.imports.models import BatchState, ImportRow
from jobbridge.apps.linkage import agreements
from jobbridge.apps.linkage.models import DataAgreement, FeedField, FeedRecord
from tests.factories import DAY, make_agreements
from tests.linkage_app.conftest import SYSTEM, quiet

TODAY = timezone.localdate
NOW = timezone.now
HEADER = "旅客姓名,证件号码,手机号,性别,户籍村,线路,乘车日期,流向"
ROW = "覃平国,990101198005010017,16400000001,男,群益社区,东莞-云阳,2026-11-01,返乡"
CONTENT = f"{HEADER}\n{ROW}\n".encode()
VALUES = {
    "source": "railway", "agency": "铁路示范客运段", "legal_ground": "《就业促进法》", "document_number": "示1号",
    "fields": list(FeedField), "purpose": "返乡核实", "retention_days": 90,
}  # fmt: skip


@pytest.fixture
def clerk(county, settings, tmp_path):
    options = {"location": tmp_path / "files"}
    settings.STORAGES = {**settings.STORAGES, "default": {**settings.STORAGES["default"], "OPTIONS": options}}
    settings.INBOX_TAKEN = None
    return county.zhou


def sign(actor, **changes):
    dates = {"valid_from": TODAY(), "valid_until": TODAY() + timedelta(days=365), "now": NOW()}
    with acting_as(actor):
        return agreements.register(actor=actor, **{**VALUES, **dates, **changes})


def bring_in(actor, content=CONTENT, name="铁路_到发.csv"):
    batch = services.upload(actor=actor, name=name, content=content, as_of=DAY, now=NOW())
    return services.merge(actor=actor, batch=batch, now=NOW())


def records():
    with acting_as(SYSTEM):
        return list(FeedRecord.objects.order_by("pk"))


def test_a_list_without_an_agreement_is_refused_and_taken_up_when_there_is_one(clerk):
    batch = bring_in(clerk)
    assert batch.state == BatchState.MAPPING
    assert batch.message.startswith("没有铁路有效的数据协议，不能导入")
    assert records() == []
    sign(clerk)
    with acting_as(clerk):
        batch.refresh_from_db()
    assert batch.state == BatchState.UPLOADED
    assert services.merge(actor=clerk, batch=batch, now=NOW()).counts["created"] == 1


@pytest.mark.parametrize(
    ("begins", "ends", "taken"), [(-10, 10, True), (0, 0, True), (-10, -1, False), (1, 10, False)]
)
def test_an_agreement_holds_from_its_first_day_to_its_last(clerk, begins, ends, taken):
    sign(clerk, valid_from=TODAY() + timedelta(days=begins), valid_until=TODAY() + timedelta(days=ends))
    assert (bring_in(clerk).state == BatchState.MERGED) is taken


def test_one_that_was_ended_holds_no_longer(clerk):
    agreement = sign(clerk)
    with acting_as(clerk):
        for _ in range(2):
            ended = agreements.end(actor=clerk, agreement_id=agreement.pk, on=TODAY())
    assert (ended.ended_on, ended.ended_by) == (TODAY(), clerk.key)
    assert bring_in(clerk).state == BatchState.MAPPING


def test_columns_that_are_not_permitted_are_not_stored_and_the_report_says_so(clerk):
    sign(clerk, fields=["name", "phone", "seen_on", "direction"])
    batch = bring_in(clerk)
    assert batch.state == BatchState.MERGED
    (sheet,) = batch.mapping.values()
    assert sheet["withheld"] == ["证件号码", "性别", "户籍村", "线路"]
    (record,) = records()
    assert (record.name, record.phone_mask, record.direction) == ("覃平国", "164****0001", "home")
    assert (record.id_sealed, record.id_mask, record.id_index) == (None, "", None)
    assert (record.sex, record.village_code, record.place_note) == ("", "", "")
    with acting_as(SYSTEM):
        assert not ImportRow.objects.filter(label__contains="9901").exists()


def test_what_is_permitted_is_kept_until_its_day(clerk):
    sign(clerk, retention_days=90)
    batch = bring_in(clerk)
    (record,) = records()
    assert (record.sex, record.village_code, record.place_note) == ("男", "500235001001", "东莞-云阳")
    assert record.keep_until == batch.keep_until == TODAY() + timedelta(days=90)


def test_a_list_of_several_agencies_is_judged_row_by_row(clerk):
    sign(clerk, source="mobile", fields=["name", "seen_on", "direction"])
    rows = ["姓名,电话,统计日期,流向,数据来源", "覃平国,16400000001,2026-11-01,返乡,移动",
            "韦向阳,16400000002,2026-11-01,返乡,联通"]  # fmt: skip
    batch = bring_in(clerk, "\n".join(rows).encode(), "运营商.csv")
    (record,) = records()
    assert (record.source, record.name, record.phone_mask) == ("mobile", "覃平国", "")
    with acting_as(SYSTEM):
        (refused,) = ImportRow.objects.filter(batch=batch, state="refused")
    assert refused.issues[0]["code"] == "no_agreement"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"agency": " "}, "请填写提供单位"),
        ({"source": "post"}, "请选择来源"),
        ({"fields": ["sex"]}, "至少许可一项"),
        ({"valid_until": DAY - timedelta(days=9000)}, "到期日早于生效日"),
        ({"retention_days": 0}, "保存天数"),
    ],
)
def test_an_agreement_that_cannot_stand_is_refused_in_words(clerk, changes, why):
    with pytest.raises(agreements.AgreementRefused, match=why):
        sign(clerk, **changes)


def test_two_agreements_of_one_agency_do_not_overlap(clerk):
    sign(clerk)
    with pytest.raises(agreements.AgreementRefused, match="已有协议示1号"):
        sign(clerk)


def test_two_that_are_registered_at_the_same_moment_do_not_overlap(clerk, monkeypatch):
    """Both have looked for a clash before either is kept, unless one waits for the other."""
    together, outcomes = threading.Barrier(2), []
    create = DataAgreement.objects.create

    def late(**values):
        with suppress(threading.BrokenBarrierError):
            together.wait(2)
        return create(**values)

    def work(number):
        try:
            sign(clerk, document_number=number)
            outcomes.append("kept")
        except agreements.AgreementRefused:
            outcomes.append("refused")
        finally:
            connection.close()

    monkeypatch.setattr(DataAgreement.objects, "create", late)
    threads = [threading.Thread(target=work, args=(number,)) for number in ("示1号", "示2号")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["kept", "refused"]
    assert DataAgreement.objects.count() == 1


@pytest.mark.parametrize("who", ["li", "lead"])
def test_only_the_county_keeps_agreements(county, who):
    with pytest.raises(PermissionDenied):
        sign(getattr(county, who))
    assert not DataAgreement.objects.exists()


@pytest.mark.parametrize(
    ("days", "successor", "warned"), [(30, False, 1), (31, False, 0), (30, True, 0), (-1, False, 0)]
)
def test_one_that_runs_out_is_announced_unless_another_follows(county, days, successor, warned):
    with acting_as(SYSTEM):
        until = TODAY() + timedelta(days=days)
        make_agreements("road", valid_until=until)
        if successor:
            make_agreements("road", valid_from=until + timedelta(days=1))
    assert agreements.ending_soon(TODAY()).count() == warned


@pytest.mark.parametrize("place", ["铁路_到发.csv", "铁路/一月.csv", "railway/2026/名单.csv"])
def test_the_watched_folder_tells_the_agency_by_name_or_folder(clerk, tmp_path, place):
    sign(clerk)
    path = inbox_file(tmp_path, place)
    for batch in take_inbox(actor=SYSTEM, folder=tmp_path / "inbox", as_of=DAY, now=NOW()):
        services.merge(actor=SYSTEM, batch=batch, now=NOW())
    assert [record.source for record in records()] == ["railway"]
    assert not path.exists()


def test_a_file_leaves_the_folder_only_when_it_is_stored_sealed(clerk, tmp_path, settings, monkeypatch):
    from jobbridge.apps.imports import inbox

    path = inbox_file(tmp_path, "铁路_到发.csv")
    with monkeypatch.context() as broken:
        broken.setattr(inbox.files, "read", lambda stored: b"another")
        take_inbox(actor=SYSTEM, folder=tmp_path / "inbox", as_of=DAY, now=NOW())
    assert path.read_bytes() == CONTENT
    (sealed,) = [found for found in (tmp_path / "files").rglob("*") if found.is_file()]
    assert "覃平国".encode() not in sealed.read_bytes()
    settings.INBOX_TAKEN = tmp_path / "taken"
    take_inbox(actor=SYSTEM, folder=tmp_path / "inbox", as_of=DAY, now=NOW())
    assert not path.exists()
    assert (tmp_path / "taken" / "铁路_到发.csv").read_bytes() == CONTENT


def test_a_file_that_is_still_being_written_stays(clerk, tmp_path):
    sign(clerk)
    path = inbox_file(tmp_path, "铁路_到发.csv", age=0)
    take_inbox(actor=SYSTEM, folder=tmp_path / "inbox", as_of=DAY, now=NOW())
    assert path.exists()


def inbox_file(tmp_path: Path, place: str, age: int = 60) -> Path:
    import os
    import time

    path = tmp_path / "inbox" / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(CONTENT)
    os.utime(path, (time.time() - age,) * 2)
    return path


def test_progress_is_told_while_nothing_is_due(county):
    from jobbridge.apps.linkage.retention import delete_expired

    assert set(delete_expired(on=DAY, actor=SYSTEM, progress=quiet).values()) == {0}
