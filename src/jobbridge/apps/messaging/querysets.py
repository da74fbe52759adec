"""Reads and set updates of the message tables.

Every change of state goes through `MessageQuerySet.move`, which touches only rows that may make it (`flows`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import connection, models
from django.db.models import Q

from jobbridge.apps.accounts.scope import ScopedQuerySet

from . import flows
from .enums import Priority, State

#: Sent, or perhaps sent: what a cap counts. An undelivered message disturbed nobody.
_COUNTED = (State.CLAIMED, State.SENT, State.DELIVERED)


_COLUMNS = {
    "idempotency_key": "text", "purpose": "text", "template": "text", "template_version": "int",
    "person_id": "bigint", "employer_id": "bigint", "region_code": "text", "recipient_sealed": "bytea",
    "recipient_index": "bytea", "recipient_mask": "text", "body": "text", "parts": "int", "channel": "text",
    "priority": "int", "not_before": "timestamptz", "next_try_at": "timestamptz", "expires_at": "timestamptz",
    "queued_by": "text", "created_at": "timestamptz",
}  # fmt: skip
_FIXED = {
    "state": "'queued'",
    "tries": "0",
    "claimed_by": "''",
    "resent": "false",
    "provider_id": "''",
    "error": "''",
}


class MessageQuerySet(ScopedQuerySet):
    """Messages."""

    def move(self, to: State, **changes: Any) -> int:
        """Move those rows that may go there; returns how many did."""
        if to != State.CLAIMED:
            changes = {"claimed_at": None, "claimed_by": "", "uncertain_at": None} | changes
        return self.filter(state__in=flows.sources(to)).update(state=to, **changes)

    def enqueue(self, rows: Sequence[dict[str, Any]]) -> set[str]:
        """Insert rows of `_COLUMNS` and return the keys that are new; a known key changes nothing.

        One statement of arrays: measured ten times the speed of ``bulk_create``.
        """
        names = ", ".join(_COLUMNS)
        casts = ", ".join(f"%s::{kind}[]" for kind in _COLUMNS.values())
        sql = (
            f"INSERT INTO messaging_message ({names}, {', '.join(_FIXED)})"
            f" SELECT {names}, {', '.join(_FIXED.values())} FROM unnest({casts}) AS r ({names})"
            " ON CONFLICT (idempotency_key) DO NOTHING RETURNING idempotency_key"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [[row[name] for row in rows] for name in _COLUMNS])
            return {key for (key,) in cursor.fetchall()}

    def take_due(self, channel: str, now: datetime, limit: int) -> list[Any]:
        """Lock up to ``limit`` due messages, most urgent first, longest waiting first; others' locks are skipped."""
        rows: list[Any] = []
        # One index range for each priority: a single sorted query would walk over all that wait for tomorrow.
        for priority in Priority.values:
            if len(rows) < limit:
                due = self.filter(state=State.QUEUED, channel=channel, priority=priority, next_try_at__lte=now)
                ordered = due.order_by("next_try_at", "id").select_for_update(skip_locked=True)
                rows.extend(ordered[: limit - len(rows)])
        return rows

    def put_off(self, until: dict[int, datetime]) -> None:
        """Set the next try of each message id."""
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE messaging_message m SET next_try_at = d.at"
                " FROM unnest(%s::bigint[], %s::timestamptz[]) AS d (id, at)"
                " WHERE m.id = d.id AND m.state = 'queued'",
                [list(until), list(until.values())],
            )

    def left_at(
        self, numbers: Collection[bytes], windows: dict[str, timedelta], now: datetime
    ) -> dict[tuple[bytes, str], list[datetime]]:
        """When messages of each (number, purpose) left, within each purpose's window before ``now``."""
        recent = Q(pk__in=[])
        for purpose, window in windows.items():
            recent |= Q(purpose=purpose, at__gt=now - window)
        rows = (
            self.filter(recipient_index__in=numbers, purpose__in=windows, state__in=_COUNTED)
            .annotate(at=models.functions.Coalesce("sent_at", "claimed_at"))
            .filter(recent)
            .values_list("recipient_index", "purpose", "at")
        )
        left = defaultdict(list)
        for number, purpose, at in rows:
            left[bytes(number), purpose].append(at)
        return left

    def expired(self, channel: str, now: datetime) -> Self:
        """Waiting messages whose time is over."""
        return self.filter(channel=channel, state=State.QUEUED, expires_at__lte=now)

    def waiting(self, channel: str) -> Self:
        """Messages not sent yet."""
        return self.filter(channel=channel, state=State.QUEUED)

    def claimed(self, channel: str) -> Self:
        """Messages that a sender holds, or held when it died."""
        return self.filter(channel=channel, state=State.CLAIMED)

    def name_provider(self, provider_ids: dict[int, str]) -> None:
        """Keep the provider's id of each message id (of its first part)."""
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE messaging_message m SET provider_id = left(p.name, 80)"
                " FROM unnest(%s::bigint[], %s::text[]) AS p (id, name) WHERE m.id = p.id",
                [list(provider_ids), list(provider_ids.values())],
            )

    def settle(self, ids: Sequence[int]) -> None:
        """Give messages the state their receipts add up to: all parts delivered, or any part failed."""
        with connection.cursor() as cursor:
            cursor.execute(_SETTLE, [list(ids), flows.sources(State.DELIVERED), flows.sources(State.FAILED)])

    def counts(self) -> dict[str, int]:
        """Number of messages in each state."""
        return dict(self.order_by().values_list("state").annotate(n=models.Count("id")))


_SETTLE = """
UPDATE messaging_message m
SET state = CASE WHEN r.all_there THEN 'delivered' ELSE 'failed' END,
    delivered_at = CASE WHEN r.all_there THEN r.at END,
    sent_at = coalesce(m.sent_at, m.claimed_at, r.at),
    error = CASE WHEN r.all_there THEN '' ELSE r.error END,
    claimed_at = NULL, claimed_by = '', uncertain_at = NULL
FROM (SELECT message_id, bool_and(state = 'delivered') AS all_there, bool_or(state = 'failed') AS any_failed,
             max(at) AS at, coalesce(max(error) FILTER (WHERE state = 'failed' AND error <> ''), '未送达') AS error
      FROM messaging_receipt WHERE message_id = ANY(%s::bigint[]) GROUP BY message_id) r
WHERE m.id = r.message_id
  AND (r.all_there AND m.state = ANY(%s) OR r.any_failed AND m.state = ANY(%s))
"""


class ReceiptQuerySet(models.QuerySet):
    """Parts that providers took."""

    def taken(self, channel: str, ids: Sequence[tuple[str, int]], now: datetime) -> None:
        """Note (provider id, message id) pairs; a receipt that came first keeps its word.

        A provider that starts its numbering anew gives an old id to another message: the old word is then void.
        """
        with connection.cursor() as cursor:
            cursor.execute(_TAKEN, [channel, now, [pair[0] for pair in ids], [pair[1] for pair in ids]])

    def said(self, channel: str, provider_id: str, state: str, error: str, at: datetime) -> tuple[int, int | None]:
        """Keep a receipt's word; returns the row and its message, if that is known.

        A part once delivered stays so, whatever comes later.
        """
        with connection.cursor() as cursor:
            cursor.execute(_SAID, [channel, provider_id, state, error, at])
            return cursor.fetchone()


_SAID = """
INSERT INTO messaging_receipt AS r (channel, provider_id, state, error, at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (channel, provider_id) DO UPDATE SET
  state = CASE WHEN r.state = 'delivered' THEN r.state ELSE excluded.state END,
  error = CASE WHEN r.state = 'delivered' THEN r.error ELSE excluded.error END,
  at = CASE WHEN r.state = 'delivered' THEN r.at ELSE excluded.at END
RETURNING id, message_id
"""

_TAKEN = """
INSERT INTO messaging_receipt AS r (channel, provider_id, message_id, state, error, at)
SELECT %s, t.provider_id, t.message_id, 'waiting', '', %s
FROM unnest(%s::text[], %s::bigint[]) AS t (provider_id, message_id)
ON CONFLICT (channel, provider_id) DO UPDATE SET
  message_id = excluded.message_id,
  state = CASE WHEN r.message_id IS NULL THEN r.state ELSE excluded.state END,
  error = CASE WHEN r.message_id IS NULL THEN r.error ELSE excluded.error END,
  at = CASE WHEN r.message_id IS NULL THEN r.at ELSE excluded.at END
"""


class InboundQuerySet(ScopedQuerySet):
    """What people wrote."""

    def open(self) -> Self:
        """Replies that a person still has to look at."""
        return self.filter(handled_at__isnull=True)


class OptOutQuerySet(models.QuerySet):
    """Refusals."""

    def of(self, numbers: Collection[bytes]) -> set[tuple[bytes, str]]:
        """(number, purpose) pairs refused by these numbers; purpose ``*`` refuses all."""
        rows = self.filter(recipient_index__in=numbers).values_list("recipient_index", "purpose")
        return {(bytes(number), purpose) for number, purpose in rows}
