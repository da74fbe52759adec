"""当面告知: who has posts waiting that no message can bring, and what they say to the broker who comes instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import CharField, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_noop

from jobbridge.apps.accounts.scope import Actor, ScopedQuerySet, acting_as
from jobbridge.apps.messaging.enums import State
from jobbridge.apps.messaging.models import Message
from jobbridge.apps.placements import flows
from jobbridge.apps.placements.answers import answer, mark_seen
from jobbridge.apps.placements.enums import RunState
from jobbridge.apps.placements.models import Recommendation
from jobbridge.apps.registry.models import ContactPoint, Person

BY_BROKER = gettext_noop("就业专员当面告知")
# What delivery does not reach; what was delivered is the person's own to answer.
UNREACHED = ("recommended", "sent", "seen")
NOT_SENT = (State.FAILED, State.EXPIRED, State.SUPPRESSED)


@dataclass(frozen=True)
class ToTell:
    """Somebody to be told: how many posts wait for a word, since when, and whether they have a phone at all."""

    person: Person
    posts: int
    since: date
    has_phone: bool


def to_tell(*, actor: Actor) -> list[ToTell]:
    """Everybody in the actor's scope whom no message reached, those who have waited longest first."""
    rows = (
        _open(actor)
        .filter(state__in=UNREACHED)
        .annotate(
            has_phone=Exists(ContactPoint.objects.filter(person=OuterRef("person"), primary=True)),
            not_sent=Exists(_digests().filter(state__in=NOT_SENT)),
        )
        .filter(Q(has_phone=False) | Q(not_sent=True))
        .select_related("person__household", "run")
        .order_by("run__on", "person_id", "rank")
    )
    found: dict[int, ToTell] = {}
    for row in rows:
        known = found.get(row.person_id)
        found[row.person_id] = ToTell(
            row.person, known.posts + 1 if known else 1, known.since if known else row.run.on, row.has_phone
        )
    return list(found.values())


def posts_of(person: Person, *, actor: Actor) -> ScopedQuerySet:
    """The person's recommendations that still go on, in the order of the digest."""
    rows = _open(actor).filter(person=person, state__in=flows.LIVE)
    return rows.select_related("post__employer", "run").order_by("-run__on", "rank", "pk")


def told(recommendations: Iterable[Recommendation], *, actor: Actor, on: date) -> None:
    """The broker has shown these to their person, who wants to think about them."""
    waiting = [row.pk for row in recommendations if row.state in flows.UNANSWERED]
    with acting_as(actor):
        mark_seen(shown=waiting, on=on)


def heard(
    recommendation_id: int, *, person: Person, interested: bool, actor: Actor, on: date, reason: str = ""
) -> Recommendation:
    """What the person said of one post. Said again it changes nothing.

    Raises Recommendation.DoesNotExist when it is not one of theirs in scope, flows.Refused when it comes too late: a
    no is turned into a yes by the person's own page or the office, not by a form that was on the way.
    """
    with acting_as(actor):
        row = _open(actor).get(pk=recommendation_id, person=person)
        if interested and row.state == "refused":
            raise flows.Refused("本人已经说过不合适")
        return answer(row, interested=interested, actor=actor, on=on, reason=reason, note=BY_BROKER)


def _open(actor: Actor) -> ScopedQuerySet:
    rows = Recommendation.objects.visible_to(actor)
    return rows.filter(run__state=RunState.RELEASED, person__life="alive")


def _digests() -> ScopedQuerySet:
    """The messages that list a recommendation of the outer query, by the key that `rules.digest_key` makes."""
    start = Concat(Value("recommend:"), Cast(OuterRef("run_id"), CharField()), Value(":"))
    return Message.objects.alias(start=start).filter(
        template="recommend_posts", person_id=OuterRef("person_id"), idempotency_key__startswith=F("start")
    )
