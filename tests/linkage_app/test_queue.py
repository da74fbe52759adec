"""The order of the queue, and that two clerks do not lie over the same pair."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from jobbridge.apps.accounts.scope import acting_as
from jobbridge.apps.linkage.deciding import decide
from jobbridge.apps.linkage.models import Lease, Link
from jobbridge.apps.linkage.queue import next_pairs, prioritise
from jobbridge.apps.linkage.village import ask, reply
from jobbridge.apps.targeting.models import GroupMembership, HouseholdStatus, PersonStatus
from tests.factories import DAY, make_broker, make_household, make_person
from tests.linkage_app.conftest import SYSTEM, make_record

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def make_link(person, posterior=0.5, direction="home", **values):
    record = make_record(person.name)
    type(record).objects.filter(pk=record.pk).update(region_code=person.region_code, direction=direction)
    return Link.objects.create(
        record=record, person=person, region_code=person.region_code, posterior=posterior, zone="review",
        candidates=[{"person_id": person.pk, "posterior": posterior}], **values,
    )  # fmt: skip


@pytest.fixture
def pairs(county):
    """Six pairs of the first township, the later the more worth, and one of the second."""
    with acting_as(SYSTEM):
        people = [make_person(make_household("500235001001"), f"韦向{n}") for n in "一二三四五六"]
        made = [make_link(person, priority=100 * at) for at, person in enumerate(people)]
        make_link(county.far, priority=9999)
    return made


def look(actor, size=3, now=NOW, **more):
    with acting_as(actor):
        return [link.pk for link in next_pairs(actor=actor, now=now, size=size, **more)]


def test_the_worthiest_first_and_nothing_of_the_neighbour(county, pairs):
    keys = [link.pk for link in reversed(pairs)]
    assert look(county.li, 10) == keys
    assert len(look(county.he, 10)) == 1
    assert set(look(county.he, 10)).isdisjoint(keys)


def test_what_the_clerk_has_is_not_sent_again(county, pairs):
    first = look(county.li)
    assert set(look(county.li, without=first)).isdisjoint(first)
    assert look(county.li) == first, "a page loaded anew shows the same clerk the same pairs"


def test_two_clerks_get_different_pairs_until_the_lease_ends(county, pairs):
    mine, theirs = look(county.li), look(county.wu)
    assert set(mine).isdisjoint(theirs)
    assert look(county.zhou) != mine
    later = NOW + timedelta(minutes=11)
    assert look(county.wu, now=later) == mine


def test_a_decision_ends_the_lease(county, pairs):
    (key,) = look(county.li, 1)
    with acting_as(county.li):
        decide(actor=county.li, link_id=key, same=False, now=NOW)
        assert not Lease.objects.filter(link=key).exists()
    assert key not in look(county.li, 10)


def test_a_pair_the_village_is_asked_about_comes_back_first_with_the_answer(county, pairs):
    with acting_as(SYSTEM):
        make_broker("500235001001")
    least = pairs[0]
    with acting_as(county.li):
        question = ask(actor=county.li, link_id=least.pk, person_id=least.person_id, now=NOW)
    assert least.pk not in look(county.li, 10)
    with acting_as(county.li):
        reply(actor=county.li, question_id=question.pk, answer="yes", note="", now=NOW)
    assert look(county.li, 10)[0] == least.pk


def test_an_unanswered_question_gives_the_pair_back(county, pairs):
    with acting_as(SYSTEM):
        make_broker("500235001001")
    with acting_as(county.li):
        ask(actor=county.li, link_id=pairs[5].pk, person_id=pairs[5].person_id, now=NOW)
    assert pairs[5].pk not in look(county.li, 10, now=NOW + timedelta(days=5))
    assert look(county.li, 10, now=NOW + timedelta(days=6))[0] == pairs[5].pk


@pytest.fixture
def statuses(county):
    """The first person is recorded as working away, in a zero-employment household that is monitored."""
    with acting_as(SYSTEM):
        common = {"household": county.near.household, "region_code": county.near.region_code}
        PersonStatus.objects.create(person=county.near, status="W", as_of=DAY, **common)
        HouseholdStatus.objects.create(**common, members=1, zero_employment=True, monitored=True, as_of=DAY)
        GroupMembership.objects.create(**common, group="zero_employment", since=DAY, definition="x")


def test_priorities_come_from_the_ledger_of_the_day(county, statuses):
    with acting_as(SYSTEM):
        heavy = make_link(county.near, 0.5)
        light = make_link(county.far, 0.9)
        make_link(county.far, 0.9, decision="rejected")
    assert prioritise(on=DAY, actor=SYSTEM) == {"pairs_waiting": 2, "pairs_moved": 2}
    with acting_as(SYSTEM):
        values = dict(Link.objects.filter(decision="pending").values_list("pk", "priority"))
        # Points: 1 + zero household 4 + home while away 3 + aided 2 + key group 1.
        assert values == {heavy.pk: 5500, light.pk: 900}
    assert prioritise(on=DAY, actor=SYSTEM)["pairs_moved"] == 0


def test_one_number_under_many_names_is_asked_about_once(county):
    """The likeliest of them stands where it belongs, the others behind everything; a decision answers them all."""
    with acting_as(SYSTEM):
        misused = [make_link(county.near, posterior, hold="id_other_name") for posterior in (0.7, 0.9, 0.8)]
        unsure = make_link(county.near, 0.1)
        make_link(county.far, 0.6, hold="id_other_name")
    prioritise(on=DAY, actor=SYSTEM)

    def places():
        with acting_as(SYSTEM):
            return [Link.objects.get(pk=pair.pk).priority for pair in misused]

    assert places() == [0, 3600, 0]
    assert look(county.li, 10) == [misused[1].pk, unsure.pk, misused[0].pk, misused[2].pk]
    with acting_as(SYSTEM):
        assert Link.objects.get(person=county.far).priority == 2400
        decide(actor=county.li, link_id=misused[1].pk, same=False, now=NOW)
    prioritise(on=DAY, actor=SYSTEM)
    assert places()[::2] == [0, 0]


def test_the_queue_is_read_from_its_index(county):
    with acting_as(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        query = Link.objects.filter(zone="review", decision="pending").order_by("-priority", "id")[:10]
        assert "link_queue" in query.explain()
