"""One way to move a recommendation: by the table, with a line in the log, and with what the step brings."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from jobbridge.apps.accounts.models import Role
from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.placements import flows
from jobbridge.apps.placements.enums import RecommendationState
from jobbridge.apps.placements.models import Recommendation, RecommendationLog
from jobbridge.apps.placements.outcomes import move, move_where
from jobbridge.apps.placements.services import expire, match_day
from jobbridge.apps.placements.stability import answer_at_work, follow_ledger, steps
from jobbridge.apps.registry.models import EmploymentSpell
from jobbridge.apps.targeting.models import PersonStatus
from jobbridge.apps.targeting.services import refresh
from jobbridge.apps.vacancies.models import Post
from tests.factories import DAY, make_spell, make_user
from tests.placements.conftest import quiet

CYCLE = system_actor("cycle")


@pytest.fixture
def own(county):
    """The three recommendations of one person."""
    people, _ = county
    match_day(on=DAY, actor=CYCLE, progress=quiet)
    return list(Recommendation.objects.filter(person=people[0]).order_by("rank"))


def go(item, *path, on=DAY, **values):
    for after in path:
        more = values if after == path[-1] else {}
        move(item, after, actor=CYCLE, on=on, **more)
    return item


def test_every_state_has_its_place_in_the_table():
    assert set(flows.NEXT) == set(RecommendationState.values)
    assert set().union(*flows.NEXT.values()) <= set(RecommendationState.values)
    assert set(flows.LIVE).isdisjoint(flows.STARTED)
    # Who has consented can take it back; who has not cannot be hired behind their back.
    assert all("refused" in flows.NEXT[state] for state in flows.LIVE)
    assert not any({"interview", "offered", "not_hired"} & flows.NEXT[state] for state in flows.UNANSWERED)


@pytest.mark.parametrize("before", RecommendationState.values)
@pytest.mark.parametrize("after", RecommendationState.values)
def test_only_steps_of_the_table_are_taken(before, after):
    allowed = after in flows.NEXT[before]
    assert (before in flows.sources(after)) is allowed
    if not allowed:
        with pytest.raises(flows.Refused):
            flows.check(before, after)


def test_from_the_recommendation_to_six_months_at_work(own):
    item = go(own[0], "sent", "delivered", "seen", "interested", "interview", "offered")
    move(item, "placed", actor=CYCLE, on=DAY, wage=4200, note="单位确认")
    assert (item.state, item.started_on) == ("placed", DAY)
    spell = EmploymentSpell.objects.get(person=item.person)
    assert item.spell == spell
    assert (spell.start, spell.end, spell.monthly_wage) == (DAY, None, 4200)
    assert (spell.employer_name, spell.occupation) == (item.post.employer.name, "缝纫工")
    assert (spell.place_code, spell.work_area) == ("500235", "1")
    assert spell.source.key == f"recommendation:{item.pk}:placed"
    assert {row.state for row in Recommendation.objects.filter(pk__in=[o.pk for o in own[1:]])} == {"expired"}
    for months, day in ((1, date(2026, 12, 21)), (3, date(2027, 2, 21)), (6, date(2027, 5, 21))):
        assert answer_at_work(actor=CYCLE, person_id=item.person_id, working=True, on=day) == [f"stable_{months}"]
    log = RecommendationLog.objects.filter(recommendation=item).order_by("id")
    assert [row.after for row in log] == [
        "sent", "delivered", "seen", "interested", "interview", "offered", "placed",
        "stable_1", "stable_3", "stable_6",
    ]  # fmt: skip
    assert all(one.after == two.before for one, two in zip(log, list(log)[1:], strict=False))
    assert {row.actor for row in log} == {"system:cycle"}
    assert RecommendationLog.objects.get(recommendation=own[1]).note == "已到其他岗位上岗"


@pytest.mark.parametrize(
    ("state", "started", "on", "reached"),
    [
        ("placed", date(2026, 1, 31), date(2026, 2, 27), []),
        ("placed", date(2026, 1, 31), date(2026, 2, 28), ["stable_1"]),
        ("placed", date(2024, 1, 31), date(2024, 2, 28), []),
        ("placed", date(2024, 1, 31), date(2024, 2, 29), ["stable_1"]),
        ("placed", date(2026, 1, 31), date(2026, 4, 30), ["stable_1", "stable_3"]),
        ("stable_1", date(2026, 8, 31), date(2026, 11, 29), []),
        ("stable_1", date(2026, 8, 31), date(2026, 11, 30), ["stable_3"]),
        ("stable_3", date(2026, 8, 31), date(2027, 2, 28), ["stable_6"]),
        ("placed", date(2026, 1, 15), date(2027, 1, 1), ["stable_1", "stable_3", "stable_6"]),
        ("stable_6", date(2026, 1, 15), date(2027, 1, 1), []),
    ],
)
def test_months_are_full_at_the_end_of_shorter_ones_too(state, started, on, reached):
    assert steps(state, started, on) == reached


def test_who_left_is_left_from_that_day_and_the_work_ends(own):
    item = go(own[0], "sent", "interested", "placed")
    with pytest.raises(flows.Refused, match="原因"):
        move(item, "left", actor=CYCLE, on=DAY + timedelta(days=40))
    day = DAY + timedelta(days=40)
    assert answer_at_work(actor=CYCLE, person_id=item.person_id, working=False, on=day) == ["left"]
    item.refresh_from_db()
    assert (item.state, item.state_on, item.note) == ("left", DAY + timedelta(days=40), "回访时已不在岗")
    assert item.spell.end == DAY + timedelta(days=40)
    assert answer_at_work(actor=CYCLE, person_id=item.person_id, working=True, on=DAY + timedelta(days=90)) == []


def test_an_answer_about_the_time_before_the_job_says_nothing(own):
    item = go(own[0], "sent", "interested", "placed")
    assert answer_at_work(actor=CYCLE, person_id=item.person_id, working=False, on=DAY - timedelta(days=1)) == []


def test_a_job_that_the_ledger_has_ended_is_left_with_its_full_months(own):
    item = go(own[0], "sent", "interested", "placed")
    EmploymentSpell.objects.filter(pk=item.spell_id).update(end=date(2027, 1, 5))
    assert follow_ledger(on=date(2027, 1, 4), actor=CYCLE) == 0
    assert follow_ledger(on=date(2027, 3, 1), actor=CYCLE) == 1
    assert follow_ledger(on=date(2027, 3, 1), actor=CYCLE) == 0
    after = RecommendationLog.objects.filter(recommendation=item, note__contains="台账").order_by("id")
    assert list(after.values_list("after", "on")) == [("stable_1", date(2027, 1, 5)), ("left", date(2027, 1, 5))]


def test_work_that_still_went_on_ends_where_the_new_one_starts(own):
    old = make_spell(own[0].person, date(2026, 3, 1))
    item = go(own[0], "sent", "interested", "placed", started=date(2026, 11, 10))
    old.refresh_from_db()
    assert (old.end, item.spell.start) == (date(2026, 11, 10), date(2026, 11, 10))


def test_a_start_that_the_ledger_contradicts_is_refused_and_nothing_is_written(own):
    make_spell(own[0].person, date(2026, 11, 15))
    item = go(own[0], "sent", "interested")
    with pytest.raises(flows.Refused, match="2026年11月"):
        move(item, "placed", actor=CYCLE, on=DAY, started=date(2026, 9, 1))
    with pytest.raises(flows.Refused, match="不能晚于"):
        move(item, "placed", actor=CYCLE, on=DAY, started=DAY + timedelta(days=1))
    assert Recommendation.objects.get(pk=item.pk).state == "interested"
    assert EmploymentSpell.objects.filter(person=item.person).count() == 1


@pytest.mark.parametrize(
    ("after", "values"),
    [("refused", {}), ("refused", {"reason": "太远"}), ("interested", {"reason": "far"}), ("placed", {})],
)
def test_what_a_step_lacks_is_refused(own, after, values):
    with pytest.raises(flows.Refused):
        move(own[0], after, actor=CYCLE, on=DAY, **values)
    assert not RecommendationLog.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [{"state": "maybe"}, {"state": "refused"}, {"refusal": "far"}, {"state": "refused", "refusal": "ugly"},
     {"state": "placed"}, {"started_on": DAY}],
)  # fmt: skip
def test_the_database_refuses_what_the_table_does_not_know(own, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Recommendation.objects.filter(pk=own[0].pk).update(**wrong)


@pytest.mark.parametrize("change", [lambda log: log.update(note="别的"), lambda log: log.delete()])
def test_the_log_is_only_added_to(own, change):
    go(own[0], "sent")
    with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
        change(RecommendationLog.objects.all())


def test_a_neighbour_s_clerk_moves_nothing(own):
    neighbour = make_user("neighbour", Role.TOWNSHIP, "500235002000").actor()
    with pytest.raises(Recommendation.DoesNotExist):
        move(own[0], "interested", actor=neighbour, on=DAY)
    with acting_as(neighbour):
        assert move_where("SELECT id FROM placements_recommendation", {}, "sent", on=DAY) == 0
        assert not RecommendationLog.objects.exists()


def test_steps_by_the_set_are_logged_too_and_taken_once(own):
    everything = "SELECT id FROM placements_recommendation"
    assert move_where(everything, {}, "sent", on=DAY) == 12
    assert move_where(everything, {}, "sent", on=DAY) == 0
    assert RecommendationLog.objects.filter(before="recommended", after="sent").count() == 12


def test_a_no_becomes_a_yes_or_another_no_and_the_log_keeps_all(own):
    item = own[0]
    for reason in ("wage", "far"):
        move(item, "refused", actor=CYCLE, on=DAY, reason=reason)
    with pytest.raises(flows.Already, match="不合适"):
        move(item, "refused", actor=CYCLE, on=DAY, reason="far")
    move(item, "interested", actor=CYCLE, on=DAY)
    log = RecommendationLog.objects.filter(recommendation=item).order_by("id")
    assert list(log.values_list("before", "after", "reason")) == [
        ("recommended", "refused", "wage"), ("refused", "refused", "far"), ("refused", "interested", ""),
    ]  # fmt: skip


def test_a_second_appointment_takes_the_place_of_the_first(own):
    item = go(own[0], "interested", "interview", note="周三")
    move(item, "interview", actor=CYCLE, on=DAY, note="周五")
    assert item.note == "周五"
    with pytest.raises(flows.Already, match="已经记过“面试中”"):
        move(item, "interview", actor=CYCLE, on=DAY, note="周五")
    assert RecommendationLog.objects.filter(recommendation=item, after="interview").count() == 2


@pytest.mark.parametrize(
    ("before", "after", "seen", "refused"),
    [
        ("interview", "offered", "interview", None), ("interview", "offered", "", None),
        ("sent", "interested", "recommended", None),  # the message went out meanwhile
        ("interview", "not_hired", "interested", "刚刚有了变化"), ("interested", "refused", "seen", "刚刚有了变化"),
        ("placed", "placed", "offered", "已经记过“已到岗”"),  # the second click of two
        ("interview", "interested", "", "推荐不能从“面试中”变为“有意向”"),
    ],
)  # fmt: skip
def test_a_page_that_is_behind_decides_nothing(before, after, seen, refused):
    if refused is None:
        assert flows.check(before, after, seen) is None
    else:
        with pytest.raises(flows.Refused, match=refused):
            flows.check(before, after, seen)


GONE = {
    "paused": {"state": "paused"},
    "closed": {"state": "closed"},
    "over": {"expires_on": DAY - timedelta(days=1)},
    "filled": {"openings": 1},
}


@pytest.mark.parametrize("gone", GONE)
def test_a_yes_to_a_post_that_is_gone_is_no_consent(own, gone):
    item, earlier = own[0], own[1]
    move(earlier, "refused", actor=CYCLE, on=DAY, reason="far")
    if gone == "filled":
        for one in (item, earlier):
            rows = Recommendation.objects.filter(post=one.post, state="recommended")
            go(rows.exclude(person=one.person).first(), "interested", "placed")
    Post.objects.filter(pk__in=[item.post_id, earlier.post_id]).update(**GONE[gone])
    move(item, "interested", actor=CYCLE, on=DAY)
    assert (item.state, item.note) == ("expired", flows.GONE)
    for one in (item, earlier):  # and neither can be brought back
        with pytest.raises(flows.Refused, match="已招满或停止招聘"):
            move(one, "interested", actor=CYCLE, on=DAY)
    assert Recommendation.objects.get(pk=earlier.pk).state == "refused"


def test_who_could_still_answer_a_filled_post_is_freed_for_another(own):
    item = own[0]
    go(Recommendation.objects.filter(post=item.post).exclude(pk=item.pk).first(), "interested", "placed")
    assert expire(on=DAY, today=DAY) == 0
    Post.objects.filter(pk=item.post_id).update(openings=1)
    assert expire(on=DAY, today=DAY) > 0
    assert Recommendation.objects.get(pk=item.pk).state == "expired"


@pytest.mark.parametrize(("wage", "taken"), [(99, False), (100, True), (100_001, False)])
def test_a_wage_is_of_a_month(own, wage, taken):
    item = go(own[0], "interested")
    if taken:
        assert move(item, "placed", actor=CYCLE, on=DAY, wage=wage).spell.monthly_wage == wage
    else:
        with pytest.raises(flows.Refused, match="月薪"):
            move(item, "placed", actor=CYCLE, on=DAY, wage=wage)


def test_who_left_on_the_day_they_came_is_not_at_work_on_it(own):
    item = go(own[0], "interested", "placed")
    refresh(on=DAY, actor=CYCLE, progress=quiet)
    assert PersonStatus.objects.get(person=item.person).status == "L"
    move(item, "left", actor=CYCLE, on=DAY, note="不适应")
    refresh(on=DAY, actor=CYCLE, progress=quiet)
    assert PersonStatus.objects.get(person=item.person).status == "S"
    assert item.spell.end == item.spell.start == DAY
