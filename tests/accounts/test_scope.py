"""Who sees what: the filter, and the row-level security that stands behind it."""

from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from jobbridge.apps.accounts.models import Role
from jobbridge.apps.accounts.scope import EVERYWHERE, Actor, Scope, acting_as, system_actor
from jobbridge.apps.areas.models import Area, ManagementArea
from jobbridge.apps.registry.models import Household, Person
from tests.factories import make_areas, make_household, make_person, make_user

TOWN, NEIGHBOUR = "500235001000", "500235002000"


@pytest.fixture
def county(db):
    with acting_as(system_actor("test")):
        areas = make_areas()
        for village in ("500235001001", "500235001002", "500235002001", "500235002002"):
            make_person(make_household(village))
        yield areas


def see(actor: Actor) -> tuple[set[str], set[str]]:
    """Villages seen through the filter, and without it (row-level security alone)."""
    with acting_as(actor):
        return (
            set(Household.objects.visible_to(actor).values_list("region_code", flat=True)),
            set(Household.objects.values_list("region_code", flat=True)),
        )


def test_township_sees_its_villages_only(county):
    actor = make_user("town", Role.TOWNSHIP, TOWN).actor()
    filtered, secured = see(actor)
    assert filtered == secured == {"500235001001", "500235001002"}


def test_village_broker_sees_one_village(county):
    filtered, secured = see(make_user("broker", Role.BROKER, "500235002001").actor())
    assert filtered == secured == {"500235002001"}


def test_no_scope_means_no_rows(county):
    filtered, secured = see(make_user("nobody", Role.COUNTY).actor())
    assert filtered == secured == set()


def test_scope_of_separate_areas_leaves_out_what_lies_between(county):
    user = make_user("two", Role.TOWNSHIP, "500235001001", "500235002002")
    filtered, secured = see(user.actor())
    assert filtered == secured == {"500235001001", "500235002002"}


def test_management_area_cuts_across_the_tree(county):
    zone = ManagementArea.objects.create(name="毛集实验区", kind="zone")
    zone.areas.set([county["500235001002"], county["500235002001"]])
    user = make_user("zone", Role.TOWNSHIP)
    user.management_areas.add(zone)
    filtered, secured = see(user.actor())
    assert filtered == secured == {"500235001002", "500235002001"}


YESTERDAY, TODAY, TOMORROW = (timezone.localdate() + timedelta(days) for days in (-1, 0, 1))


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "granted"),
    [
        (None, None, True),
        (TODAY, None, True),
        (None, TOMORROW, True),
        (TOMORROW, None, False),
        (None, TODAY, False),
        (None, YESTERDAY, False),
    ],
)
@pytest.mark.parametrize("what", ["area", "zone", "area of a zone"])
def test_an_area_grants_from_its_first_day_until_its_end(county, what, valid_from, valid_to, granted):
    days = {"valid_from": valid_from, "valid_to": valid_to}
    zone = ManagementArea.objects.create(name="毛集实验区", kind="zone", **(days if what == "zone" else {}))
    zone.areas.add(county["500235002001"])
    if what != "zone":
        Area.objects.filter(code="500235002001").update(**days)
    user = make_user("zone", Role.TOWNSHIP, "500235001001", *(["500235002001"] if what == "area" else []))
    if what != "area":
        user.management_areas.add(zone)
    filtered, secured = see(user.actor())
    assert filtered == secured == {"500235001001"} | ({"500235002001"} if granted else set())


def test_nobody_acting_sees_nothing(county):
    with connection.cursor() as cursor:
        for name in ("jb.actor", "jb.lo", "jb.hi", "jb.ranges"):
            cursor.execute("SELECT set_config(%s, '', true)", [name])
    assert list(Person.objects.order_by("pk")) == []


def test_writing_into_the_neighbour_township_is_refused_by_the_database(county):
    actor = make_user("town", Role.TOWNSHIP, TOWN).actor()
    with pytest.raises(ProgrammingError, match="row-level security"), acting_as(actor):
        make_household("500235002001")


def test_moving_a_row_out_of_scope_is_refused(county):
    actor = make_user("town", Role.TOWNSHIP, TOWN).actor()
    with pytest.raises(ProgrammingError, match="row-level security"), acting_as(actor):
        Household.objects.filter(region_code="500235001001").update(region_code="500235002001")


def test_nested_actor_is_restored(county):
    town, neighbour = (make_user(name, Role.TOWNSHIP, code).actor() for name, code in (("a", TOWN), ("b", NEIGHBOUR)))
    with acting_as(town):
        before = Household.objects.count()
        with acting_as(neighbour):
            assert set(Household.objects.values_list("region_code", flat=True)) == {"500235002001", "500235002002"}
        assert Household.objects.count() == before == 2


def test_the_application_does_not_bypass_row_security(county):
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False,)


def test_every_scoped_table_is_secured(county):
    """A table with a region_code and no policy is a leak waiting for its first query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity FROM pg_class c
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'region_code' AND NOT a.attisdropped
            WHERE c.relkind = 'r' AND c.relpersistence = 'p' ORDER BY 1
            """
        )
        tables = dict(cursor.fetchall())
    assert len(tables) >= 15
    assert [name for name, secured in tables.items() if not secured] == []


def test_the_scope_condition_uses_the_index(county):
    """At a million rows the difference is 0.6 ms against 400: the plan must not scan the table."""
    with acting_as(make_user("town", Role.TOWNSHIP, TOWN).actor()), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT * FROM registry_person ORDER BY region_code, id LIMIT 20")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Cond" in plan
    assert "jb.lo" in plan


codes = st.text("0123456789", min_size=2, max_size=12)
ranges = st.lists(st.tuples(codes, codes).map(lambda pair: (min(pair), max(pair) + ":")), max_size=6)


@given(ranges, codes)
def test_merging_ranges_changes_nothing_seen(parts, code):
    scope = Scope.of(parts)
    assert scope.contains(code) == any(lo <= code < hi for lo, hi in parts)
    assert all(a[1] < b[0] for a, b in zip(scope.ranges, scope.ranges[1:], strict=False))


@given(codes)
def test_everywhere_is_everywhere(code):
    assert EVERYWHERE.contains(code)
