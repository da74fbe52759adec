"""工作台: what needs this user today."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jobbridge.apps.cycle.models import CycleRun
from jobbridge.apps.targeting.models import HouseholdStatus
from jobbridge.web.access import STAFF, page_for
from jobbridge.web.desk.figures import figures_of, own_areas
from jobbridge.web.desk.ledger import ORDER, describe
from jobbridge.web.desk.overview import to_do

URGENT_ROWS = 8
HEADLINES = ("labour.employed", "labour.employment_rate", "labour.seeking", "households.zero", "services.recommended")


@page_for(STAFF)
def home(request: HttpRequest) -> HttpResponse:
    """To-do list, the most urgent households, the day's headline figures, and how the cycle went."""
    urgent = list(
        HouseholdStatus.objects.visible_to(request.actor)
        .filter(urgency__gt=0)
        .select_related("household")
        .order_by(*ORDER)[:URGENT_ROWS]
    )
    describe(urgent)
    figures = {figure.indicator.key: figure for figure in figures_of(own_areas(request.actor))}
    context = {
        "todo": to_do(request.actor),
        "urgent": urgent,
        "figures": [figures[key] for key in HEADLINES if key in figures],
        "run": CycleRun.objects.order_by("-on").prefetch_related("stages").first(),
    }
    return render(request, "desk/home.html", context)
