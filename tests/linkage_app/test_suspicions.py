"""Where the ledger and the agencies do not agree: what raises a suspicion, what settles it, what makes it lapse."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from jobbridge.apps.accounts.scope import acting_as
from jobbridge.apps.accounts.sealing import sealer
from jobbridge.apps.linkage.models import FeedRecord, Link, Suspicion
from jobbridge.apps.linkage.suspicions import keep_suspicions, settle_suspicion
from jobbridge.apps.registry.models import EmploymentSpell, Person
from jobbridge.apps.targeting.services import refresh
from tests.factories import DAY, make_spell, make_statement
from tests.linkage_app.conftest import SYSTEM, make_record, quiet

LONG_AGO = DAY - timedelta(days=200)


def see(person, direction, days_ago=5, **values):
    record = make_record(person.name)
    record.seen_on, record.direction, record.region_code = (
        DAY - timedelta(days=days_ago),
        direction,
        person.region_code,
    )
    record.save()
    return Link.objects.create(
        record=record, person=person, region_code=person.region_code, posterior=0.99,
        **{"zone": "auto", **values},
    )  # fmt: skip


def day(on=DAY):
    refresh(on=on, actor=SYSTEM, progress=quiet)
    return keep_suspicions(on=on, actor=SYSTEM, progress=quiet)["suspicions"]


def kinds():
    with acting_as(SYSTEM):
        return sorted(Suspicion.objects.filter(state="open").values_list("kind", flat=True))


def away_by_the_ledger(person):
    make_spell(person, LONG_AGO, as_of=LONG_AGO)


def without_work(person):
    make_statement(person, as_of=DAY - timedelta(days=60), employed=False, willing=True)


def on_a_public_post(person):
    make_spell(person, LONG_AGO, as_of=LONG_AGO, kind="public_post", work_area="1", place_text="群益社区")


def dead(person):
    Person.objects.filter(pk=person.pk).update(life="dead", as_of=LONG_AGO)


def dead_on_a_public_post(person):
    on_a_public_post(person)
    dead(person)


def dead_with_pension(person):
    Person.objects.filter(pk=person.pk).update(life="dead", draws_pension=True)


@pytest.mark.parametrize(
    ("ledger", "seen", "expected"),
    [
        (away_by_the_ledger, [("home", 5)], ["away_home"]),
        (away_by_the_ledger, [("away", 5)], []),
        (away_by_the_ledger, [("home", 250)], []),  # before the ledger's word
        (without_work, [("away", 5)], ["home_away"]),
        (without_work, [("away", 9), ("home", 5)], []),  # and came back
        (without_work, [("away", 58)], []),  # within the lag of what was said
        (on_a_public_post, [("away", 5)], ["benefit_away"]),
        (on_a_public_post, [("home", 5)], []),
        (dead_on_a_public_post, [], ["benefit_dead"]),
        (dead_with_pension, [], ["benefit_dead"]),
        (dead, [], []),
    ],
)
def test_what_raises_a_suspicion(county, ledger, seen, expected):
    with acting_as(SYSTEM):
        ledger(county.near)
        for direction, days_ago in seen:
            see(county.near, direction, days_ago)
    assert (day(), kinds()) == (len(expected), expected)
    with acting_as(SYSTEM):
        before = list(Suspicion.objects.order_by("pk").values())
    assert day() == len(expected)
    with acting_as(SYSTEM):
        assert list(Suspicion.objects.order_by("pk").values()) == before


def test_it_says_what_both_sides_say_and_since_when(county):
    with acting_as(SYSTEM):
        away_by_the_ledger(county.near)
        see(county.near, "home")
    day()
    with acting_as(SYSTEM):
        (found,) = Suspicion.objects.all()
    assert found.ledger == {
        "text": "在外务工", "place": "浙江省义乌市", "as_of": LONG_AGO.isoformat(), "source": "测试",
    }  # fmt: skip
    ((said),) = found.sightings
    assert {key: said[key] for key in ("source", "on", "direction", "file")} == {
        "source": "railway", "on": (DAY - timedelta(days=5)).isoformat(), "direction": "home", "file": "铁路.csv",
    }  # fmt: skip


def test_somebody_dead_by_the_ledger_travels_under_their_own_number(county):
    number = sealer().open(bytes(county.near.id_sealed), "id")
    with acting_as(SYSTEM):
        dead(county.near)
        record = make_record(county.near.name, number)
        FeedRecord.objects.filter(pk=record.pk).update(id_index=sealer().index(number, "id"))
    day()
    assert kinds() == ["dead_seen"]


@pytest.mark.parametrize(("decision", "expected"), [("pending", 1), ("rejected", 1), ("confirmed", 0)])
def test_a_number_under_another_name(county, decision, expected):
    with acting_as(SYSTEM):
        see(county.near, "home", zone="review", hold="id_other_name", decision=decision)
    assert day() == expected


def test_it_lapses_with_its_evidence_and_comes_back_with_it(county):
    with acting_as(SYSTEM):
        away_by_the_ledger(county.near)
        pair = see(county.near, "home")
    assert day() == 1
    for decision, state in (("rejected", "lapsed"), ("pending", "open")):
        with acting_as(SYSTEM):
            Link.objects.filter(pk=pair.pk).update(decision=decision)
        day()
        with acting_as(SYSTEM):
            assert Suspicion.objects.get().state == state


def settle(actor, state, note="电话问过本人，回来收割"):
    with acting_as(actor):
        pk = Suspicion.objects.get().pk
        return settle_suspicion(actor=actor, suspicion_id=pk, state=state, note=note, now=timezone.now())


def test_whoever_has_asked_says_what_it_was(county):
    with acting_as(SYSTEM):
        away_by_the_ledger(county.near)
        see(county.near, "home")
    day()
    with pytest.raises(ValueError, match="请写明"):
        settle(county.li, "explained", " ")
    found = settle(county.li, "explained")
    assert (found.state, found.decided_by) == ("explained", county.li.key)
    assert day() == 0
    assert settle(county.zhou, "open", "").decided_at is None
    assert settle(county.li, "confirmed").state == "confirmed"
    with acting_as(SYSTEM):
        EmploymentSpell.objects.all().delete()
    day()
    with acting_as(SYSTEM):
        assert Suspicion.objects.get().state == "confirmed"


def test_an_explanation_does_not_cover_what_comes_later(county):
    with acting_as(SYSTEM):
        away_by_the_ledger(county.near)
        see(county.near, "home")
    day()
    settle(county.li, "explained")
    later = timezone.localdate() + timedelta(days=3)
    with acting_as(SYSTEM):
        see(county.near, "home", days_ago=(DAY - later).days)
    assert day(on=later) == 1


def test_the_neighbour_neither_sees_nor_settles(county):
    with acting_as(SYSTEM):
        away_by_the_ledger(county.near)
        see(county.near, "home")
    day()
    with pytest.raises(Suspicion.DoesNotExist):
        settle(county.he, "explained")
