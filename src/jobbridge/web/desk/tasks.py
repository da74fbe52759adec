"""走访任务: what brokers have to do, who is late, and which villages have no broker to do it."""

from __future__ import annotations

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy

from jobbridge.apps.casework.models import Task, TaskKind
from jobbridge.kernel.division import bounds
from jobbridge.web.access import STAFF, page_for, wants_fragment
from jobbridge.web.desk.ledger import Filters
from jobbridge.web.frame import cached
from jobbridge.web.paging import page_of
from jobbridge.web.places import places_of, townships_of

ORDER = ("-urgency", "due_on", "id")
VIEWS = {
    "": gettext_lazy("待办"),
    "late": gettext_lazy("已超期"),
    "orphan": gettext_lazy("没有经纪人"),
    "done": gettext_lazy("已完成"),
}


@page_for(STAFF)
def tasks(request: HttpRequest) -> HttpResponse:
    """Tasks in scope, the most urgent first."""
    filters = Filters.of(request)
    view = request.GET.get("view", "")
    view = view if view in VIEWS else ""
    kind = request.GET.get("kind", "")
    kind = kind if kind in TaskKind.values else ""
    today = timezone.localdate()
    conditions = {
        "": Q(state="open"),
        "late": Q(state="open", due_on__lt=today),
        "orphan": Q(state="open", broker__isnull=True),
        "done": Q(state="done"),
    }
    rows = Task.objects.visible_to(request.actor)
    if filters.town:
        low, high = bounds(filters.town)
        rows = rows.filter(region_code__gte=low, region_code__lt=high)
    if kind:
        rows = rows.filter(kind=kind)
    page = page_of(
        rows.filter(conditions[view]).select_related("household", "person", "broker"),
        order=ORDER,
        cursor=request.GET.get("after", ""),
    )
    places = places_of(task.region_code for task in page)
    for task in page:
        task.place = places[task.region_code]
        task.late = task.state == "open" and task.due_on < today
    counts = cached(
        request.actor,
        f"tasks:{filters.town}:{kind}",
        lambda: rows.aggregate(**{name or "open": Count("id", filter=q) for name, q in conditions.items()}),
    )
    context = {
        "page": page,
        "view": view,
        "kind": kind,
        "filters": filters,
        "tabs": [(name, label, counts[name or "open"]) for name, label in VIEWS.items()],
        "kinds": TaskKind.choices,
        "towns": [(area.prefix, area.name) for area in townships_of(request.actor)],
    }
    fragment = wants_fragment(request, "list")
    return render(request, "desk/tasks.html#list" if fragment else "desk/tasks.html", context)
