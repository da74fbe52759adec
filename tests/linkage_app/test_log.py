"""What was said about a pair stays said: the log, taking back one's own word, and two clerks at once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from jobbridge.apps.accounts.scope import acting_as
from jobbridge.apps.linkage.deciding import AlreadyDecided, decide, parameters_digest, reopen, undo
from jobbridge.apps.linkage.models import FeedRecord, Link, LinkDecision, LinkRun, Opinion
from jobbridge.apps.linkage.services import link_pending
from tests.factories import DAY, make_household, make_person
from tests.linkage_app.conftest import SYSTEM, make_record, quiet


def entries():
    with acting_as(SYSTEM):
        return list(LinkDecision.objects.order_by("id").values_list("verdict", "by", "person_id"))


def say(actor, pair, person=None, now=None):
    with acting_as(actor):
        return decide(
            actor=actor, link_id=pair.pk, same=person is not None, person_id=person and person.pk,
            now=now or timezone.now(),
        )  # fmt: skip


def take_back(actor, pair, now=None):
    with acting_as(actor):
        return undo(actor=actor, link_id=pair.pk, now=now or timezone.now())


def test_every_word_is_a_row_of_its_own(county, pair):
    say(county.li, pair, county.near)
    say(county.li, pair, county.near)
    take_back(county.li, pair)
    say(county.li, pair)
    with acting_as(county.zhou):
        reopen(actor=county.zhou, link_id=pair.pk)
    assert entries() == [
        ("confirmed", county.li.key, county.near.pk),
        ("reopened", county.li.key, None),
        ("rejected", county.li.key, None),
        ("reopened", county.zhou.key, None),
    ]


def test_a_row_of_the_log_is_never_changed(county, pair):
    say(county.li, pair)
    with pytest.raises(DatabaseError, match="only added to"), acting_as(SYSTEM):
        LinkDecision.objects.update(by="somebody")


@pytest.mark.parametrize("rows", [LinkDecision, Link, FeedRecord])
def test_a_row_of_the_log_is_never_deleted(county, pair, rows):
    """Not by itself; and not with its pair, whose number it keeps."""
    say(county.li, pair, county.near)
    with acting_as(SYSTEM), transaction.atomic():
        if rows is LinkDecision:
            with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
                rows.objects.all().delete()
        else:
            rows.objects.all().delete()
        assert LinkDecision.objects.get().link_id == pair.pk


def test_the_neighbour_reads_no_log(county, pair):
    say(county.li, pair, county.near)
    for clerk, seen in ((county.wu, 1), (county.he, 0)):
        with acting_as(clerk):
            assert LinkDecision.objects.count() == LinkDecision.objects.visible_to(clerk).count() == seen


def test_a_decision_tells_what_it_was_made_on(county):
    with acting_as(SYSTEM):
        make_person(make_household(), "韦向阳", DAY.replace(year=1987))
        make_record("韦向阳")
    link_pending(on=DAY, actor=SYSTEM, progress=quiet)
    with acting_as(SYSTEM):
        link, run = Link.objects.select_related("record").get(), LinkRun.objects.get()
        assert link.run_id == run.pk
        decide(actor=county.zhou, link_id=link.pk, same=False, now=timezone.now())
        entry = LinkDecision.objects.get()
    assert (entry.engine, entry.snapshot, entry.parameters) == (
        run.report["engine"], run.register_mark, parameters_digest(run.report),
    )  # fmt: skip
    assert entry.batch_id == link.record.batch_id
    assert (entry.posterior, entry.stage) == (link.posterior, link.stage)


def test_another_run_does_not_claim_answers_it_did_not_change(county):
    with acting_as(SYSTEM):
        make_record("韦向阳")
    link_pending(on=DAY, actor=SYSTEM, progress=quiet)
    with acting_as(SYSTEM):
        make_record("别的人")
    link_pending(on=DAY + timedelta(days=1), actor=SYSTEM, progress=quiet)
    with acting_as(SYSTEM):
        first, second = LinkRun.objects.order_by("pk").values_list("pk", flat=True)
        assert list(Link.objects.order_by("record_id").values_list("run_id", flat=True)) == [first, second]


@pytest.mark.parametrize("other", ["wu", "zhou"])
def test_only_ones_own_word_is_taken_back(county, pair, other):
    say(county.li, pair, county.near)
    with pytest.raises(AlreadyDecided):
        take_back(getattr(county, other), pair)
    assert take_back(county.li, pair).decision == "pending"
    assert take_back(county.li, pair).decision == "pending"
    assert len(entries()) == 2


def test_an_old_word_is_the_countys_to_take_back(county, pair):
    now = timezone.now()
    say(county.li, pair, county.near, now)
    assert say(county.li, pair, county.near, now).decision == "confirmed"
    with pytest.raises(AlreadyDecided):
        take_back(county.li, pair, now + timedelta(hours=25))


def test_taking_back_restores_whose_the_record_was(county, pair):
    say(county.zhou, pair, county.far)
    take_back(county.zhou, pair)
    with acting_as(county.li):
        link = Link.objects.get()
        assert (link.person_id, link.region_code) == (county.near.pk, county.near.region_code)
        assert FeedRecord.objects.get().region_code == county.near.region_code


def test_taking_back_takes_the_second_look_away(county, pair, everything_twice):
    say(county.li, pair, county.near)
    take_back(county.li, pair)
    with acting_as(SYSTEM):
        assert Opinion.objects.get().state == "dropped"
    say(county.li, pair, county.near)
    with acting_as(SYSTEM):
        assert list(Opinion.objects.order_by("id").values_list("state", flat=True)) == ["dropped", "waiting"]


def test_two_clerks_at_the_same_moment(county, pair):
    """One word counts, the other clerk is told: whichever comes first."""
    together, outcomes = threading.Barrier(2), []

    def work(actor, person):
        try:
            with acting_as(actor):
                together.wait(10)
                decide(
                    actor=actor, link_id=pair.pk, same=person is not None, person_id=person and person.pk,
                    now=timezone.now(),
                )  # fmt: skip
            outcomes.append("decided")
        except AlreadyDecided as refusal:
            outcomes.append(refusal.link.decided_by)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=args) for args in ((county.li, county.near), (county.wu, None))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    ((_, winner, _),) = entries()
    assert sorted(outcomes) == sorted(["decided", winner])
    with acting_as(SYSTEM):
        assert Link.objects.get().decided_by == winner


def test_a_refused_word_leaves_nothing_behind(county, pair):
    with pytest.raises(ValueError, match="不在候选名单"), transaction.atomic():
        say(county.li, pair, county.far)
    assert entries() == []
