"""A clerk's word reaches the record of the stay at once: opened, moved to another person, withdrawn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from jobbridge.apps.accounts.scope import acting_as
from jobbridge.apps.audit.models import AuditEntry
from jobbridge.apps.linkage import deciding
from jobbridge.apps.linkage.deciding import AlreadyDecided, decide, reopen, undo
from jobbridge.apps.linkage.models import FeedRecord, Link, LinkDecision, Returnee
from jobbridge.apps.linkage.returnees import keep_returnees
from tests.factories import DAY
from tests.linkage_app.conftest import SYSTEM

NOW = datetime(DAY.year, DAY.month, DAY.day, 9, tzinfo=UTC)


def say(actor, pair, person=None, now=NOW):
    with acting_as(actor):
        return decide(actor=actor, link_id=pair.pk, same=person is not None, person_id=person and person.pk, now=now)


def stays():
    with acting_as(SYSTEM):
        return list(Returnee.objects.order_by("person_id").values_list("person_id", "state", "reason"))


@pytest.mark.parametrize("clerk", ["zhou", "li"])
def test_a_confirmed_pair_opens_the_stay_at_once(county, pair, nothing_twice, clerk):
    """The township's clerk does not see the county's list, whose day may be the only one a record has."""
    with acting_as(SYSTEM):
        FeedRecord.objects.update(seen_on=None)
    say(getattr(county, clerk), pair, county.near)
    with acting_as(SYSTEM):
        stay = Returnee.objects.get()
    assert (stay.person_id, stay.first_seen, stay.state, stay.opened_on) == (county.near.pk, DAY, "home", DAY)
    assert keep_returnees(on=DAY, actor=SYSTEM) == {"returned": 0, "returns_closed": 0}
    with acting_as(SYSTEM):
        entry = AuditEntry.objects.get(table_name="linkage_returnee", operation="I")
    assert entry.actor.endswith(getattr(county, clerk).key)


def test_a_rejected_pair_opens_none(county, pair, nothing_twice):
    say(county.li, pair)
    assert stays() == []


def test_a_word_taken_back_withdraws_the_stay_and_the_same_word_again_restores_it(county, pair, nothing_twice):
    say(county.li, pair, county.near)
    with acting_as(county.li):
        undo(actor=county.li, link_id=pair.pk, now=NOW)
    assert stays() == [(county.near.pk, "closed", "比对记录已撤销或并入另一次返乡")]
    say(county.li, pair, county.near)
    assert stays() == [(county.near.pk, "home", "")]


def test_another_person_chosen_after_all_has_the_stay(county, pair, nothing_twice):
    say(county.zhou, pair, county.near)
    with acting_as(county.zhou):
        reopen(actor=county.zhou, link_id=pair.pk, now=NOW)
    say(county.zhou, pair, county.far)
    assert [(person, state) for person, state, _ in stays()] == [
        (county.near.pk, "closed"), (county.far.pk, "home"),
    ]  # fmt: skip


def test_the_stays_of_others_are_left_alone(county, pair, nothing_twice):
    with acting_as(SYSTEM):
        Returnee.objects.create(
            person=county.far, region_code=county.far.region_code, first_seen=DAY, last_seen=DAY, sightings=1,
            sources=["police"], opened_on=DAY,
        )  # fmt: skip
    say(county.li, pair, county.near)
    assert [(person, state) for person, state, _ in stays()] == [(county.near.pk, "home"), (county.far.pk, "home")]


def test_decision_and_stay_are_one_transaction(county, pair, nothing_twice, monkeypatch):
    def break_down(**_):
        raise ZeroDivisionError

    monkeypatch.setattr(deciding, "keep_returnees", break_down)
    with pytest.raises(ZeroDivisionError):
        say(county.li, pair, county.near)
    with acting_as(SYSTEM):
        assert (Link.objects.get().decision, LinkDecision.objects.count()) == ("pending", 0)


def test_too_late_to_take_back_leaves_the_stay(county, pair, nothing_twice):
    say(county.li, pair, county.near)
    with pytest.raises(AlreadyDecided), acting_as(county.li):
        undo(actor=county.li, link_id=pair.pk, now=NOW + timedelta(days=30))
    assert stays() == [(county.near.pk, "home", "")]
