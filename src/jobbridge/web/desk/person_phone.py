"""How one person is reached: their own page shown as a code to scan at the counter, and WeChat taken off again."""

from __future__ import annotations

import segno
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jobbridge.apps.messaging import services
from jobbridge.apps.placements.links import COUNTER_MINUTES, at_counter
from jobbridge.apps.registry.models import Person
from jobbridge.web.access import CLERKS, page_for


@require_POST
@page_for(CLERKS)
def person_link(request: HttpRequest, pk: int) -> HttpResponse:
    """A code to scan that opens the person's own page; who showed it is in the audit of the link."""
    person = _living(request, pk)
    if not settings.PUBLIC_URL:
        raise Http404
    address = at_counter(person, actor=request.actor, now=timezone.now())
    drawn = segno.make(address, error="m").svg_inline(scale=5, border=2, title=_("二维码"))
    template = "desk/person_link.html#code" if request.htmx else "desk/person_link.html"
    context = {
        "person": person,
        # Drawn here from an address of our own: nothing of anybody else is in it.
        "drawn": mark_safe(drawn),  # noqa: S308
        "minutes": COUNTER_MINUTES,
        "stays": reverse("desk:person", args=[pk]),
    }
    return render(request, template, context)


@require_POST
@page_for(CLERKS)
def person_unbind(request: HttpRequest, pk: int) -> HttpResponse:
    """Their messages go by SMS again."""
    person = _living(request, pk)
    if services.unbind_wechat(actor=request.actor, person_id=person.pk):
        messages.success(request, _("已解除微信，以后的消息发短信。"))
    else:
        messages.error(request, _("没有绑定微信"))
    return redirect("desk:person", pk)


def _living(request: HttpRequest, pk: int) -> Person:
    return get_object_or_404(Person.objects.visible_to(request.actor).filter(life="alive"), pk=pk)
