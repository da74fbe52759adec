"""What would have to change for one person to fit more posts, asked on the spot."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import pyarrow.compute as pc

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.placements import columns
from jobbridge.apps.placements.policies import in_force, parameters_of, settings_of
from jobbridge.apps.placements.refusal_rules import Heard, lasting
from jobbridge.apps.placements.runs import in_words
from jobbridge.apps.registry.models import Person

if TYPE_CHECKING:
    from jobbridge.engines.matching import Outlook, Parameters


class Answer(NamedTuple):
    """Posts that suit as things are, what would open more, and the nearest training; in words.

    ``fewer`` posts are out for what the person said of earlier ones, which ``heard`` repeats.
    """

    legal: int
    changes: list[str]
    training: list[str]
    heard: str = ""
    fewer: int = 0


def ask(*, actor: Actor, person_id: int, on: date) -> Answer | None:
    """Hold one person who seeks work against every open post; None for one who does not seek.

    What would open more is counted by the person's own limits: what they said of earlier posts is a line of its own,
    or it would stand before every limit as a pair that was sent already.
    """
    with acting_as(actor):
        parameters = parameters_of(settings_of(in_force(on)))
        given = columns.instance(on, parameters, afresh=True, person=person_id)
        if not given.seekers.num_rows:
            return None
        said: Heard = given.people[person_id]["heard"]
        if said == Heard():
            found = _held(given, parameters, person_id, on)
            return Answer(found.legal, *in_words(found))
        plain = columns.instance(on, parameters, afresh=True, person=person_id, hear=False)
    legal, found = _held(given, parameters, person_id, on).legal, _held(plain, parameters, person_id, on)
    return Answer(legal, *in_words(found), "；".join(said.phrases), found.legal - legal)


def heard_of(person: Person, *, actor: Actor, on: date) -> list[tuple[str, date]]:
    """What the person's refusals mean for the next runs, each with the first day on which it counts no more."""
    with acting_as(actor):
        refused = columns.refusals(on, person=person.pk).get(person.pk, [])
    return lasting(refused, home=person.region_code, on=on)


def _held(given: columns.Instance, parameters: Parameters, person_id: int, on: date) -> Outlook:
    from jobbridge.engines.matching import outlooks

    # A post that the day's cycle has not yet placed in the classification is held against nobody.
    posts = given.posts.filter(pc.not_equal(given.posts["occupation"], ""))
    return outlooks(given.seekers, posts, excluded=given.excluded, places=given.places, parameters=parameters, on=on)[
        person_id
    ]
