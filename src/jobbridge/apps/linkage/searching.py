"""The search for persons entered twice as work of its own: who began it, how far it is, what came of it."""

from __future__ import annotations

from django.utils import timezone

from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.linkage.duplicates import find_duplicates
from jobbridge.apps.linkage.models import DuplicateSearch


def search_duplicates(*, actor: Actor) -> DuplicateSearch:
    """Look for persons entered twice; the page sees how far it is. What goes wrong is written down and raised."""
    search = DuplicateSearch.objects.create(started_by=actor.key, started_at=timezone.now())

    def progress(step: str, done: int, total: int) -> None:
        DuplicateSearch.objects.filter(pk=search.pk).update(step=step, done=done, total=total)

    try:
        search.counts = find_duplicates(on=timezone.localdate(), actor=actor, progress=progress)
    except Exception as error:
        search.error = (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
        raise
    finally:
        search.finished_at = timezone.now()
        search.save(update_fields=["counts", "error", "finished_at"])
    return search
