"""The outbox as the tests of channels use it: put drafts in, send, look at what became of them."""

from __future__ import annotations

from datetime import datetime

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.messaging import sending, services
from jobbridge.apps.messaging.models import Message
from jobbridge.apps.messaging.services import Draft
from tests.messaging.fakes import NOW

ACTOR = system_actor("test")


def put(*drafts: Draft, now: datetime = NOW) -> None:
    services.queue_many(actor=ACTOR, drafts=drafts, now=now)


def send(now: datetime = NOW) -> sending.SendReport:
    """One round over the channel of the settings."""
    return sending.deliver(actor=ACTOR, now=now, listen=0)


def states() -> dict[str, str]:
    with acting_as(ACTOR):
        return dict(Message.objects.order_by("id").values_list("idempotency_key", "state"))


def error(key: str = "test:1") -> str:
    with acting_as(ACTOR):
        return Message.objects.get(idempotency_key=key).error
