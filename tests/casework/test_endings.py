"""How cases and tasks end: by stable work, by leaving the key group, by leaving the household; and none piles up."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from jobbridge.apps.brokers.models import Broker
from jobbridge.apps.casework.models import Case, CaseLog, ServiceItem, Task
from jobbridge.apps.casework.services import assign
from jobbridge.apps.registry.merging import _follow
from jobbridge.apps.registry.models import EmploymentSpell, Household, Person, WorkStatement
from tests.casework.conftest import TEST, day
from tests.factories import DAY, make_broker, make_household, make_person, make_spell, make_statement

TOMORROW = DAY + timedelta(days=1)
THERE = "500235002001"


def cases(**conditions):
    rows = Case.objects.filter(**conditions).order_by("id")
    return [(case.kind, case.state, case.outcome) for case in rows]


def open_tasks():
    return sorted(Task.objects.filter(state="open").values_list("kind", flat=True))


def move_house(person, village=THERE):
    """As a roster of the new village does it."""
    home = make_household(village, "新户")
    Person.objects.filter(pk=person.pk).update(household=home, region_code=home.region_code)
    _follow(Person, [person.pk])
    return home


def says(**answer):
    return lambda person: make_statement(person, TOMORROW, **answer)


def dies(person):
    Person.objects.filter(pk=person.pk).update(life="dead")


def is_pensioned(person):
    Person.objects.filter(pk=person.pk).update(labour_skill="丧失劳动力")


@pytest.mark.parametrize("happens", [says(employed=False, willing=False), dies, is_pensioned])
def test_who_no_longer_belongs_to_the_group_has_no_case_task_or_plan(zero, happens):
    _, person = zero
    day()
    assert open_tasks() == ["follow_up", "meet"]
    happens(person)
    counts = day(TOMORROW)
    assert cases() == [("zero_employment", "closed", "ineligible"), ("seeking", "closed", "ineligible")]
    assert (counts["ineligible"], counts["cleared"], counts["active_zero"]) == (2, 0, 0)
    assert open_tasks() == []
    assert set(ServiceItem.objects.values_list("state", flat=True)) == {"cancelled"}
    assert set(CaseLog.objects.filter(after="closed").values_list("note", flat=True)) == {
        f"不再符合口径（按{TOMORROW}台账状况）"
    }
    assert day(TOMORROW) == counts | {"ineligible": 0}


def test_who_becomes_unwilling_and_willing_again_gets_a_case_that_is_no_relapse(zero):
    _, person = zero
    day()
    make_statement(person, TOMORROW, employed=False, willing=False)
    day(TOMORROW)
    make_statement(person, DAY + timedelta(days=2), employed=False, willing=True)
    day(DAY + timedelta(days=2))
    assert list(Case.objects.filter(state="open").values_list("reopen_count", flat=True)) == [0, 0]


def test_unknown_ends_nothing(zero):
    _, person = zero
    day()
    WorkStatement.objects.filter(person=person).update(employed=None, willing=None)
    day(TOMORROW)
    assert {state for _, state, _ in cases()} == {"open"}
    assert "meet" in open_tasks()


def test_a_watched_household_with_an_unread_member_is_not_closed(zero):
    """The job is lost, but a member of the household is unknown: whether it is zero again is unknown too."""
    household, person = zero
    day()
    spell = make_spell(person, TOMORROW)
    day(DAY + timedelta(days=2))
    end = DAY + timedelta(days=20)
    EmploymentSpell.objects.filter(pk=spell.pk).update(end=end)
    make_statement(person, end, employed=False, willing=False)
    make_person(household, "新来的", date(1990, 1, 1), "女")
    day(end)
    assert ("zero_employment", "watch", "") in cases()


def test_work_found_ends_the_meeting_and_the_follow_up(zero):
    _, person = zero
    day()
    make_spell(person, TOMORROW)
    day(TOMORROW)
    assert {state for _, state, _ in cases()} == {"watch"}
    assert open_tasks() == []
    assert set(Task.objects.values_list("state", "done_on")) == {("cancelled", TOMORROW)}


def test_a_job_lost_within_the_month_brings_the_follow_up_back(zero):
    _, person = zero
    day()
    spell = make_spell(person, TOMORROW)
    day(TOMORROW)
    EmploymentSpell.objects.filter(pk=spell.pk).update(end=DAY + timedelta(days=3))
    make_statement(person, DAY + timedelta(days=3), employed=False, willing=True)
    assert day(DAY + timedelta(days=4))["tasks"] == 1
    task = Task.objects.get(kind="follow_up")
    assert (task.state, task.created_on, task.done_on) == ("open", DAY + timedelta(days=4), None)


def test_clearing_is_what_stable_work_alone_gives(zero):
    _, person = zero
    day()
    make_spell(person, TOMORROW)
    day(TOMORROW)
    counts = day(TOMORROW + timedelta(days=90))
    assert (counts["cleared"], counts["ineligible"], counts["moved"]) == (2, 0, 0)
    assert {outcome for _, _, outcome in cases()} == {"cleared"}


def test_a_move_closes_the_case_there_and_opens_one_here(zero):
    household, person = zero
    make_person(household, "留下的", date(1950, 1, 1), "女", labour_skill="丧失劳动力")
    day()
    home = move_house(person)
    counts = day(TOMORROW)
    assert cases(household=household) == [("zero_employment", "closed", "ineligible"), ("seeking", "closed", "moved")]
    assert cases(household=home) == [("zero_employment", "open", ""), ("seeking", "open", "")]
    assert (counts["moved"], counts["ineligible"]) == (1, 1)
    assert not Task.objects.filter(household=household, state="open").exists()
    plan = ServiceItem.objects.filter(person=person).exclude(state="cancelled")
    assert {item.case.household_id for item in plan} == {home.pk}
    for later in (2, 3):
        assert day(DAY + timedelta(days=later))["opened"] == 0
    assert Case.objects.count() == 4


def test_a_household_that_everybody_left_has_moved_as_a_whole(zero):
    household, person = zero
    day()
    move_house(person)
    day(TOMORROW)
    assert cases(household=household) == [("zero_employment", "closed", "moved"), ("seeking", "closed", "moved")]
    day(DAY + timedelta(days=2))
    assert Case.objects.filter(household=household).count() == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "closed", "closed_on": DAY},
        {"outcome": "cleared"},
        {"state": "closed", "closed_on": DAY, "outcome": "lost"},
    ],
)
def test_a_case_has_an_outcome_exactly_when_it_is_closed(zero, wrong):
    day()
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(kind="seeking").update(**wrong)


def test_a_question_nobody_answers_stays_one_task_however_many_months_go_by(zero):
    household, _ = zero
    make_person(household, "没问过的", date(1990, 1, 1), "女")
    for months in range(5):
        day(DAY + timedelta(days=31 * months))
    assert sorted(Task.objects.filter(state="open").values_list("kind", "created_on")) == [
        ("follow_up", DAY),
        ("verify", DAY),
    ]


def test_an_open_task_says_how_many_are_still_to_be_asked(zero):
    household, _ = zero
    people = [make_person(household, name, date(1990, 1, 1), "女") for name in ("甲", "乙")]
    day()
    assert Task.objects.get(kind="verify").reason.startswith("2 人")
    make_statement(people[0], TOMORROW, employed=True, away=True)
    day(TOMORROW)
    assert Task.objects.get(kind="verify", state="open").reason.startswith("1 人")


@pytest.mark.parametrize("follows", [True, False])
def test_open_tasks_go_to_who_is_in_office(zero, follows):
    day()
    Broker.objects.update(active=False)
    successor = make_broker(name="冉继任") if follows else None
    day(TOMORROW)
    assert {task.broker for task in Task.objects.filter(state="open")} == {successor}


def test_what_a_clerk_handed_out_is_not_taken_back_and_not_handed_out_twice(zero):
    household, person = zero
    handed = assign(actor=TEST, household_id=household.pk, on=DAY)
    day()
    assert open_tasks() == ["follow_up", "meet"]
    assert assign(actor=TEST, household_id=household.pk, on=TOMORROW) == handed
    make_spell(person, TOMORROW)
    day(TOMORROW)
    handed.refresh_from_db()
    assert (handed.state, handed.reason) == ("open", "县里派发：48 小时内入户见面")
    assert open_tasks() == ["meet"]


def test_a_village_that_moves_takes_its_tasks_to_its_new_broker(zero):
    household, _ = zero
    day()
    there = make_broker(THERE, "冉彼岸")
    Household.objects.filter(pk=household.pk).update(region_code=THERE)
    _follow(Household, [household.pk])
    day(TOMORROW)
    assert {task.broker for task in Task.objects.filter(household=household, state="open", person=None)} == {there}
