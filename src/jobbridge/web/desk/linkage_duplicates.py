"""重复人员: two entries of the ledger side by side that may be one person. Somebody says so; nobody is merged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from procrastinate.exceptions import AlreadyEnqueued

from jobbridge.apps.linkage.duplicates import settle_duplicate
from jobbridge.apps.linkage.models import DuplicateSearch, DuplicateSuspicion
from jobbridge.apps.linkage.tasks import find_duplicates_job
from jobbridge.apps.registry.models import Person
from jobbridge.web.access import COUNTY, page_for, wants_fragment
from jobbridge.web.desk.differences import Piece, pieces
from jobbridge.web.desk.jobs import is_queued
from jobbridge.web.desk.linkage_filters import FeedFilters, choices
from jobbridge.web.desk.pairs import LEVELS, why_held
from jobbridge.web.desk.settling import settled
from jobbridge.web.paging import page_of
from jobbridge.web.people import clerk_names, with_work
from jobbridge.web.places import places_of
from jobbridge.web.templatetags.zhumo import tr

ORDER = ("-posterior", "id")
PAIRS = 10
VIEWS = {
    "": gettext_lazy("待核实"),
    "same": gettext_lazy("确为同一人"),
    "different": gettext_lazy("确为两人"),
    "lapsed": gettext_lazy("依据已消失"),
}
# Why a pair needs a look however alike the two are.
HOLDS = {
    "id_other_name": gettext_lazy("证件号码相同，姓名完全不同"),
    "name_only": gettext_lazy("只有姓名对得上"),
    "phone_only": gettext_lazy("没有姓名，只有手机号对得上"),
    "contradiction": gettext_lazy("与相似的第三条记录互相矛盾"),
    "too_large": gettext_lazy("相似的记录太多"),
}


@page_for(COUNTY)
def duplicates(request: HttpRequest) -> HttpResponse:
    """The pairs by state and township, and how far the search is; htmx polls that while it runs."""
    progress = _progress()
    if wants_fragment(request, "search"):
        response = render(request, "desk/linkage_duplicates.html#search", progress)
        if not progress["running"]:
            response["HX-Refresh"] = "true"  # what was found belongs on the page
        return response
    filters = FeedFilters.of(request)
    view = request.GET.get("view", "")
    view = view if view in VIEWS else ""
    rows = filters.in_town(DuplicateSuspicion.objects.visible_to(request.actor))
    counts = dict(rows.values_list("state").annotate(n=Count("pk")).order_by())
    views = [(name, label, counts.get(name or "open", 0)) for name, label in VIEWS.items()]
    if wants_fragment(request, "tabs"):
        return render(request, "desk/linkage_duplicates.html#tabs", {"view": view, "views": views})
    shown = rows.filter(state=view or "open").select_related(*_BOTH)
    page = page_of(shown, order=ORDER, cursor=request.GET.get("after", ""), size=PAIRS)
    describe(page.rows)
    context = {
        "page": page,
        "view": view,
        "views": views,
        "filters": filters,
        **choices(request.actor),
        **progress,
    }
    fragment = wants_fragment(request, "list")
    return render(
        request, "desk/linkage_duplicates.html#list" if fragment else "desk/linkage_duplicates.html", context
    )


@require_POST
@page_for(COUNTY)
def search(request: HttpRequest) -> HttpResponse:
    """Put the search in the queue. Searching twice changes nothing, so pressing twice is harmless."""
    try:
        with transaction.atomic():
            find_duplicates_job.defer(user_id=request.user.pk)
    except AlreadyEnqueued:
        messages.warning(request, _("查找已在排队，不用再点。"))
    else:
        messages.success(request, _("已开始，下面会显示进度。"))
    return redirect("desk:linkage_duplicates")


@require_POST
@page_for(COUNTY)
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """One person or two; both entries stay as they are."""
    state, note = request.POST.get("state", ""), request.POST.get("note", "")

    def card(found: DuplicateSuspicion) -> HttpResponse:
        found = DuplicateSuspicion.objects.select_related(*_BOTH).get(pk=found.pk)
        describe([found])
        return render(request, "desk/linkage_duplicates.html#card", {"row": found})

    return settled(
        request,
        act=lambda: settle_duplicate(
            actor=request.actor, duplicate_id=pk, state=state, note=note, now=timezone.now()
        ),
        card=card,
        back="desk:linkage_duplicates",
    )


_BOTH = tuple(f"{person}__{what}" for person in ("person_a", "person_b") for what in ("household", "source"))


def _progress() -> dict[str, Any]:
    """The last search, and whether one waits or runs; one whose worker was killed does neither."""
    queued = is_queued(find_duplicates_job.name)
    last = DuplicateSearch.objects.order_by("-pk").first()
    at_work = queued and last is not None and last.finished_at is None
    if last and last.finished_at:
        last.seconds = (last.finished_at - last.started_at).total_seconds()
    return {"running": queued, "at_work": at_work, "last": last}


def describe(rows: list[DuplicateSuspicion]) -> None:
    """Hang what the card shows on each pair: both entries line by line, and why they look alike."""
    people = {person.pk: person for row in rows for person in (row.person_a, row.person_b)}
    with_work(people.values())
    places = places_of(person.region_code for person in people.values())
    names = clerk_names(row.decided_by for row in rows)
    for row in rows:
        row.both = [people[row.person_a_id], people[row.person_b_id]]
        row.chance = min(99, round(100 * row.posterior))  # certain is nobody
        row.why = why_held(row.hold, HOLDS.get(row.hold, ""))
        row.decider = names.get(row.decided_by, row.decided_by)
        row.lines = _lines(row, places)


def _lines(row: DuplicateSuspicion, places: dict[str, Any]) -> list[dict[str, Any]]:
    """Each field of both entries, what differs marked on both sides; what the search compared with its word."""
    fields: list[tuple[str, str, Callable[[Person], str], bool]] = [
        ("name", _("姓名"), lambda person: person.name, False),
        ("id", _("证件号码"), lambda person: person.id_mask, False),
        ("phone", _("手机号"), lambda person: person.phone_mask, False),
        ("village", _("村（社区）"), lambda person: str(places.get(person.region_code, "")), True),
        ("sex", _("性别"), lambda person: tr(person.sex), True),
        ("birth", _("出生日期"), lambda person: person.birth_date.isoformat(), False),
        ("", _("户主与关系"), lambda person: " · ".join(filter(None, _home(person))), True),
        ("", _("台账来源"), _source, True),
    ]
    lines = []
    for field, label, value, whole in fields:
        one, other = (value(person) for person in row.both)
        marked = bool(field)  # another household or list is no contradiction
        lines.append(
            {
                "label": label,
                "cells": [_cut(other, one, whole, marked), _cut(one, other, whole, marked)],
                "word": LEVELS[field].get(row.levels.get(field) or "", "") if field else "",
                "bits": row.weights.get(field) or None,
            }
        )
    return lines


def _cut(said: str, known: str, whole: bool, marked: bool) -> list[Piece]:
    return pieces(said, known, whole) if marked else [Piece(known)]


def _home(person: Person) -> tuple[str, str]:
    return person.household.called, tr(person.relation)


def _source(person: Person) -> str:
    return f"{person.source.label} {person.source.as_of:%Y-%m-%d}"
