"""What every page of the shell needs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """Names on the frame of the page."""
    return {"county_seal": settings.COUNTY_SEAL}
