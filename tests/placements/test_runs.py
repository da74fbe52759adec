"""What is kept of a run, who releases it, and that a draft reaches nobody."""

from datetime import timedelta

import pytest
from django.utils import timezone

from jobbridge.apps.accounts.models import Role
from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.messaging.models import Message
from jobbridge.apps.placements.columns import disabled
from jobbridge.apps.placements.delivery import deliver_day
from jobbridge.apps.placements.flows import SEND_DAYS
from jobbridge.apps.placements.models import MatchPolicy, MatchRun, Recommendation, RunDecision, RunPost, RunSeeker
from jobbridge.apps.placements.policies import settings_of
from jobbridge.apps.placements.releases import RunRefused, discard, release
from jobbridge.apps.placements.runs import main_limits
from jobbridge.apps.placements.services import expire, match_day
from tests.factories import DAY, make_user
from tests.placements.conftest import fill, make_employer, make_post, make_seeker, quiet

TEST = system_actor("test")
CYCLE = system_actor("cycle")


def run_of(**policy) -> MatchRun:
    if policy:
        with acting_as(TEST):
            MatchPolicy.objects.create(valid_from=DAY, decided_by=TEST.key, decided_at=timezone.now(), **policy)
    match_day(on=DAY, actor=CYCLE, progress=quiet)
    return MatchRun.objects.latest("pk")


@pytest.fixture
def draft(county):
    return run_of(manual_release=True)


def test_every_seeker_and_post_of_the_run_is_kept(db):
    with acting_as(TEST):
        fill(seekers=5, posts=1)
        make_post(make_employer(7), title="电工", openings=3, skills=["电工证"])
        stuck = make_seeker(wage_floor=99_000)
        from jobbridge.apps.targeting.services import refresh

        refresh(on=DAY, actor=CYCLE, progress=quiet)
        run = run_of(k=1, kappa=1)
        kept = {row.person_id: row for row in RunSeeker.objects.filter(run=run)}
        given = dict.fromkeys(kept, 0) | dict.fromkeys(Recommendation.objects.values_list("person", flat=True), 1)
        assert {key: row.given for key, row in kept.items()} == given
        assert sum(given.values()) == 2
        assert (kept[stuck.pk].legal, kept[stuck.pk].limit) == (0, "wage")
        assert kept[stuck.pk].changes[0].startswith("没有合适岗位：")
        assert "放宽最低月薪，可多1个岗位" in kept[stuck.pk].changes
        crowded_out = [row for key, row in kept.items() if not given[key] and key != stuck.pk]
        assert {(row.limit, tuple(row.missed)) for row in crowded_out} == {
            ("full", ("未推荐虚构0号制衣厂的缝纫工：人选已满",))
        }
        posts = {row.post.title: row for row in RunPost.objects.filter(run=run).select_related("post")}
        assert (posts["缝纫工"].candidates, posts["缝纫工"].short) == (2, 0)
        assert posts["缝纫工"].price > 0
        assert (posts["电工"].candidates, posts["电工"].short, posts["电工"].price) == (0, 3, 0)
        assert run.report["nobody"] == 4
        assert {line["key"] for line in run.report["fairness"]["disability"]} <= {"no", "unknown"}


def test_the_neighbour_sees_no_seeker_of_another_township(county):
    with acting_as(TEST):
        neighbour = make_user("neighbour", Role.TOWNSHIP, "500235002000").actor()
        own = make_user("own", Role.TOWNSHIP, "500235001000").actor()
    run_of()
    with acting_as(neighbour):
        assert not RunSeeker.objects.visible_to(neighbour).exists()
        assert not RunSeeker.objects.exists()
    with acting_as(own):
        assert RunSeeker.objects.visible_to(own).count() == 4


def test_a_draft_reaches_nobody_until_it_is_released(db, settings, tmp_path):
    settings.SMS_CHANNEL, settings.CYCLE_TIME, settings.STATE = "file", "09:30", tmp_path
    fill(seekers=4, posts=5)
    draft = run_of(manual_release=True)
    deliver_day(on=DAY, actor=CYCLE, progress=quiet)
    with acting_as(TEST):
        assert not Message.objects.exists()
        clerk = make_user("clerk", Role.COUNTY, "500235000000").actor()
    released = release(run_id=draft.pk, actor=clerk, now=timezone.now())
    assert released.state == "released"
    assert RunDecision.objects.get(run=draft).decided_by == clerk.key
    deliver_day(on=DAY, actor=CYCLE, progress=quiet)
    with acting_as(TEST):
        assert Message.objects.filter(template="recommend_posts").count() == 4


def test_a_discarded_draft_leaves_nothing_and_its_pairs_may_come_again(draft):
    before = set(Recommendation.objects.values_list("person", "post"))
    discard(run_id=draft.pk, actor=TEST, note="岗位有误", now=timezone.now())
    assert not Recommendation.objects.exists()
    assert RunDecision.objects.get(run=draft).note == "岗位有误"
    assert RunSeeker.objects.filter(run=draft).count() == 4
    again = run_of()
    assert again.pk != draft.pk
    assert set(Recommendation.objects.values_list("person", "post")) == before


def test_what_ran_out_while_the_draft_waited_may_come_again(draft):
    with acting_as(CYCLE):
        later = DAY + timedelta(days=9)
        assert expire(on=later, today=DAY) == Recommendation.objects.count()
    discard(run_id=draft.pk, actor=TEST, note="", now=timezone.now())
    assert not Recommendation.objects.exists()


def test_a_draft_that_nobody_decides_is_thrown_away_and_its_pairs_come_again(draft):
    pairs = set(Recommendation.objects.values_list("person", "post"))
    last = DAY + timedelta(days=SEND_DAYS)
    match_day(on=last, actor=CYCLE, progress=quiet)
    draft.refresh_from_db()
    assert draft.state == "draft"
    match_day(on=last + timedelta(days=1), actor=CYCLE, progress=quiet)
    draft.refresh_from_db()
    assert draft.state == "discarded"
    assert RunDecision.objects.get(run=draft).decided_by == CYCLE.key
    assert set(Recommendation.objects.exclude(run=draft).values_list("person", "post")) == pairs
    with pytest.raises(RunRefused):
        release(run_id=draft.pk, actor=TEST, now=timezone.now())


def test_what_somebody_already_answered_outlasts_the_draft(draft):
    item = Recommendation.objects.order_by("pk")[0]
    Recommendation.objects.filter(pk=item.pk).update(state="interested")
    discard(run_id=draft.pk, actor=TEST, note="", now=timezone.now())
    assert list(Recommendation.objects.values_list("pk", flat=True)) == [item.pk]


@pytest.mark.parametrize("act", [release, discard])
def test_only_a_draft_is_decided_and_only_once(county, act):
    run = run_of()
    extra = {"note": ""} if act is discard else {}
    with pytest.raises(RunRefused):
        act(run_id=run.pk, actor=TEST, now=timezone.now(), **extra)
    assert Recommendation.objects.exists()


def test_the_settings_of_a_run_are_kept_with_it(draft):
    assert draft.report["settings"] == settings_of(MatchPolicy.objects.get())


@pytest.mark.parametrize(
    ("rows", "limit"),
    [
        ([], {}),
        ([("occupation", 9, 0), ("wage", 3, 2)], {1: "wage"}),
        ([("occupation", 9, 0), ("wage", 3, 0)], {1: "occupation"}),
        ([("full", 4, 4)], {1: "full"}),
    ],
)
def test_the_limit_that_counts_is_the_one_that_alone_keeps_most_posts_away(rows, limit):
    told = [{"person_id": 1, "reason": reason, "posts": posts, "only": only} for reason, posts, only in rows]
    assert main_limits(told) == limit


@pytest.mark.parametrize(
    ("disability", "health", "said"),
    [("", "", None), ("", "健康", False), ("肢体", "", True), ("", "残疾,长期慢性病", True), ("视力", "健康", True)],
)
def test_unknown_disability_is_not_none(disability, health, said):
    assert disabled(disability, health) is said
