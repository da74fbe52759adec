"""What comes back: receipts in any order, replies and what they ask for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jobbridge.apps.accounts.scope import Actor, Scope, acting_as, system_actor
from jobbridge.apps.audit.models import AuditEntry
from jobbridge.apps.messaging import services
from jobbridge.apps.messaging.channels.base import Incoming, Receipt
from jobbridge.apps.messaging.enums import ReceiptState, ReplyKind, State
from jobbridge.apps.messaging.models import Inbound, Message, OptOut
from jobbridge.apps.messaging.models import Receipt as Part
from tests.messaging.fakes import NOW, VILLAGE, draft

pytestmark = pytest.mark.django_db
ACTOR = system_actor("test")


@pytest.fixture(autouse=True)
def _acting():
    with acting_as(ACTOR):
        yield


def sent(number: int, *parts: str, **more) -> Message:
    """A message that the provider took in these parts."""
    services.queue(actor=ACTOR, draft=draft(number, **more), now=NOW)
    rows = Message.objects.filter(idempotency_key=f"test:{number}")
    rows.move(State.CLAIMED, claimed_at=NOW, claimed_by="w")
    rows.move(State.SENT, sent_at=NOW)
    Part.objects.taken("smpp", [(part, rows[0].id) for part in parts], NOW)
    return rows[0]


def receipt(provider_id: str, delivered: bool, **more) -> None:
    item = Receipt(provider_id, delivered, error="" if delivered else "无法送达", **more)
    services.record_receipt(actor=ACTOR, channel="smpp", receipt=item, now=NOW)


def inbound(text: str, *, number: str = "16400000001", provider_id: str = "r1", now=NOW) -> Inbound:
    item = Incoming(provider_id, number, text)
    return services.record_inbound(actor=ACTOR, channel="smpp", incoming=item, now=now)


@pytest.mark.parametrize(
    ("words", "state", "error"),
    [
        ([("a", True), ("b", True)], State.DELIVERED, ""),
        ([("a", True)], State.SENT, ""),
        ([("a", True), ("b", False)], State.FAILED, "无法送达"),
        ([("a", False), ("b", True)], State.FAILED, "无法送达"),
        ([("a", True), ("b", True), ("b", False)], State.DELIVERED, ""),  # delivered stays so
        ([("a", True), ("b", False), ("b", True)], State.DELIVERED, ""),  # a later, better word
        ([("a", True), ("a", True)], State.SENT, ""),
    ],
)
def test_a_message_follows_its_receipts(words, state, error):
    message = sent(1, "a", "b")
    for provider_id, delivered in words:
        receipt(provider_id, delivered)
    message.refresh_from_db()
    assert (message.state, message.error) == (state, error)


def test_a_receipt_before_its_message_waits_for_it():
    receipt("a", True, phone="16400000001")
    message = sent(1, "a")
    Message.objects.settle([message.id])
    message.refresh_from_db()
    assert message.state == State.DELIVERED


def test_a_provider_that_counts_from_the_start_again_delivers_nothing_by_it():
    sent(1, "a")
    receipt("a", True)
    second = sent(2, "a")
    Message.objects.settle([second.id])
    second.refresh_from_db()
    assert second.state == State.SENT
    assert Part.objects.get(provider_id="a").state == ReceiptState.WAITING


def test_a_receipt_for_nothing_is_kept_and_harms_nothing():
    receipt("nobody", False, phone="16400000009")
    assert Part.objects.get().message_id is None


def test_a_refusal_takes_effect_and_names_its_source():
    message = sent(1, "a")
    row = inbound("ＴＤ。")
    assert (row.kind, row.answers, row.region_code) == (ReplyKind.OPT_OUT, message, VILLAGE)
    assert (row.handled_at, row.handled_by) == (NOW, "system:test")
    refusal = OptOut.objects.get()
    assert (refusal.purpose, refusal.recipient_mask) == ("*", "164****0001")
    assert refusal.source == f"短信回复 {row.pk}"
    assert AuditEntry.objects.filter(table_name="messaging_optout", operation="I", actor="system:test").exists()


def test_the_same_reply_again_changes_nothing():
    first = inbound("退订")
    services.opt_in(actor=ACTOR, phone="16400000001", purpose="*")
    assert inbound("退订") == first
    assert not OptOut.objects.exists()  # the old reply does not come back to life


def test_one_purpose_and_coming_back():
    inbound("退订岗位推荐")
    assert OptOut.objects.get().purpose == "recommendation"
    inbound("恢复订阅", provider_id="r2")
    assert not OptOut.objects.exists()


def test_any_other_reply_waits_for_a_person():
    row = inbound("我想去2号岗位，什么时候面试？")
    assert (row.kind, row.handled_at) == (ReplyKind.OTHER, None)
    assert row.region_code == "500235000000"  # nobody known: the county sees it
    user = Actor("user:5", "县级", "county", Scope.of([("500235", "500236")]))
    assert services.handle_inbound(actor=user, inbound_id=row.pk, now=NOW)
    assert not services.handle_inbound(actor=user, inbound_id=row.pk, now=NOW)
    row.refresh_from_db()
    assert row.handled_by == "user:5"


def test_a_reply_answers_the_latest_message_of_the_last_days_only():
    sent(1, "a", person_id=7)
    assert inbound("1", now=NOW + timedelta(days=29)).answers is not None
    assert inbound("1", provider_id="r2", now=NOW + timedelta(days=31)).answers is None


@pytest.mark.parametrize("number", ["10690001", "", "12345678901234567890123"])
def test_a_reply_from_something_that_is_no_phone_is_kept_only(number):
    assert inbound("TD", number=number).pk
    assert not OptOut.objects.exists()


def test_a_reply_with_a_zero_byte_is_kept():
    assert inbound("退\x00订").text == "退订"


def test_a_neighbour_sees_no_reply():
    sent(1, "a")
    row = inbound("在吗")
    neighbour = Actor("user:2", "邻镇", "township", Scope.of([("500235200000", "500235300000")]))
    assert not services.handle_inbound(actor=neighbour, inbound_id=row.pk, now=NOW)
    with acting_as(neighbour):
        assert not Inbound.objects.exists()


def test_wrong_numbers_and_purposes_are_refused():
    with pytest.raises(ValueError, match="11位"):
        services.opt_out(actor=ACTOR, phone="123", purpose="*", source="窗口", now=NOW)
    with pytest.raises(ValueError, match="没有用途"):
        services.opt_out(actor=ACTOR, phone="16400000001", purpose="spam", source="窗口", now=NOW)
    assert services.opt_out(actor=ACTOR, phone="+86 16400000001", purpose="*", source="窗口", now=NOW)
    assert not services.opt_out(actor=ACTOR, phone="16400000001", purpose="*", source="窗口", now=NOW)
