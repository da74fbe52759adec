"""Long work of the comparison as jobs: the page puts them in the queue, the worker does them."""

from __future__ import annotations

from procrastinate.contrib.django import app

from jobbridge.apps.accounts.models import User


@app.task(queue="linkage", queueing_lock="duplicates")
def find_duplicates_job(user_id: int) -> str:
    """Look for persons entered twice on behalf of the user who pressed the button."""
    # Imported here: this module is loaded by every process that starts Django, the engines only by the worker.
    from jobbridge.apps.linkage.searching import search_duplicates

    actor = User.objects.get(pk=user_id, is_active=True).actor()
    return f"{search_duplicates(actor=actor).counts}"
