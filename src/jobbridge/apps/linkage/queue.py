"""What a clerk looks at next: the pairs in the order of what they are worth, each before one clerk at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.linkage.models import Decision, Lease, Link, Opinion, VillageQuestion, Zone
from jobbridge.apps.linkage.review_models import OpinionState, QuestionState
from jobbridge.apps.linkage.review_rules import Facts, consequences, priority
from jobbridge.apps.linkage.review_settings import review_settings

BLIND_EVERY = 6  # among so many fresh pairs at most one is a second look, so that it does not stand out
BATCH = 5_000

FACTS = """
SELECT l.id, l.posterior, l.priority, f.direction, coalesce(s.status, ''), l.hold,
  coalesce(h.zero_employment, false), coalesce(h.monitored, false), coalesce(p.draws_pension, false),
  EXISTS (SELECT 1 FROM targeting_groupmembership g WHERE g.until IS NULL
    AND g.household_id = p.household_id AND coalesce(g.person_id, p.id) = p.id)
FROM linkage_link l JOIN linkage_feedrecord f ON f.id = l.record_id
  LEFT JOIN registry_person p ON p.id = l.person_id
  LEFT JOIN targeting_personstatus s ON s.person_id = l.person_id
  LEFT JOIN targeting_householdstatus h ON h.household_id = p.household_id
"""
# One id number under any number of names asks one question: whether that number is misused. Where a pair of it has
# been decided the question was answered; else the likeliest pair asks it. The suspicion counts them all.
ASKED = """
SELECT id FROM (
  SELECT id, decision,
    row_number() OVER (PARTITION BY person_id ORDER BY decision = 'pending', posterior DESC, id) AS n
  FROM linkage_link WHERE zone = 'review' AND hold = 'id_other_name'
) g WHERE decision = 'pending' AND n > 1
"""
WAITING = " WHERE l.zone = 'review' AND l.decision = 'pending' ORDER BY l.id"


def waiting_pairs(actor: Actor, *, today: date) -> QuerySet[Link]:
    """Pairs in the actor's scope that wait for a clerk; those the village was asked about wait for the village."""
    pairs = Link.objects.visible_to(actor).filter(zone=Zone.REVIEW, decision=Decision.PENDING)
    return pairs.filter(~Exists(_asked(today).filter(link=OuterRef("pk"))))


def waiting_opinions(actor: Actor, *, today: date) -> QuerySet[Opinion]:
    """Second looks the actor may give: never at their own decision, and not while a village is asked."""
    opinions = Opinion.objects.visible_to(actor).filter(state=OpinionState.WAITING).exclude(first_by=actor.key)
    return opinions.filter(~Exists(_asked(today).filter(link=OuterRef("link_id"))))


def _asked(today: date) -> QuerySet[VillageQuestion]:
    return VillageQuestion.objects.filter(state=QuestionState.OPEN, expires_on__gte=today)


def next_pairs(
    *, actor: Actor, now: datetime, size: int, without: Collection[int] = (), source: str = ""
) -> list[Link]:
    """The next pairs for the actor, leased to them for some minutes.

    First those the village has answered, then by priority. A second look hides among the others: ``blind`` is its
    Opinion, None for every other pair. ``without`` are the pairs the clerk has before them already.
    """
    today = timezone.localdate(now)
    taken = Lease.objects.filter(until__gt=now).exclude(holder=actor.key)
    pairs = waiting_pairs(actor, today=today).exclude(pk__in=without)
    pairs = pairs.filter(~Exists(taken.filter(link=OuterRef("pk"))))
    seconds = waiting_opinions(actor, today=today).exclude(link__in=without)
    seconds = seconds.filter(~Exists(taken.filter(link=OuterRef("link_id"))))
    if source:
        pairs, seconds = pairs.filter(record__source=source), seconds.filter(link__record__source=source)
    answered = VillageQuestion.objects.visible_to(actor).filter(state=QuestionState.ANSWERED)
    keys = _keys(pairs.filter(pk__in=answered.values("link_id")), size)
    keys += _keys(pairs.exclude(pk__in=keys), size - len(keys))
    room = 1 + size // BLIND_EVERY if len(keys) == size else size - len(keys)
    blind = {row.link_id: row for row in seconds.order_by("id")[:room]}
    mine = _lease(actor, [*keys, *blind], now)
    links = Link.objects.filter(pk__in=mine).select_related("record", "run")
    found = {link.pk: link for link in links}
    ordered = [found[key] for key in keys if key in found]
    for key in (key for key in blind if key in found):
        ordered.insert(key % (len(ordered) + 1), found[key])
    for link in ordered:
        link.blind = blind.get(link.pk)
    return ordered


def _keys(pairs: QuerySet[Link], size: int) -> list[int]:
    return list(pairs.order_by("-priority", "id").values_list("pk", flat=True)[:size])


def lease_again(*, actor: Actor, link_id: int, now: datetime) -> None:
    """A pair that comes back to a clerk by undoing is theirs again."""
    _lease(actor, [link_id], now)


def _lease(actor: Actor, keys: Iterable[int], now: datetime) -> set[int]:
    """Of these pairs the ones that nobody was quicker to take."""
    until = now + timedelta(minutes=review_settings(timezone.localdate(now)).lease_minutes)
    with connection.cursor() as cursor:
        # Sorted: two clerks who take overlapping pairs wait for each other in one order.
        cursor.execute(
            "INSERT INTO linkage_lease (link_id, holder, until)"
            " SELECT key, %s, %s FROM unnest(%s::bigint[]) AS key ORDER BY key"
            " ON CONFLICT (link_id) DO UPDATE SET holder = excluded.holder, until = excluded.until"
            " WHERE linkage_lease.holder = excluded.holder OR linkage_lease.until <= %s RETURNING link_id",
            [actor.key, until, sorted(keys), now],
        )
        return {key for (key,) in cursor.fetchall()}


def prioritise(*, on: date, actor: Actor) -> dict[str, int]:
    """Give every waiting pair its place in the queue from what is known of the person today.

    Runs after the statuses of the day are known. The same day and ledger again change nothing.
    """
    weights = review_settings(on).weights
    changed = total = 0
    with acting_as(actor), connection.cursor() as cursor:
        cursor.execute(ASKED)
        asked = {key for (key,) in cursor.fetchall()}
        cursor.execute(FACTS + WAITING)
        rows = iter(cursor.fetchall())
        while batch := list(islice(rows, BATCH)):
            total += len(batch)
            new = [
                (key, priority(posterior, consequences(_facts(rest)), weights, asked=key in asked), old)
                for key, posterior, old, *rest in batch
            ]
            moved = [(key, value) for key, value, old in new if value != old]
            changed += len(moved)
            if moved:
                cursor.execute(
                    "UPDATE linkage_link l SET priority = v.priority"
                    " FROM unnest(%s::bigint[], %s::int[]) AS v (id, priority) WHERE v.id = l.id",
                    [[key for key, _ in moved], [value for _, value in moved]],
                )
    return {"pairs_waiting": total, "pairs_moved": changed}


def consequences_of(links: Iterable[Link]) -> dict[int, tuple[str, ...]]:
    """What hangs on each of these pairs, for the page."""
    with connection.cursor() as cursor:
        cursor.execute(FACTS + " WHERE l.id = ANY(%s)", [[link.pk for link in links]])
        return {key: consequences(_facts(rest)) for key, _, _, *rest in cursor.fetchall()}


def _facts(row: list[Any]) -> Facts:
    direction, status, hold, zero, monitored, pension, group = row
    return Facts(direction, status, hold, zero, group, monitored, pension)
