"""What is deleted on which day, what stays of it, and that a second time changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from jobbridge.apps.accounts.scope import acting_as
from jobbridge.apps.audit.models import AuditEntry
from jobbridge.apps.files import services as files
from jobbridge.apps.files.services import store
from jobbridge.apps.imports import services
from jobbridge.apps.imports.models import ImportBatch, ImportRow
from jobbridge.apps.linkage.deciding import decide, reopen
from jobbridge.apps.linkage.models import Deletion, FeedRecord, Link, LinkDecision, Opinion, Returnee, VillageQuestion
from jobbridge.apps.linkage.retention import delete_expired
from jobbridge.apps.linkage.returnees import keep_returnees
from jobbridge.sealing import SealError
from tests.factories import DAY, make_agreements
from tests.linkage_app.conftest import SYSTEM, make_record, quiet

LAST = DAY + timedelta(days=30)  # the last day on which the list may be kept


@pytest.fixture
def listed(county, settings, tmp_path):
    """Three records of one list: one decided, one linked by itself, one that waits; to be kept until ``LAST``."""
    options = {"location": tmp_path / "files"}
    settings.STORAGES = {**settings.STORAGES, "default": {**settings.STORAGES["default"], "OPTIONS": options}}
    with acting_as(SYSTEM):
        for zone, decision in (("review", "confirmed"), ("auto", "pending"), ("review", "pending")):
            record = make_record("覃平国", id_mask="9901**********0017", village_code="500235001001", keep_until=LAST)
            Link.objects.create(
                record=record, person=county.near, region_code=county.near.region_code, posterior=0.9, zone=zone,
                decision=decision, decided_by=county.li.key if decision != "pending" else "",
            )  # fmt: skip
        batch = ImportBatch.objects.get()
        batch.keep_until = LAST
        batch.save()
        ImportRow.objects.create(batch=batch, sheet="x", row_number=2, state="refused", label="覃平国 9901****")
    return batch


def delete(on):
    return delete_expired(on=on, actor=SYSTEM, progress=quiet)


def test_nothing_is_deleted_before_its_day(listed):
    assert delete(LAST) == {"deleted_records": 0, "emptied_records": 0, "deleted_files": 0}
    with acting_as(SYSTEM):
        assert FeedRecord.objects.count() == 3
    assert files.read(listed.file)


def test_on_the_day_the_agency_s_words_go_and_the_outcome_stays(county, listed):
    assert delete(LAST + timedelta(days=1)) == {"deleted_records": 1, "emptied_records": 2, "deleted_files": 1}
    with acting_as(SYSTEM):
        for record in FeedRecord.objects.order_by("pk"):
            assert (record.name, record.id_mask, record.id_sealed, record.village_code) == ("", "", None, "")
            assert (record.source, record.seen_on, record.direction) == ("railway", DAY, "home")
        decided = Link.objects.get(decision="confirmed")
        assert (decided.person_id, decided.decided_by) == (county.near.pk, county.li.key)
        assert Link.objects.count() == 2
        assert not ImportRow.objects.exists()
        log = Deletion.objects.get()
        listed.refresh_from_db()
        listed.file.refresh_from_db()
    assert (log.records, log.emptied, log.rows, log.file) == (1, 2, 1, True)
    with pytest.raises(SealError, match="deleted"):
        files.read(listed.file)
    assert not list(files._root().rglob(listed.file.sha256))


def test_what_a_village_was_asked_outlasts_the_day_nowhere(county, listed):
    with acting_as(SYSTEM):
        pair = Link.objects.get(decision="confirmed")
        asked = VillageQuestion.objects.create(
            link=pair, person=county.near, region_code=county.near.region_code, facts={"name": "覃平国"},
            asked_by=county.li.key, asked_at=timezone.now(), expires_on=DAY,
        )  # fmt: skip
        asked.state = "expired"
        asked.save()
    delete(LAST + timedelta(days=1))
    with acting_as(SYSTEM):
        asked.refresh_from_db()
        assert (asked.facts, asked.state) == ({}, "expired")
        asked.delete()
        trail = AuditEntry.objects.filter(table_name="linkage_villagequestion").order_by("id")
        images = [image for entry in trail for image in (entry.before, entry.after) if image]
    assert [entry.operation for entry in trail] == ["I", "U", "U", "D"]
    assert [image["state"] for image in images] == ["open", "expired", "expired", "expired", "expired"]
    assert not any("facts" in image for image in images)


def test_the_log_of_a_pair_that_was_opened_again_stays(county, listed):
    with acting_as(SYSTEM):
        pair = Link.objects.get(zone="review", decision="pending")
    with acting_as(county.zhou):
        decide(actor=county.zhou, link_id=pair.pk, same=False, now=timezone.now())
        reopen(actor=county.zhou, link_id=pair.pk)
    assert delete(LAST + timedelta(days=1))["deleted_records"] == 1
    with acting_as(SYSTEM):
        assert not Link.objects.filter(pk=pair.pk).exists()
        log = LinkDecision.objects.order_by("pk").values_list("link_id", "verdict")
        assert list(log) == [(pair.pk, "rejected"), (pair.pk, "reopened")]


def test_a_village_is_not_asked_any_more_when_the_words_are_gone(county, listed):
    with acting_as(SYSTEM):
        pair = Link.objects.get(decision="confirmed")
        asked = VillageQuestion.objects.create(
            link=pair, person=county.near, region_code=county.near.region_code, facts={"name": "覃平国"},
            asked_by=county.li.key, asked_at=timezone.now(), expires_on=LAST + timedelta(days=9),
        )  # fmt: skip
    delete(LAST + timedelta(days=1))
    with acting_as(SYSTEM):
        asked.refresh_from_db()
    assert (asked.facts, asked.state) == ({}, "expired")


def test_nobody_looks_a_second_time_at_an_empty_record(county, listed, everything_twice):
    with acting_as(county.zhou):
        pair = Link.objects.get(zone="review", decision="pending")
        decide(actor=county.zhou, link_id=pair.pk, same=True, now=timezone.now())
    delete(LAST + timedelta(days=1))
    with acting_as(SYSTEM):
        assert Opinion.objects.get().state == "dropped"


def test_a_second_time_changes_nothing(listed):
    delete(LAST + timedelta(days=1))
    assert set(delete(LAST + timedelta(days=2)).values()) == {0}
    assert Deletion.objects.count() == 1


def test_killed_between_the_file_and_its_record_the_next_day_goes_on(listed):
    (files._root() / listed.file.path).unlink()
    assert delete(LAST + timedelta(days=1))["deleted_files"] == 1
    with acting_as(SYSTEM):
        listed.file.refresh_from_db()
    assert listed.file.deleted_on == LAST + timedelta(days=1)


def test_the_same_bytes_under_another_record_stay(listed):
    with acting_as(SYSTEM):
        other = store(actor=SYSTEM, name="另存.csv", content=b"x")
    delete(LAST + timedelta(days=1))
    assert files.read(other) == b"x"
    with acting_as(SYSTEM):
        files.discard(other, on=LAST)
        again = store(actor=SYSTEM, name="再传.csv", content=b"x")
    assert files.read(again) == b"x"
    with pytest.raises(SealError):
        files.read(other)


def test_a_returnee_outlasts_the_list(county, listed):
    keep_returnees(on=DAY, actor=SYSTEM)
    delete(LAST + timedelta(days=1))
    assert keep_returnees(on=LAST + timedelta(days=1), actor=SYSTEM) == {"returned": 0, "returns_closed": 0}
    with acting_as(SYSTEM):
        (stay,) = Returnee.objects.all()
    assert (stay.person_id, stay.state, stay.sources, stay.first_seen) == (county.near.pk, "home", ["railway"], DAY)


def test_a_file_nobody_could_take_in_goes_too(county, settings, tmp_path):
    options = {"location": tmp_path / "files"}
    settings.STORAGES = {**settings.STORAGES, "default": {**settings.STORAGES["default"], "OPTIONS": options}}
    content = "姓名,电话,统计日期,流向\n覃平国,16400000001,2026-11-01,返乡\n".encode()
    batch = services.upload(actor=county.zhou, name="移动.csv", content=content, as_of=DAY, now=timezone.now())
    batch = services.stage(actor=county.zhou, batch=batch)
    assert batch.state == "mapping"
    delete(batch.keep_until + timedelta(days=1))
    with acting_as(SYSTEM):
        batch = ImportBatch.objects.select_related("file").get(pk=batch.pk)
    assert (batch.state, batch.file.deleted_on) == ("cancelled", batch.keep_until + timedelta(days=1))
    with acting_as(SYSTEM):
        make_agreements("mobile")
    assert services.merge(actor=county.zhou, batch=batch, now=timezone.now()).state == "cancelled"
