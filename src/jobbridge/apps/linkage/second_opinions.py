"""The second look at a sample of decided pairs, and the third word where two reviewers differ."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.linkage.deciding import REOPENERS, candidates_of, decide, reopen
from jobbridge.apps.linkage.models import Lease, Link, LinkDecision, Opinion
from jobbridge.apps.linkage.review_models import OpinionState, QuestionState, Verdict, Via
from jobbridge.apps.linkage.review_rules import Agreement, agreement, rank_of
from jobbridge.apps.linkage.review_settings import review_settings
from jobbridge.apps.registry.models import Person

GIVEN = (OpinionState.AGREED, OpinionState.DIFFERS, OpinionState.SETTLED)


class NotForYou(Exception):
    """The opinion is somebody else's to give, or has been given."""


def opinion_for(actor: Actor, link_id: int) -> Opinion | None:
    """The second look at the pair that is the actor's to give, or that they gave at the decision as it stands.

    Found from the pair alone, so that nothing on the page tells a second look from a first one.
    """
    to_give = Q(state=OpinionState.WAITING) & ~Q(first_by=actor.key)
    given = Q(state__in=GIVEN, given_by=actor.key, decision__at=F("link__decided_at"))
    return Opinion.objects.visible_to(actor).filter(to_give | given, link=link_id).order_by("-pk").first()


def kept_from(actor: Actor, now: datetime) -> Exists:
    """Of pairs, whether the actor is not to know the decision: they are to look at it, or can still change what they
    said.
    """
    to_give = Q(state=OpinionState.WAITING) & ~Q(first_by=actor.key)
    return Exists(Opinion.objects.filter(to_give | may_change(actor, now), link=OuterRef("pk")))


def may_change(actor: Actor, now: datetime) -> Q:
    """Second opinions that the actor gave in the last hours and that nobody has ruled on."""
    hours = timedelta(hours=review_settings(timezone.localdate(now)).undo_hours)
    return Q(given_by=actor.key, state__in=[OpinionState.AGREED, OpinionState.DIFFERS], given_at__gte=now - hours)


def give_opinion(*, actor: Actor, opinion_id: int, same: bool, person_id: int | None, now: datetime) -> Opinion:
    """A second clerk's word, given without knowing the first. The link stays as it was decided.

    Raises Opinion.DoesNotExist outside the actor's scope, NotForYou for the first reviewer or when it is too late,
    ValueError for a person that is no candidate.
    """
    opinion = _locked(actor, opinion_id)
    if opinion.state in GIVEN and opinion.given_by == actor.key:
        return opinion
    if opinion.state != OpinionState.WAITING or opinion.first_by == actor.key:
        raise NotForYou
    offered = same and person_id in candidates_of(opinion.link)
    if same and not (offered and Person.objects.visible_to(actor).filter(pk=person_id).exists()):
        raise ValueError("所选人员不在候选名单中")
    first = opinion.decision
    opinion.same, opinion.person_id = same, person_id if same else None
    agrees = (first.verdict == Verdict.CONFIRMED, first.person_id) == (same, opinion.person_id)
    opinion.state = OpinionState.AGREED if agrees else OpinionState.DIFFERS
    opinion.given_by, opinion.given_at = actor.key, now
    opinion.save(update_fields=["same", "person", "state", "given_by", "given_at"])
    Lease.objects.filter(link=opinion.link_id).delete()
    opinion.link.questions.filter(state=QuestionState.OPEN).update(state=QuestionState.WITHDRAWN)
    return opinion


def undo_opinion(*, actor: Actor, opinion_id: int, now: datetime) -> Opinion:
    """Clerks take back the second opinion they gave in the last hours, unless the county has ruled on it. Until then
    they do not know the first.

    Raises Opinion.DoesNotExist outside the actor's scope, NotForYou otherwise.
    """
    opinion = _locked(actor, opinion_id)
    if opinion.state == OpinionState.WAITING:
        return opinion
    if not Opinion.objects.filter(may_change(actor, now), pk=opinion.pk).exists():
        raise NotForYou
    opinion.same, opinion.person_id, opinion.state = None, None, OpinionState.WAITING
    opinion.given_by, opinion.given_at = "", None
    opinion.save(update_fields=["same", "person", "state", "given_by", "given_at"])
    return opinion


def settle(
    *, actor: Actor, opinion_id: int, same: bool, person_id: int | None, now: datetime, reason: str = ""
) -> Opinion:
    """The county rules where two reviewers differ; a third person does, and the link follows the ruling.

    Raises PermissionDenied for other roles, Opinion.DoesNotExist outside the scope, NotForYou for one of the two,
    ValueError for a person that is no candidate.
    """
    if actor.role not in REOPENERS:
        raise PermissionDenied
    opinion = _locked(actor, opinion_id)
    if opinion.state != OpinionState.DIFFERS or actor.key in (opinion.first_by, opinion.given_by):
        raise NotForYou
    if same and person_id not in candidates_of(opinion.link):
        raise ValueError("所选人员不在候选名单中")
    opinion.state, opinion.settled_by, opinion.settled_at = OpinionState.SETTLED, actor.key, now
    opinion.save(update_fields=["state", "settled_by", "settled_at"])
    reopen(actor=actor, link_id=opinion.link_id, now=now)
    decide(
        actor=actor, link_id=opinion.link_id, same=same, person_id=person_id, now=now, via=Via.THIRD, reason=reason
    )
    return opinion


def agreement_of(actor: Actor) -> Agreement:
    """How far first and second reviewers agree on the pairs in the actor's scope."""
    given = Opinion.objects.visible_to(actor).filter(state__in=GIVEN).select_related("link", "decision")
    return agreement([(_rank(row.link, row.decision), _rank(row.link, row)) for row in given.order_by("id")])


def _rank(link: Link, word: LinkDecision | Opinion) -> int:
    return rank_of(word.person_id, candidates_of(link))


def _locked(actor: Actor, opinion_id: int) -> Opinion:
    # The link first, as every decision does: two that wait for each other would never end.
    waiting = Opinion.objects.visible_to(actor)
    Link.objects.select_for_update().get(pk=waiting.values_list("link_id", flat=True).get(pk=opinion_id))
    return waiting.select_related("link", "decision").get(pk=opinion_id)
