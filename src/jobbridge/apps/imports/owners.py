"""For which area and on whose behalf a batch is handled."""

from __future__ import annotations

from django.conf import settings

from jobbridge.apps.accounts.models import User
from jobbridge.apps.accounts.scope import Actor, Scope, system_actor
from jobbridge.apps.imports.models import ImportBatch
from jobbridge.kernel.division import LENGTHS, bounds, padded

COUNTY_WIDTH = 6
_USER, _SYSTEM = "user:", "system:"


def area_of(actor: Actor) -> str:
    """The smallest area with all of the actor's scope in it, so that who sees the batch may see all of its rows.

    The county when that is larger than a county.
    """
    first = actor.scope.ranges[0][0]
    for width in sorted((width for width in LENGTHS if COUNTY_WIDTH <= width <= len(first)), reverse=True):
        low, high = bounds(first[:width])
        if all(low <= start and end <= high for start, end in actor.scope.ranges):
            return padded(first[:width])
    return padded(settings.COUNTY_CODE)


def owner_of(batch: ImportBatch) -> Actor | None:
    """Whoever handed the batch in, with the scope they have today; None when they left or answer for no area."""
    made_by = batch.created_by
    if made_by.startswith(_SYSTEM):
        return system_actor(made_by.removeprefix(_SYSTEM))
    number = made_by.removeprefix(_USER)
    user = User.objects.filter(pk=number, is_active=True).first() if number.isdecimal() else None
    actor = user.actor() if user else None
    return actor if actor and actor.scope.ranges else None


def readers_of(batch: ImportBatch) -> tuple[Scope, ...]:
    """Scopes of those who may read what is written about its rows: its area, and its maker."""
    owner = owner_of(batch)
    area = Scope.of([bounds(batch.region_code)])
    return (area, owner.scope) if owner else (area,)
