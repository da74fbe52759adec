"""For which area and on whose behalf a batch is handled."""

from __future__ import annotations

from django.conf import settings

from jobbridge.apps.accounts.scope import Actor
from jobbridge.kernel.division import LENGTHS, bounds, padded

COUNTY_WIDTH = 6


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
