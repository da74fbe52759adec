"""推荐人选: who was recommended to a post, as far as the employer may see them, and how it went with each."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from jobbridge.apps.placements import flows
from jobbridge.apps.placements.enums import RecommendationState
from jobbridge.apps.placements.models import Recommendation
from jobbridge.apps.placements.shortlists import LONGEST_LIST, employer_moves, phone_of, shortlist_of
from jobbridge.apps.vacancies.models import Post
from jobbridge.web.access import EMPLOYERS, page_for
from jobbridge.web.employer.own import own_employer
from jobbridge.web.fields import day_of
from jobbridge.web.outcomes import NOT_HIRED, said_of, wage_of

GROUPS = (
    ("talking", gettext_lazy("同意您联系的"), flows.TALKING),
    ("waiting", gettext_lazy("等本人答复"), flows.UNANSWERED),
    ("working", gettext_lazy("已到岗"), flows.AT_WORK),
)


@page_for(EMPLOYERS)
def candidates(request: HttpRequest, pk: int) -> HttpResponse:
    """The shortlist of one post: first those who agreed to be contacted."""
    post = _own_post(request, pk)
    today = timezone.localdate()
    people = shortlist_of(post.pk, actor=request.actor, on=today)
    labels = dict(RecommendationState.choices)
    groups = [
        (name, title, [(one, labels[one.state]) for one in people if one.state in states])
        for name, title, states in GROUPS
    ]
    context = {
        "post": post,
        "groups": [group for group in groups if group[2]],
        "full": len(people) == LONGEST_LIST,
        "limit": LONGEST_LIST,
        "not_hired": NOT_HIRED,
        "today": today.isoformat(),
    }
    return render(request, "employer/candidates.html", context)


@require_POST
@page_for(EMPLOYERS)
def say(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    """How it went with one candidate."""
    _own_post(request, pk)
    form = request.POST
    try:
        moved = employer_moves(
            item,
            actor=request.actor,
            after=form.get("after", ""),
            on=timezone.localdate(),
            note=form.get("note", ""),
            started=day_of(form.get("day", "")),
            wage=wage_of(form.get("wage", "")),
            seen=form.get("seen", ""),
        )
    except Recommendation.DoesNotExist:
        raise Http404 from None
    except flows.Already as said:
        messages.success(request, said_of(said))
    except flows.Refused as refusal:
        messages.error(request, said_of(refusal))
    else:
        messages.success(request, _("已记下：{state}。").format(state=_(moved.get_state_display())))
    return redirect("employer:candidates", pk)


@require_POST
@page_for(EMPLOYERS)
def phone(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    """The number of somebody who agreed to it, ready to dial; the reading is recorded."""
    post = _own_post(request, pk)
    try:
        number = phone_of(item, actor=request.actor)
    except Recommendation.DoesNotExist:
        raise Http404 from None
    except flows.Refused as refusal:
        messages.error(request, said_of(refusal))
        return redirect("employer:candidates", pk)
    return render(request, "employer/phone.html", {"post": post, "number": number})


def _own_post(request: HttpRequest, pk: int) -> Post:
    own_employer(request)
    return get_object_or_404(Post.objects.answered_by(request.actor).select_related("employer", "agency"), pk=pk)
