"""One person who stands in the lists tens of thousands of times: counted, and asked about once."""

from __future__ import annotations

import pytest
from django.db import connection

from jobbridge.apps.accounts.scope import acting_as
from jobbridge.apps.imports.upserts import keep_statistics
from jobbridge.apps.linkage.models import Link, Outsider, Returnee, Suspicion
from jobbridge.apps.linkage.outsiders import keep_outsiders
from jobbridge.apps.linkage.returnees import keep_returnees
from jobbridge.apps.linkage.suspicions import SHOWN, keep_suspicions
from tests.factories import DAY
from tests.linkage_app.conftest import SYSTEM, make_record, quiet

MANY = 33_001  # more than a small integer of the database holds
COPY_RECORDS = """
INSERT INTO linkage_feedrecord (region_code, batch_id, source, content_hash, name, id_sealed, id_mask, phone_sealed,
  phone_mask, village_code, sex, birth_date, seen_on, direction, place_note, id_index, phone_index, keep_until)
SELECT region_code, batch_id, source, content_hash || decode(lpad(to_hex(n), 8, '0'), 'hex'), name, id_sealed,
  id_mask, phone_sealed, phone_mask, village_code, sex, birth_date, seen_on, direction, place_note, id_index,
  phone_index, keep_until
FROM linkage_feedrecord, generate_series(2, %s) n
"""
COPY_LINKS = """
INSERT INTO linkage_link (region_code, record_id, person_id, posterior, zone, stage, hold, priority, candidates,
  decision, decided_by)
SELECT l.region_code, f.id, l.person_id, l.posterior, l.zone, l.stage, l.hold, l.priority, l.candidates, l.decision,
  l.decided_by
FROM linkage_link l, linkage_feedrecord f WHERE f.id <> l.record_id
"""


@pytest.fixture
def often():
    """``often(person, 5)``: the one record there is and its link, five times."""

    def repeat(person, times: int = MANY, **link) -> None:
        with acting_as(SYSTEM), connection.cursor() as cursor:
            record = make_record("向无名", village_code="500235001001", phone_index=b"a phone")
            Link.objects.create(
                record=record, person=person, region_code=record.region_code, posterior=0.9, **link,
            )  # fmt: skip
            cursor.execute(COPY_RECORDS, [times])
            cursor.execute(COPY_LINKS)
            keep_statistics("linkage_feedrecord", "linkage_link")  # as taking in and comparing do

    return repeat


def test_a_person_seen_very_often_is_one_stay(county, often):
    often(county.near, zone="auto")
    assert keep_returnees(on=DAY, actor=SYSTEM)["returned"] == 1
    with acting_as(SYSTEM):
        assert Returnee.objects.get().sightings == MANY


def test_a_stranger_seen_very_often_is_one_stranger(county, often):
    often(None, zone="none")
    assert keep_outsiders(on=DAY, actor=SYSTEM, progress=quiet) == {"unregistered": 1}
    with acting_as(SYSTEM):
        assert Outsider.objects.get().sightings == MANY


@pytest.mark.parametrize(("times", "shown"), [(1, 1), (SHOWN, SHOWN), (1_000, SHOWN)])
def test_a_number_under_very_many_names_is_one_suspicion_that_counts_them(county, often, times, shown):
    often(county.near, times, zone="review", hold="id_other_name")
    for _ in range(2):
        assert keep_suspicions(on=DAY, actor=SYSTEM, progress=quiet) == {"suspicions": 1}
    with acting_as(SYSTEM):
        found = Suspicion.objects.get()
    assert (found.records, len(found.sightings)) == (times, shown)
