"""One recommendation: what suits and what does not, what became of it, and what somebody says of it on the phone."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from jobbridge.apps.placements import flows, telling
from jobbridge.apps.placements.enums import Refusal, RunKind, RunState
from jobbridge.apps.placements.models import Recommendation, RecommendationLog
from jobbridge.apps.placements.on_offer import gone
from jobbridge.apps.placements.refusal_rules import fitting
from jobbridge.web.access import CLERKS, STAFF, page_for
from jobbridge.web.fields import day_of
from jobbridge.web.outcomes import LEFT, NOT_HIRED, said_of, wage_of
from jobbridge.web.people import clerk_names, with_work
from jobbridge.web.places import places_of

# Who acts without being a user, by the beginning of their key.
OTHERS = {"worker:": gettext_lazy("本人"), "system:": gettext_lazy("系统")}


@page_for(STAFF)
def recommendation(request: HttpRequest, pk: int) -> HttpResponse:
    """The drawer when htmx asks for it, else a page of its own."""
    rows = Recommendation.objects.visible_to(request.actor)
    found = get_object_or_404(rows.select_related("person", "post__employer", "run__decision"), pk=pk)
    with_work([found.person])
    may = request.user.role in CLERKS and found.run.state == RunState.RELEASED and found.person.life == "alive"
    today = timezone.localdate()
    ended = bool(gone([found.post_id], on=today))
    context = {
        "item": found,
        "place": places_of([found.region_code])[found.region_code],
        "log": _log(found),
        "asked_by": _asked_by(found),
        "says": telling.may_say(found.state, gone=ended) if may else [],
        "ended": ended and "interested" in flows.NEXT[found.state],
        "refusals": fitting(Refusal.choices, lodging=found.post.lodging),
        "not_hired": NOT_HIRED,
        "left": LEFT,
        "today": today.isoformat(),
        "back": "person" if request.GET.get("back") == "person" else "post",
    }
    template = "desk/recommendation.html"
    return render(request, f"{template}#file" if request.htmx else template, context)


@require_POST
@page_for(CLERKS)
def tell(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down how it went, and back to the list it was opened from."""
    form = request.POST
    try:
        told = telling.tell(
            pk,
            actor=request.actor,
            after=form.get("after", ""),
            on=timezone.localdate(),
            reason=form.get("reason", ""),
            note=form.get("note", ""),
            day=day_of(form.get("day", "")),
            wage=wage_of(form.get("wage", "")),
            seen=form.get("seen", ""),
        )
    except Recommendation.DoesNotExist:
        raise Http404 from None
    except flows.Already as said:
        messages.success(request, said_of(said))
        told = get_object_or_404(Recommendation.objects.visible_to(request.actor), pk=pk)
    except flows.Refused as refusal:
        messages.error(request, said_of(refusal))
        return redirect("desk:recommendation", pk)
    else:
        if told.state == "expired":  # a yes, and the post was gone
            messages.error(request, _(flows.GONE))
            return redirect("desk:recommendation", pk)
        messages.success(request, _("已记下：{state}。").format(state=_(told.get_state_display())))
    if form.get("back") == "person":
        return redirect("desk:person", told.person_id)
    return redirect("desk:post", told.post_id)


def _asked_by(item: Recommendation) -> str:
    """Who had the person matched on the spot; nobody for what the day's run recommended."""
    if item.run.kind != RunKind.PERSON:
        return ""
    asked = item.run.decision.decided_by
    return clerk_names([asked]).get(asked, asked)


def _log(item: Recommendation) -> list[RecommendationLog]:
    """Every step, the newest first, with the names of those who told of it."""
    log = list(RecommendationLog.objects.filter(recommendation=item).order_by("-pk"))
    names = clerk_names(line.actor for line in log)
    for line in log:
        other = next((word for start, word in OTHERS.items() if line.actor.startswith(start)), "")
        line.who = names.get(line.actor, other)
    return log
