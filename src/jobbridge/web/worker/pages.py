"""我的岗位: the posts recommended to one person, their answer, and what became of all of them."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jobbridge.apps.accounts.scope import ScopedQuerySet
from jobbridge.apps.placements import flows
from jobbridge.apps.placements.answers import answer, mark_seen
from jobbridge.apps.placements.enums import Refusal, RunState
from jobbridge.apps.placements.models import Recommendation, WorkerLink
from jobbridge.apps.placements.on_offer import gone
from jobbridge.apps.placements.refusal_rules import fitting
from jobbridge.apps.registry.enums import Sex
from jobbridge.kernel.names import surname
from jobbridge.web.reasons import sides
from jobbridge.web.worker.door import by_link
from jobbridge.web.worker.wechat import goes_there, may_bind

LONGEST_LIST = 30

# What a person is told of each state, and what comes next.
STEPS: Mapping[str, tuple[str | Promise, str | Promise]] = {
    **{state: (gettext_lazy("等您选择"), "") for state in flows.UNANSWERED},
    "interested": (
        gettext_lazy("已同意单位联系您"),
        gettext_lazy("单位会打电话给您，请留意陌生来电。三天没有消息，可到乡镇社保所问一问。"),
    ),
    "interview": (gettext_lazy("约了面试"), gettext_lazy("请带身份证按约定时间去；去不了请提前告诉单位。")),
    "offered": (gettext_lazy("单位决定录用您"), gettext_lazy("请按约定时间到岗，上班前先签劳动合同。")),
    "placed": (gettext_lazy("已到岗"), gettext_lazy("祝您工作顺利。满1、3、6个月时，村里会问问您的情况。")),
    "stable_1": (gettext_lazy("已工作满1个月"), ""),
    "stable_3": (gettext_lazy("已工作满3个月"), ""),
    "stable_6": (gettext_lazy("已工作满6个月"), ""),
    "refused": (gettext_lazy("您说不合适"), ""),
    "not_hired": (gettext_lazy("这次没有录用"), gettext_lazy("我们会继续为您推荐。")),
    "left": (gettext_lazy("已离岗"), gettext_lazy("还想找工作，请告诉村里的就业专员。")),
    "expired": (gettext_lazy("已过期"), ""),
}
NOTICES: Mapping[str, str | Promise] = {
    "yes": gettext_lazy("好的，已经告诉单位可以联系您。"),
    "no": gettext_lazy("记下了，下次会按您的意见推荐。"),
    "gone": gettext_lazy("这个岗位已招满或停止招聘，没有告诉单位您的电话。"),
    "bound": gettext_lazy("好的，以后的消息发到您的微信。"),
    "unbound": gettext_lazy("好的，以后的消息还是发短信。"),
    "late": gettext_lazy("这个岗位刚刚有了变化，您的选择没有记下。"),
}


@by_link
@require_safe
def posts(request: HttpRequest, link: WorkerLink) -> HttpResponse:
    """The posts that wait for an answer or are being talked about; opening the page is having seen them."""
    now = timezone.now()
    found = _described(list(_of(link).filter(state__in=flows.LIVE).order_by("-run__on", "rank", "pk")))
    items = [item for item in found if not item.ended]
    if request.method == "GET":
        unseen = [item.pk for item in items if item.state in flows.UNANSWERED]
        mark_seen(shown=unseen, on=timezone.localdate(now))
        if link.opened_at is None:
            WorkerLink.objects.filter(pk=link.pk).update(opened_at=now)
    context = {
        "items": items,
        "notice": NOTICES.get(request.GET.get("said", ""), ""),
        "may_bind": may_bind(request, link),
    }
    return _page(request, link, "posts", context)


@by_link
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, link: WorkerLink, pk: int) -> HttpResponse:
    """Ask why a post does not suit; a post of the form is the answer: ``yes``, or the code of a reason."""
    item = get_object_or_404(_of(link), pk=pk)
    asked = {"item": item, "reasons": fitting(Refusal.choices, lodging=item.post.lodging)}
    if request.method != "POST":
        return _page(request, link, "reasons", asked)
    said = request.POST.get("answer", "")
    if said != "yes" and said not in Refusal.values:
        return _page(request, link, "reasons", asked, status=400)
    outcome, reason = ("yes", "") if said == "yes" else ("no", said)
    try:
        item = answer(item, interested=said == "yes", actor=request.actor, on=timezone.localdate(), reason=reason)
    except flows.Refused as refusal:
        outcome = "gone" if refusal.message == flows.GONE else "late"
    else:
        outcome = "gone" if item.state == "expired" else outcome
    return redirect(f"{reverse('worker:posts', args=[request.code])}?said={outcome}")


@by_link
@require_safe
def mine(request: HttpRequest, link: WorkerLink) -> HttpResponse:
    """Everything that was ever recommended, newest first, with what became of it."""
    items = _described(list(_of(link).order_by("-run__on", "rank", "pk")[:LONGEST_LIST]))
    context = {"items": items, "may_change": any(item.may_change for item in items), "bound": goes_there(link)}
    return _page(request, link, "mine", context)


@by_link
@require_POST
def language(request: HttpRequest, link: WorkerLink) -> HttpResponse:
    """The other language, kept with the link."""
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        WorkerLink.objects.filter(pk=link.pk).update(language=chosen)
    page = "mine" if request.POST.get("page") == "mine" else "posts"
    return redirect("worker:" + page, code=request.code)


def _of(link: WorkerLink) -> ScopedQuerySet:
    """Every recommendation of the link's person that was let go; nobody else's can be reached from here."""
    rows = Recommendation.objects.filter(person=link.person, run__state=RunState.RELEASED)
    return rows.select_related("post__employer", "run")


def _described(items: list[Recommendation]) -> list[Recommendation]:
    """Hang on each what the page says of it and what can still be said."""
    gone_posts = gone({item.post_id for item in items}, on=timezone.localdate())
    for item in items:
        item.word, item.next_step = STEPS[item.state]
        item.ended = item.state in flows.UNANSWERED and item.post_id in gone_posts
        if item.ended:
            item.word = _(flows.GONE)
        item.open = item.state in flows.UNANSWERED and not item.ended
        item.may_correct = item.state == "refused"
        item.may_change = item.may_correct and item.post_id not in gone_posts
        item.may_withdraw = item.state in flows.TALKING
        item.because, item.lacks = sides(item.reasons)
    return items


def _called(link: WorkerLink) -> str:
    """Surname and title: whoever looks over the shoulder learns no name."""
    name = surname(link.person.name)
    return _("{name}女士").format(name=name) if link.person.sex == Sex.FEMALE else _("{name}先生").format(name=name)


def _page(
    request: HttpRequest, link: WorkerLink, name: str, context: dict[str, object], status: int = 200
) -> HttpResponse:
    shared = {"called": _called(link), "code": request.code, "page": name, "language": link.language}
    return render(request, f"worker/{name}.html", shared | context, status=status)
