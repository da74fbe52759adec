"""A refusal with its reason changes what the next run recommends, and the next reasons say so."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.casework.models import Task
from jobbridge.apps.casework.services import follow_groups
from jobbridge.apps.casework.visits import Report, record_visit
from jobbridge.apps.placements.models import Recommendation
from jobbridge.apps.placements.outcomes import move
from jobbridge.apps.placements.outlook import ask
from jobbridge.apps.placements.services import match_day
from jobbridge.apps.targeting.services import refresh
from jobbridge.apps.vacancies.models import Post
from tests.factories import DAY, make_areas, make_broker, make_statement
from tests.placements.conftest import make_employer, make_post, make_seeker, quiet

CYCLE = system_actor("cycle")


@pytest.fixture
def seeker(db):
    """One seeker who may go anywhere."""
    with acting_as(system_actor("test")):
        make_areas()
        make_broker()
        yield make_seeker(travel="anywhere")


def offer(title="缝纫工", **values):
    return make_post(make_employer(Post.objects.count()), title, **values)


def match(on=DAY):
    refresh(on=on, actor=CYCLE, progress=quiet)
    return match_day(on=on, actor=CYCLE, progress=quiet)


def refused(person, reason):
    """What was recommended first is refused for a reason; then the next run is asked."""
    match()
    (item,) = Recommendation.objects.filter(person=person)
    move(item, "refused", actor=CYCLE, on=DAY, reason=reason)


FAR = {"place_code": "330782", "place_text": "浙江省义乌市"}


@pytest.mark.parametrize(
    ("reason", "first", "then_out", "then_in"),
    [
        ("wage", {}, {"wage_max": 4500}, {"wage_max": 4600}),
        ("far", FAR, FAR, {}),
        ("far", {"place_code": "500235002000"}, {"place_code": "500235002000"}, {"place_code": "500235001000"}),
        ("hours", {"shift": "夜班"}, {"shift": "夜班"}, {"shift": "白班"}),
        ("lodging", FAR | {"lodging": False}, FAR | {"lodging": False}, FAR | {"lodging": True}),
        ("health", {"health_min": 2}, {"health_min": 2}, {"health_min": 1}),
        ("health", {}, {}, {"title": "包装工"}),
        ("health", {}, {"title": "包装工", "health_min": 2}, {"title": "包装工"}),
        ("kind", {}, {}, {"title": "包装工"}),
    ],
)
def test_the_next_run_hears_the_reason(seeker, reason, first, then_out, then_in):
    offer(**first)
    refused(seeker, reason)
    out, kept = offer(**then_out), offer(**then_in)
    match()
    (item,) = Recommendation.objects.filter(person=seeker, state="recommended")
    assert item.post == kept, (out.pk, item.reasons)
    assert any(text.startswith("已按您上次的意见：") for text in item.reasons)


def test_a_reason_is_heard_for_half_a_year(seeker):
    offer()
    refused(seeker, "wage")
    again = offer(expires_on=DAY.replace(year=2028))
    asked = DAY + timedelta(days=170)
    make_statement(seeker, asked, employed=False, willing=True, wishes=["缝纫工"], travel="county", wage_floor=3000)
    match(DAY + timedelta(days=179))
    assert not Recommendation.objects.filter(person=seeker, post=again).exists()
    match(DAY + timedelta(days=180))
    assert Recommendation.objects.filter(person=seeker, post=again).exists()


def test_who_looks_after_somebody_is_asked_later_and_near_home(seeker):
    offer()
    refused(seeker, "family")
    near, far = (offer(expires_on=DAY.replace(year=2028), **place) for place in ({}, FAR))
    match(DAY + timedelta(days=20))
    assert Recommendation.objects.filter(person=seeker).count() == 1
    match(DAY + timedelta(days=31))
    assert list(Recommendation.objects.filter(person=seeker, state="recommended").values_list("post", flat=True)) == [
        near.pk
    ], far.pk


def tasks(kind):
    return Task.objects.filter(kind=kind, state="open").exclude(person=None)


def visited(person, answer, on):
    report = Report(client_key=uuid4(), household_id=person.household_id, met="person", answers={person.pk: answer})
    now = timezone.make_aware(timezone.datetime(on.year, on.month, on.day, 10))
    record_visit(actor=CYCLE, report=report, now=now)


def test_who_says_they_have_work_is_visited_before_they_are_offered_more(seeker):
    offer()
    refused(seeker, "employed")
    offer()
    assert match()["seekers"] == 0
    follow_groups(on=DAY, actor=CYCLE, progress=quiet)
    assert [task.person for task in tasks("verify")] == [seeker]
    visited(seeker, "S", DAY)
    follow_groups(on=DAY, actor=CYCLE, progress=quiet)
    assert not tasks("verify")
    assert match()["seekers"] == 1


def test_a_job_is_asked_about_after_a_month_and_the_visit_answers(seeker):
    offer()
    match()
    (item,) = Recommendation.objects.filter(person=seeker)
    for after in ("sent", "interested", "placed"):
        move(item, after, actor=CYCLE, on=DAY)

    def day(on):
        refresh(on=on, actor=CYCLE, progress=quiet)
        follow_groups(on=on, actor=CYCLE, progress=quiet)
        return list(tasks("follow_up").values_list("key", flat=True))

    month, third = DAY.replace(month=12), DAY.replace(year=2027, month=2)
    assert day(month - timedelta(days=1)) == []
    assert day(month) == day(month) == [f"stable:{item.pk}:1"]
    visited(seeker, "L", month)
    item.refresh_from_db()
    assert item.state == "stable_1"
    assert day(month + timedelta(days=1)) == []
    assert day(third) == [f"stable:{item.pk}:3"]
    visited(seeker, "S", third)
    item.refresh_from_db()
    assert (item.state, item.state_on) == ("left", third)
    assert item.spell.end == third
    assert not any(key.startswith("stable:") for key in day(third))


def test_the_broker_is_told_of_posts_for_those_without_a_phone(db):
    with acting_as(system_actor("test")):
        make_areas()
        person = make_seeker(phone=False)
        offer()
        match()
        follow_groups(on=DAY, actor=CYCLE, progress=quiet)
        assert "当面告知" in tasks("follow_up").get(person=person).reason


def test_a_changed_mind_takes_back_what_was_heard(seeker):
    offer()
    refused(seeker, "wage")
    (item,) = Recommendation.objects.filter(person=seeker)
    move(item, "refused", actor=CYCLE, on=DAY, reason="hours")
    low = offer(wage_min=3500, wage_max=4400)
    match()
    assert Recommendation.objects.filter(person=seeker, post=low).exists()


def test_loosening_is_counted_without_what_was_heard_and_that_is_a_line_of_its_own(seeker):
    offer()
    match()
    before = ask(actor=CYCLE, person_id=seeker.pk, on=DAY)
    for _ in range(3):
        offer(wage_min=1500, wage_max=2000)  # below what they hope for
    offer(wage_max=4400)
    (item,) = Recommendation.objects.filter(person=seeker)
    move(item, "refused", actor=CYCLE, on=DAY, reason="wage")
    match()
    after = ask(actor=CYCLE, person_id=seeker.pk, on=DAY)
    assert (before.heard, before.fewer) == ("", 0)
    assert (after.heard, after.fewer, after.legal) == ("工资高于4500元", 1, 0)
    assert any("最低月薪" in text or "工资" in text for text in after.changes), after.changes
