"""Keeping posts true: is it still open, is it filled, could nobody be reached."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.vacancies.models import Post
from jobbridge.apps.vacancies.moves import PostRefused, record, theirs
from jobbridge.apps.vacancies.rules import LONGEST_DAYS, MOST_OPENINGS

TRIES = 3  # calls in a row that nobody answers


@transaction.atomic
def confirm(*, actor: Actor, post_id: int, expires_on: date, openings: int, now: datetime) -> Post:
    """The employer still hires: until when, and how many places in all. A paused post is on offer again.

    Raises Post.DoesNotExist for a post the actor does not act for, PostRefused.
    """
    post, today = theirs(actor, post_id), timezone.localdate(now)
    if not 1 <= openings <= MOST_OPENINGS:
        raise PostRefused("招聘人数应在1到100000之间")
    if not today <= expires_on <= today + timedelta(days=LONGEST_DAYS):
        raise PostRefused("有效期应在今天到一年之内")
    post.openings, post.expires_on, post.confirmed_on, post.unanswered = openings, expires_on, today, 0
    return record(post, "confirmed", actor=actor, now=now, note=f"招{openings}人，至{expires_on:%Y-%m-%d}")


@transaction.atomic
def finish(*, actor: Actor, post_id: int, filled: bool, now: datetime, note: str = "") -> Post:
    """The employer hires no more: all places taken, or given up. Raises as ``confirm`` does."""
    post = theirs(actor, post_id)
    post.unanswered = 0
    return record(post, "filled" if filled else "closed", actor=actor, now=now, note=note.strip())


@transaction.atomic
def no_answer(*, actor: Actor, post_id: int, now: datetime) -> Post:
    """A call that nobody took, one a day; after the third in a row the post is paused. Raises as ``confirm`` does."""
    post, today = theirs(actor, post_id), timezone.localdate(now)
    # Three rings within one lunch break say nothing about an employer.
    if post.log.filter(event="no_answer", at__date=today).exists():
        raise PostRefused("今天已记过一次没打通，请改天再打")
    post.unanswered += 1
    tries = post.unanswered
    record(post, "no_answer", actor=actor, now=now, note=f"第{tries}次")
    if tries >= TRIES and post.state == "active":
        record(post, "paused", actor=actor, now=now, note=f"连续{tries}次未接通")
    return post
