"""Who may open which kind of page. What they see inside it is decided by their scope, not here."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import resolve

from jobbridge.apps.accounts.models import Role

View = Callable[..., HttpResponse]

STAFF = frozenset({Role.COUNTY, Role.TOWNSHIP, Role.LEADER, Role.ADMINISTRATOR})
CLERKS = frozenset({Role.COUNTY, Role.TOWNSHIP, Role.ADMINISTRATOR})
COUNTY = frozenset({Role.COUNTY, Role.ADMINISTRATOR})
BROKERS = frozenset({Role.BROKER})
EMPLOYERS = frozenset({Role.EMPLOYER})


def page_for(roles: frozenset[Role]) -> Callable[[View], View]:
    """Only signed-in users of these roles; others get 403 with a sentence, strangers the log-in page."""

    def decorate(view: View) -> View:
        @wraps(view)
        @login_required
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if request.user.role not in roles:
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.roles = roles  # type: ignore[attr-defined]
        return guarded

    return decorate


def may_open(role: str, address: str) -> bool:
    """Whether the page of an address is for this role: what it may not open is not shown to it."""
    return role in resolve(address).func.roles


def wants_fragment(request: HttpRequest, target: str) -> bool:
    """Whether htmx asks for just the part with this id."""
    return bool(request.htmx) and not request.htmx.boosted and request.htmx.target == target
