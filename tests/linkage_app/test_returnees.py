"""Stays at home out of sightings: opened once, kept up, ended by a departure, withdrawn with the pair."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobbridge.apps.accounts.scope import acting_as
from jobbridge.apps.linkage.models import Link, Returnee
from jobbridge.apps.linkage.returnees import keep_returnees, other_end
from tests.factories import DAY, make_spell
from tests.linkage_app.conftest import SYSTEM, make_record


def day(number):
    return DAY - timedelta(days=30 - number)


def see(person, number, direction="home", zone="auto", **values):
    """A sighting of ``person`` on that day; gives the pair."""
    note = values.pop("place_note", "")
    record = make_record(person.name, place_note=note)
    record.seen_on, record.direction, record.source = day(number), direction, values.pop("source", "railway")
    record.region_code = person.region_code
    record.save()
    return Link.objects.create(
        record=record, person=person, region_code=person.region_code, posterior=0.99, zone=zone, **values
    )


def keep(on=DAY, **values):
    return keep_returnees(on=on, actor=SYSTEM, **values)


def stays():
    with acting_as(SYSTEM):
        rows = Returnee.objects.order_by("pk")
        return [(r.first_seen, r.last_seen, r.left_on, r.state) for r in rows]


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ([(1, "home")], [(1, 1, None, "home")]),
        ([(1, "home"), (4, "home")], [(1, 4, None, "home")]),
        ([(1, "home"), (4, "away")], [(1, 1, 4, "left")]),
        ([(1, "home"), (4, "away"), (9, "home")], [(1, 1, 4, "left"), (9, 9, None, "home")]),
        ([(1, "away"), (4, "home")], [(4, 4, None, "home")]),
        ([(4, "away")], []),
        ([(4, "away"), (4, "home")], [(4, 4, None, "home")]),
        ([(1, "home"), (4, "away"), (4, "home")], [(1, 1, 4, "left"), (4, 4, None, "home")]),
        ([(1, "home"), (4, "away"), (5, "away")], [(1, 1, 4, "left")]),
        ([(40, "home")], []),  # after the day of the cycle
    ],
)
def test_stays_are_made_of_sightings_in_any_order(county, seen, expected):
    with acting_as(SYSTEM):
        for number, direction in reversed(seen):
            see(county.near, number, direction)
    keep()
    assert stays() == [(day(a), day(b), day(c) if c else None, state) for a, b, c, state in expected]
    before = stays()
    assert keep() == {"returned": 0, "returns_closed": 0}
    assert stays() == before


def test_a_stay_keeps_its_row_when_older_and_newer_sightings_come(county):
    with acting_as(SYSTEM):
        see(county.near, 10)
    keep()
    with acting_as(SYSTEM):
        key = Returnee.objects.get().pk
        see(county.near, 5)
        see(county.near, 20, "away")
        see(county.near, 12, source="police")
    # Joined to one stay by what lies between.
    keep()
    with acting_as(SYSTEM):
        stay = Returnee.objects.get()
    assert (stay.pk, stay.first_seen, stay.last_seen, stay.left_on) == (key, day(5), day(12), day(20))
    assert (stay.sources, stay.sightings) == (["police", "railway"], 3)


def test_a_departure_that_comes_late_splits_a_stay(county):
    with acting_as(SYSTEM):
        see(county.near, 1)
        see(county.near, 20)
    keep()
    with acting_as(SYSTEM):
        see(county.near, 10, "away")
    keep()
    assert stays() == [(day(1), day(1), day(10), "left"), (day(20), day(20), None, "home")]


def test_a_rejected_pair_closes_the_stay_with_the_reason_and_a_reopened_one_brings_it_back(county):
    with acting_as(SYSTEM):
        pair = see(county.near, 1)
    keep()
    with acting_as(SYSTEM):
        Link.objects.filter(pk=pair.pk).update(decision="rejected", decided_by=county.li.key)
    assert keep()["returns_closed"] == 1
    with acting_as(SYSTEM):
        stay = Returnee.objects.get()
        assert (stay.state, stay.reason) == ("closed", "比对记录经核对不是本人")
        Link.objects.filter(pk=pair.pk).update(decision="pending", decided_by="")
    keep()
    with acting_as(SYSTEM):
        assert (Returnee.objects.get().state, Returnee.objects.get().reason) == ("home", "")


@pytest.mark.parametrize(
    ("zone", "decision", "counted"),
    [
        ("auto", "pending", True),
        ("review", "pending", False),
        ("review", "confirmed", True),
        ("auto", "rejected", False),
    ],
)
def test_only_pairs_that_stand_count(county, zone, decision, counted):
    with acting_as(SYSTEM):
        see(county.near, 1, zone=zone, decision=decision)
    keep()
    assert bool(stays()) is counted


def test_where_from_and_where_to_and_what_the_ledger_said(county):
    with acting_as(SYSTEM):
        make_spell(county.near, DAY - timedelta(days=300))
        see(county.near, 1, place_note="东莞-云阳")
        see(county.near, 4, "away", place_note="云阳—宁波")
        see(county.far, 1, place_note="万州北")
    keep()
    with acting_as(SYSTEM):
        near, far = Returnee.objects.order_by("person_id")
    assert (near.origin, near.destination, near.recorded_away) == ("东莞", "宁波", True)
    assert (far.origin, far.recorded_away) == ("", False)


@pytest.mark.parametrize(
    ("note", "end"),
    [("云阳-东莞", "东莞"), ("东莞东站至云阳", "东莞东"), ("云阳 → 重庆北站", "重庆北"), ("万州北", ""), ("云阳", ""),
     ("", ""), ("广州-重庆", ""), ("云阳站—云阳北", "")],
)  # fmt: skip
def test_the_far_end_of_a_line(note, end):
    assert other_end(note, {"云阳"}) == end


def test_neighbours_do_not_see_each_other_s_returnees(county):
    with acting_as(SYSTEM):
        see(county.near, 1)
        see(county.far, 1)
    keep()
    for clerk, person in ((county.li, county.near), (county.he, county.far)):
        with acting_as(clerk):
            assert [stay.person_id for stay in Returnee.objects.all()] == [person.pk]


def test_one_person_alone_can_be_brought_up_to_date(county):
    with acting_as(SYSTEM):
        see(county.near, 1)
        see(county.far, 1)
    assert keep(persons=[county.near.pk])["returned"] == 1
    assert keep(persons=[county.near.pk])["returned"] == 0
    assert len(stays()) == 1


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.lists(st.tuples(st.integers(0, 12), st.sampled_from(["home", "away"])), max_size=8),
    later=st.lists(st.tuples(st.integers(0, 12), st.sampled_from(["home", "away"])), max_size=4),
)
def test_in_whatever_pieces_they_come_the_stays_are_the_same(county, first, later):
    """Kept up as sightings come in, or made of all of them at once: the same stays; and once more changes nothing."""
    with acting_as(SYSTEM):
        for table in (Returnee, Link):
            table.objects.all().delete()
        for number, direction in first:
            see(county.near, number, direction)
    keep()
    with acting_as(SYSTEM):
        for number, direction in later:
            see(county.near, number, direction)
    keep()
    grown = sorted((a, b, str(c), d) for a, b, c, d in stays() if d != "closed")
    assert keep() == {"returned": 0, "returns_closed": 0}
    with acting_as(SYSTEM):
        Returnee.objects.all().delete()
    keep()
    assert sorted((a, b, str(c), d) for a, b, c, d in stays()) == grown
