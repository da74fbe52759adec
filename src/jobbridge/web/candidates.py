"""How many people stand behind a post: figures of the whole county, and of nobody in particular."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.placements.enums import RunKind, RunState
from jobbridge.apps.placements.flows import AT_WORK, LIVE, TALKING
from jobbridge.apps.placements.models import Recommendation


@dataclass(frozen=True)
class Standing:
    """Of one post: recommended at all, still open, who want it, who were hired through it."""

    recommended: int = 0
    live: int = 0
    wanting: int = 0
    hired: int = 0


NOBODY = Standing()


def standing(posts: Iterable[int] | None = None) -> dict[int, Standing]:
    """The figures by post; of all posts when none are named. Posts with nobody are left out.

    Whoever asks sees the same: an employer has no area and a township only its own people, but a post has one state.
    What a draft holds stands behind no post yet.
    """
    with acting_as(system_actor("standing")):
        rows = Recommendation.objects.filter(run__state=RunState.RELEASED)
        if posts is not None:
            rows = rows.filter(post__in=list(posts))
        counted = (
            rows.order_by()
            .values("post")
            .annotate(
                recommended=Count("id"),
                live=Count("id", filter=Q(state__in=LIVE)),
                wanting=Count("id", filter=Q(state__in=TALKING)),
                hired=Count("id", filter=Q(state__in=AT_WORK)),
            )
        )
        return {
            row["post"]: Standing(row["recommended"], row["live"], row["wanting"], row["hired"]) for row in counted
        }


def asked_for_since(post: int, run: int) -> int:
    """How many the clerks have had recommended to a post on the spot since a run."""
    with acting_as(system_actor("standing")):
        on_the_spot = Recommendation.objects.filter(post=post, run__kind=RunKind.PERSON, run__gt=run)
        return on_the_spot.filter(state__in=LIVE).count()
