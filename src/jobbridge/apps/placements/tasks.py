"""Long work of the matching as jobs: the page puts them in the queue, the worker does them."""

from __future__ import annotations

from procrastinate.contrib.django import app

from jobbridge.apps.accounts.models import User


@app.task(queue="matching", queueing_lock="what_if")
def what_if_job(trial_id: int, user_id: int) -> str:
    """Compute a trial on behalf of the user who asked for it."""
    # Imported here: this module is loaded by every process that starts Django, the engines only by the worker.
    from jobbridge.apps.placements.whatif import compute

    actor = User.objects.get(pk=user_id, is_active=True).actor()
    return f"{compute(trial_id=trial_id, actor=actor).result}"
