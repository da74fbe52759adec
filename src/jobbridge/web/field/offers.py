"""当面告知: the posts of somebody whom no message reaches, in large words, and what they say of each."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from jobbridge.apps.placements import flows
from jobbridge.apps.placements.enums import Refusal
from jobbridge.apps.placements.in_person import heard, posts_of, told
from jobbridge.apps.placements.models import Recommendation
from jobbridge.apps.placements.on_offer import gone
from jobbridge.apps.placements.refusal_rules import fitting
from jobbridge.apps.registry.models import Person
from jobbridge.web.access import BROKERS, page_for
from jobbridge.web.fields import key_of
from jobbridge.web.reasons import sides

SEEN = "seen"


@page_for(BROKERS)
def offers(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the posts; a post of the form is the person's word: ``yes``, the code of a reason, or that they were told.

    Said again it changes nothing, so a form that arrives twice over a bad line does no harm.
    """
    people = Person.objects.visible_to(request.actor).filter(life="alive").select_related("household")
    person = get_object_or_404(people, pk=pk)
    if request.method == "POST":
        return _answer(request, person)
    items = list(posts_of(person, actor=request.actor))
    ended = gone({item.post_id for item in items}, on=timezone.localdate())
    for item in items:
        item.ended = item.state in flows.UNANSWERED and item.post_id in ended
        item.open = item.state in flows.UNANSWERED and not item.ended
        item.refusals = fitting(Refusal.choices, lodging=item.post.lodging)
        item.because, item.lacks = sides(item.reasons)
    context = {
        "person": person,
        "items": items,
        "waiting": sum(item.open for item in items),
    }
    return render(request, "field/offers.html", context)


def _answer(request: HttpRequest, person: Person) -> HttpResponse:
    said, chosen = request.POST.get("answer", ""), key_of(request.POST.get("item", ""))
    today = timezone.localdate()
    if said == SEEN:
        told(posts_of(person, actor=request.actor), actor=request.actor, on=today)
        messages.success(request, _("记下了：{name}已知道，想一想再答。").format(name=person.name))
        return redirect("field:today")
    if said not in ("yes", *Refusal.values) or chosen is None:
        raise BadRequest("answer")
    yes = said == "yes"
    try:
        word = heard(chosen, person=person, interested=yes, actor=request.actor, on=today, reason="" if yes else said)
    except Recommendation.DoesNotExist:
        raise Http404 from None
    except flows.Refused as refusal:
        late = _("这个岗位刚刚有了变化，没有记下。")
        messages.error(request, _(flows.GONE) if refusal.message == flows.GONE else late)
    else:
        if word.state == "expired":  # a yes, and the post was gone
            messages.error(request, _(flows.GONE))
            return redirect("field:offers", person.pk)
        messages.success(request, _("记下了，单位会打电话来。") if yes else _("记下了，下次按这个意见推荐。"))
    return redirect("field:offers", person.pk)
