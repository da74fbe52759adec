"""疑点: where the ledger and the agencies do not agree, with both sides. Somebody asks; nobody judges."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from jobbridge.apps.linkage.models import FeedSource, Suspicion, SuspicionKind
from jobbridge.apps.linkage.suspicions import settle_suspicion
from jobbridge.web.access import CLERKS, page_for, wants_fragment
from jobbridge.web.desk.linkage_filters import FeedFilters, choices
from jobbridge.web.desk.settling import settled
from jobbridge.web.paging import page_of
from jobbridge.web.people import clerk_names
from jobbridge.web.places import places_of

ORDER = ("-opened_on", "id")
VIEWS = {
    "": gettext_lazy("待核实"),
    "explained": gettext_lazy("已说明"),
    "confirmed": gettext_lazy("情况属实"),
    "lapsed": gettext_lazy("依据已消失"),
}


@page_for(CLERKS)
def suspicions(request: HttpRequest) -> HttpResponse:
    """The list by state, kind and township."""
    filters = FeedFilters.of(request)
    view, kind = request.GET.get("view", ""), request.GET.get("kind", "")
    view, kind = view if view in VIEWS else "", kind if kind in SuspicionKind.values else ""
    rows = filters.in_town(Suspicion.objects.visible_to(request.actor).select_related("person"))
    if kind:
        rows = rows.filter(kind=kind)
    counts = dict(rows.values_list("state").annotate(n=Count("pk")).order_by())
    views = [(name, label, counts.get(name or "open", 0)) for name, label in VIEWS.items()]
    if wants_fragment(request, "tabs"):
        return render(request, "desk/linkage_suspicions.html#tabs", {"view": view, "views": views})
    page = page_of(rows.filter(state=view or "open"), order=ORDER, cursor=request.GET.get("after", ""))
    describe(page.rows)
    context = {
        "page": page,
        "view": view,
        "views": views,
        "kind": kind,
        "kinds": SuspicionKind.choices,
        "filters": filters,
        **choices(request.actor),
    }
    fragment = wants_fragment(request, "list")
    return render(
        request, "desk/linkage_suspicions.html#list" if fragment else "desk/linkage_suspicions.html", context
    )


def describe(rows: list[Suspicion]) -> None:
    """Hang ``place``, ``seen`` (the agencies' side in words) and ``decider`` on each."""
    places = places_of(row.region_code for row in rows)
    names = clerk_names(row.decided_by for row in rows)
    for row in rows:
        row.place = places[row.region_code]
        row.decider = names.get(row.decided_by, row.decided_by)
        row.known_on = date.fromisoformat(row.ledger["as_of"])
        row.seen = [_line(said) for said in row.sightings]


def _line(said: dict[str, Any]) -> dict[str, Any]:
    direction = {"home": _("返乡"), "away": _("离开")}.get(said["direction"], "")
    return said | {"on": date.fromisoformat(said["on"]), "label": FeedSource(said["source"]).label, "way": direction}


@require_POST
@page_for(CLERKS)
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """What somebody was told who asked; without words it is not taken."""
    state, note = request.POST.get("state", ""), request.POST.get("note", "")

    def card(found: Suspicion) -> HttpResponse:
        found = Suspicion.objects.select_related("person").get(pk=found.pk)
        describe([found])
        return render(request, "desk/linkage_suspicions.html#card", {"row": found})

    return settled(
        request,
        act=lambda: settle_suspicion(
            actor=request.actor, suspicion_id=pk, state=state, note=note, now=timezone.now()
        ),
        card=card,
        back="desk:linkage_suspicions",
    )
