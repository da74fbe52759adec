"""Asking for receipts where the provider does not bring them: which messages, how often, how long."""

from __future__ import annotations

import logging
import time
from datetime import datetime

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.accounts.sealing import sealer
from jobbridge.sealing import SealError

from . import conf
from .channels.base import Channel, ChannelError, Question
from .models import PHONE, Message, Receipt
from .rules import CHINA

log = logging.getLogger(__name__)
_CHUNK = 200


def ask_open(*, actor: Actor, channel: Channel, now: datetime, until: float) -> None:
    """Ask about messages whose answer was lost, then about those without a receipt, until the clock says ``until``.

    What is learnt goes to the channel's handler. A provider that refuses to be asked ends it: sending goes on.
    """
    if not channel.asks:
        return
    try:
        channel.ask(_lost(actor, channel))
        while time.monotonic() < until and (questions := _open(actor, channel, now)):
            channel.ask(questions)
    except ChannelError as error:
        log.warning("asking for receipts ended: %s", error)


def _lost(actor: Actor, channel: Channel) -> list[Question]:
    with acting_as(actor):
        rows = list(Message.objects.claimed(channel.name).filter(uncertain_at__isnull=False).order_by("pk"))
    return _questions([(row, "") for row in rows])


def _open(actor: Actor, channel: Channel, now: datetime) -> list[Question]:
    """The next to ask about; they count as asked from here on, whatever comes of it."""
    with acting_as(actor):
        parts = Receipt.objects.to_ask(channel.name, now - conf.ASK_UNTIL, now - conf.ASK_AFTER, _CHUNK)
        rows = [(part.message, part.provider_id) for part in parts]
        Receipt.objects.filter(pk__in=[part.pk for part in parts]).update(at=now)
    return _questions(rows)


def _questions(rows: list[tuple[Message, str]]) -> list[Question]:
    seal, questions = sealer(), []
    for message, provider_id in rows:
        try:
            number = seal.open(message.recipient_sealed, PHONE)
        except SealError:
            continue
        left = message.sent_at or message.claimed_at
        questions.append(Question(message.id, number, provider_id, left.astimezone(CHINA).date()))
    return questions
