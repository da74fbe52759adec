"""What an employer sees of a candidate before and after the consent, and what they may say."""

import pytest
from django.utils import timezone

from jobbridge.apps.accounts.models import Role
from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.audit.models import Unmasking
from jobbridge.apps.employers.models import Employer, EmployerAccount
from jobbridge.apps.placements import flows
from jobbridge.apps.placements.models import MatchRun, Recommendation, RecommendationLog
from jobbridge.apps.placements.outcomes import move
from jobbridge.apps.placements.services import match_day
from jobbridge.apps.placements.shortlists import age_band, employer_moves, phone_of, shortlist_of
from jobbridge.apps.vacancies.models import Post
from tests.factories import DAY, make_user
from tests.placements.conftest import fill, quiet

CYCLE = system_actor("cycle")


@pytest.fixture
def hiring(db):
    """An employer's user, their post, one of its candidates, and another employer's user."""
    with acting_as(system_actor("test")):
        _, posts = fill(seekers=2, posts=3)
        user, other = (make_user(name, Role.EMPLOYER) for name in ("hr", "rival"))
        for who, post in ((user, posts[0]), (other, posts[1])):
            EmployerAccount.objects.create(
                user=who, employer=post.employer, opened_by="test", opened_at=timezone.now()
            )
    match_day(on=DAY, actor=CYCLE, progress=quiet)
    with acting_as(system_actor("test")):
        item = Recommendation.objects.filter(post=posts[0]).select_related("person").earliest("pk")
        return user.actor(), posts[0], item, other.actor()


def go(item, *path, **values):
    for after in path:
        item = Recommendation(pk=item.pk)  # moved elsewhere: what the test holds stays as it was
        move(item, after, actor=CYCLE, on=DAY, **(values if after == path[-1] else {}))


def seen(post, actor, item):
    return {one.recommendation_id: one for one in shortlist_of(post.pk, actor=actor, on=DAY)}.get(item.pk)


def test_before_the_consent_nobody_can_be_found(hiring):
    actor, post, item, _ = hiring
    candidate = seen(post, actor, item)
    person = item.person
    assert (candidate.called, candidate.age_band, candidate.trade) == ("覃某", "40-49岁", "缝纫工")
    assert (candidate.township, candidate.name, candidate.phone_mask) == ("双江街道", "", "")
    shown = repr(candidate)
    for private in (person.name, person.id_mask, str(person.birth_date.year), person.sex):
        assert private not in shown
    assert candidate.says == []
    with pytest.raises(flows.Refused):
        phone_of(item.pk, actor=actor)
    with pytest.raises(flows.Refused):
        employer_moves(item.pk, actor=actor, after="placed", on=DAY)


def test_the_consent_shows_name_and_phone_and_taking_it_back_hides_them(hiring):
    actor, post, item, _ = hiring
    go(item, "interested")
    candidate = seen(post, actor, item)
    assert candidate.name == item.person.name
    assert candidate.phone_mask.startswith("164****")
    assert phone_of(item.pk, actor=actor).startswith("164")
    with acting_as(system_actor("test")):
        assert Unmasking.objects.get().actor == actor.key
    go(item, "refused", reason="far")
    assert seen(post, actor, item) is None
    with pytest.raises(flows.Refused):
        phone_of(item.pk, actor=actor)


def test_the_employer_tells_how_it_went_under_their_own_name(hiring):
    actor, post, item, _ = hiring
    go(item, "interested")
    for after in ("interview", "offered"):
        employer_moves(item.pk, actor=actor, after=after, on=DAY)
    done = employer_moves(item.pk, actor=actor, after="placed", on=DAY, wage=4300)
    with acting_as(system_actor("test")):
        assert (done.state, done.spell.monthly_wage, done.spell.source.verified_by) == ("placed", 4300, actor.key)
        logged = RecommendationLog.objects.filter(recommendation=item, actor=actor.key)
        assert list(logged.order_by("id").values_list("after", flat=True)) == ["interview", "offered", "placed"]
    assert seen(post, actor, item).says == []


@pytest.mark.parametrize("after", ["refused", "left", "stable_1", "expired", "sent"])
def test_what_is_not_the_employer_s_to_say(hiring, after):
    actor, post, item, _ = hiring
    go(item, "interested")
    with pytest.raises(flows.Refused):
        employer_moves(item.pk, actor=actor, after=after, on=DAY)


def test_another_employer_s_candidates_are_out_of_reach(hiring):
    _, post, item, other = hiring
    go(item, "interested")
    assert shortlist_of(post.pk, actor=other, on=DAY) == []
    with pytest.raises(Recommendation.DoesNotExist):
        phone_of(item.pk, actor=other)
    with pytest.raises(Recommendation.DoesNotExist):
        employer_moves(item.pk, actor=other, after="interview", on=DAY)


def test_an_agency_reaches_the_people_of_the_posts_that_it_handed_in_and_of_no_others(hiring):
    _, post, item, agency = hiring
    go(item, "interested")
    with acting_as(system_actor("test")):
        Post.objects.filter(pk=post.pk).update(agency=EmployerAccount.objects.get(user=agency.user_id).employer)
        elsewhere = Recommendation.objects.exclude(post__in=Post.objects.answered_by(agency)).earliest("pk")
    assert seen(post, agency, item).name == item.person.name
    assert phone_of(item.pk, actor=agency).startswith("164")
    with pytest.raises(Recommendation.DoesNotExist):
        phone_of(elsewhere.pk, actor=agency)


@pytest.mark.parametrize("role", [Role.COUNTY, Role.TOWNSHIP, Role.BROKER])
def test_staff_have_no_candidates_here(hiring, role):
    _, post, item, _ = hiring
    go(item, "interested")
    with acting_as(system_actor("test")):
        actor = make_user("clerk", role, "500235002000").actor()
        Employer.objects.filter(pk=post.employer_id).update(specialist=actor.user_id)
    assert shortlist_of(post.pk, actor=actor, on=DAY) == []
    with pytest.raises(Recommendation.DoesNotExist):
        phone_of(item.pk, actor=actor)


def test_a_draft_shows_nobody_and_what_is_for_the_person_stays_private(hiring):
    actor, post, item, _ = hiring
    with acting_as(system_actor("test")):
        wage, heard = "月薪3500-4500，高于您的期望", "已按您上次的意见：只在县内"
        said = ["同工种", "在您想去的地区", wage, "包住", heard, "不足：无叉车证"]
        Recommendation.objects.filter(pk=item.pk).update(reasons=said)
    assert seen(post, actor, item).reasons == ("同工种", "在本人想去的地区", "不足：无叉车证")
    MatchRun.objects.update(state="draft")
    assert shortlist_of(post.pk, actor=actor, on=DAY) == []


@pytest.mark.parametrize(("age", "band"), [(18, "30岁以下"), (30, "30-39岁"), (59, "50-59岁"), (60, "60岁及以上")])
def test_ages_in_decades(age, band):
    assert age_band(age) == band
