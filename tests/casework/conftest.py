"""A zero-employment household of one seeker, and the part of the day's cycle that looks after it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.casework.services import follow_groups
from jobbridge.apps.registry.models import Household, Person
from jobbridge.apps.targeting.services import refresh
from tests.factories import DAY, make_areas, make_broker, make_household, make_person, make_statement

TEST, CYCLE = system_actor("test"), system_actor("cycle")
NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


def day(on: date = DAY) -> dict[str, Any]:
    """What the cycle makes of the ledger on that day."""
    refresh(on=on, actor=CYCLE, progress=lambda *step: None)
    return follow_groups(on=on, actor=CYCLE, progress=lambda *step: None)


@pytest.fixture
def zero(db: None) -> Iterator[tuple[Household, Person]]:
    """The household and its only member, in a village with a broker."""
    with acting_as(TEST):
        make_areas()
        make_broker()
        household = make_household()
        person = make_person(household)
        make_statement(person, employed=False, willing=True, wishes=["缝纫工"], wage_floor=3500)
        yield household, person
