"""What an employer sees of a candidate before and after the consent, and what they may say."""

import pytest

from jobbridge.apps.accounts.models import Role
from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.audit.models import Unmasking
from jobbridge.apps.placements import flows
from jobbridge.apps.placements.models import MatchRun, Recommendation, RecommendationLog
from jobbridge.apps.placements.outcomes import move
from jobbridge.apps.placements.services import match_day
from jobbridge.apps.placements.shortlists import age_band, employer_moves, phone_of, shortlist_of
from tests.factories import DAY, make_user
from tests.placements.conftest import fill, quiet

CYCLE = system_actor("cycle")


@pytest.fixture
def hiring(db):
    """An employer's user, the employer, one of the candidates, and another employer."""
    with acting_as(system_actor("test")):
        _, posts = fill(seekers=2, posts=3)
        user = make_user("hr", Role.EMPLOYER)
    match_day(on=DAY, actor=CYCLE, progress=quiet)
    with acting_as(system_actor("test")):
        item = Recommendation.objects.filter(post=posts[0]).select_related("person").earliest("pk")
    return user.actor(), posts[0].employer, item, posts[1].employer


def go(item, *path, **values):
    for after in path:
        item = Recommendation(pk=item.pk)  # moved elsewhere: what the test holds stays as it was
        move(item, after, actor=CYCLE, on=DAY, **(values if after == path[-1] else {}))


def seen(employer, actor, item):
    return {one.recommendation_id: one for one in shortlist_of(employer, actor=actor, on=DAY)}.get(item.pk)


def test_before_the_consent_nobody_can_be_found(hiring):
    actor, employer, item, _ = hiring
    candidate = seen(employer, actor, item)
    person = item.person
    assert (candidate.called, candidate.age_band, candidate.trade) == ("覃某", "40-49岁", "缝纫工")
    assert (candidate.township, candidate.name, candidate.phone_mask) == ("双江街道", "", "")
    shown = repr(candidate)
    for private in (person.name, person.id_mask, str(person.birth_date.year), person.sex):
        assert private not in shown
    assert candidate.says == []
    with pytest.raises(flows.Refused):
        phone_of(employer, actor=actor, recommendation_id=item.pk)
    with pytest.raises(flows.Refused):
        employer_moves(employer, actor=actor, recommendation_id=item.pk, after="placed", on=DAY)


def test_the_consent_shows_name_and_phone_and_taking_it_back_hides_them(hiring):
    actor, employer, item, _ = hiring
    go(item, "interested")
    candidate = seen(employer, actor, item)
    assert candidate.name == item.person.name
    assert candidate.phone_mask.startswith("164****")
    assert phone_of(employer, actor=actor, recommendation_id=item.pk).startswith("164")
    with acting_as(system_actor("test")):
        assert Unmasking.objects.get().actor == actor.key
    go(item, "refused", reason="far")
    assert seen(employer, actor, item) is None
    with pytest.raises(flows.Refused):
        phone_of(employer, actor=actor, recommendation_id=item.pk)


def test_the_employer_tells_how_it_went_under_their_own_name(hiring):
    actor, employer, item, _ = hiring
    go(item, "interested")
    for after in ("interview", "offered"):
        employer_moves(employer, actor=actor, recommendation_id=item.pk, after=after, on=DAY)
    done = employer_moves(employer, actor=actor, recommendation_id=item.pk, after="placed", on=DAY, wage=4300)
    with acting_as(system_actor("test")):
        assert (done.state, done.spell.monthly_wage, done.spell.source.verified_by) == ("placed", 4300, actor.key)
        logged = RecommendationLog.objects.filter(recommendation=item, actor=actor.key)
        assert list(logged.order_by("id").values_list("after", flat=True)) == ["interview", "offered", "placed"]
    assert seen(employer, actor, item).says == []


@pytest.mark.parametrize("after", ["refused", "left", "stable_1", "expired", "sent"])
def test_what_is_not_the_employer_s_to_say(hiring, after):
    actor, employer, item, _ = hiring
    go(item, "interested")
    with pytest.raises(flows.Refused):
        employer_moves(employer, actor=actor, recommendation_id=item.pk, after=after, on=DAY)


def test_another_employer_s_candidates_are_out_of_reach(hiring):
    actor, employer, item, other = hiring
    go(item, "interested")
    assert seen(other, actor, item) is None
    for ask in (phone_of, employer_moves):
        more = {"after": "interview", "on": DAY} if ask is employer_moves else {}
        with pytest.raises(Recommendation.DoesNotExist):
            ask(other, actor=actor, recommendation_id=item.pk, **more)


def test_a_draft_shows_nobody_and_what_others_were_refused_for_stays_private(hiring):
    actor, employer, item, _ = hiring
    with acting_as(system_actor("test")):
        said = [*item.reasons, "已按您上次的意见：只在县内"]
        Recommendation.objects.filter(pk=item.pk).update(reasons=said)
    assert not any("上次" in reason for reason in seen(employer, actor, item).reasons)
    MatchRun.objects.update(state="draft")
    assert shortlist_of(employer, actor=actor, on=DAY) == []


@pytest.mark.parametrize(("age", "band"), [(18, "30岁以下"), (30, "30-39岁"), (59, "50-59岁"), (60, "60岁及以上")])
def test_ages_in_decades(age, band):
    assert age_band(age) == band
