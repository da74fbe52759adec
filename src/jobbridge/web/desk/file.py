"""户档: one household with its members, what was done for it, and what comes next. Drawer and full page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jobbridge.apps.brokers.models import Broker
from jobbridge.apps.casework.models import Case, CaseState, ServiceItem, Task
from jobbridge.apps.casework.services import assign as assign_task
from jobbridge.apps.registry.models import Household, Person
from jobbridge.apps.targeting.models import HouseholdStatus
from jobbridge.web.access import CLERKS, STAFF, page_for
from jobbridge.web.desk.ledger import describe
from jobbridge.web.desk.story import story_of_household
from jobbridge.web.people import with_work
from jobbridge.web.places import places_of


@page_for(STAFF)
def household(request: HttpRequest, pk: int) -> HttpResponse:
    """The household's file: the drawer when htmx asks for it, else a page of its own."""
    found = get_object_or_404(Household.objects.visible_to(request.actor), pk=pk)
    return _show(request, found)


@require_POST
@page_for(CLERKS)
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand the household to its broker as a task."""
    found = get_object_or_404(Household.objects.visible_to(request.actor), pk=pk)
    try:
        assign_task(
            actor=request.actor,
            household_id=found.pk,
            on=timezone.localdate(),
            reason=request.POST.get("reason", "").strip()[:200],
        )
    except LookupError as refusal:
        return _refused(request, found, str(refusal))
    if request.htmx:
        return _show(request, found, assigned=True)
    messages.success(request, _("已派给经纪人。"))
    return redirect("desk:household", pk=pk)


def _refused(request: HttpRequest, found: Household, why: str) -> HttpResponse:
    if request.htmx:
        return _show(request, found, refusal=why)
    messages.error(request, _(why))
    return redirect("desk:household", pk=found.pk)


def _show(request: HttpRequest, found: Household, *, assigned: bool = False, refusal: str = "") -> HttpResponse:
    context = _file(request, found) | {"assigned": assigned, "refusal": refusal}
    return render(request, "desk/file.html#file" if request.htmx else "desk/file.html", context)


def _file(request: HttpRequest, found: Household) -> dict[str, Any]:
    people = with_work(Person.objects.filter(household=found).order_by("birth_date"))
    tasks = list(
        Task.objects.filter(household=found, state="open").select_related("broker").order_by("-urgency", "due_on")
    )
    people.sort(key=lambda person: (person.relation != "户主", person.birth_date))
    status = HouseholdStatus.objects.filter(household=found).select_related("household").first()
    if status:
        describe([status])
    return {
        "household": found,
        "status": status,
        "place": places_of([found.region_code])[found.region_code],
        "broker": Broker.objects.filter(active=True, region_code=found.region_code).first(),
        "people": people,
        "head": next((person for person in people if person.relation == "户主"), people[0] if people else None),
        "cases": Case.objects.filter(household=found).exclude(state=CaseState.CLOSED).select_related("person"),
        "services": _services(found),
        "tasks": tasks,
        "handed": any(task.assigned_by.startswith("user:") for task in tasks),
        "story": story_of_household(found),
    }


def _services(household: Household) -> list[ServiceItem]:
    """The open plans of the members (311), each item with its outcome; a recommendation's is what became of it."""
    items = ServiceItem.objects.filter(person__household=household).exclude(case__state=CaseState.CLOSED)
    return list(items.select_related("person").order_by("person_id", "case_id", "kind", "ordinal"))
