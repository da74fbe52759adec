"""这是您村的张三吗: a doubtful pair as a question on the phone of the village's broker."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.brokers.models import Broker
from jobbridge.apps.linkage.deciding import AlreadyDecided, candidates_of, decide
from jobbridge.apps.linkage.models import Decision, FeedSource, Lease, Link, VillageQuestion
from jobbridge.apps.linkage.review_models import Answer, OpinionState, QuestionState, Via
from jobbridge.apps.linkage.review_settings import review_settings
from jobbridge.apps.linkage.second_opinions import opinion_for
from jobbridge.apps.registry.models import Person

PHONE_TAIL = 4


class TooLate(Exception):
    """The question has been answered, taken back or is past its day."""


def ask(*, actor: Actor, link_id: int, person_id: int, now: datetime) -> VillageQuestion:
    """Ask the broker of the candidate's village. The same question again changes nothing.

    Whoever is to look at a decided pair a second time may ask too; the decision stays as it is.

    Raises Link.DoesNotExist outside the actor's scope, AlreadyDecided, ValueError when the person is no candidate or
    the village has no broker.
    """
    pairs = Link.objects.visible_to(actor).select_related("record").select_for_update(of=("self",))
    pair = pairs.get(pk=link_id)
    if pair.decision != Decision.PENDING:
        second = opinion_for(actor, link_id)
        if second is None or second.state != OpinionState.WAITING:
            raise AlreadyDecided(pair)
    offered = {pair.person_id, *candidates_of(pair)}
    person = Person.objects.visible_to(actor).filter(pk=person_id).select_related("household").first()
    if person is None or person.pk not in offered:
        raise ValueError("所选人员不在候选名单中")
    if not Broker.objects.filter(region_code=person.region_code, active=True).exists():
        raise ValueError("这个村没有在任经纪人，问不了")
    today = timezone.localdate(now)
    open_ = pair.questions.filter(state=QuestionState.OPEN)
    if same := open_.filter(person=person, expires_on__gte=today).first():
        return same
    open_.filter(expires_on__lt=today).update(state=QuestionState.EXPIRED)
    open_.filter(expires_on__gte=today).update(state=QuestionState.WITHDRAWN)
    Lease.objects.filter(link=pair).delete()
    return VillageQuestion.objects.create(
        link=pair,
        person=person,
        region_code=person.region_code,
        facts=facts_of(pair),
        asked_by=actor.key,
        asked_at=now,
        expires_on=today + timedelta(days=review_settings(today).question_days),
    )


def withdraw(*, actor: Actor, link_id: int) -> None:
    """Take back an open question of one's own.

    Raises Link.DoesNotExist outside the actor's scope, TooLate when the question is not there any more.
    """
    Link.objects.visible_to(actor).select_for_update().get(pk=link_id)
    mine = VillageQuestion.objects.visible_to(actor).filter(link=link_id, asked_by=actor.key)
    if not mine.filter(state=QuestionState.OPEN).update(state=QuestionState.WITHDRAWN):
        raise TooLate


def close_expired(*, on: date, actor: Actor) -> dict[str, int]:
    """Close the questions whose last day is past on ``on``; their pairs are back in the queue since then."""
    with acting_as(actor):
        late = VillageQuestion.objects.filter(state=QuestionState.OPEN, expires_on__lt=on)
        return {"expired_questions": late.update(state=QuestionState.EXPIRED)}


def open_questions(actor: Actor, today: date) -> QuerySet[VillageQuestion]:
    """What a broker is asked today about people of their own village, what is due first on top.

    Never without the facts, which go with the agency's record: there is nothing to know anybody by.
    """
    rows = VillageQuestion.objects.visible_to(actor).filter(state=QuestionState.OPEN, expires_on__gte=today)
    rows = rows.exclude(facts={})
    return rows.select_related("person__household").order_by("expires_on", "id")


def reply(*, actor: Actor, question_id: int, answer: Answer, note: str, now: datetime) -> VillageQuestion:
    """The broker's answer: evidence for the clerk, not a verdict, unless the county's settings say otherwise.

    The same answer again changes nothing. Raises VillageQuestion.DoesNotExist outside the actor's villages, TooLate.
    """
    question = VillageQuestion.objects.visible_to(actor).select_for_update().get(pk=question_id)
    if question.state == QuestionState.ANSWERED and (question.answered_by, question.answer) == (actor.key, answer):
        return question
    today = timezone.localdate(now)
    if question.state != QuestionState.OPEN or question.expires_on < today:
        raise TooLate
    question.state, question.answer, question.note = QuestionState.ANSWERED, answer, note
    question.answered_by, question.answered_by_name, question.answered_at = actor.key, actor.name, now
    question.save(update_fields=["state", "answer", "note", "answered_by", "answered_by_name", "answered_at"])
    if answer == Answer.YES and review_settings(today).accept_village_yes:
        _accept(actor, question, now)
    return question


def _accept(actor: Actor, question: VillageQuestion, now: datetime) -> None:
    """Confirm the pair on the broker's word, where it waits and lies in the broker's village."""
    waits = Link.objects.visible_to(actor).filter(pk=question.link_id, decision=Decision.PENDING)
    if waits.exists():
        decide(
            actor=actor, link_id=question.link_id, same=True, person_id=question.person_id, now=now, via=Via.VILLAGE
        )


def facts_of(pair: Link) -> dict[str, Any]:
    """What the broker may see of the record: nothing that the clerk sees masked is seen whole here."""
    record = pair.record
    return {
        "source": FeedSource(record.source).label,
        "name": record.name,
        "sex": record.sex,
        "birth_year": record.birth_date.year if record.birth_date else None,
        "phone_tail": record.phone_mask[-PHONE_TAIL:].replace("*", ""),
        "seen_on": record.seen_on.isoformat() if record.seen_on else "",
        "direction": record.get_direction_display(),
        "village": record.village_code,
    }
