"""The day's matching against the ledger: three each, nothing twice, nothing for those who have three waiting."""

from datetime import timedelta

import pytest

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.placements import flows
from jobbridge.apps.placements.columns import health_level
from jobbridge.apps.placements.models import MatchRun, Recommendation
from jobbridge.apps.placements.outcomes import move
from jobbridge.apps.placements.services import match_day
from jobbridge.apps.registry.models import Person
from jobbridge.apps.targeting.models import PersonStatus
from jobbridge.apps.targeting.services import refresh
from jobbridge.apps.vacancies.models import Post
from tests.factories import DAY, make_spell
from tests.placements.conftest import make_employer, make_post, make_seeker, quiet

CYCLE = system_actor("cycle")


def match(on=DAY):
    return match_day(on=on, actor=CYCLE, progress=quiet)


def test_three_posts_each_with_reasons_and_a_certificate(county):
    people, _ = county
    counts = match()
    assert (counts["seekers"], counts["recommendations"], counts["reached"]) == (4, 12, 4)
    assert 0 <= counts["gap"] <= 0.005
    for person in people:
        own = list(Recommendation.objects.filter(person=person).order_by("rank"))
        assert [item.rank for item in own] == [1, 2, 3]
        assert len({item.post_id for item in own}) == 3
        assert all(item.reasons and sum(item.terms.values()) == item.score for item in own)
        assert any("同" in reason for reason in own[0].reasons)


def test_no_post_gets_more_candidates_than_three_an_opening(db):
    with acting_as(system_actor("test")):
        from tests.placements.conftest import fill

        fill(seekers=9, posts=1)
        assert match()["recommendations"] == 6


def test_again_on_the_same_day_recommends_nothing_more(county):
    match()
    before = list(Recommendation.objects.order_by("id").values_list("id", "state"))
    again = match()
    assert (again["seekers"], again["recommendations"]) == (0, 0)
    assert again["latest_gap"] is not None
    assert list(Recommendation.objects.order_by("id").values_list("id", "state")) == before
    assert MatchRun.objects.count() == 1


def test_who_refused_all_gets_others_and_never_the_same_again(county):
    people, _ = county
    match()
    person = people[0]
    refused = set(Recommendation.objects.filter(person=person).values_list("post_id", flat=True))
    for item in Recommendation.objects.filter(person=person).order_by("rank"):
        move(item, "refused", actor=CYCLE, on=DAY, reason="other")
    match()
    fresh = set(Recommendation.objects.filter(person=person, state="recommended").values_list("post_id", flat=True))
    assert fresh
    assert not fresh & refused


def test_expired_and_closed_posts_are_never_recommended(county):
    Post.objects.filter(key__in=["post:0", "post:1"]).update(expires_on=DAY - timedelta(days=1))
    Post.objects.filter(key="post:2").update(state="closed")
    match()
    used = set(Recommendation.objects.values_list("post__key", flat=True))
    assert used == {"post:3", "post:4"}


def test_a_post_that_expires_frees_its_candidates(county):
    match()
    Post.objects.update(expires_on=DAY)
    after = match(DAY + timedelta(days=1))
    assert after["expired"] == 12
    assert set(Recommendation.objects.values_list("state", flat=True)) == {"expired"}


def found_work(person):
    make_spell(person, DAY)
    refresh(on=DAY, actor=CYCLE, progress=quiet)


def unknown_now(person):
    PersonStatus.objects.filter(person=person).update(status="U")


def no_labourer_now(person):
    PersonStatus.objects.filter(person=person).delete()


def died(person):
    Person.objects.filter(pk=person.pk).update(life="dead")


@pytest.mark.parametrize(
    ("becomes", "state", "after"),
    [
        (found_work, "recommended", "expired"), (found_work, "delivered", "expired"),
        (found_work, "interested", "interested"),  # perhaps at that very post: people find out
        (no_labourer_now, "sent", "expired"), (unknown_now, "recommended", "recommended"),
        (died, "recommended", "expired"), (died, "interested", "expired"), (died, "placed", "placed"),
    ],
)  # fmt: skip
def test_who_is_known_to_seek_no_more_makes_room(county, becomes, state, after):
    people, _ = county
    match()
    own = Recommendation.objects.filter(person=people[0])
    own.update(state=state, started_on=DAY if state == "placed" else None)
    becomes(people[0])
    match()
    assert set(own.values_list("state", flat=True)) == {after}


def test_a_post_closed_early_makes_room_at_once(county):
    people, _ = county
    match()
    post = Recommendation.objects.filter(person=people[0], rank=1).get().post
    before = Recommendation.objects.filter(post=post)
    held = before.count()
    before.update(state="interested")
    Post.objects.filter(pk=post.pk).update(state="closed")
    assert match()["expired"] == held
    assert set(before.values_list("state", flat=True)) == {"expired"}


@pytest.mark.parametrize(
    ("state", "days", "live"),
    [("recommended", 7, True), ("recommended", 8, False), ("delivered", 14, True), ("delivered", 15, False)],
)
def test_what_nobody_was_told_or_nobody_answered_makes_room_and_others_follow(county, state, days, live):
    people, _ = county
    match()
    Recommendation.objects.update(state=state)
    later = DAY + timedelta(days=days)
    Post.objects.update(expires_on=later + timedelta(days=60))
    counts = match(later)
    assert counts["expired"] == (0 if live else 12)
    assert counts["seekers"] == (0 if live else 4)
    own = Recommendation.objects.filter(person=people[0], state="recommended", state_on=later)
    assert own.exists() is not live  # two of the five posts are left to recommend


def test_seekers_without_posts_and_posts_without_seekers(db):
    with acting_as(system_actor("test")):
        from tests.factories import make_areas

        make_areas()
        assert match()["recommendations"] == 0
        make_post(make_employer(1))
        assert match()["recommendations"] == 0
        Post.objects.all().delete()
        make_seeker()
        refresh(on=DAY, actor=CYCLE, progress=quiet)
        counts = match()
        assert (counts["seekers"], counts["posts"], counts["recommendations"]) == (1, 0, 0)


def test_nobody_is_invited_who_refused(county):
    match()
    item = Recommendation.objects.order_by("id")[0]
    move(item, "refused", actor=CYCLE, on=DAY, reason="wage")
    with pytest.raises(flows.Refused):
        move(item, "interview", actor=CYCLE, on=DAY)


@pytest.mark.parametrize(
    ("health", "skill", "level"),
    [("健康", "普通劳动力", 2), ("残疾", "普通劳动力", 1), ("长期慢性病", "", 1), ("患有大病", "", 0),
     ("健康", "弱劳动力或半劳动力", 1), ("残疾,患有大病", "", 0), ("", "", 2)],
)  # fmt: skip
def test_health_of_the_ledger_as_the_engine_reads_it(health, skill, level):
    assert health_level(health, skill) == level
