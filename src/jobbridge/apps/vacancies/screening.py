"""Review before publishing: what the machine sees of a post, and what a person decides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from jobbridge.apps.accounts.models import Role
from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.vacancies import flows, rules
from jobbridge.apps.vacancies.lawful import lawful
from jobbridge.apps.vacancies.models import Post
from jobbridge.apps.vacancies.moves import PostRefused, last_lines, record, theirs, writers

SCREENERS = frozenset({Role.COUNTY, Role.ADMINISTRATOR, Role.TOWNSHIP})


def checks_of(post: Post, on: date, *, twins: int) -> list[rules.Check]:
    """What the machine sees of a post, ``twins`` of which are known."""
    return rules.checks(
        code=post.employer.credit_code,
        place_code=post.place_code,
        wage_min=post.wage_min,
        limits=(post.sex_limit, post.age_min, post.age_max, post.limit_ground),
        texts=" ".join([post.title, post.note, post.shift, post.place_text, post.liaison_city, *post.skills]),
        twins=twins,
        on=on,
        law=lawful(),
    )


def twins_of(posts: Sequence[Post]) -> list[list[Post]]:
    """For each post, the others of its employer, name and place that are on offer or wait for review."""
    near = Post.objects.filter(employer__in={post.employer_id for post in posts}, state__in=flows.LIVE)
    known: dict[tuple[int, str, str], list[Post]] = {}
    for other in near.filter(title__in={post.title for post in posts}).order_by("pk"):
        known.setdefault((other.employer_id, other.title, other.place_code), []).append(other)
    return [
        [other for other in known.get((post.employer_id, post.title, post.place_code), ()) if other.pk != post.pk]
        for post in posts
    ]


def quality_of(post: Post, on: date) -> list[rules.Check]:
    """The criteria of a quality post, each with whether it holds."""
    return rules.quality(
        wage_min=post.wage_min,
        place_code=post.place_code,
        lodging=post.lodging,
        shift=post.shift,
        limited=rules.limits_anybody(post.sex_limit, post.age_min, post.age_max),
        on=on,
        law=lawful(),
    )


def screened(post: Post, *, actor: Actor, now: datetime) -> Post:
    """Write down who looked at the post and whether it is a quality post; the caller saves it."""
    today = timezone.localdate(now)
    post.screened_on, post.screened_by, post.rejection = today, actor.key, ""
    post.quality = all(check.ok for check in quality_of(post, today))
    return post


def doubts_of(checks: Sequence[rules.Check]) -> int:
    """How many of the checks found something wrong; what the machine cannot tell does not count."""
    return sum(check.ok is False for check in checks)


@transaction.atomic
def approve(*, actor: Actor, post_id: int, seen: int, now: datetime, reason: str = "") -> Post:
    """Publish a post that waits. Raises PermissionDenied, Post.DoesNotExist, PostRefused.

    ``seen`` is what `last_lines` said of the post that was looked at, 0 for nothing: what somebody changed since is
    looked at again. A post with doubts is let through by somebody else than its writer and with a ``reason``. What
    the law forbids, or an end that has passed, no reviewer can let through.
    """
    post = _waiting(actor, post_id)
    if seen != last_lines([post_id], reader=actor).get(post_id, 0):
        raise PostRefused("这个岗位刚刚改过，请看过新内容再通过")
    today = timezone.localdate(now)
    if fault := rules.limit_fault(post.sex_limit, post.age_min, post.age_max, post.limit_ground, lawful().grounds):
        raise PostRefused(fault[2])
    if post.expires_on < today:
        raise PostRefused("有效期已过，请退回让单位改期")
    (twins,) = twins_of([post])
    doubts = doubts_of(checks_of(post, today, twins=len(twins)))
    own = writers([post_id]).get(post_id) == actor.key
    if refusal := rules.approval_fault(doubts=bool(doubts), own=own, reason=reason):
        raise PostRefused(refusal)
    post.confirmed_on, post.unanswered = post.confirmed_on or today, 0
    return record(screened(post, actor=actor, now=now), "approved", actor=actor, now=now, note=reason.strip())


@transaction.atomic
def send_back(*, actor: Actor, post_id: int, reason: str, now: datetime) -> Post:
    """Give a post back to whoever entered it, with the reason. Raises as ``approve`` does."""
    post = _waiting(actor, post_id)
    if not reason.strip():
        raise PostRefused("退回要写明原因")
    post.rejection = reason.strip()[:200]
    return record(post, "returned", actor=actor, now=now, note=post.rejection)


def _waiting(actor: Actor, post_id: int) -> Post:
    if actor.role not in SCREENERS:
        raise PermissionDenied
    post = theirs(actor, post_id)
    if post.state != "pending":
        raise PostRefused("这个岗位已经审核过了")
    return post
