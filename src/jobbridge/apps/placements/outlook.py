"""What would have to change for one person to fit more posts, asked on the spot."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import pyarrow.compute as pc

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.placements import columns
from jobbridge.apps.placements.policies import in_force, parameters_of, settings_of
from jobbridge.apps.placements.runs import in_words


class Answer(NamedTuple):
    """Posts that suit as things are, what would open more, and the nearest training; in words."""

    legal: int
    changes: list[str]
    training: list[str]


def ask(*, actor: Actor, person_id: int, on: date) -> Answer | None:
    """Hold one person who seeks work against every open post; None for one who does not seek."""
    from jobbridge.engines.matching import outlooks

    with acting_as(actor):
        parameters = parameters_of(settings_of(in_force(on)))
        given = columns.instance(on, parameters, afresh=True, person=person_id)
    if not given.seekers.num_rows:
        return None
    # A post that the day's cycle has not yet placed in the classification is held against nobody.
    posts = given.posts.filter(pc.not_equal(given.posts["occupation"], ""))
    found = outlooks(
        given.seekers, posts, excluded=given.excluded, places=given.places, parameters=parameters, on=on
    )
    return Answer(found[person_id].legal, *in_words(found[person_id]))
