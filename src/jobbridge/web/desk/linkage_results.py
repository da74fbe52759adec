"""比对结果: what the comparison found by agency and township, against the run before, and how sure it is."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.cycle.models import StageName, StageRun, StageState
from jobbridge.apps.cycle.progress import is_running
from jobbridge.apps.linkage import results as found
from jobbridge.apps.linkage.deciding import candidates_of
from jobbridge.apps.linkage.models import Decision, FeedSource, Link, LinkDecision, LinkRun, Zone
from jobbridge.apps.linkage.second_opinions import kept_from
from jobbridge.apps.registry.models import Person
from jobbridge.web.access import CLERKS, COUNTY, page_for, wants_fragment
from jobbridge.web.desk.linkage_filters import FeedFilters, choices
from jobbridge.web.desk.pairs import why_held
from jobbridge.web.fields import key_of
from jobbridge.web.frame import WAITING, cached, forget
from jobbridge.web.paging import page_of
from jobbridge.web.places import places_of, townships_of
from jobbridge.web.templatetags.zhumo import tr

HISTORY = 12
ORDER = ("-posterior", "id")
NOTHING = [0] * len(found.COLUMNS)


@page_for(CLERKS)
def results(request: HttpRequest) -> HttpResponse:
    """The last run in numbers that open their records; an earlier one as it was written down then."""
    actor = request.actor
    runs = list(LinkRun.objects.order_by("-pk")[: HISTORY + 1])
    chosen = key_of(request.GET.get("run", ""))
    run = get_object_or_404(LinkRun, pk=chosen) if chosen else (runs or [None])[0]
    for past in runs:
        past.auto = sum(numbers[0] for numbers in found.by_source(_kept(past, actor)).values())
    live = not runs or run == runs[0]
    towns = _tally(actor) if live else _kept(run, actor)
    before = LinkRun.objects.filter(pk__lt=run.pk).order_by("-pk").first() if run else None
    context = {
        "run": run,
        "live": live,
        "before": before,
        "runs": runs[:HISTORY],
        "columns": [label for _code, label in columns()],
        "sources": _by_source(towns, before, actor),
        "towns": _by_town(towns, actor),
        "total": [sum(column) for column in zip(*found.by_source(towns).values(), strict=True)] or NOTHING,
        "promise": found.promise(run) if run else None,
        "bins": found.calibration(Link.objects.visible_to(actor)),
        "running": _running(),
        "today": timezone.localdate(),
        "may_run": request.user.role in COUNTY,
    }
    return render(request, "desk/linkage_results.html", context)


def columns() -> list[tuple[str, str]]:
    """The columns by their words: the tabs of the records as well."""
    words = (Zone.AUTO.label, Zone.REVIEW.label, _("已核对"), Zone.NONE.label, _("其中外来人员"))
    return [(code, str(word)) for code, word in zip(found.COLUMNS, words, strict=True)]


def undecided_for(actor: Actor) -> Q:
    """Pairs that nobody has decided, and those whose decision the clerk is not to know yet."""
    return found.UNDECIDED | kept_from(actor, timezone.now())


def as_it_stands(actor: Actor) -> str:
    """Part of the name of a figure that is kept: another run or decision has it counted anew.

    Each clerk's own, for some decisions are kept from some clerks.
    """
    run = LinkRun.objects.order_by("-pk").values_list("pk", flat=True).first()
    last = LinkDecision.objects.visible_to(actor).order_by("-pk").values_list("pk", flat=True).first()
    return f"{actor.key}:{run}:{last}"


def _tally(actor: Actor) -> dict[str, found.Numbers]:
    def count() -> dict[str, found.Numbers]:
        forget(actor, WAITING)  # the badge in the menu says the same as this page
        return found.tally(_links(actor), undecided_for(actor))

    return cached(actor, f"linkage:tally:{as_it_stands(actor)}", count)


def _links(actor: Actor) -> QuerySet[Link]:
    """Pairs of records whose time is not up; of the others only the outcome is left."""
    return Link.objects.visible_to(actor).filter(record__purged_on=None)


def _kept(run: LinkRun, actor: Actor) -> dict[str, found.Numbers]:
    return found.in_scope(run.counts.get(found.TALLY, {}), actor)


def _by_source(towns: dict[str, found.Numbers], before: LinkRun | None, actor: Actor) -> list[dict[str, Any]]:
    now = found.by_source(towns)
    told = before is not None and found.TALLY in before.counts
    change = found.change(now, found.by_source(_kept(before, actor))) if told else {}
    return [
        {
            "code": source,
            "label": FeedSource(source).label,
            "cells": list(zip(found.COLUMNS, now[source], change.get(source, NOTHING), strict=True)),
        }
        for source in FeedSource.values
        if source in now
    ]


def _by_town(towns: dict[str, found.Numbers], actor: Actor) -> list[dict[str, Any]]:
    """Townships with most links first. Records that fit nobody belong to none."""
    names = {area.prefix: area.name for area in townships_of(actor)}
    sums = found.by_town({town: numbers for town, numbers in towns.items() if town in names})
    ranked = sorted(sums.items(), key=lambda item: (-item[1][0], item[0]))
    most = max((values[0] for _town, values in ranked), default=0) or 1
    return [
        {"code": town, "name": names[town], "auto": values[0], "review": values[1], "share": 100 * values[0] / most}
        for town, values in ranked
    ]


def _running() -> StageRun | None:
    """The comparison that runs now; one whose worker was killed does not."""
    stage = StageRun.objects.filter(stage=StageName.LINKAGE, state=StageState.RUNNING).order_by("-started_at").first()
    return stage if stage and is_running() else None


@page_for(CLERKS)
def records(request: HttpRequest) -> HttpResponse:
    """The records behind a number: agency's side masked, the person it was linked to, and how sure that is."""
    filters = FeedFilters.of(request)
    zone = request.GET.get("zone", "")
    kept = kept_from(request.actor, timezone.now())
    rows = filters.in_town(_links(request.actor)).select_related("record", "person").annotate(kept=kept)
    if filters.source:
        rows = rows.filter(record__source=filters.source)
    conditions = found.conditions(undecided_for(request.actor))
    if zone in conditions:
        rows = rows.filter(conditions[zone])
    page = page_of(rows, order=ORDER, cursor=request.GET.get("after", ""))
    _hide_decisions([link for link in page if link.kept], request.actor)
    places = places_of(link.region_code for link in page)
    for link in page:
        link.place = places[link.region_code]
        link.source_label = FeedSource(link.record.source).label
        link.percent = _percent(link)
        link.hold_label = why_held(link.hold, tr(link.get_hold_display()))
    zones = [("", _("全部")), *columns()]
    context = {"page": page, "filters": filters, "zone": zone, "zones": zones, **choices(request.actor)}
    fragment = wants_fragment(request, "list")
    return render(request, "desk/linkage_records.html#list" if fragment else "desk/linkage_records.html", context)


def _percent(link: Link) -> float | None:
    """How sure the engine is of the person shown, who need not be its first; None where it is not them."""
    if link.person is None or link.decision == Decision.REJECTED:
        return None
    chances = {candidate["person_id"]: candidate["posterior"] for candidate in link.candidates}
    chance = chances.get(link.person.pk, None if link.decision == Decision.CONFIRMED else link.posterior)
    return None if chance is None else min(99.9, round(100 * chance, 1))  # certain is nobody


def _hide_decisions(links: list[Link], actor: Actor) -> None:
    """What the clerk is to look at a second time stands there as the engine left it."""
    first = {link.pk: (candidates_of(link) or [link.person_id])[0] for link in links}
    persons = Person.objects.visible_to(actor).in_bulk(first.values())
    for link in links:
        link.decision = Decision.PENDING
        link.person = persons.get(first[link.pk])
        link.region_code = link.person.region_code if link.person else link.region_code
