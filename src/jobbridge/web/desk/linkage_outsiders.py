"""疑似未登记: persons whom the agencies see and the register does not have, village by village."""

from __future__ import annotations

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from jobbridge.apps.linkage.models import FeedSource, Outsider
from jobbridge.apps.linkage.outsiders import decide_outsider
from jobbridge.web.access import CLERKS, page_for, wants_fragment
from jobbridge.web.desk.linkage_filters import FeedFilters, choices
from jobbridge.web.desk.settling import settled
from jobbridge.web.frame import cached
from jobbridge.web.paging import page_of
from jobbridge.web.places import places_of

ORDER = ("region_code", "-last_seen", "id")
VILLAGES = 12  # with most persons, beside the list


@page_for(CLERKS)
def outsiders(request: HttpRequest) -> HttpResponse:
    """The list by village; those that were settled under their own tab."""
    filters = FeedFilters.of(request)
    settled = request.GET.get("view") == "settled"
    rows = filters.in_town(Outsider.objects.visible_to(request.actor))
    if filters.source:
        rows = rows.filter(sources__contains=[filters.source])
    waiting = rows.filter(decision="open")
    shown = rows.exclude(decision="open") if settled else waiting
    context = {"filters": filters, "settled": settled, "waiting": waiting.count()}
    if wants_fragment(request, "tabs"):
        return render(request, "desk/linkage_outsiders.html#tabs", context)
    page = page_of(shown, order=ORDER, cursor=request.GET.get("after", ""))
    _describe(page.rows)
    context |= {"page": page, **choices(request.actor)}
    if wants_fragment(request, "list"):
        return render(request, "desk/linkage_outsiders.html#list", context)
    context["villages"] = cached(request.actor, "outsiders", lambda: _villages(request))
    return render(request, "desk/linkage_outsiders.html", context)


def _describe(rows: list[Outsider]) -> None:
    places = places_of(row.region_code for row in rows)
    for row in rows:
        row.place = places[row.region_code]
        row.labels = [FeedSource(source).label for source in row.sources]


def _villages(request: HttpRequest) -> list[tuple[str, str, int, float]]:
    """Villages with most of them: address of the township, name, number, length of the bar."""
    rows = Outsider.objects.visible_to(request.actor).filter(decision="open").exclude(region_code__endswith="000000")
    counted = list(rows.values_list("region_code").annotate(n=Count("pk")).order_by("-n", "region_code")[:VILLAGES])
    places = places_of(code for code, _n in counted)
    most = max((n for _code, n in counted), default=0) or 1
    return [(code[:9], str(places[code]), n, 100 * n / most) for code, n in counted]


@require_POST
@page_for(CLERKS)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """What became of somebody; the row as it stands now."""
    decision = request.POST.get("decision", "")

    def row(found: Outsider) -> HttpResponse:
        _describe([found])
        return render(request, "desk/linkage_outsiders.html#row", {"row": found})

    return settled(
        request,
        act=lambda: decide_outsider(actor=request.actor, outsider_id=pk, decision=decision, now=timezone.now()),
        card=row,
        back="desk:linkage_outsiders",
    )
