"""复核: how well two clerks agree who looked at the same pairs, and the pairs on which they do not."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jobbridge.apps.linkage.models import Link, Opinion
from jobbridge.apps.linkage.review_models import OpinionState
from jobbridge.apps.linkage.review_settings import review_settings
from jobbridge.apps.linkage.second_opinions import NotForYou, agreement_of, may_change
from jobbridge.apps.linkage.second_opinions import settle as settle_opinion
from jobbridge.web.access import COUNTY, page_for
from jobbridge.web.desk.linkage import VIEWS
from jobbridge.web.desk.pairs import compare
from jobbridge.web.fields import chosen_key
from jobbridge.web.paging import page_of
from jobbridge.web.people import clerk_names

PAIRS = 10


@page_for(COUNTY)
def second(request: HttpRequest) -> HttpResponse:
    """Agreement of the two reviewers in figures, and what they differ on, the oldest first."""
    opinions = Opinion.objects.visible_to(request.actor)
    counts = dict(opinions.values_list("state").annotate(n=Count("id")).order_by())
    differing = opinions.filter(state=OpinionState.DIFFERS).exclude(may_change(request.actor, timezone.now()))
    differing = differing.select_related("decision")
    page = page_of(differing, order=("id",), cursor=request.GET.get("after", ""), size=PAIRS)
    _describe(request, page.rows)
    result = agreement_of(request.actor)
    context = {
        "page": page,
        "views": list(VIEWS.items()),
        "pairs": result.pairs,
        "percent": None if result.observed is None else 100 * result.observed,
        "kappa": result.kappa,
        "waiting": counts.get(OpinionState.WAITING, 0),
        "settled": counts.get(OpinionState.SETTLED, 0),
        "differ": counts.get(OpinionState.DIFFERS, 0),
        "share": 100 * review_settings(timezone.localdate()).second_opinion_share,
    }
    return render(request, "desk/second.html", context)


@require_POST
@page_for(COUNTY)
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """The county's ruling; one of the two who differ cannot make it."""
    person = chosen_key(request.POST, "person")
    try:
        settle_opinion(
            actor=request.actor,
            opinion_id=pk,
            same=bool(person),
            person_id=person,
            now=timezone.now(),
            reason=request.POST.get("reason", "").strip()[:200],
        )
    except (Opinion.DoesNotExist, Link.DoesNotExist):
        raise Http404 from None
    except NotForYou:
        messages.error(request, _("两位核对人之一不能裁定，或已经裁定过"))
    except ValueError as error:
        return HttpResponse(_(str(error)), status=400)
    else:
        messages.success(request, _("已裁定"))
    return redirect("desk:linkage_second")


def _describe(request: HttpRequest, opinions: list[Opinion]) -> None:
    """Hang the pair and both words on each opinion."""
    links = Link.objects.filter(pk__in=[row.link_id for row in opinions])
    found = {link.pk: link for link in links.select_related("record", "run")}
    compare(list(found.values()), request.actor)
    keys = {key for row in opinions for key in (row.first_by, row.given_by)}
    names = clerk_names(keys)
    for row in opinions:
        row.pair = found[row.link_id]
        persons = {option["person"].pk: option["person"].name for option in row.pair.options}
        row.words = [
            (names.get(row.first_by, row.first_by), persons.get(row.decision.person_id, "")),
            (names.get(row.given_by, row.given_by), persons.get(row.person_id, "")),
        ]
        row.may_settle = request.actor.key not in (row.first_by, row.given_by)
