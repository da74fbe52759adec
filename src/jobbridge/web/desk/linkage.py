"""数据比对: pairs the engine is not sure of, one after the other, for a clerk to decide."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy

from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.linkage import results as found
from jobbridge.apps.linkage.models import Decision, FeedSource, Link
from jobbridge.apps.linkage.queue import next_pairs, waiting_pairs
from jobbridge.apps.linkage.second_opinions import kept_from
from jobbridge.web.access import CLERKS, COUNTY, page_for, wants_fragment
from jobbridge.web.desk.linkage_results import as_it_stands, columns, undecided_for
from jobbridge.web.desk.pairs import compare
from jobbridge.web.fields import key_of
from jobbridge.web.frame import cached
from jobbridge.web.paging import Page, page_of

ORDER = ("-posterior", "id")
PAIRS = 10  # a page of decided pairs, and how many lie ready at the review desk
AT_MOST = 60  # of pairs a browser says it has already
VIEWS = {"": gettext_lazy("待核对"), "decided": gettext_lazy("已核对")}


@page_for(CLERKS)
def pairs(request: HttpRequest) -> HttpResponse:
    """The review desk: doubtful pairs, what matters most first. Or what was decided."""
    view = "decided" if request.GET.get("view") == "decided" else ""
    source = _source(request)
    page = _decided(request, source) if view else None
    deck = [] if view else _next(request, source)
    zones = _zones(request.actor) if view else {}
    waiting = waiting_pairs(request.actor, today=timezone.localdate())
    context = {
        "page": page,
        "deck": deck,
        "view": view,
        "source": source,
        "views": list(VIEWS.items()),
        "sources": FeedSource.choices,
        "zones": [(code, label, zones[code]) for code, label in columns() if code in zones],
        "waiting": (waiting.filter(record__source=source) if source else waiting).count(),
        **_rights(request),
    }
    fragment = wants_fragment(request, "list")
    return render(request, "desk/linkage.html#list" if fragment else "desk/linkage.html", context)


@page_for(CLERKS)
def more(request: HttpRequest) -> HttpResponse:
    """The next cards behind those that the browser has already."""
    have = [key for text in request.GET.get("have", "").split(",")[:AT_MOST] if (key := key_of(text))]
    deck = _next(request, _source(request), have)
    return render(request, "desk/pairs.html", {"deck": deck, **_rights(request)})


def _zones(actor: Actor) -> dict[str, int]:
    counts = found.counts(undecided_for(actor))
    del counts["outsiders"]  # among those of no zone
    name = f"linkage:zones:{as_it_stands(actor)}"
    return cached(actor, name, lambda: Link.objects.visible_to(actor).aggregate(**counts))


def _next(request: HttpRequest, source: str, have: list[int] | None = None) -> list[Link]:
    links = next_pairs(actor=request.actor, now=timezone.now(), size=PAIRS, without=have or [], source=source)
    compare(links, request.actor)
    return links


def _decided(request: HttpRequest, source: str) -> Page:
    """Decided pairs, without those that the clerk is to look at a second time."""
    rows = Link.objects.visible_to(request.actor).exclude(decision=Decision.PENDING)
    rows = rows.filter(~kept_from(request.actor, timezone.now())).select_related("record", "run")
    if source:
        rows = rows.filter(record__source=source)
    page = page_of(rows, order=ORDER, cursor=request.GET.get("after", ""), size=PAIRS)
    compare(page.rows, request.actor)
    return page


def _source(request: HttpRequest) -> str:
    source = request.GET.get("source", "")
    return source if source in FeedSource.values else ""


def _rights(request: HttpRequest) -> dict[str, Any]:
    return {"may_reopen": request.user.role in COUNTY}
