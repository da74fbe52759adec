"""Whether somebody whom we placed is still there: asked on a visit, and what follows from a yes and from a no."""

from datetime import timedelta
from uuid import uuid4

import pytest

from jobbridge.apps.accounts.scope import acting_as
from jobbridge.apps.casework.job_words import JobWord
from jobbridge.apps.casework.models import Task, Visit
from jobbridge.apps.casework.visits import Report, record_visit
from jobbridge.apps.placements.models import MatchRun, Recommendation
from jobbridge.apps.placements.outcomes import move
from jobbridge.apps.registry.models import EmploymentSpell, WorkStatement
from jobbridge.kernel.months import add_months
from tests.casework.conftest import NOW, TEST
from tests.factories import DAY, make_household, make_person
from tests.placements.conftest import make_employer, make_post

START = add_months(DAY, -2)


@pytest.fixture
def job(zero):
    """One of the household, two months at work through us, with the task to ask about it."""
    household, person = zero
    with acting_as(TEST):
        run = MatchRun.objects.create(
            on=START, seekers=1, posts=1, recommendations=1, gap=0.0, report={}, finished_at=NOW
        )
        item = Recommendation.objects.create(
            run=run, person=person, post=make_post(make_employer(1)), region_code=person.region_code, rank=1,
            score=8000, terms={}, reasons=["同工种"], state="interested", state_on=START,
        )  # fmt: skip
        move(item, "placed", actor=TEST, on=START, started=START)
        Task.objects.create(
            key="stable:1:1", kind="follow_up", household=household, person=person, region_code=person.region_code,
            created_on=DAY - timedelta(days=1), due_on=DAY, reason="推荐岗位到岗满 1 个月，回访是否在岗",
        )  # fmt: skip
    return household, person, item


def visit(household, jobs, met="phone", **answers):
    said = {int(name.removeprefix("p")): letter for name, letter in answers.items()}
    report = Report(client_key=uuid4(), household_id=household.pk, met=met, answers=said, jobs=jobs)
    return record_visit(actor=TEST, report=report, now=NOW)


def read(item):
    with acting_as(TEST):
        item = Recommendation.objects.get(pk=item.pk)
        task = Task.objects.get(key="stable:1:1").state
        return item, task, EmploymentSpell.objects.get(pk=item.spell_id)


def test_still_there_confirms_the_full_months_and_says_that_they_work(job):
    household, person, item = job
    visit(household, {person.pk: JobWord(still=True)})
    item, task, spell = read(item)
    assert (item.state, task, spell.end) == ("stable_1", "done", None)
    with acting_as(TEST):
        said = WorkStatement.objects.filter(person=person).latest("pk")
    assert (said.employed, said.away) == (True, False)  # the post is in the county


@pytest.mark.parametrize("also", ["", "S", "W"])
def test_gone_ends_the_job_on_its_day_whatever_they_do_now(job, also):
    household, person, item = job
    left = DAY - timedelta(days=20)
    gone = JobWord(still=False, left_on=left, why="家里有事")
    visit(household, {person.pk: gone}, **({f"p{person.pk}": also} if also else {}))
    item, task, spell = read(item)
    assert (item.state, item.state_on, item.note, task, spell.end) == ("left", left, "家里有事", "done", left)
    with acting_as(TEST):
        said = WorkStatement.objects.filter(person=person).latest("pk")
    assert said.employed is {"": False, "S": False, "W": True}[also]  # "": what they said before we placed them


@pytest.mark.parametrize(
    ("word", "also"),
    [
        (JobWord(still=True), "S"),
        (JobWord(still=False, left_on=DAY, why=" "), ""),
        (JobWord(still=False, why="辞退"), ""),
        (JobWord(still=False, left_on=DAY + timedelta(days=1), why="辞退"), ""),
        (JobWord(still=False, left_on=START - timedelta(days=1), why="辞退"), ""),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(job, word, also):
    household, person, item = job
    with pytest.raises(ValueError, match="[。]"):
        visit(household, {person.pk: word}, **({f"p{person.pk}": also} if also else {}))
    assert read(item)[:2] == (item, "open")
    with acting_as(TEST):
        assert Recommendation.objects.get(pk=item.pk).state == "placed"
        assert not Visit.objects.exists()


def test_words_about_others_or_where_nobody_was_met_are_refused(job):
    household, person, item = job
    with acting_as(TEST):
        idle = make_person(household, "没有岗位的")
        stranger = make_person(make_household(), "别家的")
    for who, met in ((idle, "phone"), (stranger, "phone"), (person, "absent")):
        with pytest.raises(ValueError, match="[。]"):
            visit(household, {who.pk: JobWord(still=True)}, met=met)
    with acting_as(TEST):
        assert Recommendation.objects.get(pk=item.pk).state == "placed"
