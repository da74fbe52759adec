"""The filters that the pages of the comparison share: agency and township, both in the address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.linkage.models import FeedSource
from jobbridge.kernel.division import bounds
from jobbridge.web.places import townships_of

TOWN_LENGTH = 9


@dataclass(frozen=True)
class FeedFilters:
    """An agency and a township; what is no such thing is left out."""

    source: str = ""
    town: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> FeedFilters:
        source, town = request.GET.get("source", ""), request.GET.get("town", "")
        good = len(town) == TOWN_LENGTH and town.isascii() and town.isdigit()
        return cls(source if source in FeedSource.values else "", town if good else "")

    def in_town(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of the township."""
        if not self.town:
            return rows
        # Nine digits that end in 000 are a county itself: what belongs to no township.
        low, high = (self.town + "000", self.town + "001") if self.town.endswith("000") else bounds(self.town)
        return rows.filter(region_code__gte=low, region_code__lt=high)


def choices(actor: Actor) -> dict[str, list[tuple[str, str]]]:
    """What the filters offer."""
    return {"sources": FeedSource.choices, "towns": [(area.prefix, area.name) for area in townships_of(actor)]}
