"""Two at a time: a double tap, and a visit while the cycle moves the case."""

import threading
from uuid import uuid4

import pytest
from django.db import connections

from jobbridge.apps.accounts.scope import acting_as
from jobbridge.apps.casework.models import Case, CaseLog, Visit
from jobbridge.apps.casework.services import follow_groups
from jobbridge.apps.casework.visits import Report, record_visit
from jobbridge.apps.targeting.services import refresh
from tests.casework.conftest import CYCLE, NOW, TEST, day
from tests.factories import DAY, make_areas, make_broker, make_household, make_person, make_spell, make_statement


@pytest.fixture
def county(transactional_db):
    with acting_as(TEST):
        make_areas()
        make_broker()
        household = make_household()
        person = make_person(household)
        make_statement(person, employed=False, willing=True)
    day()
    return household, person


def together(*works):
    """Run each in a thread of its own; gives what they returned or raised, in the same order."""
    results = [None] * len(works)

    def run(place, work):
        try:
            results[place] = work()
        except Exception as error:
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_a_double_tap_is_one_visit(county):
    household, person = county
    report = Report(client_key=uuid4(), household_id=household.pk, met="person", answers={person.pk: "S"})
    both, written = threading.Barrier(2), []

    def tap():
        with acting_as(TEST):
            both.wait(10)
            visit = record_visit(actor=TEST, report=report, now=NOW)
            written.append(visit.pk)
            return visit.pk

    first, second = together(tap, tap)
    assert first == second == written[0]
    with acting_as(TEST):
        assert Visit.objects.count() == 1
        assert CaseLog.objects.filter(after="measures").count() == 2


def test_a_visit_that_waits_for_the_cycle_does_not_undo_it(county):
    household, person = county
    with acting_as(TEST):
        make_spell(person, DAY)
    refresh(on=DAY, actor=CYCLE, progress=lambda *step: None)
    moved, began = threading.Event(), threading.Event()

    def cycle():
        with acting_as(CYCLE):
            follow_groups(on=DAY, actor=CYCLE, progress=lambda *step: None)
            moved.set()
            began.wait(10)
            threading.Event().wait(0.5)  # the visit has reached the case by now, or will see what is committed

    def visit():
        moved.wait(10)
        with acting_as(TEST):
            began.set()
            report = Report(client_key=uuid4(), household_id=household.pk, met="person", answers={person.pk: "W"})
            return record_visit(actor=TEST, report=report, now=NOW).pk

    done, pk = together(cycle, visit)
    assert (done, isinstance(pk, int)) == (None, True)
    with acting_as(TEST):
        assert set(Case.objects.values_list("state", "watch_since")) == {("watch", DAY)}
        steps = CaseLog.objects.order_by("case", "id").values_list("before", "after")
        assert list(steps) == [("", "open"), ("open", "watch")] * 2
