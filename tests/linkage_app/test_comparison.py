"""Only what changed is compared again, with the answers of a comparison of everything; and the shortcut may fail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.linkage import comparison
from jobbridge.apps.linkage.models import FeedRecord, Link, LinkRun
from jobbridge.apps.linkage.services import link_pending
from jobbridge.apps.registry.models import Person
from jobbridge.engines.linkage.prepared import Prepared
from tests.factories import DAY, citizen, make_household, make_person, make_phone
from tests.linkage_app.conftest import SYSTEM, make_record, quiet

CYCLE = system_actor("cycle")


@pytest.fixture(autouse=True)
def _own_store(settings, tmp_path):
    settings.STATE = tmp_path


@pytest.fixture
def run(django_capture_on_commit_callbacks):
    """A run as it ends in reality: committed."""

    def go(on=DAY):
        with django_capture_on_commit_callbacks(execute=True):
            counts = link_pending(on=on, actor=CYCLE, progress=quiet)
        with acting_as(SYSTEM):
            last = LinkRun.objects.order_by("-pk").first()
            answers = set(Link.objects.values_list("record_id", "person_id", "zone", "stage"))
        return counts, last, answers

    return go


@pytest.fixture
def known(county):
    """Twelve persons and a record of each."""
    with acting_as(SYSTEM):
        for n in range(12):
            birth = DAY.replace(year=1980 + n, month=1 + n, day=3)
            number = citizen(birth)
            person = make_person(make_household(), f"覃{'平安春秋冬夏江河湖海山川'[n]}果", birth, id_number=number)
            make_phone(person)
            make_record(person.name, number)
    return county


def test_the_first_run_compares_everything_and_leaves_a_sealed_file(known, run):
    counts, last, answers = run()
    assert counts["compared"] == counts["renewed"] == len(answers) == 12
    assert last.report["whole"] is True
    content = comparison.store_path().read_bytes()
    assert "覃".encode() not in content
    assert comparison.store_path().stat().st_mode & 0o077 == 0


def test_a_new_record_alone_is_decided_and_the_others_keep_their_answers(known, run):
    _, first, before = run()
    with acting_as(SYSTEM):
        make_record("覃平果", citizen(DAY.replace(year=1971)))
    counts, last, after = run(DAY + timedelta(days=1))
    assert last.report["whole"] is False
    assert counts["compared"] == 13
    assert counts["renewed"] < 13
    assert before < after
    assert last.report["rows"]["feed"] == 13
    assert last.report["expected"]["auto"] == counts["auto"] == 12


def test_a_changed_and_a_dead_person_turn_their_own_records_only(known, run):
    _, _, before = run()
    with acting_as(SYSTEM):
        one, other = Person.objects.filter(name__startswith="覃").order_by("-pk")[:2]
        Person.objects.filter(pk=one.pk).update(name="欧阳翠花")
        Person.objects.filter(pk=other.pk).update(life="dead")
    counts, last, after = run(DAY + timedelta(days=1))
    assert last.report["whole"] is False
    assert len(before - after) == 2
    mine = {person: zone for _, person, zone, _ in after}
    assert mine[one.pk] == "review"
    assert other.pk not in mine


def test_step_by_step_ends_where_everything_at_once_does(known, run):
    run()
    with acting_as(SYSTEM):
        for n in range(4):
            birth = DAY.replace(year=1990 + n, month=2, day=5)
            number = citizen(birth)
            make_record(f"韦{'东南西北'[n]}阳", number)
            make_person(make_household(), f"韦{'东南西北'[n]}阳", birth, id_number=number)
    _, last, step_by_step = run(DAY + timedelta(days=1))
    assert last.report["whole"] is False
    comparison.store_path().unlink()
    with acting_as(SYSTEM):
        Person.objects.filter(name="韦东阳").update(sex="男")
        Person.objects.filter(name="韦东阳").update(region_code="500235001002")
    _, last, at_once = run(DAY + timedelta(days=2))
    assert last.report["whole"] is True
    assert {answer[:3] for answer in at_once} == {answer[:3] for answer in step_by_step}


def spoil():
    path = comparison.store_path()
    path.write_bytes(path.read_bytes()[:-5])


def another_installation():
    with acting_as(SYSTEM):
        last = LinkRun.objects.order_by("-pk").first()
        last.report["prepared"] = "of another database"
        last.save()


@pytest.mark.parametrize("happens", [spoil, another_installation, lambda: comparison.store_path().unlink()])
def test_a_file_that_does_not_serve_costs_time_only(known, run, happens, caplog):
    run()
    happens()
    with acting_as(SYSTEM):
        make_record("覃平果")
    counts, last, answers = run(DAY + timedelta(days=1))
    assert last.report["whole"] is True
    assert counts["renewed"] == len(answers) == 13


def test_after_a_week_the_rates_are_learned_anew(known, run):
    run()
    with acting_as(SYSTEM):
        make_record("覃平果")
    _, last, _ = run(DAY + timedelta(days=7))
    assert last.report["whole"] is True


def test_a_run_that_is_rolled_back_leaves_the_file_of_the_run_before(known, run):
    run()
    before = comparison.store_path().read_bytes()
    with acting_as(SYSTEM):
        make_record("覃平果")
    with transaction.atomic():
        link_pending(on=DAY + timedelta(days=1), actor=CYCLE, progress=quiet)
        transaction.set_rollback(True)
    assert comparison.store_path().read_bytes() == before


def test_deleted_records_leave_the_file_too(known, run):
    run()
    with acting_as(SYSTEM):
        gone = FeedRecord.objects.order_by("pk").first()
        Link.objects.filter(record=gone).delete()
        gone.delete()
    _, last, answers = run(DAY + timedelta(days=1))
    assert last.report["whole"] is False
    assert len(answers) == 11
    prepared, _, more = Prepared.load(comparison.store_path(), comparison.store_key())
    prepared.close()
    assert gone.pk not in more["records"]["key"].to_pylist()


def test_when_the_last_record_goes_the_file_goes(known, run):
    run()
    with acting_as(SYSTEM):
        FeedRecord.objects.update(purged_on=DAY)
    run(DAY + timedelta(days=1))
    assert not comparison.store_path().exists()


def test_an_update_that_fails_costs_time_only(known, run, monkeypatch):
    run()
    with acting_as(SYSTEM):
        make_record("覃平果")
    monkeypatch.setattr(Prepared, "update", lambda *args, **more: 1 / 0)
    _, last, answers = run(DAY + timedelta(days=1))
    assert last.report["whole"] is True
    assert len(answers) == 13
