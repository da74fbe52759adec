"""Cases, plans, tasks and visits against the database."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection

from jobbridge.apps.accounts.models import Role
from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.casework.models import Case, CaseLog, ServiceItem, Task, Visit
from jobbridge.apps.casework.services import assign
from jobbridge.apps.casework.visits import Report, record_visit
from jobbridge.apps.linkage.models import Returnee
from jobbridge.apps.registry.models import EmploymentSpell, Household, WorkStatement
from jobbridge.apps.targeting.models import HouseholdStatus, PersonStatus
from tests.casework.conftest import NOW, day
from tests.factories import DAY, make_household, make_person, make_spell, make_statement, make_user


def test_a_zero_household_gets_its_cases_plan_and_task_once(zero):
    household, person = zero
    counts = day()
    assert counts["opened"] == 2
    cases = {case.kind: case for case in Case.objects.filter(household=household)}
    assert set(cases) == {"zero_employment", "seeking"}
    assert cases["zero_employment"].due_on == DAY + timedelta(days=2)
    plan = ServiceItem.objects.filter(person=person).values_list("kind", flat=True)
    assert sorted(plan) == ["guidance", "recommendation", "recommendation", "recommendation", "training"]
    meet = Task.objects.get(kind="meet")
    assert (meet.household_id, meet.broker.name, meet.due_on) == (household.pk, "于丽林", DAY + timedelta(days=2))
    assert day() == counts | {"opened": 0, "tasks": 0}


def test_a_visit_closes_the_task_and_takes_the_case_under_measures(zero):
    household, person = zero
    day()
    actor = make_user("broker", Role.BROKER, "500235001001").actor()
    report = Report(
        client_key=uuid4(), household_id=household.pk, met="person", answers={person.pk: "S"}, needs=("job",)
    )
    with acting_as(actor):
        visit = record_visit(actor=actor, report=report, now=NOW)
        assert record_visit(actor=actor, report=report, now=NOW) == visit
    assert Visit.objects.count() == 1
    assert set(Task.objects.filter(household=household).values_list("state", flat=True)) == {"done"}
    assert set(Case.objects.filter(household=household).values_list("state", flat=True)) == {"measures"}
    said = WorkStatement.objects.filter(person=person).order_by("-id")[0]
    assert (said.employed, said.willing, said.wishes, said.source.kind) == (False, True, ["缝纫工"], "visit")
    assert ServiceItem.objects.get(person=person, kind="guidance").state == "done"


def test_work_found_is_watched_three_months_then_cleared_and_counted_when_it_comes_back(zero):
    household, person = zero
    day()
    spell = make_spell(person, DAY + timedelta(days=1))
    after = DAY + timedelta(days=2)
    assert day(after)["to_watch"] == 2
    assert day(after + timedelta(days=89))["cleared"] == 0
    assert day(after + timedelta(days=90))["cleared"] == 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM casework_caselog")
        assert cursor.fetchone()[0] == CaseLog.objects.count() == 6
    end = after + timedelta(days=120)
    EmploymentSpell.objects.filter(pk=spell.pk).update(end=end)
    make_statement(person, end, employed=False, willing=True)
    assert day(end)["opened"] == 2
    again = Case.objects.get(kind="zero_employment", state="open")
    assert again.reopen_count == 1


def test_losing_the_job_while_watched_goes_back_to_measures(zero):
    household, person = zero
    day()
    spell = make_spell(person, DAY + timedelta(days=1))
    day(DAY + timedelta(days=2))
    end = DAY + timedelta(days=20)
    EmploymentSpell.objects.filter(pk=spell.pk).update(end=end)
    make_statement(person, end, employed=False, willing=True)
    assert day(end)["back"] == 2


def test_nobody_met_says_nothing_about_work(zero):
    household, person = zero
    day()
    actor = system_actor("test")
    before = WorkStatement.objects.count()
    record_visit(actor=actor, report=Report(client_key=uuid4(), household_id=household.pk, met="absent"), now=NOW)
    assert WorkStatement.objects.count() == before
    assert Task.objects.filter(state="open").exists()
    with pytest.raises(ValueError, match="没见到人"):
        record_visit(
            actor=actor,
            report=Report(client_key=uuid4(), household_id=household.pk, met="absent", answers={person.pk: "S"}),
            now=NOW,
        )


def test_an_answer_about_a_stranger_is_refused(zero):
    household, _ = zero
    stranger = make_person(make_household())
    with pytest.raises(ValueError, match="不在这一户"):
        record_visit(
            actor=system_actor("test"),
            report=Report(client_key=uuid4(), household_id=household.pk, met="person", answers={stranger.pk: "S"}),
            now=NOW,
        )


def test_said_out_of_work_ends_the_open_spell(zero):
    household, person = zero
    spell = make_spell(person, DAY - timedelta(days=100))
    record_visit(
        actor=system_actor("test"),
        report=Report(client_key=uuid4(), household_id=household.pk, met="person", answers={person.pk: "S"}),
        now=NOW,
    )
    spell.refresh_from_db()
    assert spell.end == DAY
    day()
    assert PersonStatus.objects.get(person=person).status == "S"


@pytest.mark.parametrize(("answer", "letter"), [("W", "W"), ("L", "L"), ("S", "S"), ("N", "N")])
def test_each_answer_is_seen_in_the_ledger(zero, answer, letter):
    household, person = zero
    record_visit(
        actor=system_actor("test"),
        report=Report(client_key=uuid4(), household_id=household.pk, met="person", answers={person.pk: answer}),
        now=NOW,
    )
    day()
    row = HouseholdStatus.objects.get(household=household)
    assert (row.marks, row.last_visit) == (letter, DAY)


def test_the_neighbour_can_neither_assign_nor_visit(zero):
    household, person = zero
    day()
    actor = make_user("neighbour", Role.TOWNSHIP, "500235002000").actor()
    with acting_as(actor):
        assert list(Task.objects.visible_to(actor)) == []
        with pytest.raises(Household.DoesNotExist):
            assign(actor=actor, household_id=household.pk, on=DAY)
    with pytest.raises(Household.DoesNotExist), acting_as(actor):
        record_visit(actor=actor, report=Report(client_key=uuid4(), household_id=household.pk, met="phone"), now=NOW)


def test_assigning_twice_makes_one_task_and_needs_a_broker(zero):
    household, _ = zero
    actor = make_user("county", Role.COUNTY, "500235000000").actor()
    with acting_as(actor):
        assert assign(actor=actor, household_id=household.pk, on=DAY) == assign(
            actor=actor, household_id=household.pk, on=DAY
        )
        lonely = make_household("500235002002")
        with pytest.raises(LookupError, match="没有在任的劳务经纪人"):
            assign(actor=actor, household_id=lonely.pk, on=DAY)


def test_whoever_came_home_is_asked_although_a_newer_list_still_has_them_away(zero):
    household, _ = zero
    returned = make_person(household, "返乡的", date(1985, 1, 1))
    make_spell(returned, DAY - timedelta(days=200), as_of=DAY)
    stay = Returnee.objects.create(
        person=returned, region_code=returned.region_code, first_seen=DAY - timedelta(days=5), sources=["railway"],
        last_seen=DAY - timedelta(days=5), sightings=1, recorded_away=True, opened_on=DAY,
    )  # fmt: skip
    asked = Task.objects.filter(kind="returnee", state="open", person=returned)
    for _ in range(2):
        day()
        assert [task.due_on for task in asked.all()] == [DAY + timedelta(days=7)]
    Returnee.objects.filter(pk=stay.pk).update(state="closed")
    day()
    assert not asked.all().exists()
