"""Every change is on record, with who made it; a change by nobody is refused."""

import pytest
from django.db import ProgrammingError, connection, transaction

from jobbridge.apps.accounts.models import Role, User
from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.areas.models import ManagementArea
from jobbridge.apps.audit.models import AuditEntry
from jobbridge.apps.registry.models import Household
from tests.factories import make_areas, make_household, make_user


def entries(pk):
    return list(AuditEntry.objects.filter(table_name="registry_household", row_id=str(pk)).order_by("id"))


def test_insert_update_delete_are_recorded(db):
    with acting_as(system_actor("test")):
        make_areas()
        household = make_household(head="覃平国")
        Household.objects.filter(pk=household.pk).update(head_name="覃平安")
        pk = household.pk
        household.delete()
    kinds = entries(pk)
    assert [entry.operation for entry in kinds] == ["I", "U", "D"]
    assert {entry.actor for entry in kinds} == {"system:test"}
    assert (kinds[1].before["head_name"], kinds[1].after["head_name"]) == ("覃平国", "覃平安")
    assert kinds[2].before["head_name"] == "覃平安"


def test_an_update_that_changes_nothing_leaves_no_trace(db):
    with acting_as(system_actor("test")):
        household = make_household(head="覃平国")
        Household.objects.filter(pk=household.pk).update(head_name="覃平国")
    assert [entry.operation for entry in entries(household.pk)] == ["I"]


def test_a_write_without_an_actor_fails(db):
    with acting_as(system_actor("test")):
        household = make_household()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('jb.actor', '', true), set_config('jb.lo', '', true), set_config('jb.hi', '~', true)"
        )
    with pytest.raises(ProgrammingError, match="without an actor"), transaction.atomic():
        Household.objects.filter(pk=household.pk).update(head_name="无名")


def test_a_large_update_after_an_empty_one_is_not_quadratic(db):
    """The trap: after an update of no rows PostgreSQL keeps a plan that joins both images row by row."""
    with acting_as(system_actor("test")):
        for _ in range(3):
            make_household()
        Household.objects.filter(pk=-1).update(head_name="x")
        with connection.cursor() as cursor:
            cursor.execute("SELECT proconfig FROM pg_proc WHERE proname = 'jb_audit'")
            assert cursor.fetchone() == (["enable_nestloop=off"],)
        Household.objects.update(head_name="y")
    assert AuditEntry.objects.filter(table_name="registry_household", operation="U").count() == 3


def test_no_password_hash_is_kept_only_that_it_changed(db):
    with acting_as(system_actor("test")):
        user = make_user("town", Role.TOWNSHIP)
        user.display_name = "改名"
        user.save()
        user.set_password("another-long-passphrase")
        user.save()
        pk = user.pk
        User.objects.filter(pk=pk).delete()
    trail = list(AuditEntry.objects.filter(table_name="accounts_user", row_id=str(pk)).order_by("id"))
    assert [entry.operation for entry in trail] == ["I", "U", "U", "D"]
    assert all("password" not in (image or {}) for entry in trail for image in (entry.before, entry.after))
    assert ["password_changed" in entry.after for entry in trail[1:3]] == [False, True]
    assert trail[1].after["display_name"] == "改名"


def grants(table):
    entries = AuditEntry.objects.filter(table_name=table).order_by("id")
    return [(entry.operation, entry.actor, (entry.before or {}).get("area_id")) for entry in entries]


def test_what_is_granted_and_taken_away_is_recorded(db):
    with acting_as(system_actor("test")):
        areas = make_areas()
        user = make_user("town", Role.TOWNSHIP, "500235001000")
        zone = ManagementArea.objects.create(name="毛集实验区", kind="zone")
        zone.areas.add(areas["500235002000"])
        user.management_areas.add(zone)
    with acting_as(system_actor("other")):
        user.areas.clear()
        zone.areas.clear()
        user.management_areas.clear()
    assert grants("accounts_user_areas") == [("I", "system:test", None), ("D", "system:other", "500235001000")]
    assert grants("areas_managementarea_areas") == [("I", "system:test", None), ("D", "system:other", "500235002000")]
    assert [entry[0] for entry in grants("accounts_user_management_areas")] == ["I", "D"]


@pytest.mark.parametrize("grant", ["areas", "management_areas"])
def test_nobody_grants_without_being_named(db, grant):
    with acting_as(system_actor("test")):
        areas = make_areas()
        user = make_user("town", Role.TOWNSHIP)
        zone = ManagementArea.objects.create(name="毛集实验区", kind="zone")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('jb.actor', '', true)")
    with pytest.raises(ProgrammingError, match="without an actor"), transaction.atomic():
        getattr(user, grant).add(areas["500235001000"] if grant == "areas" else zone)
