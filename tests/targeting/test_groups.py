"""Who enters a group and who leaves it: known and not guessed, and the same day changes nothing."""

from datetime import timedelta
from itertools import product

import pytest
from django.db import connection

from jobbridge.apps.registry.merging import _follow as follow
from jobbridge.apps.registry.models import Person
from jobbridge.apps.targeting.models import Group, GroupMembership
from tests.factories import (
    DAY,
    make_household,
    make_person,
    make_source,
    make_spell,
    make_statement,
)
from tests.targeting.conftest import ANSWERS, ask, compute


def test_the_same_day_again_changes_nothing(county):
    for answers in product(ANSWERS, repeat=2):
        household = make_household()
        for answer in answers:
            ask(make_person(household), answer)
    first = compute()
    before = snapshot()
    again = compute()
    assert snapshot() == before
    assert (again["entered"], again["left"]) == (0, 0)
    assert first["entered"] > 0
    assert {key: value for key, value in first.items() if key not in {"entered", "left"}} == {
        key: value for key, value in again.items() if key not in {"entered", "left"}
    }


def snapshot():
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT md5(string_agg(t::text, '' ORDER BY id)) FROM (SELECT *, xmin FROM targeting_{table}) t"
                for table in ("personstatus", "householdstatus", "groupmembership")
            )
        )
        return cursor.fetchall()


def test_a_group_is_left_when_known_and_kept_when_unknown(county):
    household = make_household()
    person = make_person(household)
    make_statement(person, DAY - timedelta(days=80), employed=False, willing=True)
    compute()
    open_groups = GroupMembership.objects.filter(household=household, until=None)
    assert set(open_groups.values_list("group", flat=True)) == {"zero_employment", "seeking"}
    later = DAY + timedelta(days=30)  # the answer is stale by now: unknown
    compute(later)
    assert open_groups.count() == 2
    make_spell(person, later)
    compute(later)
    assert open_groups.count() == 0
    assert set(GroupMembership.objects.values_list("until", flat=True)) == {later}


def move_to(household, *people):
    for person in people:
        Person.objects.filter(pk=person.pk).update(household=household, region_code=household.region_code)
    follow(Person, [person.pk for person in people])


def memberships(group=Group.SEEKING):
    rows = GroupMembership.objects.filter(group=group).order_by("id")
    return list(rows.values_list("household_id", "region_code", "since", "until"))


@pytest.mark.parametrize("asked", [10, 90], ids=["still willing", "unknown by now"])
def test_who_moves_household_is_a_member_there_and_no_longer_here(county, asked):
    """The old row closes and stays with the old village; who was seeking is seeking, unless known not to be."""
    here, there = make_household("500235001001"), make_household("500235002001")
    person, other = make_person(here), make_person(here)
    make_statement(person, DAY - timedelta(days=asked), employed=False, willing=True)
    make_statement(other, employed=False, willing=False)
    compute()
    move_to(there, person)
    later = DAY + timedelta(days=1)
    counts = compute(later)
    moved = [
        (here.pk, here.region_code, DAY, later),
        (there.pk, there.region_code, later, None),
    ]
    assert memberships() == moved
    assert counts["left"] >= 1
    before = snapshot()
    compute(later)
    assert snapshot() == before
    move_to(make_household("500235001002"), person)  # and on: the rows left behind stay where they are
    compute(later + timedelta(days=1))
    assert memberships()[0] == moved[0]
    assert memberships()[1][:2] == moved[1][:2]


def test_who_moves_and_has_found_work_is_no_member_anywhere(county):
    here, there = make_household("500235001001"), make_household("500235002001")
    person = make_person(here)
    make_statement(person, DAY - timedelta(days=10), employed=False, willing=True)
    compute()
    move_to(there, person)
    make_spell(person, DAY)
    compute(DAY + timedelta(days=1))
    assert [until for *_, until in memberships()] == [DAY + timedelta(days=1)]


def test_a_household_everybody_has_left_is_in_no_group(county):
    here, there = make_household("500235001001"), make_household("500235001002")
    person = make_person(here)
    make_statement(person, employed=False, willing=True)
    compute()
    move_to(there, person)
    compute(DAY + timedelta(days=1))
    assert [(row[0], row[3]) for row in memberships(Group.ZERO_EMPLOYMENT)] == [
        (here.pk, DAY + timedelta(days=1)), (there.pk, None),
    ]  # fmt: skip


def test_a_page_of_a_group_is_read_in_its_order_and_not_sorted(county):
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO registry_household (number, head_name, category, residence, address, region_code, as_of,
              source_id)
            SELECT 'YZ' || n, '', '', 'rural', '', '500235001001', %s, %s FROM generate_series(1, 3000) n
            """,
            [DAY, make_source().pk],
        )
        cursor.execute(
            """
            INSERT INTO targeting_groupmembership ("group", household_id, region_code, since, definition, reasons)
            SELECT 'monitored', id, region_code, DATE '2026-01-01' + (id % 300)::int, '', '[]'
            FROM registry_household
            """
        )
        cursor.execute("ANALYZE targeting_groupmembership")
    page = GroupMembership.objects.filter(group="monitored", until=None).order_by("since", "id")[:30]
    assert "membership_waiting" in page.explain()
    assert "Sort" not in page.explain()
