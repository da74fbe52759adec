"""The visit form at the door: what was not asked is not said."""

import re
from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.casework.models import Visit
from jobbridge.apps.registry.models import WorkStatement
from jobbridge.apps.targeting.services import refresh
from tests.factories import DAY, make_household, make_person, make_spell
from tests.web.conftest import HERE

TEST = system_actor("test")
RADIO = re.compile(r'<input type="radio" name="(person-\d+|met)" value="(\w*)"([^>]*)>')


@pytest.fixture
def family(county):
    """One member at work outside the county, one never asked."""
    with acting_as(TEST):
        household = make_household(HERE, "冉家")
        away = make_person(household, "在外的", date(1985, 1, 1))
        make_spell(away, DAY.replace(month=1))
        unasked = make_person(household, "没问过的", date(1990, 1, 1), "女")
        refresh(on=DAY, actor=TEST, progress=lambda *step: None)
    return household, away, unasked


def said_since(before):
    with acting_as(TEST):
        return dict(WorkStatement.objects.exclude(pk__in=before).values_list("person_id", "employed"))


@pytest.fixture
def before(family):
    with acting_as(TEST):
        return list(WorkStatement.objects.values_list("pk", flat=True))


def test_nothing_is_answered_before_the_broker_answers(signed_in, family):
    household, away, unasked = family
    page = signed_in("broker").get(reverse("field:visit", args=[household.pk])).content.decode()
    checked = {(name, value) for name, value, rest in RADIO.findall(page) if "checked" in rest}
    assert checked == {(f"person-{away.pk}", ""), (f"person-{unasked.pk}", "")}
    assert page.count("没问到</span>") == 2
    states = re.findall(r"<legend>.*?(在外务工|待核实).*?</legend>", page)
    assert sorted(states) == ["在外务工", "待核实"]


@pytest.mark.parametrize("met", ["person", "phone"])
def test_the_form_as_it_comes_says_nothing_about_anybody(signed_in, family, before, met):
    household, *people = family
    form = {"key": uuid4(), "met": met} | {f"person-{person.pk}": "" for person in people}
    answer = signed_in("broker").post(reverse("field:visit", args=[household.pk]), form)
    assert answer.status_code == 302
    assert said_since(before) == {}
    with acting_as(TEST):
        assert Visit.objects.get(household=household).met == met


def test_who_was_asked_is_said_and_the_other_is_not(signed_in, family, before):
    household, away, unasked = family
    form = {"key": uuid4(), "met": "phone", f"person-{away.pk}": "", f"person-{unasked.pk}": "S"}
    signed_in("broker").post(reverse("field:visit", args=[household.pk]), form)
    assert said_since(before) == {unasked.pk: False}


def test_a_key_of_another_household_is_refused_with_a_sentence(signed_in, family, county):
    household, *_ = family
    client, key = signed_in("broker"), uuid4()
    client.post(reverse("field:visit", args=[county.household.pk]), {"key": key, "met": "person"})
    answer = client.post(reverse("field:visit", args=[household.pk]), {"key": key, "met": "person"})
    assert answer.status_code == 400
    assert "已用于另一户" in answer.content.decode()
