"""微信收消息: who opens their link inside WeChat may have their messages there instead of by SMS.

A link may be passed on, so the last four signs of the id number are asked first, a few times a day at most. Without
scripts a form cannot lead to another site (the content policy of forms holds for where they lead, too): the page
after it has a plain link to WeChat.
"""

from __future__ import annotations

import logging
import time

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from jobbridge.apps.messaging import services, wechat_oauth
from jobbridge.apps.messaging.channels.base import ChannelError
from jobbridge.apps.messaging.models import WeChatBinding
from jobbridge.apps.placements.models import WorkerLink
from jobbridge.kernel.text import squeeze
from jobbridge.web.worker.door import by_link, over

TAIL = 4  # signs of the id number
MOST_TRIES, TRIES_SECONDS = 5, 24 * 3600
GOOD_SECONDS = 600  # from the id's last signs to WeChat and back
_SALT = "jobbridge.worker.wechat"
_log = logging.getLogger(__name__)


def may_bind(request: HttpRequest, link: WorkerLink) -> bool:
    """Whether to offer it: in WeChat's own browser, which alone can say who it is, and not bound yet."""
    return inside(request) and wechat_oauth.offered() and not bound(link)


def inside(request: HttpRequest) -> bool:
    """Whether this is WeChat's own browser."""
    return "MicroMessenger" in request.headers.get("User-Agent", "")


def goes_there(link: WorkerLink) -> bool:
    """Whether the person's messages go to WeChat: bound, and the county's account is in use."""
    return bound(link) and wechat_oauth.in_use()


def bound(link: WorkerLink) -> bool:
    """Whether the person has bound their WeChat."""
    return WeChatBinding.objects.filter(person_id=link.person_id).exists()


@by_link
@require_http_methods(["GET", "HEAD", "POST"])
def wechat(request: HttpRequest, link: WorkerLink) -> HttpResponse:
    """Ask for the last four signs of the id number; then lead to WeChat. Or end it."""
    if not (wechat_oauth.offered() or bound(link)):
        raise Http404
    if request.method == "POST" and request.POST.get("answer") == "end":
        services.unbind_wechat(actor=request.actor, person_id=link.person_id)
        return redirect(f"{reverse('worker:posts', args=[request.code])}?said=unbound")
    context: dict[str, str | bool] = {"bound": bound(link), "fault": "", "consent": "", "inside": inside(request)}
    if request.method == "POST" and not context["bound"]:
        told = squeeze(request.POST.get("tail", "")).upper()
        # By person, whichever link: every message brings a new one.
        if over(f"wechat:{link.person_id}", MOST_TRIES, TRIES_SECONDS):
            context["fault"] = _("今天试得太多了，请明天再来，或到乡镇社保所办理。")
        elif len(told) != TAIL or not constant_time_compare(told, link.person.id_mask[-TAIL:]):
            context["fault"] = _("与登记的身份证后四位不一致，请再看一看。")
        else:
            back = reverse("worker:wechat_back", args=[request.code])
            context["consent"] = wechat_oauth.consent_url(back, _state(request.code))
    return render(request, "worker/wechat.html", context | _frame(request, link))


@by_link
@require_GET
def wechat_back(request: HttpRequest, link: WorkerLink) -> HttpResponse:
    """WeChat says who it is. Opened again it finds that all is done."""
    if not wechat_oauth.offered():
        raise Http404
    if bound(link):
        return redirect(f"{reverse('worker:posts', args=[request.code])}?said=bound")
    code = request.GET.get("code", "")
    fault = ""
    if not _is_ours(request.GET.get("state", ""), request.code):
        fault = _("等得太久了，请再来一次。")
    elif not code:
        fault = _("微信没有同意，消息还是发短信。")
    else:
        try:
            openid = wechat_oauth.openid_of(code)
        except ChannelError as error:
            _log.warning("wechat binding failed: %s", error)
            fault = _("微信那边没有办成，请过一会儿再试；消息还是发短信。")
        else:
            now = timezone.now()
            source = "窗口二维码" if link.at_counter else "本人手机"
            services.bind_wechat(
                actor=request.actor, person_id=link.person_id, openid=openid, source=source, now=now
            )
            return redirect(f"{reverse('worker:posts', args=[request.code])}?said=bound")
    context = {"fault": fault, "consent": "", "inside": inside(request), "bound": False}
    return render(request, "worker/wechat.html", context | _frame(request, link), status=400)


def _frame(request: HttpRequest, link: WorkerLink) -> dict[str, str]:
    return {"code": request.code, "page": "wechat", "language": link.language}


def _state(code: str, until: int | None = None) -> str:
    """Letters and digits only, as WeChat wants: the second until which it is good, and our mark on it."""
    end = f"{int(time.time()) + GOOD_SECONDS if until is None else until:010x}"
    return end + salted_hmac(_SALT, f"{code}:{end}", algorithm="sha256").hexdigest()[:40]


def _is_ours(state: str, code: str) -> bool:
    try:
        until = int(state[:10], 16)
    except ValueError:
        return False
    return until >= time.time() and constant_time_compare(state, _state(code, until))
