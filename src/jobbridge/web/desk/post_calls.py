"""待确认岗位: posts that end soon, are full or unconfirmed for a month, and what the employer says when called."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from jobbridge.apps.placements.on_offer import filled
from jobbridge.apps.vacancies.confirming import TRIES, confirm, finish, no_answer
from jobbridge.apps.vacancies.models import Post
from jobbridge.apps.vacancies.moves import PostRefused
from jobbridge.apps.vacancies.rules import CONFIRM_DAYS, LONGEST_DAYS, SOON_DAYS
from jobbridge.web.access import CLERKS, page_for, wants_fragment
from jobbridge.web.candidates import NOBODY, standing
from jobbridge.web.fields import day_of, whole_of
from jobbridge.web.offers import OPEN_DAYS
from jobbridge.web.paging import page_of

ORDER = ("expires_on", "id")
VIEWS = {
    "": gettext_lazy("该打电话的"),
    "ending": gettext_lazy("到期或一周内到期"),
    "full": gettext_lazy("名额已满"),
    "silent": gettext_lazy("一个月没确认"),
    "paused": gettext_lazy("打不通已暂停"),
}


@page_for(CLERKS)
def calls(request: HttpRequest) -> HttpResponse:
    """Posts of the employers the actor looks after, those that end first on top."""
    today = timezone.localdate()
    view = request.GET.get("view", "")
    view = view if view in VIEWS else ""
    mine = Post.objects.answered_by(request.actor)
    soon = today + timedelta(days=SOON_DAYS)
    full = filled()
    due, paused = mine.to_confirm(today, full=full), mine.filter(state="paused").with_word()
    reasons = {
        "": Q(),
        "ending": Q(expires_on__lte=soon),
        "full": Q(pk__in=full),
        "silent": Q(expires_on__gt=soon, word_of__lte=today - timedelta(days=CONFIRM_DAYS)),
    }
    sums = due.aggregate(**{name or "all": Count("pk", filter=q) for name, q in reasons.items()})
    sums["paused"] = paused.count()
    rows = paused if view == "paused" else due.filter(reasons[view])
    page = page_of(rows.select_related("employer__specialist"), order=ORDER, cursor=request.GET.get("after", ""))
    hired = standing(post.pk for post in page)
    for post in page:
        post.days_left = (post.expires_on - today).days
        post.silent_days = (today - post.word_of).days
        post.full = post.pk in full
        post.standing = hired.get(post.pk, NOBODY)
        post.missing = max(post.openings - post.standing.hired, 1)
    context = {
        "page": page,
        "view": view,
        "views": [(name, label, sums[name or "all"]) for name, label in VIEWS.items()],
        "tries": TRIES,
        "until": (today + timedelta(days=OPEN_DAYS)).isoformat(),
        "latest": (today + timedelta(days=LONGEST_DAYS)).isoformat(),
    }
    fragment = wants_fragment(request, "list")
    return render(request, "desk/post_calls.html#list" if fragment else "desk/post_calls.html", context)


@require_POST
@page_for(CLERKS)
def call(request: HttpRequest, pk: int) -> HttpResponse:
    """What came of a call: still open until when and for how many, filled, given up, or nobody answered."""
    form, now = request.POST, timezone.now()
    outcome = form.get("outcome", "")
    try:
        if outcome == "open":
            post = keep_open(request, pk)
            said = _("“{title}”已确认，招到 {day}。").format(title=post.title, day=f"{post.expires_on:%Y-%m-%d}")
        elif outcome == "no_answer":
            post = no_answer(actor=request.actor, post_id=pk, now=now)
            paused = post.state == "paused"
            said = _("连续几次打不通，已暂停推荐。") if paused else _("已记一次没打通。")
        elif outcome in ("filled", "closed"):
            post = finish(actor=request.actor, post_id=pk, filled=outcome == "filled", now=now)
            said = _("“{title}”已停止招聘。").format(title=post.title)
        else:
            raise PostRefused(_("请选择电话的结果"))
    except Post.DoesNotExist:
        raise Http404 from None
    except PostRefused as error:
        messages.error(request, _(str(error)))
    else:
        messages.success(request, said)
    view = form.get("view", "")
    if form.get("back") == "post":
        return redirect("desk:post", pk=pk)
    target = redirect("desk:post_calls")
    if view in VIEWS and view:
        target["Location"] += f"?view={view}"
    return target


def keep_open(request: HttpRequest, pk: int) -> Post:
    """Confirm a post as the form says: how many are still missing, and until when."""
    hired = standing([pk]).get(pk, NOBODY).hired
    return confirm(
        actor=request.actor,
        post_id=pk,
        expires_on=day_of(request.POST.get("expires_on", "")) or timezone.localdate() - timedelta(days=1),
        openings=(missing := whole_of(request.POST.get("missing", ""))) and missing + hired,
        now=timezone.now(),
    )
