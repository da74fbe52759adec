"""指标看板: every figure with its target, its line, its definition, and the records behind it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from jobbridge.apps.indicators.data import BY_KEY
from jobbridge.web.access import STAFF, page_for, wants_fragment
from jobbridge.web.desk.figures import by_township, figures_of, own_areas
from jobbridge.web.places import townships_of

# The list behind each figure.
RECORDS = {
    "labour.total": ("desk:persons", ""),
    "labour.employed": ("desk:persons", "?status=WLE"),
    "labour.away": ("desk:persons", "?status=W"),
    "labour.employment_rate": ("desk:persons", "?status=WLE"),
    "labour.seeking": ("desk:persons", "?status=S"),
    "labour.to_verify": ("desk:persons", "?status=U"),
    "households.zero": ("desk:households", "?view=zero"),
    "households.zero_unknown": ("desk:households", "?view=zero_unknown"),
    "households.visited": ("desk:households", "?view=visited"),
    "services.recommended": ("desk:persons", "?status=S&served=1"),
}


@page_for(STAFF)
def indicators(request: HttpRequest) -> HttpResponse:
    """The table of figures, and one of them by township."""
    chosen = request.GET.get("by", "")
    chosen = chosen if chosen in BY_KEY else "labour.employment_rate"
    own = {area.code for area in townships_of(request.actor)}
    figures = figures_of(own_areas(request.actor))
    for figure in figures:
        view, query = RECORDS[figure.indicator.key]
        figure.value.records = reverse(view) + query
    context = {
        "figures": figures,
        "chosen": BY_KEY[chosen],
        "rows": [(row, length) for row, length in by_township(chosen) if row.area_id in own],
        "on": figures[0].value.on if figures else None,
    }
    fragment = wants_fragment(request, "by-township")
    return render(request, "desk/indicators.html#towns" if fragment else "desk/indicators.html", context)
