"""A second clerk looks without knowing; the county rules where they differ; agreement is counted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from jobbridge.apps.accounts.models import Role
from jobbridge.apps.accounts.scope import acting_as
from jobbridge.apps.linkage.deciding import AlreadyDecided, decide, undo
from jobbridge.apps.linkage.models import Link, LinkDecision, Opinion
from jobbridge.apps.linkage.queue import next_pairs, waiting_opinions
from jobbridge.apps.linkage.second_opinions import NotForYou, agreement_of, give_opinion, settle, undo_opinion
from jobbridge.apps.linkage.village import ask, reply
from tests.factories import make_broker, make_user
from tests.linkage_app.conftest import COUNTY, SYSTEM


@pytest.fixture
def first(county, pair, everything_twice):
    """``li`` has confirmed the pair; it waits for somebody else."""
    with acting_as(county.li):
        decide(actor=county.li, link_id=pair.pk, same=True, now=timezone.now())
    with acting_as(SYSTEM):
        return Opinion.objects.get()


def give(actor, opinion, person=None):
    with acting_as(actor):
        return give_opinion(
            actor=actor, opinion_id=opinion.pk, same=person is not None, person_id=person and person.pk,
            now=timezone.now(),
        )  # fmt: skip


def rule(actor, opinion, person=None):
    with acting_as(actor):
        return settle(
            actor=actor, opinion_id=opinion.pk, same=person is not None, person_id=person and person.pk,
            now=timezone.now(), reason="核过户口本",
        )  # fmt: skip


def now_stored():
    with acting_as(SYSTEM):
        return Opinion.objects.get().state, Link.objects.get().decision


def test_without_the_sample_nobody_is_asked_twice(county, pair, nothing_twice):
    with acting_as(county.li):
        decide(actor=county.li, link_id=pair.pk, same=True, now=timezone.now())
        assert not Opinion.objects.exists()


def test_never_the_same_clerk_never_the_neighbour(county, first):
    seen = {}
    for name in ("li", "wu", "zhou", "he"):
        actor = getattr(county, name)
        with acting_as(actor):
            seen[name] = waiting_opinions(actor, today=timezone.localdate()).count()
    assert seen == {"li": 0, "wu": 1, "zhou": 1, "he": 0}
    with pytest.raises(NotForYou):
        give(county.li, first, county.near)
    with pytest.raises(Opinion.DoesNotExist):
        give(county.he, first)
    with acting_as(SYSTEM), pytest.raises(IntegrityError), transaction.atomic():
        Opinion.objects.update(given_by=county.li.key)


def test_the_second_look_hides_in_the_queue(county, first):
    with acting_as(county.wu):
        (link,) = next_pairs(actor=county.wu, now=timezone.now(), size=5)
    assert link.blind == first
    with acting_as(county.li):
        assert next_pairs(actor=county.li, now=timezone.now(), size=5) == []


@pytest.mark.parametrize(("person", "state"), [("near", "agreed"), ("far", "differs"), (None, "differs")])
def test_agreement_means_the_same_person(county, first, person, state):
    give(county.zhou, first, person and getattr(county, person))
    assert now_stored() == (state, "confirmed")
    with acting_as(county.wu), pytest.raises(NotForYou):
        give_opinion(actor=county.wu, opinion_id=first.pk, same=False, person_id=None, now=timezone.now())


def test_nobody_who_is_no_candidate(county, first):
    with acting_as(county.zhou), pytest.raises(ValueError, match="不在候选名单"):
        give_opinion(actor=county.zhou, opinion_id=first.pk, same=True, person_id=0, now=timezone.now())
    assert now_stored()[0] == "waiting"


def test_nobody_whom_the_second_clerk_may_not_see(county, first):
    with acting_as(county.wu), pytest.raises(ValueError, match="不在候选名单"):
        give_opinion(
            actor=county.wu, opinion_id=first.pk, same=True, person_id=county.far.pk, now=timezone.now()
        )  # fmt: skip
    assert now_stored()[0] == "waiting"


def test_the_second_clerk_may_ask_the_village_without_touching_the_decision(county, first, pair):
    def waiting():
        with acting_as(county.wu):
            return [link.pk for link in next_pairs(actor=county.wu, now=timezone.now(), size=5)]

    with acting_as(SYSTEM):
        make_broker("500235001001")
        before = Link.objects.values().get()
    with acting_as(county.wu):
        asked = ask(actor=county.wu, link_id=pair.pk, person_id=county.near.pk, now=timezone.now())
    assert waiting() == []
    with acting_as(SYSTEM):
        reply(actor=SYSTEM, question_id=asked.pk, answer="no", note="", now=timezone.now())
        assert Link.objects.values().get() == before
    assert waiting() == [pair.pk]
    give(county.wu, first)
    with acting_as(county.wu), pytest.raises(AlreadyDecided):
        ask(actor=county.wu, link_id=pair.pk, person_id=county.near.pk, now=timezone.now())


def test_who_decided_first_or_is_no_second_clerk_asks_nothing_more(county, first, pair):
    with acting_as(SYSTEM):
        make_broker("500235001001")
    with acting_as(county.li), pytest.raises(AlreadyDecided):
        ask(actor=county.li, link_id=pair.pk, person_id=county.near.pk, now=timezone.now())
    with acting_as(county.he), pytest.raises(Link.DoesNotExist):
        ask(actor=county.he, link_id=pair.pk, person_id=county.near.pk, now=timezone.now())


def test_the_second_word_can_be_taken_back_the_first_cannot_any_more(county, first, pair):
    give(county.wu, first)
    with acting_as(county.li), pytest.raises(AlreadyDecided):
        undo(actor=county.li, link_id=pair.pk, now=timezone.now())
    with acting_as(county.zhou), pytest.raises(NotForYou):
        undo_opinion(actor=county.zhou, opinion_id=first.pk, now=timezone.now())
    with acting_as(county.wu), pytest.raises(NotForYou):
        undo_opinion(actor=county.wu, opinion_id=first.pk, now=timezone.now() + timedelta(hours=25))
    with acting_as(county.wu):
        undo_opinion(actor=county.wu, opinion_id=first.pk, now=timezone.now())
    assert now_stored() == ("waiting", "confirmed")


def test_the_county_rules_and_the_link_follows(county, first):
    give(county.wu, first)
    with pytest.raises(PermissionDenied):
        rule(county.li, first)
    rule(county.zhou, first)
    assert now_stored() == ("settled", "rejected")
    with acting_as(SYSTEM):
        assert list(LinkDecision.objects.order_by("id").values_list("verdict", "via", "reason"))[-1] == (
            "rejected", "third", "核过户口本",
        )  # fmt: skip
    with pytest.raises(NotForYou):
        rule(county.zhou, first)


def test_one_of_the_two_does_not_rule(county, first):
    give(county.zhou, first)
    with pytest.raises(NotForYou):
        rule(county.zhou, first)
    with acting_as(SYSTEM):
        other = make_user("qian", Role.COUNTY, COUNTY).actor()
    rule(other, first, county.near)
    assert now_stored() == ("settled", "confirmed")


def test_what_the_county_reads_of_agreement(county, first):
    with acting_as(county.zhou):
        assert agreement_of(county.zhou).pairs == 0
    give(county.wu, first)
    with acting_as(county.zhou):
        result = agreement_of(county.zhou)
    assert (result.pairs, result.observed, result.kappa) == (1, 0, 0)
    with acting_as(county.he):
        assert agreement_of(county.he).pairs == 0
