"""Visit books: known households only, the same book again changes nothing."""

from datetime import UTC, datetime
from io import BytesIO

import openpyxl
import pytest

from jobbridge.apps.accounts.models import Role
from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.casework.models import Visit
from jobbridge.apps.imports.models import ImportRow
from jobbridge.apps.imports.services import merge, upload
from jobbridge.apps.targeting.models import HouseholdStatus
from jobbridge.apps.targeting.services import refresh
from tests.factories import DAY, make_areas, make_household, make_person, make_user

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
HEADER = ["序号", "户编号", "户主姓名", "走访日期", "走访方式", "走访人", "走访情况"]


@pytest.fixture
def household(db, settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    }
    with acting_as(system_actor("test")):
        make_areas()
        household = make_household()
        make_person(household)
        yield household


def take(rows, actor=None):
    actor = actor or system_actor("test")
    book = openpyxl.Workbook()
    for row in [HEADER, *rows]:
        book.active.append(row)
    stream = BytesIO()
    book.save(stream)
    batch = upload(actor=actor, name="走访.xlsx", content=stream.getvalue(), as_of=DAY, now=NOW)
    return merge(actor=actor, batch=batch, now=NOW)


def test_a_visit_book_is_taken_in_once(household):
    rows = [["1", household.number, "覃平国", "2026-11-14", "入户", "于丽林", "想在县内做缝纫"]]
    first = take(rows)
    assert (first.kind, first.state, first.counts["created"]) == ("visits", "merged", 1)
    assert take(rows).counts["unchanged"] == 1
    visit = Visit.objects.get()
    assert (visit.met, visit.by_name, visit.note) == ("person", "于丽林", "想在县内做缝纫")
    refresh(on=DAY, actor=system_actor("cycle"), progress=lambda *step: None)
    assert HouseholdStatus.objects.get(household=household).last_visit.isoformat() == "2026-11-14"


def test_unknown_households_future_days_and_missing_days_come_back(household):
    batch = take(
        [
            ["1", "YY999999", "某人", "2026-11-14", "入户", "于丽林", ""],
            ["2", household.number, "覃平国", "2027-01-01", "入户", "于丽林", ""],
            ["3", household.number, "覃平国", "", "入户", "于丽林", ""],
            ["4", household.number, "覃平国", "2026-11-15", "打招呼", "于丽林", "方式认不出"],
            ["5", household.number, "覃平国", "2026-11-16", "", "于丽林", "没写方式"],
        ]
    )
    assert (batch.counts["refused"], batch.counts["created"]) == (4, 1)
    codes = {row.row_number: row.issues[0]["code"] for row in ImportRow.objects.filter(batch=batch, state="refused")}
    assert codes == {2: "household_unknown", 3: "date_future", 4: "visited_on_empty", 5: "not_listed"}


def test_a_township_cannot_bring_in_visits_to_its_neighbour(household):
    actor = make_user("neighbour", Role.TOWNSHIP, "500235002000").actor()
    batch = take([["1", household.number, "覃平国", "2026-11-14", "入户", "于丽林", ""]], actor)
    assert batch.counts.get("created", 0) == 0
    assert Visit.objects.count() == 0
