"""消息: what was sent to whom and what became of it, and answers that a person has to read."""

from __future__ import annotations

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from jobbridge.apps.messaging.conf import channels_in_use
from jobbridge.apps.messaging.enums import Purpose, State
from jobbridge.apps.messaging.models import Inbound, Message
from jobbridge.apps.messaging.replies import ReplyKind
from jobbridge.apps.placements.links import hidden
from jobbridge.web.access import COUNTY, page_for, wants_fragment
from jobbridge.web.frame import cached
from jobbridge.web.paging import page_of

CHANNELS = {
    "file": _("短信文件（演示，不发出）"),
    "smpp": _("SMPP短信网关"),
    "aliyun": _("阿里云短信"),
    "tencent": _("腾讯云短信"),
    "wechat": _("微信公众号"),
}
ORDER = ("-id",)
ANSWERS = 20


@page_for(COUNTY)
def messages_page(request: HttpRequest) -> HttpResponse:
    """The outbox, newest first."""
    state = request.GET.get("state", "")
    state = state if state in State.values else ""
    purpose = request.GET.get("purpose", "")
    purpose = purpose if purpose in Purpose.values else ""
    rows = Message.objects.visible_to(request.actor)
    if purpose:
        rows = rows.filter(purpose=purpose)
    counts = cached(
        request.actor,
        f"messages:{purpose}",
        lambda: dict(rows.values_list("state").annotate(n=Count("id")).order_by()),
    )
    if state:
        rows = rows.filter(state=state)
    page = page_of(rows, order=ORDER, cursor=request.GET.get("after", ""))
    for message in page:
        message.shown = hidden(message.body)
    context = {
        "page": page,
        "state": state,
        "purpose": purpose,
        "purposes": Purpose.choices,
        "tabs": [(code, label, counts[code]) for code, label in State.choices if counts.get(code)],
        "total": sum(counts.values()),
    }
    if wants_fragment(request, "list"):
        return render(request, "desk/messages.html#list", context)
    answers = Inbound.objects.visible_to(request.actor).filter(kind=ReplyKind.OTHER, handled_at__isnull=True)
    context["channels"] = [(CHANNELS.get(name, name), fault) for name, fault in channels_in_use()]
    context["answers"] = answers.order_by("-received_at")[:ANSWERS]
    return render(request, "desk/messages.html", context)
