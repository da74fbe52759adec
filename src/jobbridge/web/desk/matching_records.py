"""The records behind the figures of a run: its seekers by class and outcome, its posts by how crowded they were."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy

from jobbridge.apps.placements.models import MatchRun, RunPost, RunSeeker
from jobbridge.web.access import STAFF, page_for, wants_fragment
from jobbridge.web.desk.linkage_filters import FeedFilters
from jobbridge.web.desk.matching_words import LIMITS, TIERS, class_name
from jobbridge.web.paging import page_of
from jobbridge.web.places import places_of, townships_of

ORDER = ("tier", "id")
VIEWS = {
    "": gettext_lazy("全部"),
    "served": gettext_lazy("得到推荐"),
    "none": gettext_lazy("没有推荐"),
}
POST_VIEWS: dict[str, tuple[Any, Q, tuple[str, ...]]] = {
    "short": (gettext_lazy("缺人选"), Q(short__gt=0), ("-short", "id")),
    "empty": (gettext_lazy("没有人选"), Q(candidates=0), ("-openings", "id")),
    "crowded": (gettext_lazy("最抢手"), Q(price__gt=0), ("-price", "id")),
    "all": (gettext_lazy("全部"), Q(), ("-openings", "id")),
}
OUTCOME = {"served": Q(given__gt=0), "none": Q(given=0), "": Q()}
DISABLED = {
    "yes": True,
    "no": False,
    "unknown": None,
}


@page_for(STAFF)
def people(request: HttpRequest, pk: int) -> HttpResponse:
    """The seekers of a run inside the actor's scope, the first in need first."""
    run = get_object_or_404(MatchRun.objects.defer("report"), pk=pk, kind="day")
    view = request.GET.get("view", "")
    view = view if view in VIEWS else ""
    filters = FeedFilters.of(request)
    rows, chosen = _narrowed(RunSeeker.objects.visible_to(request.actor).filter(run=run), request)
    rows = filters.in_town(rows.filter(OUTCOME[view])).select_related("person")
    page = page_of(rows, order=ORDER, cursor=request.GET.get("after", ""))
    places = places_of(row.region_code for row in page)
    for row in page:
        row.place = places[row.region_code]
        row.tier_name = class_name("tier", str(row.tier))
        row.why = LIMITS.get(row.limit, "")
    context = {
        "run": run,
        "page": page,
        "view": view,
        "views": list(VIEWS.items()),
        "filters": filters,
        "tier": request.GET.get("tier", ""),
        "limit": request.GET.get("limit", ""),
        "tiers": TIERS,
        "limits": list(LIMITS.items()),
        "towns": [(area.prefix, area.name) for area in townships_of(request.actor)],
        "chosen": chosen,
    }
    fragment = wants_fragment(request, "list")
    return render(request, "desk/match_people.html#list" if fragment else "desk/match_people.html", context)


def _narrowed(rows: QuerySet[Any], request: HttpRequest) -> tuple[QuerySet[Any], list[tuple[str, str]]]:
    """The rows of the classes that the address names; and those without a select of their own, in words."""
    tier, limit, sex, age, disabled = (
        request.GET.get(name, "") for name in ("tier", "limit", "sex", "age", "disabled")
    )
    chosen = []
    if tier in dict(TIERS):
        rows = rows.filter(tier=int(tier))
    if limit in LIMITS:
        rows = rows.filter(limit=limit)
    if sex in ("男", "女", "unknown"):
        rows = rows.filter(sex="" if sex == "unknown" else sex)
        chosen.append(("sex", class_name("sex", sex)))
    first, dash, last = age.partition("-")
    if dash and all(not part or (part.isascii() and part.isdigit() and len(part) < 4) for part in (first, last)):
        rows = rows.filter(age__gte=int(first or 0), age__lte=int(last or 999))
        chosen.append(("age", class_name("age", f"{first or 0}-{last}")))
    if disabled in DISABLED:
        rows = rows.filter(disabled=DISABLED[disabled])
        chosen.append(("disabled", class_name("disability", disabled)))
    return rows, chosen


@page_for(STAFF)
def posts(request: HttpRequest, pk: int) -> HttpResponse:
    """The posts of a run: those short of candidates, those nobody was found for, the most crowded."""
    run = get_object_or_404(MatchRun.objects.defer("report"), pk=pk, kind="day")
    view = request.GET.get("view", "")
    view = view if view in POST_VIEWS else "short"
    _label, which, order = POST_VIEWS[view]
    rows = RunPost.objects.filter(which, run=run).select_related("post__employer")
    page = page_of(rows, order=order, cursor=request.GET.get("after", ""))
    views = [(name, label) for name, (label, _which, _order) in POST_VIEWS.items()]
    context = {"run": run, "page": page, "view": view, "views": views}
    fragment = wants_fragment(request, "list")
    return render(request, "desk/match_posts.html#list" if fragment else "desk/match_posts.html", context)
