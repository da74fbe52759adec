"""The tabs over the pages of posts and matching: which of them somebody has, and what waits behind each."""

from __future__ import annotations

from datetime import date
from typing import Any

from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.placements.on_offer import filled
from jobbridge.apps.vacancies.models import JobTitle, Post
from jobbridge.apps.vacancies.titles import may_confirm
from jobbridge.web.access import CLERKS, COUNTY


def posts_tabs(actor: Actor, on: date) -> dict[str, Any]:
    """What waits for this actor: posts to be reviewed, posts to be confirmed, titles to be settled."""
    if actor.role not in CLERKS:
        return dict.fromkeys(("clerk", "county", "titles"), False)
    mine = Post.objects.answered_by(actor)
    titles = may_confirm(actor)
    return {
        "clerk": True,
        "county": actor.role in COUNTY,
        "titles": titles,
        "pending": mine.filter(state="pending").count(),
        "due": mine.to_confirm(on, full=filled()).count(),
        "unsure": JobTitle.objects.unsure().count() if titles else 0,
    }
