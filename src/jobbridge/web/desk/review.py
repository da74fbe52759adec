"""What a clerk does with a pair: decide, take back, ask the village.

Each answers in a few bytes to the desk's script, with the pair to htmx, and with the page to a plain form.
"""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jobbridge.apps.linkage import deciding, second_opinions, village
from jobbridge.apps.linkage.deciding import AlreadyDecided
from jobbridge.apps.linkage.models import Decision, Link, Opinion
from jobbridge.apps.linkage.queue import lease_again
from jobbridge.apps.linkage.second_opinions import NotForYou
from jobbridge.apps.linkage.village import TooLate
from jobbridge.web.access import CLERKS, COUNTY, page_for
from jobbridge.web.desk.pairs import compare
from jobbridge.web.fields import chosen_key
from jobbridge.web.templatetags.zhumo import tr

SCRIPT = "application/json"  # what review.js accepts


@require_POST
@page_for(CLERKS)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Same person (which candidate) or none; a second opinion where the pair has been decided and waits for one.

    Where somebody was quicker, the answer says who: 409.
    """
    person = chosen_key(request.POST, "person")
    now = timezone.now()

    def work() -> None:
        if opinion := second_opinions.opinion_for(request.actor, pk):
            second_opinions.give_opinion(
                actor=request.actor, opinion_id=opinion.pk, same=bool(person), person_id=person, now=now
            )
        else:
            deciding.decide(actor=request.actor, link_id=pk, same=bool(person), person_id=person, now=now)

    return _answer(request, pk, work, Decision.CONFIRMED if person else Decision.REJECTED)


@require_POST
@page_for(CLERKS)
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """The clerk's own last word, or question, taken back."""
    now = timezone.now()

    def work() -> None:
        if request.POST.get("what") == "ask":
            village.withdraw(actor=request.actor, link_id=pk)
        elif opinion := second_opinions.opinion_for(request.actor, pk):
            second_opinions.undo_opinion(actor=request.actor, opinion_id=opinion.pk, now=now)
        else:
            deciding.undo(actor=request.actor, link_id=pk, now=now)
        lease_again(actor=request.actor, link_id=pk, now=now)

    return _answer(request, pk, work)


@require_POST
@page_for(CLERKS)
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """The broker of the candidate's village is asked; the pair waits for the answer."""
    person = chosen_key(request.POST, "person") or 0
    return _answer(
        request,
        pk,
        lambda: village.ask(actor=request.actor, link_id=pk, person_id=person, now=timezone.now()),
    )


@require_POST
@page_for(COUNTY)
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Back among the pairs that wait."""
    return _answer(request, pk, lambda: deciding.reopen(actor=request.actor, link_id=pk))


def _answer(
    request: HttpRequest, pk: int, work: Callable[[], object], said: Decision = Decision.PENDING
) -> HttpResponse:
    """Do the work; ``said`` is what the clerk made of the pair, which need not be what it is decided to be."""
    try:
        work()
    except (Link.DoesNotExist, Opinion.DoesNotExist):
        raise Http404 from None
    except AlreadyDecided as refusal:
        return _refused(request, refusal.link.pk)
    except NotForYou:
        return _told(request, _("这一对已经有人复核过"), 409)
    except TooLate:
        return _told(request, _("村里已经答复，请按答复核对"), 409)
    except ValueError as error:
        return _told(request, _(str(error)), 400)
    if request.headers.get("Accept") == SCRIPT:
        return HttpResponse(status=204)
    if request.htmx:
        return _pair(request, _shown(request, pk))
    if request.resolver_match.url_name == "linkage_ask":
        messages.success(request, _("已请村经纪人认一认"))
    else:
        messages.success(request, _("已记下：{what}").format(what=tr(said.label)))
    return redirect("desk:linkage")


def _refused(request: HttpRequest, pk: int) -> HttpResponse:
    link = _shown(request, pk)
    if link.blind:
        return _told(request, _("这一对已经核对过"), 409)
    if request.htmx:
        return _pair(request, link, status=409)
    text = _("已由 {who} 核对：{what}").format(who=link.decider, what=tr(link.get_decision_display()))
    return _told(request, text, 409)


def _told(request: HttpRequest, text: str, status: int) -> HttpResponse:
    if request.headers.get("Accept") == SCRIPT:
        return JsonResponse({"reason": text}, status=status)
    if status == 400 or request.htmx:
        return HttpResponse(text, status=status)
    messages.error(request, text)
    return redirect("desk:linkage")


def _shown(request: HttpRequest, pk: int) -> Link:
    """The pair as the clerk may see it: as one to look at where the decision is kept from them."""
    kept = second_opinions.kept_from(request.actor, timezone.now())
    link = Link.objects.select_related("record", "run").annotate(blind=kept).get(pk=pk)
    compare([link], request.actor)
    return link


def _pair(request: HttpRequest, link: Link, status: int = 200) -> HttpResponse:
    context = {"link": link, "may_reopen": request.user.role in COUNTY}
    return render(request, "desk/pairs.html#pair", context, status=status)
