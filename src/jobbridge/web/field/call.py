"""打电话: the number in full for the broker who has to call; each reading is recorded."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from jobbridge.apps.registry.models import Household, Person
from jobbridge.apps.registry.numbers import reveal_number
from jobbridge.web.access import BROKERS, page_for, wants_fragment

REASON = "走访联系"


@require_POST
@page_for(BROKERS)
def call(request: HttpRequest, pk: int) -> HttpResponse:
    """Numbers of the household's members, the head's first, ready to dial."""
    household = get_object_or_404(Household.objects.visible_to(request.actor), pk=pk)
    persons = Person.objects.filter(household=household, life="alive", contacts__primary=True).order_by("birth_date")
    ordered = sorted(persons, key=lambda person: (person.relation != "户主", person.birth_date))
    numbers = [
        (person, reveal_number(actor=request.actor, person=person, field="phone", reason=REASON))
        for person in ordered[:1]
    ]
    context = {"household": household, "numbers": numbers}
    fragment = wants_fragment(request, "sheet")
    return render(request, "field/call.html#numbers" if fragment else "field/call.html", context)
