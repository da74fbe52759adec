"""Who decides a pair, who may take the decision back, and whose the record is afterwards."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from jobbridge.apps.accounts.scope import acting_as
from jobbridge.apps.linkage.deciding import AlreadyDecided, decide, reopen
from jobbridge.apps.linkage.models import FeedRecord, Link
from tests.linkage_app.conftest import SYSTEM, make_record


def say(actor, pair, person=None):
    with acting_as(actor):
        return decide(
            actor=actor, link_id=pair.pk, same=person is not None, person_id=person and person.pk, now=timezone.now()
        )


def take_back(actor, pair):
    with acting_as(actor):
        return reopen(actor=actor, link_id=pair.pk)


def stored():
    with acting_as(SYSTEM):
        return Link.objects.values_list("decision", "decided_by", "person_id").get()


@pytest.mark.parametrize("other", ["wu", "zhou", "li"])
def test_a_decision_is_not_overturned_silently(county, pair, other):
    say(county.li, pair, county.near)
    with pytest.raises(AlreadyDecided) as caught:
        say(getattr(county, other), pair)
    assert caught.value.link.decided_by == county.li.key
    assert stored() == ("confirmed", county.li.key, county.near.pk)


@pytest.mark.parametrize("same", [True, False])
def test_the_same_word_of_the_same_clerk_again_changes_nothing(county, pair, same):
    person = county.near if same else None
    first = say(county.li, pair, person)
    assert say(county.li, pair, person).decided_at == first.decided_at


def test_nobody_confirms_a_person_they_may_not_see(county, pair):
    with pytest.raises(ValueError, match="不在候选名单"):
        say(county.li, pair, county.far)
    with pytest.raises(Link.DoesNotExist):
        say(county.he, pair, county.far)
    assert stored() == ("pending", "", county.near.pk)


def test_the_person_decides_whose_the_record_is(county, pair):
    say(county.zhou, pair, county.far)
    for clerk, sees in ((county.he, 1), (county.li, 0)):
        with acting_as(clerk):
            assert (Link.objects.count(), FeedRecord.objects.count()) == (sees, sees)


@pytest.mark.parametrize("person", ["near", None])
def test_the_county_takes_a_decision_back_and_it_can_be_made_anew(county, pair, person):
    say(county.li, pair, person and county.near)
    take_back(county.zhou, pair)
    assert stored() == ("pending", "", county.near.pk)
    assert take_back(county.zhou, pair).decision == "pending"
    say(county.wu, pair, county.near)
    assert stored() == ("confirmed", county.wu.key, county.near.pk)


@pytest.mark.parametrize("who", ["li", "wu", "lead"])
def test_only_the_county_takes_a_decision_back(county, pair, who):
    say(county.li, pair, county.near)
    with pytest.raises(PermissionDenied):
        take_back(getattr(county, who), pair)
    assert stored()[0] == "confirmed"


def test_a_record_that_matched_nobody_is_not_confirmed_without_a_person(county):
    with acting_as(SYSTEM):
        record = make_record("无名")
        link = Link.objects.create(record=record, region_code=record.region_code, posterior=0, zone="none")
        with pytest.raises(ValueError, match="不在候选名单"):
            decide(actor=county.zhou, link_id=link.pk, same=True, now=timezone.now())
