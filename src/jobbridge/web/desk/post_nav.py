"""The tabs over the pages of posts, with what waits behind each."""

from __future__ import annotations

from datetime import date

from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.vacancies.models import Post


def post_counts(actor: Actor, on: date) -> dict[str, int]:
    """Posts that wait for this actor: to be reviewed, and to be confirmed with their employers."""
    mine = Post.objects.answered_by(actor)
    return {"posts_pending": mine.filter(state="pending").count(), "posts_due": mine.to_confirm(on).count()}
