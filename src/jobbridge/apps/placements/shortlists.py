"""The employer's side: who is recommended to their posts, and what they tell of it.

Before the person has said yes an employer sees enough to look forward to them and too little to find them: surname,
age band, trade and township. Name and phone come with the consent, and go again with it. What somebody hopes to earn
stays theirs. An agency sees the people of the posts that it handed in for others, and of no other posts of theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils.translation import gettext_noop

from jobbridge.apps.accounts.models import Role
from jobbridge.apps.accounts.scope import EVERYWHERE, Actor, ScopedQuerySet, acting_as
from jobbridge.apps.areas.models import Area
from jobbridge.apps.placements import flows
from jobbridge.apps.placements.enums import RunState
from jobbridge.apps.placements.models import Recommendation
from jobbridge.apps.placements.outcomes import move
from jobbridge.apps.placements.refusal_rules import OPENING
from jobbridge.apps.placements.telling import check_day, may_say
from jobbridge.apps.registry.models import ContactPoint, WorkStatement
from jobbridge.apps.registry.numbers import reveal_number
from jobbridge.apps.vacancies.models import Post
from jobbridge.kernel.months import age_on
from jobbridge.kernel.names import surname

# What an employer may say, and in which words.
SAYS: Mapping[str, str] = {
    "interview": gettext_noop("约了面试"),
    "offered": gettext_noop("决定录用"),
    "placed": gettext_noop("已经到岗"),
    "not_hired": gettext_noop("没有录用"),
}
OLDEST = gettext_noop("60岁及以上")
AGE_BANDS = (
    (30, gettext_noop("30岁以下")),
    (40, gettext_noop("30-39岁")),
    (50, gettext_noop("40-49岁")),
    (60, gettext_noop("50-59岁")),
)
SHOWN = (*flows.LIVE, *flows.AT_WORK)
LONGEST_LIST = 100
# How reasons begin that are for the person alone, or say to the employer what they know of their own post.
PRIVATE = (OPENING, "月薪", "包住")
WHY_PHONE = "本人同意用工单位联系"


@dataclass(frozen=True)
class Candidate:
    """One recommended person as the employer may see them; ``name`` and ``phone_mask`` are empty without consent."""

    recommendation_id: int
    post_id: int
    state: str
    state_on: date
    called: str
    age_band: str
    trade: str
    township: str
    reasons: tuple[str, ...]
    name: str = ""
    phone_mask: str = ""
    started_on: date | None = None

    @property
    def consented(self) -> bool:
        """Whether the person said that the employer may contact them."""
        return self.state in flows.CONSENTED

    @property
    def says(self) -> list[tuple[str, str]]:
        """What the employer can say next."""
        return may_say(self.state, SAYS) if self.consented else []


def shortlist_of(post_id: int, *, actor: Actor, on: date) -> list[Candidate]:
    """Who was recommended to one of the actor's posts and has not dropped out; consented first, then the best match.

    No more than `LONGEST_LIST`; nobody for a post that is not theirs.
    """
    with acting_as(_reader(actor)):
        listed = _own(actor).filter(post=post_id, state__in=SHOWN, person__life="alive").select_related("person")
        agreed_first = ExpressionWrapper(Q(state__in=flows.CONSENTED), output_field=BooleanField()).desc()
        rows = list(listed.order_by(agreed_first, "-score", "id")[:LONGEST_LIST])
        keys = [row.person_id for row in rows]
        stated = WorkStatement.objects.filter(person__in=keys).order_by("person_id", "-as_of", "-id")
        trades = {said.person_id: said.wishes[0] for said in stated.distinct("person_id") if said.wishes}
        agreed = [row.person_id for row in rows if row.state in flows.CONSENTED]
        phones = dict(
            ContactPoint.objects.filter(person__in=agreed, primary=True).values_list("person_id", "phone_mask")
        )
        towns = {row.region_code[:9] + "000" for row in rows}
        names = dict(Area.objects.filter(code__in=towns).values_list("code", "name"))
    return [
        _candidate(row, trades.get(row.person_id, ""), names.get(row.region_code[:9] + "000", ""), phones, on)
        for row in rows
    ]


def phone_of(recommendation_id: int, *, actor: Actor) -> str:
    """The number of somebody who consented, in full; the reading is recorded.

    Raises Recommendation.DoesNotExist when it is no candidate of theirs, flows.Refused without consent.
    """
    with acting_as(_reader(actor)):
        row = _own(actor).select_related("person").get(pk=recommendation_id)
        if row.state not in flows.CONSENTED:
            raise flows.Refused("本人还没有同意联系")
        return reveal_number(actor=actor, person=row.person, field="phone", reason=WHY_PHONE)


def employer_moves(
    recommendation_id: int, *, actor: Actor, after: str, on: date, note: str = "", started: date | None = None,
    wage: int | None = None, seen: str = "",
) -> Recommendation:  # fmt: skip
    """The employer tells how it went: one of `SAYS`; ``seen`` is the state that their page showed.

    Raises Recommendation.DoesNotExist when it is no candidate of theirs, flows.Refused for anything else they may not
    say, such as anything at all about somebody who has not consented.
    """
    reader = _reader(actor)
    with acting_as(reader):
        row = _own(actor).select_related("run").get(pk=recommendation_id)
        if after not in SAYS or row.state not in flows.CONSENTED:
            raise flows.Refused("本人同意联系之后，单位才能登记面试、录用和到岗")
        if after == "not_hired" and not note.strip():
            raise flows.Refused("没有录用要写明原因")
        check_day(row, after, started or on, on)
        return move(row, after, actor=reader, on=on, note=note, started=started, wage=wage, seen=seen)


def _reader(actor: Actor) -> Actor:
    """An employer has no area; what they may reach is bounded by their posts instead."""
    return replace(actor, scope=EVERYWHERE)


def _own(actor: Actor) -> ScopedQuerySet:
    """The people of the actor's posts. Staff have none here: what they see is bounded by their area."""
    posts = Post.objects.answered_by(actor) if actor.role == Role.EMPLOYER else Post.objects.none()
    return Recommendation.objects.filter(post__in=posts, run__state=RunState.RELEASED)


def _candidate(row: Recommendation, trade: str, township: str, phones: Mapping[int, str], on: date) -> Candidate:
    person, agreed = row.person, row.state in flows.CONSENTED
    return Candidate(
        recommendation_id=row.pk,
        post_id=row.post_id,
        state=row.state,
        state_on=row.state_on,
        called=f"{surname(person.name)}某",
        age_band=age_band(age_on(person.birth_date, on)),
        trade=trade,
        township=township,
        reasons=tuple(reason.replace("您", "本人") for reason in row.reasons if not reason.startswith(PRIVATE)),
        name=person.name if agreed else "",
        phone_mask=phones.get(person.pk, "") if agreed else "",
        started_on=row.started_on,
    )


def age_band(age: int) -> str:
    """The decade of an age in words."""
    return next((word for below, word in AGE_BANDS if age < below), OLDEST)
