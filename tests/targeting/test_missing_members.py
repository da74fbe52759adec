"""A household of which the ledger could not take in everybody: who lacks is unknown, not absent."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from jobbridge.apps.casework.models import Visit
from jobbridge.apps.targeting.models import HouseholdStatus
from tests.factories import (
    DAY,
    make_household,
    make_person,
    make_statement,
)
from tests.targeting.conftest import compute, zero


def refused_row(household, state="refused"):
    from jobbridge.apps.files.models import StoredFile
    from jobbridge.apps.imports.models import ImportBatch, ImportRow

    file = StoredFile.objects.create(name="x", sha256="x", size=1, path="x", created_by="test")
    batch = ImportBatch.objects.create(
        kind="roster", state="merged", file=file, as_of=DAY, region_code="500235000000", created_by="test"
    )
    ImportRow.objects.create(batch=batch, sheet="x", row_number=4, state=state, subject=household.number)
    return batch


@pytest.mark.parametrize("state", ["refused", "conflict"])
def test_a_member_the_ledger_could_not_take_in_is_unknown_not_absent(county, state):
    """The worst mistake: the working son's id was mistyped, and the household becomes a zero-employment one."""
    household = make_household()
    make_statement(make_person(household), employed=False, willing=True)
    refused_row(household, state)
    compute()
    row = HouseholdStatus.objects.get(household=household)
    assert (row.zero_employment, row.unknown, row.marks) == (None, 1, "S")


def test_a_dismissed_row_lacks_nobody(county):
    household = make_household()
    make_statement(make_person(household), employed=False, willing=True)
    refused_row(household, "dismissed")
    compute()
    assert zero(household) is True


@pytest.mark.parametrize(("met", "settled"), [("person", True), ("phone", False), ("absent", False)])
def test_only_a_meeting_settles_who_lives_there(county, met, settled):
    household = make_household()
    make_statement(make_person(household), employed=False, willing=True)
    refused_row(household)
    Visit.objects.create(
        client_key=uuid4(), household=household, region_code=household.region_code, met=met,
        at=datetime(DAY.year, DAY.month, DAY.day, 4, tzinfo=UTC), by="test", by_name="于丽林",
    )  # fmt: skip
    compute()
    assert zero(household) is (True if settled else None)


def test_the_corrected_file_settles_it(county):
    household = make_household()
    make_statement(make_person(household), employed=False, willing=True)
    refused_row(household)
    later = refused_row(make_household())
    son = make_person(household, birth=date(2001, 1, 1), relation="之子")
    son.source.batch = later
    son.source.save()
    make_statement(son, employed=False, willing=True)
    compute()
    assert zero(household) is True
