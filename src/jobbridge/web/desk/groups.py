"""重点群体: who belongs to a key group today, since when, why, and how far the help is."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from jobbridge.apps.casework.models import Case, CaseState
from jobbridge.apps.targeting.models import Group, GroupMembership, HouseholdStatus
from jobbridge.kernel.division import bounds
from jobbridge.web.access import STAFF, page_for, wants_fragment
from jobbridge.web.desk.ledger import Filters
from jobbridge.web.frame import cached
from jobbridge.web.paging import page_of
from jobbridge.web.places import places_of, townships_of

ORDER = ("since", "id")


@page_for(STAFF)
def groups(request: HttpRequest) -> HttpResponse:
    """Open memberships of one group, the longest waiting first."""
    filters = Filters.of(request)
    group = request.GET.get("group", "")
    group = group if group in Group.values else Group.ZERO_EMPLOYMENT
    rows = GroupMembership.objects.visible_to(request.actor).filter(until__isnull=True)
    if filters.town:
        low, high = bounds(filters.town)
        rows = rows.filter(region_code__gte=low, region_code__lt=high)
    page = page_of(
        rows.filter(group=group).select_related("household", "person"),
        order=ORDER,
        cursor=request.GET.get("after", ""),
    )
    _describe(page.rows)
    counts = cached(
        request.actor,
        f"groups:{filters.town}",
        lambda: dict(rows.values_list("group").annotate(n=Count("id")).order_by()),
    )
    context = {
        "page": page,
        "group": group,
        "filters": filters,
        "tabs": [(code, label, counts.get(code, 0)) for code, label in Group.choices],
        "towns": [(area.prefix, area.name) for area in townships_of(request.actor)],
        "undecided": cached(
            request.actor,
            "groups:undecided",
            lambda: HouseholdStatus.objects.visible_to(request.actor).filter(zero_employment__isnull=True).count(),
        ),
    }
    fragment = wants_fragment(request, "list")
    return render(request, "desk/groups.html#list" if fragment else "desk/groups.html", context)


def _describe(rows: list[Any]) -> None:
    """Place, days in the group, reasons as text, the open case."""
    places = places_of(row.region_code for row in rows)
    cases = Case.objects.filter(household__in=[row.household_id for row in rows]).exclude(state=CaseState.CLOSED)
    by_subject = {(case.kind, case.household_id, case.person_id): case for case in cases}
    today = timezone.localdate()
    for row in rows:
        row.place = places[row.region_code]
        row.days = max(0, (today - row.since).days)
        row.why = [reason["text"] if isinstance(reason, dict) else str(reason) for reason in row.reasons]
        row.case = by_subject.get((row.group, row.household_id, row.person_id))
