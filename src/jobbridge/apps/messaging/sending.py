"""Sending what is due: one sender for each channel, at the agreed rate, stopping where it must."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection

from jobbridge.apps.accounts.scope import Actor, acting_as

from . import claims, conf
from .channels.base import Channel, ChannelError, Item, Outcome, Receipt, Taken
from .enums import State
from .models import Message
from .questions import ask_open
from .rules import Bucket, pause_seconds
from .services import Progress, record_inbound, record_receipt, record_taken

_LOCK = 0x736D7331  # "sms1"
_LOSSES = 3
Clock = Callable[[], float]


@dataclass(slots=True)
class SendReport:
    """What a run did. ``stopped`` says why it ended early and what to do; empty when nothing more was due."""

    sent: int = 0  # taken by the provider; with a channel that needs no receipt also delivered
    delivered: int = 0
    failed: int = 0  # given up for good
    retried: int = 0  # back in the queue for a later try
    deferred: int = 0  # quiet hours or cap
    suppressed: int = 0  # opted out
    expired: int = 0
    uncertain: int = 0  # answer lost; waits for a receipt
    recovered: int = 0  # left by a sender that died, now resolved
    pauses: int = 0  # times the provider throttled
    receipts: int = 0
    replies: int = 0
    stopped: str = ""
    busy: bool = False  # stopped because another process sends over this channel

    def add(self, other: SendReport) -> None:
        """Take the figures of another run in."""
        for one in fields(self):
            mine, theirs = getattr(self, one.name), getattr(other, one.name)
            if isinstance(mine, str):
                setattr(self, one.name, "；".join(filter(None, [mine, theirs])))
            else:
                setattr(self, one.name, mine | theirs if isinstance(mine, bool) else mine + theirs)


def deliver(
    *, actor: Actor, now: datetime, limit: int | None = None, listen: float = 3.0,
    progress: Progress | None = None, channel: Channel | None = None,
) -> SendReport:  # fmt: skip
    """Send what is due, then take receipts and replies until ``listen`` quiet seconds.

    Over ``channel``, or over all that are configured: WeChat first, for what does not reach its person there goes by
    text message. A channel that stops keeps no other from sending. What waits for a channel that was taken out of
    the settings goes by text message too.
    """
    whole = SendReport()
    if channel is None and settings.SMS_CHANNEL in conf.CHANNELS:
        in_use = {name for name, _ in conf.channels_in_use()}
        claims.adopt(actor=actor, channels=in_use, into=settings.SMS_CHANNEL, now=now)
    for each in [channel] if channel else _channels(whole):
        try:
            report = send_due(actor=actor, channel=each, now=now, limit=limit, progress=progress)
            if not report.stopped:
                receive(actor=actor, channel=each, now=now, quiet=listen, report=report)
            whole.add(report)
        finally:
            each.close()
    return whole


def collect(*, actor: Actor, now: datetime, quiet: float = 3.0, most: float = 600.0) -> SendReport:
    """Take the receipts and replies that are there, over all channels, for at most ``most`` seconds each.

    A channel over which somebody sends is left to them: they take what comes, and some centres allow one session.
    """
    whole = SendReport()
    for each in _channels(whole):
        try:
            with _only_sender(each.name) as alone:
                if alone:
                    whole.add(receive(actor=actor, channel=each, now=now, quiet=quiet, most=most))
                whole.busy |= not alone
        finally:
            each.close()
    return whole


def _channels(report: SendReport) -> Iterator[Channel]:
    for make in (conf.wechat_channel, conf.configured_channel):
        try:
            channel = make()
        except ChannelError as error:
            report.add(SendReport(stopped=str(error)))
            continue
        if channel is not None:
            yield channel


def send_due(
    *, actor: Actor, channel: Channel, now: datetime, limit: int | None = None,
    progress: Progress | None = None, clock: Clock = time.monotonic,
) -> SendReport:  # fmt: skip
    """Send due messages until none is left, ``limit`` were offered, or the channel stops.

    May be killed at any point and called again; see `claims` for what that means. Time goes on from ``now`` while
    it runs, so that a long run ends at the quiet hours. Must not run inside a transaction.
    ``progress(step, done, total)`` is called after each batch.
    """
    report = SendReport()
    with _only_sender(channel.name) as alone:
        if not alone:
            report.stopped, report.busy = "另一个进程正在通过此通道发送，请等它结束", True
            return report
        run = _Run(actor=actor, channel=channel, now=now, clock=clock, report=report)
        recovered = claims.recover(actor=actor, channel=channel, now=now)
        report.recovered = sum(recovered.values())
        report.failed += recovered.get("given_up", 0)
        with acting_as(actor):
            report.expired += Message.objects.expired(channel.name, now).move(State.EXPIRED)
            kinds = Message.objects.due_kinds(channel.name, now)
        total = sum(kinds.values())
        if missing := channel.missing(kinds):
            named = "、".join(f"{name}@{version}" for name, version in missing)
            report.stopped = f"模板 {named} 没有对应的服务商模板，请补入模板设置；一条也没有发出，都在队列中"
        elif total:
            run.until_done(total if limit is None else min(limit, total), limit, progress)
    return report


def receive(
    *, actor: Actor, channel: Channel, now: datetime, quiet: float, most: float = 60.0,
    report: SendReport | None = None,
) -> SendReport:  # fmt: skip
    """Take receipts and replies until none came for ``quiet`` seconds, or for ``most`` seconds in all."""
    run = _Run(actor=actor, channel=channel, now=now, clock=time.monotonic, report=report or SendReport())
    deadline = time.monotonic() + most
    if run.connected():
        while run.listen(min(quiet, max(0.0, deadline - time.monotonic()))) and time.monotonic() < deadline:
            pass
        ask_open(actor=actor, channel=channel, now=now, until=deadline)
    return run.report


@contextmanager
def _only_sender(channel: str) -> Iterator[bool]:
    """Hold the channel's lock; it dies with the database connection, and so with a killed process."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [_LOCK, channel])
        (alone,) = cursor.fetchone()
    try:
        yield alone
    finally:
        # Without a connection there is no lock to give back.
        with suppress(DatabaseError):
            if alone:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", [_LOCK, channel])


@dataclass(slots=True)
class _Run:
    """One run over a channel."""

    actor: Actor
    channel: Channel
    now: datetime
    clock: Clock
    report: SendReport
    started: float = 0.0
    worker: str = field(default_factory=lambda: f"{socket.gethostname()[:40]}:{os.getpid()}")
    throttled: int = 0
    losses: int = 0

    def __post_init__(self) -> None:
        self.started = self.clock()

    def moment(self) -> datetime:
        """The time now, going on from the time the run was given."""
        return self.now + timedelta(seconds=self.clock() - self.started)

    def keep(self, item: Item) -> None:
        """Store what came in; the provider hears of it only afterwards."""
        if isinstance(item, Receipt):
            record_receipt(actor=self.actor, channel=self.channel.name, receipt=item, now=self.moment())
            self.report.receipts += 1
        elif isinstance(item, Taken):
            record_taken(actor=self.actor, channel=self.channel.name, taken=item, now=self.moment())
        else:
            record_inbound(actor=self.actor, channel=self.channel.name, incoming=item, now=self.moment())
            self.report.replies += 1

    def connected(self) -> bool:
        """Open the channel or note why not."""
        try:
            self.channel.open(self.keep)
        except ChannelError as error:
            self.report.stopped = str(error)
            return False
        return True

    def listen(self, seconds: float) -> int:
        """Wait for ``seconds`` while taking what comes; a broken line shows at the next `connected`."""
        try:
            return self.channel.poll(seconds)
        except ChannelError:
            return 0

    def until_done(self, total: int, limit: int | None, progress: Progress | None) -> None:
        """Batch after batch until nothing is due, the limit is reached, or the run is stopped."""
        bucket = Bucket.empty(self.channel.rate, self.channel.window, self.clock())
        offered = done = 0
        while not self.report.stopped and (limit is None or offered < limit) and self.connected():
            # About four batches a second at most, so that the rate holds within the second too.
            size = max(1, min(self.channel.window, int(bucket.rate / 4)))
            wanted = size if limit is None else min(size, limit - offered)
            granted, bucket = bucket.take(wanted, self.clock())
            if not granted:
                self.listen(bucket.wait(wanted))
                continue
            claimed = claims.claim(
                actor=self.actor, channel=self.channel.name, worker=self.worker, limit=granted, now=self.moment()
            )
            if not claimed.examined:
                break
            self._count(claimed)
            bucket = self._offer(claimed, bucket.give_back(granted - len(claimed.ready)))
            offered += len(claimed.ready)
            done += claimed.examined
            if progress:
                progress("发送消息", done, max(done, total))

    def _count(self, claimed: claims.Claimed) -> None:
        self.report.expired += claimed.expired
        self.report.suppressed += claimed.suppressed
        self.report.deferred += claimed.deferred

    def _offer(self, claimed: claims.Claimed, bucket: Bucket) -> Bucket:
        """Offer a batch, write down the results, and slow down or stop when they say so."""
        results = claimed.unreadable + (self.channel.send(claimed.ready) if claimed.ready else [])
        counts = claims.record_results(
            actor=self.actor, channel=self.channel.name, results=results, now=self.moment()
        )
        got = {outcome: counts.get(outcome.value, 0) for outcome in Outcome}
        taken = got[Outcome.ACCEPTED] + got[Outcome.DELIVERED]
        self.report.sent += taken
        self.report.delivered += got[Outcome.DELIVERED]
        self.report.failed += counts.get("given_up", 0)
        self.report.retried += got[Outcome.RETRY]
        self.report.uncertain += got[Outcome.UNKNOWN]
        if got[Outcome.BLOCKED]:
            self.report.stopped = next(r.error for r in results if r.outcome is Outcome.BLOCKED)
        elif got[Outcome.THROTTLED]:
            bucket = self._slow_down(bucket, taken)
        elif got[Outcome.UNSENT] and not taken:
            self.losses += 1
            if self.losses >= _LOSSES:
                self.report.stopped = next(r.error for r in results if r.outcome is Outcome.UNSENT)
        else:
            self.throttled = self.losses = 0
            bucket = bucket.recovered()
        return bucket

    def _slow_down(self, bucket: Bucket, taken: int) -> Bucket:
        self.report.pauses += 1
        self.throttled = 1 if taken else self.throttled + 1
        pause = pause_seconds(self.throttled)
        if pause is None:
            self.report.stopped = "短信中心持续限速，已暂停发送；未发的都在队列中，请稍后再发或与运营商核对速率"
        else:
            self.listen(pause)
        return bucket.slowed()
