"""The way in by a link: whose it is, in which language, how often; and what a link that opens nothing shows.

No cookie and no log-in. The code in the address is the secret, and whoever could forge a form would have to know it:
it stands for the token of forms too.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from csp.constants import NONE, SELF
from csp.decorators import csp
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt

from jobbridge.apps.accounts.scope import acting_as
from jobbridge.apps.placements.links import Fate, actor_of, open_link

View = Callable[..., HttpResponse]

# A village behind one address of its carrier must get in: only wrong codes count against an address, and nobody has
# that many by mistake. They are 70 bits long; this keeps the noise down, it is not what protects them.
MOST_WRONG, WRONG_SECONDS = 20, 600
MOST_OPENED, OPENED_SECONDS = 60, 60  # of one link

POLICY = {
    "default-src": [NONE], "style-src": [SELF], "font-src": [SELF], "img-src": ["data:"], "form-action": [SELF],
    "frame-ancestors": [NONE], "base-uri": [NONE],
}  # fmt: skip


def by_link(view: View) -> View:
    """Open the page for the person of the link and as them; ``view(request, link, ...)``.

    The view finds the person's actor as ``request.actor`` and the code of the link as ``request.code``.
    """

    @csrf_exempt
    @csp(POLICY)
    @wraps(view)
    def opened(request: HttpRequest, code: str, *args: object, **kwargs: object) -> HttpResponse:
        fate, link = open_link(code, now=timezone.now())
        if link is None:
            busy = over(f"wrong-link:{request.META.get('REMOTE_ADDR', '')}", MOST_WRONG, WRONG_SECONDS)
            response = _closed(request, fate, busy=busy)
        elif over(f"link:{link.pk}", MOST_OPENED, OPENED_SECONDS):
            response = _closed(request, fate, busy=True)
        else:
            request.code, request.actor = code, actor_of(link)
            with translation.override(link.language), acting_as(request.actor):
                response = view(request, link, *args, **kwargs)
                response.headers["Content-Language"] = link.language
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return opened


def _closed(request: HttpRequest, fate: Fate, *, busy: bool) -> HttpResponse:
    status = 429 if busy else 410 if fate is Fate.ENDED else 404
    return render(request, "worker/closed.html", {"busy": busy, "ended": fate is Fate.ENDED}, status=status)


def over(key: str, most: int, seconds: int) -> bool:
    """Count one more; whether there were more than ``most`` within ``seconds``."""
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key) > most
    except ValueError:  # it ran out between the two lines
        return False
