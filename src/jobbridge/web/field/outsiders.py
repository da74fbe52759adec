"""疑似未登记: persons of the broker's villages whom the agencies see and the register does not have."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jobbridge.apps.linkage.models import FeedSource, Outsider
from jobbridge.apps.linkage.outsiders import decide_outsider
from jobbridge.web.access import BROKERS, page_for
from jobbridge.web.places import places_of

LONGEST_LIST = 30


@page_for(BROKERS)
def outsiders(request: HttpRequest) -> HttpResponse:
    """Those who wait, the last seen first."""
    waiting = Outsider.objects.visible_to(request.actor).filter(decision="open")
    rows = list(waiting.order_by("-last_seen", "id")[:LONGEST_LIST])
    places = places_of(row.region_code for row in rows)
    for row in rows:
        row.place = places[row.region_code]
        row.labels = [FeedSource(source).label for source in row.sources]
    return render(request, "field/outsiders.html", {"rows": rows})


@require_POST
@page_for(BROKERS)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """What the broker knows or found out."""
    try:
        decide_outsider(
            actor=request.actor, outsider_id=pk, decision=request.POST.get("decision", ""), now=timezone.now()
        )
    except Outsider.DoesNotExist:
        raise Http404 from None
    except ValueError as error:
        return HttpResponse(_(str(error)), status=400)
    messages.success(request, _("已记下。"))
    return redirect("field:outsiders")
