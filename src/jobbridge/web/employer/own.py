"""For whom the signed-in user speaks."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from jobbridge.apps.employers.models import Employer
from jobbridge.apps.employers.services import employer_of


def own_employer(request: HttpRequest) -> Employer:
    """The employer of this user; 403 for an account that was never tied to one."""
    try:
        return employer_of(request.actor)
    except Employer.DoesNotExist:
        raise PermissionDenied from None
