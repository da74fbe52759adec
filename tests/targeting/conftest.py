"""A county whose statuses are computed, and what people in it were asked."""

from datetime import timedelta

import pytest

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.targeting.models import HouseholdStatus, PersonStatus
from jobbridge.apps.targeting.services import refresh
from tests.factories import (
    DAY,
    make_areas,
    make_spell,
    make_statement,
)

CYCLE = system_actor("cycle")


def compute(on=DAY):
    return refresh(on=on, actor=CYCLE, progress=lambda *step: None)


@pytest.fixture
def county(db):
    with acting_as(system_actor("test")):
        make_areas()
        yield


def status(person):
    return PersonStatus.objects.filter(person=person).values_list("status", flat=True).first()


def zero(household):
    return HouseholdStatus.objects.get(household=household).zero_employment


def ask(person, answer):
    if answer == "works":
        make_spell(person, DAY - timedelta(days=200))
    elif answer == "willing":
        make_statement(person, employed=False, willing=True)
    elif answer == "unwilling":
        make_statement(person, employed=False, willing=False)
    elif answer == "out of work":
        make_statement(person, employed=False)
    elif answer == "works somewhere":
        make_statement(person, employed=True)
    elif answer == "works nearby":
        make_statement(person, employed=True, away=False)
    else:
        assert answer == "never asked"


ANSWERS = ["works", "willing", "unwilling", "out of work", "never asked"]
