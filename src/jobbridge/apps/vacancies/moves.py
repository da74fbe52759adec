"""The one way in which a post changes its state: by the table, with a line in its log."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max

from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.vacancies import flows
from jobbridge.apps.vacancies.models import Post, PostLog

CHOSEN = "职业："  # begins the line of an occupation chosen for a post, which is no new version of what it says
VERSIONS = ("entered", "edited", "submitted")


class PostRefused(ValueError):
    """It cannot be done as it stands; the message says why, ``faults`` what is wrong with each field of the form."""

    def __init__(self, message: str, faults: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.faults = faults or {}


def theirs(actor: Actor, post_id: int) -> Post:
    """The post, locked, when the actor acts for it; Post.DoesNotExist when not."""
    # The condition joins other tables, whose rows must not be locked.
    answered = Post.objects.answered_by(actor).filter(pk=post_id).values("pk")
    return Post.objects.select_for_update(of=("self",)).select_related("employer").get(pk__in=answered)


def last_lines(posts: Iterable[int], *, reader: Actor) -> dict[int, int]:
    """The key of the newest line in each post's log that somebody else wrote; posts without such a line are left out.

    Whoever looks at a post sends it along with the decision.
    """
    lines = PostLog.objects.filter(post__in=list(posts)).exclude(actor=reader.key).order_by()
    return dict(lines.values_list("post").annotate(last=Max("pk")))


def writers(posts: Iterable[int]) -> dict[int, str]:
    """Who wrote what each post says now; posts without such a line are left out."""
    lines = PostLog.objects.filter(post__in=list(posts), event__in=VERSIONS).exclude(note__startswith=CHOSEN)
    return dict(lines.order_by("post", "-pk").distinct("post").values_list("post", "actor"))


def record(post: Post, event: str, *, actor: Actor, now: datetime, note: str = "") -> Post:
    """Let ``event`` happen: set the state, save the post, add to the log.

    Raises PostRefused when the table does not allow it in the present state.
    """
    before = post.state if post.pk else ""
    try:
        post.state = flows.after(before, event)
    except flows.Refused:
        raise PostRefused("岗位的状态已有变化，请刷新后再办") from None
    post.save()
    PostLog.objects.create(
        post=post, event=event, before=before, after=post.state, at=now, actor=actor.key, note=note[:200]
    )
    return post
