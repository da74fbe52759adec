"""Persons entered twice: what is asked about, who sees it, what a clerk's word does."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from jobbridge.apps.accounts.models import User
from jobbridge.apps.accounts.scope import acting_as
from jobbridge.apps.linkage import searching
from jobbridge.apps.linkage.duplicates import find_duplicates, settle_duplicate, shared_area, worth_asking
from jobbridge.apps.linkage.models import DuplicateSearch, DuplicateSuspicion
from jobbridge.apps.linkage.tasks import find_duplicates_job
from jobbridge.apps.registry.models import Person
from jobbridge.kernel import citizen_id
from tests.factories import DAY, make_household, make_person, make_phone
from tests.linkage_app.conftest import SYSTEM, quiet

BORN = date(1980, 5, 1)


def number(body: str) -> str:
    return body + citizen_id.check_character(body)


def twice(village: str, other_village: str) -> tuple[Person, Person]:
    """One person under two ids that differ in the birth month, with the same name and phone."""
    first = make_person(make_household(village), "纳兰慕青", BORN, id_number=number("99010119800501137"))
    second = make_person(
        make_household(other_village), "纳兰慕青", BORN, id_number=number("99010119800601137"), education="初中"
    )
    for person in (first, second):
        make_phone(person, "16400001234")
    return first, second


@pytest.fixture
def crowd(county):
    """Enough other people for a name and a phone to mean something."""
    with acting_as(SYSTEM):
        home = make_household("500235001002")
        for at in range(60):
            name = "王李张刘陈杨黄赵周吴"[at % 10] + "伟强磊军洋勇"[at // 10]
            make_phone(make_person(home, name, BORN + timedelta(days=131 * at)))
    return county


def search(actor=SYSTEM, on=DAY):
    return find_duplicates(on=on, actor=actor, progress=quiet)


def pairs(actor=SYSTEM):
    with acting_as(actor):
        return list(DuplicateSuspicion.objects.visible_to(actor).order_by("pk"))


def test_a_person_entered_twice_becomes_a_question(crowd):
    with acting_as(SYSTEM):
        first, second = twice("500235001001", "500235001001")
    assert search(crowd.zhou) == {"found": 1, "kept": 1, "open": 1}
    (pair,) = pairs(crowd.zhou)
    assert (pair.person_a_id, pair.person_b_id, pair.state, pair.found_on) == (first.pk, second.pk, "open", DAY)
    assert (pair.levels["name"], pair.levels["phone"]) == ("exact", "own")
    assert set(pair.weights) == {"name", "id", "phone", "village", "sex", "birth", "prior"}
    with acting_as(SYSTEM):
        assert Person.objects.filter(name="纳兰慕青").count() == 2


def test_different_people_are_not_asked_about(crowd):
    assert search(crowd.zhou) == {"found": 0, "kept": 0, "open": 0}


@pytest.mark.parametrize(
    ("id_level", "birth", "name", "phone", "asked"),
    [
        ("different", "near", "edit", None, True),
        ("different", "same", "exact", "other", True),
        ("different", "other", "exact", "own", True),
        ("different", "other", "edit", "own", False),  # brothers on one phone
        ("different", "other", "exact", "household", False),
        ("different", "other", "exact", None, False),  # two people of one name in one village
        ("near", "other", "edit", None, True),
        (None, None, "exact", "own", True),
    ],
)
def test_what_is_worth_a_question(id_level, birth, name, phone, asked):
    levels = {"id_level": id_level, "birth_level": birth, "name_level": name, "phone_level": phone}
    assert worth_asking(levels) is asked


@pytest.mark.parametrize(
    ("name", "id_level", "sexes", "asked"),
    [
        ("edit", "different", "女男", False),
        ("edit", "different", "女女", True),
        ("exact", "different", "女男", True),  # one name, and a sex mistyped with the number
        ("edit", "near", "女男", True),
        ("edit", "different", ("女", ""), True),
    ],
)
def test_sister_and_brother_born_on_one_day_are_two(name, id_level, sexes, asked):
    levels = {"id_level": id_level, "birth_level": None, "name_level": name, "phone_level": "household"}
    assert worth_asking(levels, *sexes) is asked


@pytest.mark.parametrize(
    ("villages", "area", "seen_by"),
    [
        (("500235001001", "500235001001"), "500235001001", {"zhou", "li"}),
        (("500235001001", "500235001002"), "500235001000", {"zhou", "li"}),
        (("500235001001", "500235002001"), "500235000000", {"zhou"}),
        (("500235002001", "500235002002"), "500235002000", {"zhou", "he"}),
        (("500235001000", "500235001002"), "500235001000", {"zhou", "li"}),
        (("510101001001", "500235001001"), "500235000000", {"zhou"}),
    ],
)
def test_a_pair_is_seen_by_whoever_may_see_both(county, villages, area, seen_by):
    assert shared_area(*villages) == shared_area(*reversed(villages)) == area
    with acting_as(SYSTEM):
        DuplicateSuspicion.objects.create(
            person_a=county.near, person_b=county.far, region_code=area, posterior=0.9, levels={}, weights={},
            found_on=DAY,
        )  # fmt: skip
    assert {name for name in ("zhou", "li", "he") if pairs(getattr(county, name))} == seen_by


def test_a_township_searches_among_its_own(crowd):
    with acting_as(SYSTEM):
        twice("500235002001", "500235002001")
    assert search()["open"] == 1
    assert search(crowd.li) == {"found": 0, "kept": 0, "open": 0}
    assert [pair.state for pair in pairs()] == ["open"]  # what it cannot see it does not let lapse
    assert search(crowd.zhou)["open"] == 1


def test_a_word_stands_whatever_is_found_later(crowd):
    with acting_as(SYSTEM):
        _, second = twice("500235001001", "500235001001")
    search()
    (pair,) = pairs()
    now = timezone.now()
    with acting_as(crowd.zhou):
        settle_duplicate(actor=crowd.zhou, duplicate_id=pair.pk, state="different", note="电话核实，系两人", now=now)
    search()
    (after,) = pairs()
    assert (after.state, after.decided_by, after.note) == ("different", crowd.zhou.key, "电话核实，系两人")
    with acting_as(SYSTEM):
        Person.objects.filter(pk=second.pk).update(name="欧阳翠花")
    search()
    assert pairs()[0].state == "different"


def test_an_open_pair_lapses_and_comes_back(crowd):
    with acting_as(SYSTEM):
        _, second = twice("500235001001", "500235001001")
    search()
    with acting_as(SYSTEM):
        Person.objects.filter(pk=second.pk).update(life="dead")
    assert search()["open"] == 0
    assert pairs()[0].state == "lapsed"
    with acting_as(SYSTEM):
        Person.objects.filter(pk=second.pk).update(life="alive")
    assert search(on=DAY + timedelta(days=1))["open"] == 1
    assert (pairs()[0].state, pairs()[0].found_on) == ("open", DAY)


def settle(actor, pair, state, note=""):
    with acting_as(actor):
        return settle_duplicate(actor=actor, duplicate_id=pair.pk, state=state, note=note, now=timezone.now())


@pytest.mark.parametrize("state", ["lapsed", "merged", ""])
def test_only_a_word_that_somebody_can_say_is_taken(crowd, state):
    with acting_as(SYSTEM):
        twice("500235001001", "500235001001")
    search()
    with pytest.raises(ValueError, match="请选择核实结果"):
        settle(crowd.zhou, pairs()[0], state, "x")


@pytest.mark.parametrize("state", ["same", "different"])
def test_one_click_is_enough_merges_nobody_and_can_be_taken_back(crowd, state):
    with acting_as(SYSTEM):
        both = twice("500235001001", "500235001001")
        before = list(Person.objects.order_by("pk").values())
    search()
    (pair,) = pairs()
    said = settle(crowd.zhou, pair, state, "  ")
    assert (said.state, said.note, said.decided_by) == (state, "", crowd.zhou.key)
    with acting_as(SYSTEM):
        assert list(Person.objects.order_by("pk").values()) == before
        assert {person.pk for person in both} == {pair.person_a_id, pair.person_b_id}
    taken_back = settle(crowd.zhou, pair, "open")
    assert (taken_back.state, taken_back.decided_by, taken_back.decided_at) == ("open", "", None)


def test_the_job_tells_how_far_it_is_and_what_came_of_it(crowd, monkeypatch):
    with acting_as(SYSTEM):
        twice("500235001001", "500235001001")
    told = []
    real = searching.find_duplicates

    def watched(*, progress, **rest):
        def tell(*step):
            progress(*step)
            told.append(DuplicateSearch.objects.values_list("step", "finished_at").get())

        return real(progress=tell, **rest)

    monkeypatch.setattr(searching, "find_duplicates", watched)
    find_duplicates_job.func(user_id=crowd.zhou.user_id)
    assert told == [(step, None) for step in ("读取台账", "查找重复人员", "写入结果")]
    done = DuplicateSearch.objects.get()
    assert (done.counts, done.error, done.started_by) == ({"found": 1, "kept": 1, "open": 1}, "", crowd.zhou.key)
    assert done.finished_at >= done.started_at


def test_a_search_that_fails_says_why(crowd, monkeypatch):
    def fail(**_):
        raise MemoryError("out of memory\nsecond line")

    monkeypatch.setattr(searching, "find_duplicates", fail)
    with pytest.raises(MemoryError):
        searching.search_duplicates(actor=crowd.zhou)
    failed = DuplicateSearch.objects.get()
    assert (failed.error, failed.counts) == ("out of memory", {})
    assert failed.finished_at


def test_whoever_is_no_user_any_more_searches_nothing(crowd):
    with acting_as(SYSTEM):
        User.objects.filter(pk=crowd.zhou.user_id).update(is_active=False)
    with pytest.raises(User.DoesNotExist):
        find_duplicates_job.func(user_id=crowd.zhou.user_id)
    assert not DuplicateSearch.objects.exists()


def test_nobody_settles_what_they_may_not_see(crowd):
    with acting_as(SYSTEM):
        twice("500235001001", "500235001001")
    search()
    (pair,) = pairs()
    with acting_as(crowd.he), pytest.raises(DuplicateSuspicion.DoesNotExist):
        settle_duplicate(actor=crowd.he, duplicate_id=pair.pk, state="same", note="看过", now=timezone.now())
