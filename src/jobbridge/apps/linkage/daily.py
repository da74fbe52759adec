"""The day of the comparison: delete and close what is due, compare, and draw up what the county gets from it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.linkage.outsiders import keep_outsiders
from jobbridge.apps.linkage.results import keep_tally
from jobbridge.apps.linkage.retention import delete_expired
from jobbridge.apps.linkage.returnees import keep_returnees
from jobbridge.apps.linkage.services import link_pending
from jobbridge.apps.linkage.village import close_expired

Report = Callable[..., None]


def compare_day(*, on: date, actor: Actor, progress: Report) -> dict[str, Any]:
    """Each step is a transaction of its own and changes nothing when it is done again."""
    counts = delete_expired(on=on, actor=actor, progress=progress)
    counts |= close_expired(on=on, actor=actor)
    counts |= link_pending(on=on, actor=actor, progress=progress)
    counts |= keep_returnees(on=on, actor=actor, progress=progress)
    counts |= keep_outsiders(on=on, actor=actor, progress=progress)
    keep_tally(actor=actor)
    return counts
