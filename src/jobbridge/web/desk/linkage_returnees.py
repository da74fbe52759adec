"""返乡人员: who has come home, as which agencies saw it, and who goes to ask."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F, Func, Q, QuerySet
from django.db.models.functions import Left
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.casework.models import Task, TaskKind
from jobbridge.apps.linkage.models import FeedSource, Returnee
from jobbridge.web.access import CLERKS, page_for, wants_fragment
from jobbridge.web.desk.linkage_filters import FeedFilters, choices
from jobbridge.web.frame import cached
from jobbridge.web.paging import page_of
from jobbridge.web.places import places_of, townships_of

ORDER = ("-last_seen", "id")
VIEWS = {
    "": (gettext_lazy("在家"), Q(state="home")),
    "asked": (gettext_lazy("在家，台账登记在外"), Q(state="home", recorded_away=True)),
    "left": (gettext_lazy("再次外出"), Q(state="left")),
    "closed": (gettext_lazy("已撤销"), Q(state="closed")),
}


@page_for(CLERKS)
def returnees(request: HttpRequest) -> HttpResponse:
    """The list, newest first, with its counts by agency and township beside it."""
    filters = FeedFilters.of(request)
    view = request.GET.get("view", "")
    view = view if view in VIEWS else ""
    rows = filters.in_town(Returnee.objects.visible_to(request.actor).select_related("person"))
    if filters.source:
        rows = rows.filter(sources__contains=[filters.source])
    page = page_of(rows.filter(VIEWS[view][1]), order=ORDER, cursor=request.GET.get("after", ""))
    _describe(page.rows)
    counts = rows.aggregate(**{f"n_{name}": Count("pk", filter=condition) for name, (_, condition) in VIEWS.items()})
    context = {
        "page": page,
        "view": view,
        "views": [(name, label, counts[f"n_{name}"]) for name, (label, _) in VIEWS.items()],
        "filters": filters,
        **choices(request.actor),
    }
    if wants_fragment(request, "list"):
        return render(request, "desk/linkage_returnees.html#list", context)
    context |= cached(request.actor, "returnees", lambda: _counts(request.actor))
    return render(request, "desk/linkage_returnees.html", context)


def _describe(rows: list[Returnee]) -> None:
    """Hang ``place``, ``labels`` of the agencies and the open ``task`` on each."""
    places = places_of(row.region_code for row in rows)
    tasks = Task.objects.filter(kind=TaskKind.RETURNEE, state="open", person__in=[row.person_id for row in rows])
    due = dict(tasks.values_list("person_id", "due_on"))
    for row in rows:
        row.place = places[row.region_code]
        row.labels = [FeedSource(source).label for source in row.sources]
        row.task_due = due.get(row.person_id)


def _counts(actor: Actor) -> dict[str, Any]:
    """Persons at home by agency (one seen by two counts for both) and by township, largest first."""
    rows: QuerySet[Returnee] = Returnee.objects.visible_to(actor).filter(state="home")
    apart = rows.annotate(source=Func(F("sources"), function="unnest")).values_list("source")
    sources = dict(apart.annotate(n=Count("person", distinct=True)).order_by())
    towns = dict(rows.values_list(Left("region_code", 9)).annotate(n=Count("person", distinct=True)).order_by())
    ranked = [(area.prefix, area.name, towns[area.prefix]) for area in townships_of(actor) if towns.get(area.prefix)]
    ranked.sort(key=lambda line: (-line[2], line[0]))
    return {
        "by_source": _with_bars([(code, label, sources.get(code, 0)) for code, label in FeedSource.choices]),
        "by_town": _with_bars(ranked),
    }


def _with_bars(lines: list[tuple[str, str, int]]) -> list[tuple[str, str, int, float]]:
    most = max((n for _code, _label, n in lines), default=0) or 1
    return [(code, label, n, 100 * n / most) for code, label, n in lines]
