"""Posts for one person at the counter: the day's rules, the county's queues, and no second time."""

import threading

import pytest
from django.db import connections
from django.utils import timezone

from jobbridge.apps.accounts.models import Role
from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.placements import at_once, flows
from jobbridge.apps.placements.enums import RunKind, RunState
from jobbridge.apps.placements.models import MatchPolicy, MatchRun, Recommendation, RunDecision, RunPost, RunSeeker
from jobbridge.apps.placements.outcomes import move
from jobbridge.apps.placements.services import match_day
from jobbridge.apps.placements.writing import one_at_a_time
from jobbridge.apps.registry.models import Person
from jobbridge.apps.targeting.services import refresh
from jobbridge.apps.vacancies.models import Post
from jobbridge.apps.vacancies.titles import classify_posts
from tests.factories import DAY, make_user
from tests.placements.conftest import fill, make_seeker, quiet

CYCLE = system_actor("cycle")


@pytest.fixture
def clerk(county):
    """A clerk of the township in which everybody of the county lives."""
    classify_posts()
    return clerk_of("500235001000")


def clerk_of(town: str):
    return make_user(f"clerk{town}", Role.TOWNSHIP, town).actor()


def ask(clerk, person) -> int:
    return at_once.recommend(actor=clerk, person_id=person.pk, on=DAY, now=timezone.now())


def test_one_person_gets_three_and_the_run_says_who_let_it_go(county, clerk):
    people, _ = county
    assert ask(clerk, people[0]) == 3
    run = MatchRun.objects.get()
    assert (run.kind, run.state, run.seekers, run.recommendations) == (RunKind.PERSON, RunState.RELEASED, 1, 3)
    given = list(Recommendation.objects.order_by("rank"))
    assert {(item.person_id, item.region_code, item.state) for item in given} == {
        (people[0].pk, people[0].region_code, "recommended")
    }
    assert all(item.reasons and sum(item.terms.values()) == item.score for item in given)
    assert RunDecision.objects.get().decided_by == clerk.key
    assert (RunSeeker.objects.get().given, RunPost.objects.count()) == (3, 0)


def test_it_goes_out_at_once_even_where_runs_wait_for_a_release(county, clerk):
    people, _ = county
    MatchPolicy.objects.create(
        valid_from=DAY, decided_by=CYCLE.key, decided_at=timezone.now(), manual_release=True, k=2
    )
    assert ask(clerk, people[0]) == 2
    assert MatchRun.objects.get().state == RunState.RELEASED


def test_nobody_is_sent_where_the_queue_is_full_though_the_clerk_sees_none_of_it(county, clerk):
    people, posts = county
    match_day(on=DAY, actor=CYCLE, progress=quiet)
    # Everybody of the queue is of the other township; two openings take six candidates.
    Recommendation.objects.update(region_code="500235002001")
    late = make_seeker()
    refresh(on=DAY, actor=CYCLE, progress=quiet)
    Post.objects.exclude(pk=posts[0].pk).update(state="closed")
    standing = Recommendation.objects.filter(post=posts[0]).count()
    Post.objects.filter(pk=posts[0].pk).update(openings=max(1, standing // 3))
    with pytest.raises(flows.Refused, match="现在没有符合条件的岗位"):
        ask(clerk, late)
    Post.objects.filter(pk=posts[0].pk).update(openings=standing + 1)
    assert ask(clerk, late) == 1


def test_who_has_posts_waiting_gets_no_more_until_they_answered_and_never_the_same(county, clerk):
    people, _ = county
    ask(clerk, people[0])
    with pytest.raises(flows.Refused, match="已有岗位在等答复"):
        ask(clerk, people[0])
    first = set(Recommendation.objects.values_list("post_id", flat=True))
    for item in Recommendation.objects.order_by("rank"):
        move(item, "refused", actor=CYCLE, on=DAY, reason="other")
    assert ask(clerk, people[0]) == 2
    assert not first & set(Recommendation.objects.filter(state="recommended").values_list("post_id", flat=True))
    # The night's run finds the two waiting, and serves the others.
    assert match_day(on=DAY, actor=CYCLE, progress=quiet)["seekers"] == len(people) - 1


def test_who_was_brought_to_work_today_is_offered_nothing_more(county, clerk):
    people, _ = county
    ask(clerk, people[0])
    first = Recommendation.objects.filter(person=people[0]).order_by("rank").first()
    for state in ("interested", "placed"):
        first = move(first, state, actor=CYCLE, on=DAY)
    Recommendation.objects.filter(person=people[0], state="recommended").delete()
    assert not at_once.may(people[0].pk, on=DAY)  # though their status is of this morning
    with pytest.raises(flows.Refused, match="请先登记求职意愿"):
        ask(clerk, people[0])


def test_what_is_over_makes_room_at_once(county, clerk):
    people, posts = county
    ask(clerk, people[0])
    assert not at_once.may(people[0].pk, on=DAY)
    Post.objects.filter(pk__in=Recommendation.objects.values("post")).update(state="closed")
    assert at_once.may(people[0].pk, on=DAY)
    assert ask(clerk, people[0]) == 2
    assert set(Recommendation.objects.values_list("state", flat=True)) == {"expired", "recommended"}


def test_the_day_s_gap_is_of_the_day_s_run(county, clerk):
    people, _ = county
    match_day(on=DAY, actor=CYCLE, progress=quiet)
    MatchRun.objects.update(gap=0.004)
    late = make_seeker()
    refresh(on=DAY, actor=CYCLE, progress=quiet)
    ask(clerk, late)
    MatchRun.objects.filter(kind=RunKind.PERSON).update(gap=0.5)
    assert match_day(on=DAY, actor=CYCLE, progress=quiet)["latest_gap"] == 0.004


@pytest.mark.parametrize("said", [{"willing": False}, {"employed": True}, {"willing": None}])
def test_who_does_not_seek_is_asked_first(county, clerk, said):
    person = make_seeker(**said)
    refresh(on=DAY, actor=CYCLE, progress=quiet)
    with pytest.raises(flows.Refused, match="请先登记求职意愿"):
        ask(clerk, person)
    assert not MatchRun.objects.exists()


def test_a_county_without_posts_is_said(county, clerk):
    people, _ = county
    Post.objects.update(state="closed")
    with pytest.raises(flows.Refused, match="现在没有符合条件的岗位"):
        ask(clerk, people[0])
    Post.objects.update(state="active", occupation="")  # not yet placed in the classification
    with pytest.raises(flows.Refused, match="现在没有符合条件的岗位"):
        ask(clerk, people[0])


def test_the_neighbour_township_recommends_nothing_to_ours(county, clerk):
    people, _ = county
    other = clerk_of("500235002000")
    with pytest.raises(Person.DoesNotExist):
        ask(other, people[0])
    assert not Recommendation.objects.exists()


def test_while_somebody_matches_nobody_else_does(transactional_db):
    people, _ = fill()
    with acting_as(system_actor("test")):
        clerk = clerk_of("500235001000")
        classify_posts()
    held, done = threading.Event(), threading.Event()

    def night() -> None:
        with acting_as(CYCLE):
            one_at_a_time()
            held.set()
            done.wait(20)
        connections.close_all()

    thread = threading.Thread(target=night)
    thread.start()
    assert held.wait(20)
    try:
        with pytest.raises(flows.Refused, match="正在为别人撮合"):
            ask(clerk, people[0])
    finally:
        done.set()
        thread.join()
    assert ask(clerk, people[0]) == 3
