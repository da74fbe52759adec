"""What every page has on its frame."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from jobbridge.web.frame import desk_frame
from jobbridge.web.places import county_name


def shell(request: HttpRequest) -> dict[str, Any]:
    """County and navigation. Lazy: a fragment of a page asks the database for none of it."""
    return {
        "county_seal": settings.COUNTY_SEAL,
        "county_name": SimpleLazyObject(county_name),
        "frame": SimpleLazyObject(lambda: desk_frame(request)),
    }
