"""岗位审核: posts that wait to be published, with what the machine sees beside what the employer says."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jobbridge.apps.vacancies.models import Post
from jobbridge.apps.vacancies.moves import PostRefused, last_lines, writers
from jobbridge.apps.vacancies.rules import Check
from jobbridge.apps.vacancies.screening import approve, checks_of, doubts_of, quality_of, send_back, twins_of
from jobbridge.web.access import CLERKS, page_for
from jobbridge.web.desk.occupations import describe
from jobbridge.web.fields import whole_of
from jobbridge.web.paging import page_of

ORDER = ("collected_on", "id")
SIZE = 10
TWINS = 3


@page_for(CLERKS)
def review(request: HttpRequest) -> HttpResponse:
    """The queue, the longest waiting first: posts of the employers the actor looks after."""
    today = timezone.localdate()
    rows = Post.objects.answered_by(request.actor).filter(state="pending").select_related("employer", "agency")
    page = page_of(rows, order=ORDER, cursor=request.GET.get("after", ""), size=SIZE)
    lines = last_lines((post.pk for post in page), reader=request.actor)
    wrote = writers(post.pk for post in page)
    for post, twins in zip(page, twins_of(page.rows), strict=True):
        checks = checks_of(post, today, twins=len(twins))
        post.checks, post.alarms = said(checks), doubts_of(checks)
        post.own = bool(post.alarms) and wrote.get(post.pk) == request.actor.key
        post.criteria = said(quality_of(post, today))
        post.fine = all(check["ok"] for check in post.criteria)
        post.twins = twins[:TWINS]
        post.seen = lines.get(post.pk, 0)
        post.days = (today - post.collected_on).days
    describe(page.rows)
    return render(request, "desk/post_review.html", {"page": page})


def said(checks: list[Check]) -> list[dict[str, object]]:
    """Checks in the reader's language."""
    return [{"name": _(check.name), "ok": check.ok, "text": _(check.text).format(**check.values)} for check in checks]


@require_POST
@page_for(CLERKS)
def judge(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish the post, with a reason where there are doubts, or send it back with one."""
    now, reason = timezone.now(), request.POST.get("reason", "")
    try:
        if request.POST.get("decision") == "approve":
            seen = whole_of(request.POST.get("seen", ""))
            post = approve(actor=request.actor, post_id=pk, seen=seen, now=now, reason=reason)
            messages.success(request, _("“{title}”已发布，下一次撮合就会推荐人选。").format(title=post.title))
        else:
            post = send_back(actor=request.actor, post_id=pk, reason=reason, now=now)
            messages.success(request, _("“{title}”已退回。").format(title=post.title))
    except Post.DoesNotExist:
        raise Http404 from None
    except PostRefused as error:
        messages.error(request, _(str(error)))
    return redirect("desk:post_review")
