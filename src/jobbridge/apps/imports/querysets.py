"""Which batches somebody may open."""

from __future__ import annotations

from typing import Self

from django.db.models import Q

from jobbridge.apps.accounts.scope import Actor, ScopedQuerySet


class BatchQuerySet(ScopedQuerySet):
    """Import batches."""

    def visible_to(self, actor: Actor) -> Self:
        """Batches of areas inside the actor's scope, and those the actor handed in.

        A file about two townships is handed in for the county, which its maker does not answer for.
        """
        if not actor.scope.ranges:
            return self.none()
        return self.filter(actor.scope.q() | Q(created_by=actor.key))
