"""When the comparison runs again: whenever what it reads has changed, and never otherwise."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.linkage.deciding import decide
from jobbridge.apps.linkage.models import Link, LinkRun
from jobbridge.apps.linkage.services import link_pending
from jobbridge.apps.registry.models import ContactPoint, Person
from tests.factories import DAY, citizen, make_household, make_person, make_phone
from tests.linkage_app.conftest import SYSTEM, make_record, quiet

CYCLE = system_actor("cycle")
BIRTH = DAY.replace(year=1987, month=3, day=4)


def run(on=DAY):
    return link_pending(on=on, actor=CYCLE, progress=quiet)


def links():
    with acting_as(SYSTEM):
        return list(Link.objects.order_by("record_id").values_list("pk", "person_id", "zone", "decision"))


@pytest.fixture
def listed(county):
    """A record of somebody whom the ledger does not have yet, compared on ``DAY``; gives the id number."""
    number = citizen(BIRTH)
    with acting_as(SYSTEM):
        make_record("韦向阳", number)
    assert run()["compared"] == 1
    assert [zone for _, _, zone, _ in links()] == ["none"]
    return number


def test_a_person_registered_later_is_found(county, listed):
    with acting_as(SYSTEM):
        person = make_person(make_household(), "韦向阳", BIRTH, id_number=listed)
    counts = run(DAY + timedelta(days=1))
    assert (counts["compared"], counts["auto"]) == (1, 1)
    with acting_as(SYSTEM):
        link = Link.objects.select_related("record").get()
        assert link.person_id == person.pk
        assert link.region_code == link.record.region_code == person.region_code
        assert list(LinkRun.objects.order_by("pk").values_list("on", flat=True)) == [DAY, DAY + timedelta(days=1)]


def renamed(person):
    Person.objects.filter(pk=person.pk).update(name="改名者")


def moved(person):
    Person.objects.filter(pk=person.pk).update(region_code="500235001002")


def died(person):
    Person.objects.filter(pk=person.pk).update(life="dead")


def another_phone(person):
    ContactPoint.objects.filter(person=person).update(primary=False)
    make_phone(person)


def joined_a_household(person):
    Person.objects.filter(pk=person.pk).update(household=make_household())


def schooled(person):
    Person.objects.filter(pk=person.pk).update(education="高中", as_of=DAY)


def listed_anew(person):
    make_record("覃平果")


def nothing(person):
    pass


@pytest.mark.parametrize(
    ("happens", "again"),
    [(renamed, True), (moved, True), (died, True), (another_phone, True), (joined_a_household, True),
     (listed_anew, True), (schooled, False), (nothing, False)],
)  # fmt: skip
def test_it_runs_again_only_after_a_change_of_what_it_reads(county, listed, happens, again):
    with acting_as(SYSTEM):
        make_phone(county.near)
    run()
    before = LinkRun.objects.count()
    with acting_as(SYSTEM):
        happens(county.near)
    counts = run(DAY + timedelta(days=1))
    assert LinkRun.objects.count() - before == int(again)
    assert bool(counts["compared"]) is again


def test_the_same_day_twice_changes_nothing(county, listed):
    def state():
        return links(), list(LinkRun.objects.values())

    before = state()
    assert run()["compared"] == 0
    assert state() == before


def test_the_marks_know_the_content_and_no_row_numbers(county, listed):
    """A killed run leaves gaps in the numbers: the same ledger must give the same mark."""
    marks = LinkRun.objects.values_list("register_mark", "feed_mark")
    (first,) = marks
    with acting_as(SYSTEM):
        fields = {"name": county.far.name, "birth": county.far.birth_date, "household": county.far.household}
        from jobbridge.apps.accounts.sealing import sealer

        number = sealer().open(bytes(county.far.id_sealed), "id")
        Person.objects.filter(pk=county.far.pk).delete()
        assert run()["compared"]
        make_person(**fields, id_number=number)
    assert run()["compared"]
    assert marks.order_by("-pk")[0] == first
    assert LinkRun.objects.count() == 3


def test_a_decision_survives_another_run(county, listed):
    with acting_as(SYSTEM):
        make_person(make_household(), "韦向阳", BIRTH, id_number=listed)
        (link,) = Link.objects.all()
        decide(actor=county.zhou, link_id=link.pk, same=False, now=link.record.batch.created_at)
    run()
    assert links() == [(link.pk, None, "none", "rejected")]


def test_without_a_list_of_an_agency_there_is_nothing_to_run(county):
    assert run()["compared"] == 0
    assert not LinkRun.objects.exists()


def test_every_link_keeps_its_weights_and_they_add_up(county, listed):
    with acting_as(SYSTEM):
        make_person(make_household(), "韦向阳", BIRTH, id_number=listed)
    run()
    with acting_as(SYSTEM):
        (best,) = Link.objects.get().candidates
    assert best["person_id"]
    assert round(sum(best["weights"].values()), 3) == best["total"] > 0
