"""Health answer, no copies left behind, text the database can hold, pages to read, the language, and who acts."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.cache import patch_cache_control, patch_vary_headers

from jobbridge.apps.accounts.scope import acting_as

Handler = Callable[[HttpRequest], HttpResponse]


class HealthMiddleware:
    """Answers ``/healthz`` before anything else may fail: 200 when the database answers, else 503."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path != "/healthz":
            return self.get_response(request)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except Exception:  # whatever is wrong with it, the answer is the same
            return JsonResponse({"database": "down"}, status=503)
        return JsonResponse({"database": "up"})


class PrivateMiddleware:
    """Keeps what signed-in users see out of every cache, the browser's own included.

    After log-out the Back button shows nothing; a fragment, which has the address of its page, never stands for it.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        signed_in = request.user.is_authenticated  # before: log-out ends it
        response = self.get_response(request)
        patch_vary_headers(response, ["HX-Request"])
        if signed_in or request.user.is_authenticated:
            patch_cache_control(response, private=True, no_store=True)
        return response


class TextMiddleware:
    """Refuses the character NUL, which PostgreSQL's text cannot hold and no form of ours can send."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _has_nul(request.GET) or _has_nul(request.POST):
            return render(request, "400.html", status=400)
        return self.get_response(request)


def _has_nul(data: QueryDict) -> bool:
    return any("\x00" in text for key, values in data.lists() for text in chain([key], values))


class FormAddressMiddleware:
    """Leads a browser that opens an address which only takes forms to the nearest page above it.

    That is where the language switch of a page leads which answered a form. Programs are told 405.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        browses = request.method == "GET" and "text/html" in request.headers.get("Accept", "")
        if response.status_code == 405 and browses:
            return redirect(_page_above(request.path))
        return response


def _page_above(path: str) -> str:
    """The address with so many last parts cut off that there is something; each is shorter, so that this ends."""
    while path != "/":
        path = path.rstrip("/").rpartition("/")[0] + "/"
        try:
            resolve(path)
        except Resolver404:
            continue
        return path
    return path


class LanguageMiddleware:
    """The user's own setting decides the language, never the browser's header."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = request.user.language if request.user.is_authenticated else "zh-hans"
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class ScopeMiddleware:
    """One transaction a request, with the signed-in user as the actor; an error rolls it back."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            request.actor = None
            return self.get_response(request)
        request.actor = request.user.actor()
        with acting_as(request.actor):
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response
