"""A link opens one person's posts, for a while, until somebody ends it; nothing else opens anything."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from jobbridge.apps.accounts.models import Role
from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.placements.links import (
    ALPHABET,
    LENGTH,
    LIFETIME,
    Fate,
    Wanted,
    actor_of,
    links_for,
    open_link,
    revoke,
)
from jobbridge.apps.placements.models import Recommendation, WorkerLink
from jobbridge.apps.registry.models import Person
from tests.factories import make_areas, make_household, make_person, make_user

TEST = system_actor("test")
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=timezone.get_default_timezone())


@pytest.fixture(autouse=True)
def _address(settings):
    settings.PUBLIC_URL = "https://jobs.example"


@pytest.fixture
def people(db):
    with acting_as(TEST):
        make_areas()
        return [make_person(make_household(village)) for village in ("500235001001", "500235002001")]


def made(person, key="recommend:1:1:123", now=NOW):
    with acting_as(TEST):
        (url,) = links_for([Wanted(key, person.pk, person.region_code)], now=now).values()
    return url.removesuffix("/").rpartition("/")[2]


def test_a_link_is_short_and_the_page_s_own_address(people):
    with acting_as(TEST):
        (url,) = links_for([Wanted("recommend:1:2:123", people[0].pk, people[0].region_code)], now=NOW).values()
    code = url.removesuffix("/").rpartition("/")[2]
    assert url == "https://jobs.example" + reverse("worker:posts", args=[code])
    assert len(code) == LENGTH
    assert set(code) <= set(ALPHABET)
    assert not set(ALPHABET) & set("0O1lI")


def test_without_an_address_there_are_no_links(people, settings):
    settings.PUBLIC_URL = ""
    with acting_as(TEST):
        assert links_for([Wanted("k", people[0].pk, people[0].region_code)], now=NOW) == {}
        assert not WorkerLink.objects.exists()


def test_the_same_digest_has_the_same_link_once(people):
    assert made(people[0]) == made(people[0], now=NOW + timedelta(hours=1))
    assert made(people[0], "recommend:2:1:123") != made(people[0])
    with acting_as(TEST):
        assert WorkerLink.objects.count() == 2


def test_the_code_depends_on_the_installation_s_secret(people, settings):
    code = made(people[0])
    settings.SECRET_KEY = "another" * 8
    assert made(people[0]) != code
    assert open_link(code, now=NOW)[0] is Fate.GOOD  # a link that was sent outlives a change of the secret


def test_neither_code_nor_name_is_stored(people):
    code = made(people[0])
    with acting_as(TEST):
        row = WorkerLink.objects.values().get()
    assert code not in str(row)
    assert len(bytes(row["code_hash"])) == 32


def test_it_opens_again_and_again_for_thirty_days(people):
    code = made(people[0])
    for moment in (NOW, NOW + timedelta(days=10), NOW + LIFETIME - timedelta(seconds=1)):
        fate, link = open_link(code, now=moment)
        assert (fate, link.person_id) == (Fate.GOOD, people[0].pk)
    assert open_link(code, now=NOW + LIFETIME) == (Fate.ENDED, None)


@pytest.mark.parametrize(
    "wrong",
    [lambda code: code[:-1], lambda code: code + "2", lambda code: "", lambda code: code[:-1] + "0",
     lambda code: code[:-1] + ("a" if code[-1] != "a" else "b"), lambda code: code.swapcase(),
     lambda code: code + "\x00", lambda code: "' OR 1=1 --"],
)  # fmt: skip
def test_forged_and_truncated_codes_open_nothing(people, wrong):
    code = made(people[0])
    assert open_link(wrong(code), now=NOW) == (Fate.UNKNOWN, None)


def test_the_dead_s_link_is_closed(people):
    code = made(people[0])
    with acting_as(TEST):
        Person.objects.filter(pk=people[0].pk).update(life="dead")
    assert open_link(code, now=NOW) == (Fate.ENDED, None)


def test_a_revoked_link_stays_closed_and_says_who_did_it(people):
    code, later = made(people[0]), made(people[0], "recommend:2:1:1")
    other = made(people[1], "recommend:1:2:1")
    with acting_as(TEST):
        clerk = make_user("clerk", Role.TOWNSHIP, "500235001000")
        neighbour = make_user("neighbour", Role.TOWNSHIP, "500235002000")
    assert revoke(actor=neighbour.actor(), person_id=people[0].pk, now=NOW) == 0
    assert revoke(actor=clerk.actor(), person_id=people[0].pk, now=NOW) == 2
    assert revoke(actor=clerk.actor(), person_id=people[0].pk, now=NOW) == 0
    assert open_link(code, now=NOW)[0] is open_link(later, now=NOW)[0] is Fate.ENDED
    assert open_link(other, now=NOW)[0] is Fate.GOOD
    with acting_as(TEST):
        ended = WorkerLink.objects.filter(person=people[0])
        assert set(ended.values_list("revoked_by", flat=True)) == {f"user:{clerk.pk}"}


def test_who_acts_through_a_link_sees_no_more_than_their_village(people):
    _, link = open_link(made(people[0]), now=NOW)
    actor = actor_of(link)
    assert (actor.key, actor.user_id) == (f"worker:{people[0].pk}", None)
    with acting_as(actor):
        assert set(Person.objects.values_list("region_code", flat=True)) == {people[0].region_code}
        assert not Recommendation.objects.exists()
