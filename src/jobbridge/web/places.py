"""Names of villages and townships for the rows of a page, in one query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings

from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.areas.models import Area
from jobbridge.kernel.division import bounds, padded, prefix


@dataclass(frozen=True)
class Place:
    """A village inside its township; a township or county itself has no village."""

    township: str = ""
    village: str = ""

    def __str__(self) -> str:
        return f"{self.township} {self.village}".strip()


def places_of(codes: Iterable[str]) -> dict[str, Place]:
    """Region code to its names. Unknown codes map to an empty place."""
    codes = set(codes)
    wanted = {padded(code[:9]) if len(code) >= 9 else padded(code) for code in codes} | {padded(c) for c in codes}
    names = dict(Area.objects.filter(code__in=wanted).values_list("code", "name"))
    found = {}
    for code in codes:
        township = names.get(padded(code[:9]) if len(code) >= 9 else padded(code), "")
        is_village = len(prefix(code)) == 12
        found[code] = Place(township, everyday(names.get(padded(code), "")) if is_village else "")
    return found


def everyday(name: str) -> str:
    """A village as people call it: 拱桥村村民委员会 is 拱桥村, 亮水坪社区居民委员会 is 亮水坪社区."""
    return name.removesuffix("村民委员会").removesuffix("居民委员会") or name


def townships_of(actor: Actor) -> list[Area]:
    """The county's townships that lie wholly or partly in the actor's scope, in code order."""
    lo, hi = bounds(settings.COUNTY_CODE)
    inside = Area.objects.filter(level=4, code__gte=lo, code__lt=hi).order_by("code")
    return [area for area in inside if _touches(actor, area)]


def _touches(actor: Actor, area: Area) -> bool:
    low, high = area.bounds
    return any(lo < high and low < hi for lo, hi in actor.scope.ranges)


def county_name() -> str:
    """Name of the county this installation serves; empty before the areas are loaded."""
    return Area.objects.filter(code=padded(settings.COUNTY_CODE)).values_list("name", flat=True).first() or ""
