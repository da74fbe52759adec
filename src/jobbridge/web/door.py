"""The way in: where each role starts, the language switch, and what a refused or failed request shows."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from jobbridge.apps.accounts.models import Role
from jobbridge.apps.accounts.scope import acting_as, system_actor


class LogInView(LoginView):
    """Signing in writes to the user (last log-in, a renewed password hash) before anybody is signed in."""

    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        with acting_as(system_actor("log-in")):
            return super().post(request, *args, **kwargs)


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Brokers start at today's visits, employers at their posts, staff at the desk."""
    starts = {Role.BROKER: "field:today", Role.EMPLOYER: "employer:home"}
    return redirect(starts.get(request.user.role, "desk:home"))


@require_POST
@login_required
def language(request: HttpRequest) -> HttpResponse:
    """Keep the language on the user and go back to the page."""
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        request.user.language = chosen
        request.user.save(update_fields=["language"])
    target = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return redirect(target if safe else "/")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def stale(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form of a page that was opened before somebody signed in or out in another tab. htmx opens the page anew."""
    response = render(request, "stale.html", {"page": request.path}, status=403)
    if request.htmx:
        response["HX-Refresh"] = "true"
    return response


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=500)
