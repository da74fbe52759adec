from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from jobbridge.demo import households, names, people, places, welfare, work
from jobbridge.kernel import citizen_id, phone, retirement
from jobbridge.kernel.months import age_on

ON = date(2026, 3, 1)
SIZE = 30_000


@pytest.fixture(scope="module")
def register() -> people.Population:
    return people.make(np.random.default_rng(11), SIZE, ON)


@pytest.fixture(scope="module")
def jobs(register: people.Population) -> tuple[welfare.Welfare, work.Work]:
    kinds = welfare.make(np.random.default_rng(12), register, np.array([1, 5, 9]))
    return kinds, work.make(np.random.default_rng(13), register, kinds)


def test_numbers_are_nobodys_and_valid(register: people.Population):
    ids = [*register.id_number.tolist(), *register.outsiders["id_number"].tolist()]
    assert len(set(ids)) == len(ids)
    for index in range(0, SIZE, 37):
        person = citizen_id.parse(ids[index], today=ON)
        assert person.number.startswith("99")
        assert person.birth == register.birth[index].astype(date)
        assert person.sex == "男女"[register.sex[index]]
        assert age_on(person.birth, ON) == register.age[index]
    given = {text for text in register.phone.tolist() + register.register_phone.tolist() if text}
    assert all(text.startswith("164") and phone.is_valid(text) for text in given)


def test_phones_are_shared_in_families_only(register: people.Population):
    owner: dict[str, int] = {}
    shared = 0
    for house, text in zip(register.house.tolist(), register.phone.tolist(), strict=True):
        if text:
            shared += text in owner
            assert owner.setdefault(text, house) == house
    assert 0.02 * SIZE < shared < 0.2 * SIZE
    assert not (register.phone[register.age < 14] != "").any()


def test_every_household_has_one_head_who_comes_first(register: people.Population):
    head = register.relation == households.RELATIONS.index("户主")
    assert np.array_equal(np.flatnonzero(head), np.unique(register.first))
    assert (register.age[head] >= 16).mean() > 0.999
    spouse = np.flatnonzero(register.relation == households.RELATIONS.index("配偶"))
    assert (register.sex[spouse] != register.sex[register.first[spouse]]).all()
    assert len(np.unique(register.house[spouse])) == len(spouse)


def test_families_are_of_an_age(register: people.Population):
    """Children are younger than the head, parents older, in every household."""
    older = [households.RELATIONS.index(name) for name in ("之父", "之母", "之公公", "之婆婆", "之岳父", "之岳母")]
    younger = [households.RELATIONS.index(name) for name in ("之子", "之女", "之孙子", "之孙女")]
    head_age = register.age[register.first]
    child = np.isin(register.relation, younger)
    assert (register.age[child] < head_age[child]).all()
    parent = np.isin(register.relation, older)
    assert (register.age[parent] > head_age[parent]).all()


def test_the_left_behind_and_the_old_are_there(register: people.Population):
    minor = np.bincount(register.house[register.age < 16], minlength=register.households) > 0
    middle = (register.age >= 22) & (register.age < 56)
    adult = np.bincount(register.house[middle], minlength=register.households) > 0
    assert 0.01 < (minor & ~adult).mean() < 0.06  # grandparents alone with grandchildren
    assert 0.1 < (register.age >= 65).mean() < 0.25
    assert 0.12 < (register.age < 16).mean() < 0.25


def test_siblings_share_a_generation_character(register: people.Population):
    pairs = same = 0
    for index in range(1, SIZE):
        one, other = register.name[index - 1], register.name[index]
        siblings = register.slot[index] == households.C2 and register.slot[index - 1] == households.C1
        if siblings and len(one) == 3 and len(other) == 3:
            pairs += 1
            same += one[1] == other[1]
    assert 0.3 < same / pairs < 0.6


def test_surnames_cluster_in_villages(register: people.Population):
    first = np.array([text[0] for text in register.name.tolist()])
    village = np.bincount(register.village).argmax()
    _, inside = np.unique(first[register.village == village], return_counts=True)
    _, overall = np.unique(first, return_counts=True)
    assert (inside**2).sum() / inside.sum() ** 2 > 2 * (overall**2).sum() / overall.sum() ** 2


def test_names_repeat_as_in_a_real_population():
    found = names.repetition(people.make(np.random.default_rng(3), 200_000, ON).name)
    assert found["same_name_chance"] == pytest.approx(1.2e-5, rel=0.1)
    assert found["top_name_per_million"] == pytest.approx(295, rel=0.3)  # 59 people of 200,000, more or less


@pytest.mark.parametrize("size", [100, 1000, 1001])
def test_exact_number_of_people(size: int):
    assert people.make(np.random.default_rng(5), size, ON).size == size


def test_places_are_the_real_ones():
    here = places.county()
    assert (len(here.town_codes), len(here.village_codes)) == (42, 480)
    assert "清水土家族乡" in here.town_names
    assert not any(name.endswith("委员会") for name in here.village_names)
    assert all(at.province and at.city and at.county for at in places.destinations()[0])


def test_labour_follows_the_kernel(register: people.Population, jobs):
    _, truth = jobs
    for index in range(0, SIZE, 53):
        birth = register.birth[index].astype(date)
        kind = retirement.default_kind("男女"[register.sex[index]])
        expected = (
            retirement.labour_age(birth, kind, ON)
            and not register.student[index]
            and people.SKILLS[register.skill[index]] not in ("丧失劳动力", "无劳动力")
        )
        assert truth.labour[index] == expected


def test_zero_employment_households_are_exactly_the_marked_ones(register: people.Population, jobs):
    _, truth = jobs
    for house in range(register.households):
        rows = np.flatnonzero(register.house == house) if truth.zero[house] else []
        labour = [index for index in rows if truth.labour[index]]
        if truth.zero[house]:
            assert labour
            assert not any(truth.state[index] in work.EMPLOYED for index in labour)
            assert any(truth.state[index] == work.WILLING for index in labour)
    willing = np.zeros(register.households, bool)
    willing[register.house[truth.state == work.WILLING]] = True
    working = np.zeros(register.households, bool)
    working[register.house[np.isin(truth.state, work.EMPLOYED)]] = True
    assert np.array_equal(willing & ~working, truth.zero)
    assert 0.003 < truth.zero.mean() < 0.005


def test_shares_the_county_is_made_to_have(register: people.Population, jobs):
    kinds, truth = jobs
    labour = truth.labour.sum()
    assert 0.015 < (truth.state == work.WILLING).sum() / labour < 0.03
    assert 0.85 < len(truth.survey.person) / labour < 0.91
    assert 0.07 < (kinds.category == welfare.LIFTED).mean() < 0.11
    assert 0.01 < (kinds.category >= welfare.LIFTED_UNSTABLE).mean() < 0.02
    assert (kinds.site >= 0).any()
    assert (truth.zero_from_files == -1).any()


def test_spells_of_a_person_do_not_overlap(jobs):
    spells = jobs[1].spells
    for index in range(1, len(spells.person)):
        if spells.person[index] == spells.person[index - 1]:
            assert spells.end[index - 1] < spells.start[index]
    ended = ~np.isnat(spells.end)
    assert (spells.end[ended] > spells.start[ended]).all()
    assert (spells.start < np.datetime64(ON)).all()
