"""Large files as jobs: the page puts them in the queue, the worker reads and merges them."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from jobbridge.apps.accounts.models import User
from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.imports.models import ImportBatch
from jobbridge.apps.imports.services import ImportRefused, merge, stage


@app.task(queue="imports")
def stage_job(batch_id: int, user_id: int) -> str:
    """Read and validate a batch on behalf of the user who handed it in. The cycle may have been there before."""
    actor = _actor(user_id)
    try:
        return stage(actor=actor, batch=_batch(batch_id, actor)).state
    except ImportRefused as refusal:
        return str(refusal)


@app.task(queue="imports")
def merge_job(batch_id: int, user_id: int) -> str:
    """Merge a batch, or go on with one whose worker was killed. What is refused shows on the batch's page."""
    actor = _actor(user_id)
    try:
        return merge(actor=actor, batch=_batch(batch_id, actor), now=timezone.now()).state
    except ImportRefused as refusal:
        return str(refusal)


def _actor(user_id: int) -> Actor:
    return User.objects.get(pk=user_id, is_active=True).actor()


def _batch(batch_id: int, actor: Actor) -> ImportBatch:
    with acting_as(actor):
        return ImportBatch.objects.visible_to(actor).select_related("file").get(pk=batch_id)
