"""Queueing: once for each key, whole or with a reason, sealed, and seen only in its own place."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from jobbridge.apps.accounts.scope import Actor, Scope, acting_as, system_actor
from jobbridge.apps.accounts.sealing import sealer
from jobbridge.apps.messaging import services
from jobbridge.apps.messaging.enums import State
from jobbridge.apps.messaging.models import Message
from jobbridge.apps.messaging.templates import TemplateError
from tests.messaging.fakes import NOW, VILLAGE, draft

pytestmark = pytest.mark.django_db
ACTOR = system_actor("test")


@pytest.fixture(autouse=True)
def _acting():
    with acting_as(ACTOR):
        yield


def test_a_message_is_queued_once():
    assert services.queue(actor=ACTOR, draft=draft(1, person_id=7), now=NOW)
    changed = replace(draft(1), phone="16499999999")
    assert not services.queue(actor=ACTOR, draft=changed, now=NOW + timedelta(days=1))
    message = Message.objects.get()
    assert message.recipient_mask == "164****0001"
    assert message.state == State.QUEUED
    assert (message.purpose, message.template_version, message.person_id) == ("recommendation", 2, 7)
    assert (message.not_before, message.expires_at) == (NOW, NOW + timedelta(days=7))
    assert (message.queued_by, message.region_code) == ("system:test", VILLAGE)
    assert message.body.startswith("【云阳就业】陈小满您好，为您推荐2个岗位")


def test_the_number_is_sealed_and_found_by_its_index():
    services.queue(actor=ACTOR, draft=draft(1), now=NOW)
    message = Message.objects.get(recipient_index=sealer().index("16400000001", "phone"))
    assert sealer().open(message.recipient_sealed, "phone") == "16400000001"
    with connection.cursor() as cursor:
        cursor.execute("SELECT messaging_message::text FROM messaging_message")
        assert "16400000001" not in cursor.fetchone()[0]


def test_a_bad_draft_stops_no_good_one():
    drafts = [
        draft(1),
        replace(draft(2), phone="164****0002"),
        replace(draft(3), context={"name": "陈小满"}),
        replace(draft(4), template="nothing"),
        replace(draft(5), expires_at=NOW - timedelta(days=1)),
        draft(6),
        replace(draft(6), phone="16400000007"),  # the same key twice in one call
    ]
    report = services.queue_many(actor=ACTOR, drafts=drafts, now=NOW)
    assert (report.new, report.known) == (2, 1)
    reasons = dict(report.refused)
    assert list(reasons) == ["test:2", "test:3", "test:4", "test:5"]
    assert "遮盖" in reasons["test:2"]
    assert "缺少变量" in reasons["test:3"]
    with pytest.raises(TemplateError, match="遮盖"):
        services.queue(actor=ACTOR, draft=drafts[1], now=NOW)


def test_many_in_chunks_with_progress(monkeypatch):
    monkeypatch.setattr(services, "CHUNK", 3)
    steps = []
    for expected in (8, 0):
        report = services.queue_many(
            actor=ACTOR, drafts=(draft(n) for n in range(1, 9)), now=NOW, total=8,
            progress=lambda *step: steps.append(step),
        )  # fmt: skip
        assert (report.new, report.known) == (expected, 8 - expected)
    assert steps == [("消息排队", n, 8) for n in (3, 6, 8)] * 2


def test_only_what_has_not_left_can_be_cancelled():
    services.queue_many(actor=ACTOR, drafts=[draft(1), draft(2)], now=NOW)
    Message.objects.filter(idempotency_key="test:2").move(State.CLAIMED, claimed_at=NOW)
    keys = ["test:1", "test:2", "test:3"]
    assert services.cancel(actor=ACTOR, keys=keys, reason="岗位已招满") == 1
    assert Message.objects.counts() == {State.CANCELLED: 1, State.CLAIMED: 1}
    assert Message.objects.get(state=State.CANCELLED).error == "岗位已招满"


def test_a_neighbour_sees_and_cancels_nothing():
    services.queue(actor=ACTOR, draft=draft(1), now=NOW)
    neighbour = Actor("user:2", "邻镇", "township", Scope.of([("500235200000", "500235300000")]))
    owner = Actor("user:1", "本镇", "township", Scope.of([("500235100000", "500235200000")]))
    assert Message.objects.visible_to(owner).count() == 1
    assert Message.objects.visible_to(neighbour).count() == 0
    assert services.cancel(actor=neighbour, keys=["test:1"], reason="x") == 0
    with acting_as(neighbour):
        assert Message.objects.count() == 0  # row-level security, without the filter
        assert not services.queue(actor=neighbour, draft=draft(1, region_code="500235200001"), now=NOW)
    assert services.cancel(actor=owner, keys=["test:1"], reason="x") == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "lost"},
        {"purpose": "spam"},
        {"state": "claimed"},
        {"claimed_at": NOW},
        {"uncertain_at": NOW},
        {"state": "sent"},
        {"state": "delivered", "sent_at": NOW},
        {"delivered_at": NOW},
        {"state": "failed", "error": ""},
        {"expires_at": NOW},
    ],
)
def test_the_database_refuses_states_that_cannot_be(changes):
    services.queue(actor=ACTOR, draft=draft(1), now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.update(**changes)


def test_a_move_touches_only_rows_that_may_make_it():
    services.queue_many(actor=ACTOR, drafts=[draft(1), draft(2)], now=NOW)
    Message.objects.filter(idempotency_key="test:1").move(State.EXPIRED)
    assert Message.objects.all().move(State.CLAIMED, claimed_at=NOW, claimed_by="w") == 1
    assert Message.objects.all().move(State.SENT, sent_at=NOW) == 1
    assert Message.objects.all().move(State.QUEUED) == 0
    assert Message.objects.counts() == {State.EXPIRED: 1, State.SENT: 1}
