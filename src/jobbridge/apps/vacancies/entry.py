"""Entering and changing posts by hand: an employer, a staffing agency, or the clerk who looks after an employer."""

from __future__ import annotations

import uuid
from dataclasses import asdict, fields
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from jobbridge.apps.accounts.models import Role
from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.employers.models import Employer, EmployerKind
from jobbridge.apps.employers.rules import names_agree
from jobbridge.apps.employers.services import EmployerRefused, checked, employer_of, stated
from jobbridge.apps.vacancies import rules
from jobbridge.apps.vacancies.lawful import lawful
from jobbridge.apps.vacancies.models import Post, PostOrigin
from jobbridge.apps.vacancies.moves import PostRefused, record, theirs
from jobbridge.apps.vacancies.rules import Offer
from jobbridge.apps.vacancies.screening import SCREENERS, checks_of, doubts_of, screened, twins_of
from jobbridge.kernel.text import squeeze

FIELDS = tuple(field.name for field in fields(Offer))
WRONG = _("还有几处要改")
UNPUBLISHED = ("draft", "rejected")  # may be changed without handing it in


@transaction.atomic
def enter(
    *,
    actor: Actor,
    employer_id: int | None,
    offer: Offer,
    now: datetime,
    client: tuple[str, str] = ("", ""),
    publish: bool = True,
) -> Post:
    """A new post; without ``publish`` it stays a draft.

    What a clerk enters counts as screened by that clerk, unless the machine finds something to look at; what an
    employer or agency enters waits for review.

    Parameters
    ----------
    employer_id : int, optional
        Left out by an employer's own user.
    client : tuple
        For an agency: name and credit code of the employer who takes the people on.

    Raises
    ------
    PermissionDenied, Employer.DoesNotExist
        The actor does not act for that employer.
    PostRefused
        With the sentence for each field.
    """
    _lawful(offer, now)
    source = stated(actor=actor, now=now)
    post = Post(key=uuid.uuid4().hex, source=source, as_of=source.as_of, collected_on=source.as_of)
    if actor.role == Role.EMPLOYER:
        own = employer_of(actor)
        post.employer, post.origin = own, PostOrigin.EMPLOYER
        if own.kind == EmployerKind.AGENCY:
            post.agency, post.origin = own, PostOrigin.AGENCY
            post.employer = _client(actor, *client, now=now)
    elif actor.role in SCREENERS:
        post.employer = Employer.objects.answered_by(actor).get(pk=employer_id)
        post.origin = PostOrigin.SPECIALIST
    else:
        raise PermissionDenied
    return _take(post, offer, actor=actor, now=now, publish=publish)


@transaction.atomic
def edit(*, actor: Actor, post_id: int, offer: Offer, now: datetime, publish: bool = True) -> Post:
    """Change a post. When what was screened changes, an employer's post waits for review again.

    Raises Post.DoesNotExist for a post the actor does not act for, PostRefused with the sentence for each field.
    """
    post = theirs(actor, post_id)
    _lawful(offer, now)
    before = {name: getattr(post, name) for name in FIELDS} | {"skills": tuple(post.skills)}
    post.source = stated(actor=actor, now=now)
    post.as_of = post.source.as_of
    if post.state in ("active", "paused") and not rules.needs_another_look(before, offer):
        _fill(post, offer)
        return record(post, "edited", actor=actor, now=now, note=_changes(before, offer))
    return _take(post, offer, actor=actor, now=now, publish=publish, note=_changes(before, offer))


def _take(post: Post, offer: Offer, *, actor: Actor, now: datetime, publish: bool, note: str = "") -> Post:
    """Put the offer into the post and bring it as far as this actor may."""
    _fill(post, offer)
    today = timezone.localdate(now)
    if not publish and (not post.pk or post.state in UNPUBLISHED):
        return record(post, "edited" if post.pk else "entered", actor=actor, now=now, note=note)
    (twins,) = twins_of([post])
    clean = not doubts_of(checks_of(post, today, twins=len(twins)))
    if clean and actor.role in SCREENERS:
        return record(screened(post, actor=actor, now=now), "approved", actor=actor, now=now, note=note)
    if post.state == "pending" and post.pk:
        return record(post, "edited", actor=actor, now=now, note=note)
    post.rejection = ""
    return record(post, "submitted", actor=actor, now=now, note=note)


def _fill(post: Post, offer: Offer) -> None:
    """Set what the employer says, as their word of today."""
    if post.title != offer.title:
        post.occupation = post.occupation_by = ""  # the next matching proposes one
    for name, value in asdict(offer).items():
        setattr(post, name, list(value) if name == "skills" else value)
    if post.origin in (PostOrigin.SPECIALIST, PostOrigin.LIAISON):
        post.origin = PostOrigin.LIAISON if post.liaison_city else PostOrigin.SPECIALIST
    post.confirmed_on, post.unanswered = post.as_of, 0


def _lawful(offer: Offer, now: datetime) -> None:
    if found := rules.faults(offer, timezone.localdate(now), lawful()):
        raise PostRefused(WRONG, found)


def _client(actor: Actor, name: str, code: str, *, now: datetime) -> Employer:
    """The employer for whom an agency hires: known by its credit code and name, or put on record."""
    try:
        known = checked(code)
    except EmployerRefused as error:
        raise PostRefused(WRONG, {"client_code": str(error)}) from None
    client = Employer.objects.filter(credit_code=known).first()
    if not squeeze(name) and client is None:
        raise PostRefused(WRONG, {"client_name": _("请填写实际用工单位")})
    if client and not names_agree(squeeze(name), squeeze(client.name)):
        refusal = gettext("这个信用代码登记的是“{name}”，名称不一致，请核对").format(name=client.name)
        raise PostRefused(WRONG, {"client_name": refusal})
    source = stated(actor=actor, now=now)
    values = {"name": squeeze(name)[:80], "source": source, "as_of": source.as_of}
    return Employer.objects.get_or_create(credit_code=known, defaults=values)[0]


def _changes(before: dict[str, object], offer: Offer) -> str:
    """The names of the changed fields, for the log."""
    names = {field.name: str(field.verbose_name) for field in Post._meta.concrete_fields}
    return "、".join(names[name] for name in FIELDS if before[name] != getattr(offer, name))
