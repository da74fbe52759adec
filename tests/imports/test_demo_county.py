"""The made-up county through the whole engine: every damage that was done is found, and nothing else is refused."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.areas.services import load_country, load_villages
from jobbridge.apps.imports import services
from jobbridge.apps.imports.inbox import take_inbox
from jobbridge.apps.imports.models import BatchState, ImportRow
from jobbridge.apps.registry.models import EmploymentSpell, Household, Membership, Person
from jobbridge.demo import write_county
from tests.factories import make_agreements
from tests.imports.conftest import DAY, NOW

# What each damage must lead to: codes that send the row back, or none when it is harmless.
OUTCOME = {
    "numeric_id": {"id_numeric"},
    "wrong_checksum": {"id_checksum"},
    "missing_name": {"name_empty"},
    "duplicate_row": {"duplicate_person"},
    "two_households": {"two_households", None},  # the later of both rows waits, damaged or not
    "impossible_birth": {"date_impossible"},
    "impossible_id_date": {"id_birth_date"},
    "bad_relation": {"not_listed", None},  # 长子 has one meaning, 媳妇 two
    "village_unknown": {"village_unknown"},
    "id_spaces": {None},
    "id_full_width": {None},
    "id_lower_x": {None},
    "phone_format": {None},
    "village_alias": {None},
    "formula": {None},  # saved with its result
}


@pytest.mark.django_db
def test_every_damage_is_found_and_nothing_else_refused(tmp_path: Path, settings: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        },
    }
    load_country()
    load_villages("500235")
    actor = system_actor("cycle")
    with acting_as(actor):
        make_agreements()
    inbox = tmp_path / "county"
    made = write_county(inbox, people=3000, seed=11, on=DAY)
    (inbox / "truth").rename(tmp_path / "truth")
    (inbox / "settlements.csv").unlink()  # read by the set-up of a county, not by the cycle
    batches = [
        services.merge(actor=actor, batch=batch, now=NOW)
        for batch in take_inbox(actor=actor, folder=inbox, as_of=DAY, now=NOW)
    ]
    assert {batch.state for batch in batches} == {BatchState.MERGED}
    with acting_as(actor):
        refused = {
            (row.batch.file.name, row.row_number): row.issues[0]["code"]
            for row in ImportRow.objects.filter(state__in=("refused", "conflict"), batch__kind="roster")
            .select_related("batch__file")
        }
    with (tmp_path / "truth" / "damage.csv").open(encoding="utf-8-sig") as lines:
        damage = [row for row in csv.DictReader(lines) if row["kind"] in OUTCOME]
    for row in damage:
        name = Path(row["file"]).name
        assert refused.pop((name, int(row["row"])), None) in OUTCOME[row["kind"]], row
    assert set(refused.values()) <= {"two_households"}
    assert len(refused) <= sum(row["kind"] == "two_households" for row in damage)
    lost = Counter(row["kind"] for row in damage if OUTCOME[row["kind"]] != {None})
    with acting_as(actor):
        people = Person.objects.count()
        assert made["people"] - sum(lost.values()) <= people <= made["people"]
        assert Household.objects.count() <= made["households"]
        assert Membership.objects.filter(end=None).count() == people
        assert EmploymentSpell.objects.count() >= made["spells"] * 0.95
