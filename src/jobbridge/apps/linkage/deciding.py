"""The clerk's word on a doubtful pair: given, taken back, and kept for good in the log.

Whoever is found by it to be at home has a record of the stay at once, not only after the next cycle.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from jobbridge.apps.accounts.models import Role
from jobbridge.apps.accounts.scope import Actor, system_actor
from jobbridge.apps.linkage.models import Decision, FeedRecord, Lease, Link, LinkDecision, Opinion
from jobbridge.apps.linkage.returnees import keep_returnees
from jobbridge.apps.linkage.review_models import OpinionState, QuestionState, Verdict, Via
from jobbridge.apps.linkage.review_rules import sampled
from jobbridge.apps.linkage.review_settings import review_settings
from jobbridge.apps.registry.models import Person

REOPENERS = frozenset({Role.COUNTY, Role.ADMINISTRATOR})


class AlreadyDecided(Exception):
    """Somebody has decided the pair; ``link`` says who and how."""

    def __init__(self, link: Link) -> None:
        super().__init__(f"link {link.pk} is decided")
        self.link = link


def decide(
    *,
    actor: Actor,
    link_id: int,
    same: bool,
    now: datetime,
    person_id: int | None = None,
    via: Via = Via.DESK,
    reason: str = "",
) -> Link:
    """A clerk says whether the pair is one person; ``person_id`` chooses another of the candidates.

    The record belongs to the person's village from then on. The same word of the same clerk again changes nothing.
    Some pairs are put aside for a second opinion. Raises Link.DoesNotExist outside the actor's scope, AlreadyDecided
    when there is a decision, ValueError for a person that is no candidate or not the actor's to see.
    """
    pair = _locked(actor, link_id)
    wanted = Decision.CONFIRMED if same else Decision.REJECTED
    proposed = pair.person_id
    chosen = pair.person_id if person_id is None or not same else person_id
    if pair.decision != Decision.PENDING:
        if (pair.decided_by, pair.decision, pair.person_id) == (actor.key, wanted, chosen):
            return pair
        raise AlreadyDecided(pair)
    if same:
        offered = {pair.person_id, *candidates_of(pair)}
        person = Person.objects.visible_to(actor).filter(pk=chosen).first() if chosen in offered else None
        if person is None:
            raise ValueError("所选人员不在候选名单中")
        _give_to(pair, person)
    pair.decision, pair.decided_by, pair.decided_at = wanted, actor.key, now
    pair.save(update_fields=["person", "region_code", "decision", "decided_by", "decided_at"])
    entry = log(actor=actor, pair=pair, verdict=Verdict(wanted), now=now, via=via, reason=reason)
    _keep_stays(actor, {proposed, pair.person_id}, now)
    Lease.objects.filter(link=pair).delete()
    # The village need not trouble itself any more.
    pair.questions.filter(state=QuestionState.OPEN).update(state=QuestionState.WITHDRAWN)
    if via == Via.DESK:
        _ask_another(pair, entry)
    return pair


def undo(*, actor: Actor, link_id: int, now: datetime) -> Link:
    """Clerks take back their own word of the last hours; a pair that waits already stays as it is.

    Raises Link.DoesNotExist outside the actor's scope, AlreadyDecided when the word is another's, too old, or when a
    second clerk has looked at it.
    """
    pair = _locked(actor, link_id)
    if pair.decision == Decision.PENDING:
        return pair
    limit = timedelta(hours=review_settings(timezone.localdate(now)).undo_hours)
    looked_at = pair.opinions.exclude(state__in=[OpinionState.WAITING, OpinionState.DROPPED]).exists()
    if pair.decided_by != actor.key or now - pair.decided_at > limit or looked_at:
        raise AlreadyDecided(pair)
    return _open_again(actor, pair, now)


def reopen(*, actor: Actor, link_id: int, now: datetime | None = None) -> Link:
    """The county takes a decision back; the log keeps whose it was. An open pair stays as it is.

    Raises PermissionDenied for other roles, Link.DoesNotExist outside the actor's scope.
    """
    if actor.role not in REOPENERS:
        raise PermissionDenied
    pair = _locked(actor, link_id)
    if pair.decision == Decision.PENDING:
        return pair
    return _open_again(actor, pair, now or timezone.now())


def candidates_of(pair: Link) -> list[int]:
    """Persons the pair may be, the likeliest first; a decision does not change the order."""
    ranked = sorted(pair.candidates, key=lambda candidate: -candidate["posterior"])
    return [candidate["person_id"] for candidate in ranked]


def log(*, actor: Actor, pair: Link, verdict: Verdict, now: datetime, via: Via, reason: str = "") -> LinkDecision:
    """Add one row to the log, with the comparison that the reviewer had before them."""
    run = pair.run
    return LinkDecision.objects.create(
        link=pair,
        region_code=pair.region_code,
        person_id=pair.person_id if verdict == Verdict.CONFIRMED else None,
        verdict=verdict,
        via=via,
        by=actor.key,
        at=now,
        reason=reason,
        posterior=pair.posterior,
        stage=pair.stage,
        engine=run.report.get("engine", "") if run else "",
        parameters=parameters_digest(run.report) if run else "",
        snapshot=run.register_mark if run else "",
        batch_id=pair.record.batch_id,
    )


def parameters_digest(report: dict[str, object]) -> str:
    """Short digest of a run's parameters: two runs with the same settings have the same."""
    text = json.dumps(report.get("parameters", {}), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _locked(actor: Actor, link_id: int) -> Link:
    pairs = Link.objects.visible_to(actor).select_related("record", "run")
    return pairs.select_for_update(of=("self",)).get(pk=link_id)


def _give_to(pair: Link, person: Person) -> None:
    """The record is seen by whoever sees the person."""
    pair.person, pair.region_code = person, person.region_code
    FeedRecord.objects.filter(pk=pair.record_id).update(region_code=person.region_code)


def _open_again(actor: Actor, pair: Link, now: datetime) -> Link:
    """Back in the queue with the engine's first candidate, where the actor may see that person."""
    log(actor=actor, pair=pair, verdict=Verdict.REOPENED, now=now, via=Via.DESK)
    pair.opinions.filter(state__in=[OpinionState.WAITING, OpinionState.DIFFERS]).update(state=OpinionState.DROPPED)
    decided = pair.person_id
    first = Person.objects.visible_to(actor).filter(pk__in=candidates_of(pair)[:1]).first()
    if first is not None and first.pk != pair.person_id:
        _give_to(pair, first)
    pair.decision, pair.decided_by, pair.decided_at = Decision.PENDING, "", None
    pair.save(update_fields=["person", "region_code", "decision", "decided_by", "decided_at"])
    _keep_stays(actor, {decided, pair.person_id}, now)
    return pair


def _keep_stays(actor: Actor, persons: set[int | None], now: datetime) -> None:
    """Bring the stays of whoever the pair was or is about in line with the decision, in its transaction.

    By the system on the actor's word: the day of a sighting may stand on a list of the county's, which a township
    does not see.
    """
    keep_returnees(on=timezone.localdate(now), actor=system_actor(f"pairs for {actor.key}"), persons=persons - {None})


def _ask_another(pair: Link, entry: LinkDecision) -> None:
    share = review_settings(timezone.localdate(entry.at)).second_opinion_share
    if not sampled(bytes(pair.record.content_hash), share):
        return
    if pair.opinions.exclude(state=OpinionState.DROPPED).exists():
        return
    Opinion.objects.create(link=pair, region_code=pair.region_code, decision=entry, first_by=entry.by)
