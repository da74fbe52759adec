"""Taking messages out of the queue and writing down what became of them.

**At most once, as far as can be known.** A batch is marked as claimed and committed before the channel sees it, and
is never larger than the channel's window. A sender that dies leaves at most that many rows claimed. The next sender
of the channel (there is one at a time, see `sending`) decides:

* the channel writes each key once (file): back to the queue;
* it cannot tell (all others): the message may be on a phone already, so it waits `conf.RECEIPT_WAIT` for a receipt,
  then is sent once more, marked ``resent``; when that answer is lost too, it fails and a person decides.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import transaction

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.accounts.sealing import sealer
from jobbridge.sealing import SealError

from . import conf
from .channels.base import Channel, Outcome, Outgoing, Result
from .enums import State
from .models import OPENID, PHONE, Message, Receipt, WeChatBinding
from .querysets import Due
from .rules import Verdict, admit, retry_delay

UNCERTAIN = "短信中心未应答，结果不明"
_WINDOWS = {purpose: policy.window for purpose, policy in conf.POLICIES.items()}


@dataclass(slots=True)
class Claimed:
    """A batch taken: messages to offer, and how many were looked at, expired, suppressed and put off.

    ``unreadable`` are those that cannot be offered, with what becomes of them instead.
    """

    examined: int = 0
    expired: int = 0
    suppressed: int = 0
    deferred: int = 0
    ready: list[Outgoing] = field(default_factory=list)
    unreadable: list[Result] = field(default_factory=list)


def claim(*, actor: Actor, channel: str, worker: str, limit: int, now: datetime) -> Claimed:
    """Take up to ``limit`` due messages, decide on each, and mark those that may go.

    Committed when it returns, so it may not run inside another transaction.
    """
    claimed = Claimed()
    with transaction.atomic(durable=True), acting_as(actor):
        rows = Message.objects.take_due(channel, now, limit, _WINDOWS)
        claimed.examined = len(rows)
        ids: dict[str, list[int]] = defaultdict(list)
        put_off: dict[int, datetime] = {}
        for row, verdict in _verdicts(rows, now):
            ids[verdict.action].append(row.id)
            if verdict.until is not None:
                put_off[row.id] = verdict.until
        claimed.deferred = len(put_off)
        if put_off:
            Message.objects.put_off(put_off)
        if ids["expire"]:
            claimed.expired = Message.objects.filter(pk__in=ids["expire"]).move(State.EXPIRED)
        if ids["suppress"]:
            claimed.suppressed = Message.objects.filter(pk__in=ids["suppress"]).move(State.SUPPRESSED)
        if ids["send"]:
            Message.objects.take(ids["send"], worker[:60], now)
    going = set(ids["send"])
    seal = sealer()
    for row in rows:
        if row.id not in going:
            continue
        if channel == conf.WECHAT and row.openid_sealed is None:
            claimed.unreadable.append(Result(row.id, Outcome.ELSEWHERE, error="没有绑定微信"))
            continue
        try:
            number = seal.open(row.recipient_sealed, PHONE)
            address = seal.open(row.openid_sealed, OPENID) if row.openid_sealed else ""
        except SealError as error:
            claimed.unreadable.append(Result(row.id, Outcome.REFUSED, error=f"号码无法解密：{error}"))
            continue
        kind, variables = (row.template, row.template_version), json.loads(row.variables)
        claimed.ready.append(
            Outgoing(row.id, row.idempotency_key, number, row.body, row.expires_at, kind, variables, address)
        )
    return claimed


def _verdicts(rows: Sequence[Due], now: datetime) -> Iterable[tuple[Due, Verdict]]:
    # Two messages to one number in the same batch count each other.
    going: dict[tuple[bytes, str], int] = defaultdict(int)
    for row in rows:
        number = bytes(row.recipient_index), row.purpose
        verdict = admit(
            now=now,
            expires_at=row.expires_at,
            policy=conf.POLICIES[row.purpose],
            quiet_hours=conf.QUIET_HOURS,
            opted_out=row.opted_out,
            sent_at=[*row.left_at, *[now] * going[number]],
        )
        if verdict.action == "send":
            going[number] += 1
        yield row, verdict


def record_results(*, actor: Actor, channel: str, results: Sequence[Result], now: datetime) -> dict[str, int]:
    """Write down what became of a batch; returns counts by outcome, ``given_up`` among them."""
    groups: dict[tuple[Outcome, str], list[Result]] = defaultdict(list)
    for result in results:
        groups[result.outcome, result.error[:200]].append(result)
    counts: dict[str, int] = defaultdict(int)
    with acting_as(actor):
        for (outcome, error), group in groups.items():
            counts[outcome.value] += len(group)
            counts["given_up"] += _record(channel, outcome, error, group, now)
    return counts


def _record(channel: str, outcome: Outcome, error: str, group: list[Result], now: datetime) -> int:
    """Write down one outcome; returns how many messages were given up."""
    ids = [result.id for result in group]
    rows = Message.objects.filter(pk__in=ids)
    match outcome:
        case Outcome.DELIVERED:
            rows.move(State.DELIVERED, sent_at=now, delivered_at=now)
        case Outcome.ACCEPTED:
            Message.objects.accepted({result.id: next(iter(result.provider_ids), "") for result in group}, now)
            _note_taken(channel, group, now)
        case Outcome.REFUSED:
            return rows.move(State.FAILED, error=error or "通道拒绝")
        case Outcome.RETRY:
            return _retry(rows, error, now)
        case Outcome.THROTTLED | Outcome.BLOCKED | Outcome.UNSENT:
            rows.move(State.QUEUED, error=error)
        case Outcome.UNKNOWN:
            # Parts that were taken will have receipts of their own.
            named = {result.id: result.provider_ids[0] for result in group if result.provider_ids}
            Message.objects.name_provider(named)
            _note_taken(channel, group, now)
            return _unknown(rows, now)
        case Outcome.ELSEWHERE:
            _unbind([result.id for result in group if result.gone])
            rows.move(State.QUEUED, channel=settings.SMS_CHANNEL, error=error)
    return 0


def _unbind(ids: list[int]) -> None:
    if ids:
        people = Message.objects.filter(pk__in=ids).values("person_id")
        WeChatBinding.objects.filter(person_id__in=people).delete()


def _note_taken(channel: str, group: list[Result], now: datetime) -> None:
    pairs = [(part, result.id) for result in group for part in result.provider_ids]
    if pairs and (answered := Receipt.objects.taken(channel, pairs, now)):
        Message.objects.settle(answered)


def _retry(rows, error: str, now: datetime) -> int:
    given_up = 0
    for tries in set(rows.values_list("tries", flat=True)):
        delay = retry_delay(tries + 1)
        same = rows.filter(tries=tries, state=State.CLAIMED)
        if delay is None:
            given_up += same.move(State.FAILED, tries=tries + 1, error=error or "多次重试未成功")
        else:
            same.move(State.QUEUED, tries=tries + 1, next_try_at=now + delay, error=error)
    return given_up


def _unknown(rows, now: datetime) -> int:
    held = rows.filter(state=State.CLAIMED)
    held.filter(resent=False).update(uncertain_at=now, error=UNCERTAIN)
    return held.filter(resent=True).move(State.FAILED, error=UNCERTAIN)


def recover(*, actor: Actor, channel: Channel, now: datetime) -> dict[str, int]:
    """Resolve what a dead sender left claimed; the caller must be the channel's only sender.

    Returns how many went back to the ``queued``, are ``uncertain`` now, are ``resent``, or were ``given_up``.
    """
    with transaction.atomic(durable=True), acting_as(actor):
        held = Message.objects.claimed(channel.name)
        if channel.idempotent:
            return {"queued": held.move(State.QUEUED)}
        return _resolve(held, now)


def adopt(*, actor: Actor, channels: Collection[str], into: str, now: datetime) -> int:
    """Take over what waits for channels that are not set any more; returns how many messages go ``into`` another.

    What such a channel had claimed is resolved as after a sender that died, and then goes the same way.
    """
    with transaction.atomic(durable=True), acting_as(actor):
        left = Message.objects.exclude(channel__in=channels)
        _resolve(left.filter(state=State.CLAIMED), now)
        return left.filter(state=State.QUEUED).update(channel=into)


def _resolve(held, now: datetime) -> dict[str, int]:
    late = held.filter(uncertain_at__lte=now - conf.RECEIPT_WAIT)
    return {
        "given_up": late.filter(resent=True).move(State.FAILED, error=UNCERTAIN),
        "resent": late.filter(resent=False).move(State.QUEUED, resent=True, error=UNCERTAIN),
        "uncertain": held.filter(uncertain_at=None).update(uncertain_at=now, error=UNCERTAIN),
    }
