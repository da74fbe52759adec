"""Every change is on record, with who made it; a change by nobody is refused."""

import pytest
from django.db import ProgrammingError, connection, transaction

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.audit.models import AuditEntry
from jobbridge.apps.registry.models import Household
from tests.factories import make_areas, make_household


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
