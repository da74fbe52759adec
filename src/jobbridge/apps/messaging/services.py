"""Writing to people: queueing, cancelling, and keeping what comes back. Sending itself is in `sending`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.conf import settings

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.accounts.sealing import sealer
from jobbridge.kernel import phone as phones

from . import conf, segments
from .channels import base
from .enums import Priority, Purpose, ReceiptState, ReplyKind, State
from .models import OPENID, PHONE, Inbound, Message, OptOut, Receipt, WeChatBinding
from .replies import understand
from .rules import EVERY_PURPOSE
from .templates import TemplateError, template

CHUNK = 2000
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Draft:
    """A message as its sender thinks of it.

    Parameters
    ----------
    key
        Names the occasion ("recommend:2026-03-01:person:17"): the same key is never sent twice.
    template, context
        Name of the template and its variables; purpose and version come with it.
    phone
        Mobile number in plain; it is sealed before it is stored.
    region_code
        Village or other division of whom it concerns; decides who sees the message.
    not_before, expires_at
        Default: now, and `conf.LIFETIME` later.
    """

    key: str
    template: str
    context: Mapping[str, object]
    phone: str
    region_code: str
    person_id: int | None = None
    employer_id: int | None = None
    not_before: datetime | None = None
    expires_at: datetime | None = None
    priority: Priority = Priority.NORMAL


@dataclass(slots=True)
class Queued:
    """What became of drafts: newly queued, known already, refused with (key, reason)."""

    new: int = 0
    known: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


def queue(*, actor: Actor, draft: Draft, now: datetime) -> bool:
    """Queue one message; False when its key is known. TemplateError with the reason when it cannot be written."""
    report = queue_many(actor=actor, drafts=[draft], now=now)
    if report.refused:
        raise TemplateError(report.refused[0][1])
    return bool(report.new)


def queue_many(
    *, actor: Actor, drafts: Iterable[Draft], now: datetime, progress: Progress | None = None, total: int = 0
) -> Queued:
    """Queue many messages, `CHUNK` in a transaction; a draft that cannot be written stops no other.

    Inside a caller's transaction everything is kept or lost with it. Calling again with the same drafts adds
    nothing. ``progress(step, done, total)`` is called after each chunk.
    """
    report = Queued()
    done = 0
    for chunk in _chunks(drafts, CHUNK):
        rows = list(_rows(chunk, actor, now, report))
        if rows:
            with acting_as(actor):
                new = len(Message.objects.enqueue(rows))
            report.new += new
            report.known += len(rows) - new
        done += len(chunk)
        if progress:
            progress("消息排队", done, max(total, done))
    return report


def _chunks(drafts: Iterable[Draft], size: int) -> Iterator[list[Draft]]:
    iterator = iter(drafts)
    while chunk := list(islice(iterator, size)):
        yield chunk


def _rows(drafts: Sequence[Draft], actor: Actor, now: datetime, report: Queued) -> Iterator[dict[str, object]]:
    seal = sealer()
    carried = conf.wechat_kinds()
    people = {draft.person_id for draft in drafts if draft.person_id} if carried else set()
    followers = set(WeChatBinding.objects.filter(person_id__in=people).values_list("person_id", flat=True))
    for draft in drafts:
        number = phones.clean(draft.phone)
        fault = phones.fault_of(draft.phone)
        not_before = max(draft.not_before or now, now)
        expires_at = draft.expires_at or not_before + conf.LIFETIME
        try:
            made = template(draft.template)
            if fault:
                raise TemplateError(fault.message)
            if expires_at <= not_before:
                raise TemplateError("有效期早于最早发送时间")
            body = made.render(draft.context, signature=settings.SMS_SIGNATURE)
        except TemplateError as error:
            report.refused.append((draft.key, str(error)))
            continue
        yield {
            "idempotency_key": draft.key,
            "purpose": made.purpose.value,
            "template": made.name,
            "template_version": made.version,
            "person_id": draft.person_id,
            "employer_id": draft.employer_id,
            "region_code": draft.region_code,
            "recipient_sealed": seal.seal(number, PHONE),
            "recipient_index": seal.index(number, PHONE),
            "recipient_mask": phones.mask(number),
            "body": body,
            "variables": json.dumps(made.values(draft.context), ensure_ascii=False),
            "parts": len(segments.split(body)),
            "channel": conf.WECHAT if draft.person_id in followers and made.kind in carried else settings.SMS_CHANNEL,
            "priority": int(draft.priority),
            "not_before": not_before,
            "next_try_at": not_before,
            "expires_at": expires_at,
            "queued_by": actor.key,
            "created_at": now,
        }


def cancel(*, actor: Actor, keys: Iterable[str], reason: str) -> int:
    """Take back messages that have not left yet; returns how many."""
    with acting_as(actor):
        mine = Message.objects.visible_to(actor).filter(idempotency_key__in=list(keys))
        return mine.move(State.CANCELLED, error=reason[:200])


# ---------------------------------------------------------------- WeChat


def bind_wechat(*, actor: Actor, person_id: int, openid: str, source: str, now: datetime) -> None:
    """From now on this person is written to over the WeChat official account where it can; a later id replaces it."""
    if not openid:
        raise ValueError("微信标识为空")
    values = {"openid_sealed": sealer().seal(openid, OPENID), "bound_at": now, "source": source[:60]}
    with acting_as(actor):
        WeChatBinding.objects.update_or_create(person_id=person_id, defaults=values)


def unbind_wechat(*, actor: Actor, person_id: int) -> bool:
    """Back to text messages; what waits for WeChat goes there too. False when there was no binding."""
    with acting_as(actor):
        return bool(WeChatBinding.objects.filter(person_id=person_id).delete()[0])


# ---------------------------------------------------------------- refusing and coming back


def opt_out(*, actor: Actor, phone: str, purpose: str, source: str, now: datetime) -> bool:
    """Never write to this number again for ``purpose`` (``*``: at all). False when that was so already.

    What is queued for it is suppressed when its turn comes. Purposes that the policy calls not optional still go.
    """
    _check_purpose(purpose)
    number = _number(phone)
    with acting_as(actor):
        _, made = OptOut.objects.get_or_create(
            recipient_index=sealer().index(number, PHONE),
            purpose=purpose,
            defaults={"recipient_mask": phones.mask(number), "at": now, "source": source[:60]},
        )
    return made


def opt_in(*, actor: Actor, phone: str, purpose: str) -> int:
    """Take a refusal back; ``*`` takes back all of them. Returns how many there were."""
    _check_purpose(purpose)
    with acting_as(actor):
        refusals = OptOut.objects.filter(recipient_index=sealer().index(_number(phone), PHONE))
        if purpose != EVERY_PURPOSE:
            refusals = refusals.filter(purpose=purpose)
        return refusals.delete()[0]


def _check_purpose(purpose: str) -> None:
    if purpose != EVERY_PURPOSE and purpose not in Purpose.values:
        raise ValueError(f"没有用途 {purpose}，可用：*、{'、'.join(Purpose.values)}")


def _number(phone: str) -> str:
    fault = phones.fault_of(phone)
    if fault:
        raise ValueError(fault.message)
    return phones.clean(phone)


# ---------------------------------------------------------------- what comes back


def record_receipt(*, actor: Actor, channel: str, receipt: base.Receipt, now: datetime) -> None:
    """Keep a receipt and let its message follow. The same receipt again changes nothing.

    A receipt may come before we noted the provider's id: it waits for it. One without any message settles the
    message to that number among those that our own reference names, or else a message to that number whose answer
    was lost, if there is exactly one: it can be no other's.
    """
    final = ReceiptState.DELIVERED if receipt.delivered else ReceiptState.FAILED
    with acting_as(actor):
        row, message = Receipt.objects.said(
            channel, receipt.provider_id[:80], final, receipt.error[:200], receipt.at or now
        )
        if message is None and receipt.phone:
            message = _referred(channel, receipt) or _uncertain_message(channel, receipt.phone)
            if message is not None:
                Receipt.objects.filter(pk=row).update(message=message)
        if message is not None:
            Message.objects.settle([message])


def _referred(channel: str, receipt: base.Receipt) -> int | None:
    index = sealer().index(receipt.phone, PHONE)
    named = Message.objects.filter(pk__in=receipt.among, channel=channel, recipient_index=index)
    return named.values_list("id", flat=True).first() if receipt.among else None


def record_taken(*, actor: Actor, channel: str, taken: base.Taken, now: datetime) -> None:
    """A message whose answer was lost is with the provider: it waits for its receipt like any other."""
    with acting_as(actor):
        if Message.objects.sent_after_all(taken.id, taken.provider_id, now):
            answered = Receipt.objects.taken(channel, [(taken.provider_id[:80], taken.id)], now)
            Message.objects.settle(answered)


def _uncertain_message(channel: str, phone: str) -> int | None:
    """The message under way to that number, if it is the only one and its answer was lost."""
    index = sealer().index(phone, PHONE)
    held = Message.objects.claimed(channel).filter(recipient_index=index).values_list("id", "uncertain_at")[:2]
    return held[0][0] if len(held) == 1 and held[0][1] else None


def record_inbound(*, actor: Actor, channel: str, incoming: base.Incoming, now: datetime) -> Inbound:
    """Keep a reply, and do what it asks for: 退订 takes effect before the provider hears that we have it.

    A reply that is a plain request is handled at once, any other waits for a person. The same reply again changes
    nothing.
    """
    seal = sealer()
    index = seal.index(incoming.phone, PHONE)
    reply = understand(incoming.text)
    plain = reply.kind is not ReplyKind.OTHER
    with acting_as(actor):
        answered = (
            Message.objects.filter(recipient_index=index, sent_at__gt=now - conf.REPLY_WINDOW)
            .order_by("-sent_at", "-id")
            .first()
        )
        row, made = Inbound.objects.get_or_create(
            channel=channel,
            provider_id=incoming.provider_id[:80],
            defaults={
                "region_code": answered.region_code if answered else settings.COUNTY_CODE.ljust(12, "0"),
                "sender_sealed": seal.seal(incoming.phone, PHONE),
                "sender_index": index,
                "sender_mask": phones.mask(incoming.phone)[-20:],
                "text": incoming.text.replace("\x00", ""),
                "kind": reply.kind.value,
                "answers": answered,
                "received_at": now,
                "handled_at": now if plain else None,
                "handled_by": actor.key if plain else "",
            },
        )
        if made and plain and not phones.fault_of(incoming.phone):
            if reply.kind is ReplyKind.OPT_OUT:
                opt_out(
                    actor=actor, phone=incoming.phone, purpose=reply.purpose, source=f"短信回复 {row.pk}", now=now
                )
            else:
                opt_in(actor=actor, phone=incoming.phone, purpose=reply.purpose)
    return row


def handle_inbound(*, actor: Actor, inbound_id: int, now: datetime) -> bool:
    """Mark a reply as dealt with by ``actor``; False when it was, or is not the actor's to see."""
    with acting_as(actor):
        waiting = Inbound.objects.visible_to(actor).open().filter(pk=inbound_id)
        return bool(waiting.update(handled_at=now, handled_by=actor.key))
