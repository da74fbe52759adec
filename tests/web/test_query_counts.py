"""Thirty rows cost the database as many queries as three."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.casework.services import follow_groups
from jobbridge.apps.casework.visits import Report, record_visit
from jobbridge.apps.indicators.services import compute_day
from jobbridge.apps.placements.models import MatchRun, Recommendation
from jobbridge.apps.targeting.services import refresh
from tests.factories import DAY, make_household, make_person, make_phone, make_spell, make_statement
from tests.web.addresses import READ
from tests.web.conftest import HERE, make_findings, make_message, make_pair, make_post

TEST = system_actor("test")
FEW, MANY = 3, 30
CEILING = 40  # of any page, however many rows there are


@pytest.fixture
def grow(records):
    """``grow(n)`` adds that many rows to everything a page lists."""

    def one(number: int) -> None:
        household = records.household if number % 3 == 0 else make_household(HERE, f"多户{number}")
        person = make_person(household, f"多人{number}", birth=date(1980, 1, 1) + timedelta(number))
        phone = f"164000{number:05d}"
        make_phone(person, phone)
        make_statement(person, employed=False, willing=True, wishes=["保洁员"])
        make_spell(person, DAY.replace(month=1), DAY.replace(month=3))
        make_pair(person, f"部门数据{number}")
        make_findings(person, number + 1)
        make_message(person, phone)
        make_post(f"more-{number}")
        make_post(f"waits-{number}", title="客服", state="pending")
        Recommendation.objects.create(
            run=MatchRun.objects.get(), person=person, post=records.post, region_code=HERE, rank=1,
            score=8000 - number, terms={}, reasons=["意向工种相符"], state_on=DAY,
        )  # fmt: skip
        report = Report(client_key=uuid4(), household_id=household.pk, met="absent")
        record_visit(actor=records.users["broker"].actor(), report=report, now=timezone.now())

    def add(numbers: range) -> None:
        with acting_as(TEST):
            for number in numbers:
                one(number)
            for step in (refresh, follow_groups, compute_day):
                step(on=DAY, actor=TEST, progress=lambda *args: None)

    return add


def test_thirty_rows_cost_as_many_queries_as_three(signed_in, records, grow):
    pages = {address.name: (signed_in(min(address.roles)), address.url(records)) for address in READ}
    grow(range(FEW))
    for page in pages.values():
        queries(*page)  # what lasts longer than a page is kept from here on
    few = {name: queries(*page) for name, page in pages.items()}
    grow(range(FEW, MANY))
    many = {name: queries(*page) for name, page in pages.items()}
    assert many == few
    assert {name: count for name, count in many.items() if count > CEILING} == {}


def queries(client, url: str) -> int:
    """Number of queries behind one page with nothing kept from an earlier one."""
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)
