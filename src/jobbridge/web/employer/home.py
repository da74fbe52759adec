"""我的岗位: an employer's posts, how many people stand behind each, and what to do next."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Count, Q
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy

from jobbridge.apps.vacancies.models import Post
from jobbridge.apps.vacancies.querysets import PostQuerySet
from jobbridge.apps.vacancies.rules import LONGEST_DAYS, is_full
from jobbridge.apps.vacancies.steps import employer_step
from jobbridge.web.access import EMPLOYERS, page_for
from jobbridge.web.candidates import NOBODY, standing
from jobbridge.web.employer.own import own_employer
from jobbridge.web.offers import OPEN_DAYS
from jobbridge.web.paging import page_of

ORDER = ("expires_on", "id")
MOST = 500  # posts that are looked through for what is urgent
OPEN = ("active", "paused")
VIEWS = {
    "": (gettext_lazy("在招"), OPEN),
    "waiting": (gettext_lazy("待提交和待审核"), ("draft", "pending", "rejected")),
    "closed": (gettext_lazy("已停止"), ("closed",)),
}
TONES = {"active": "tag-teal", "pending": "tag-blue", "rejected": "tag-amber", "paused": "tag-amber"}


@page_for(EMPLOYERS)
def home(request: HttpRequest) -> HttpResponse:
    """Posts by state, those that end first on top; what needs the employer is marked."""
    employer, today = own_employer(request), timezone.localdate()
    view = request.GET.get("view", "")
    view = view if view in VIEWS else ""
    mine = Post.objects.answered_by(request.actor)
    counts = mine.aggregate(
        **{name or "open": Count("pk", filter=Q(state__in=states)) for name, (_, states) in VIEWS.items()}
    )
    rows = with_word(mine.filter(state__in=VIEWS[view][1]))
    page = page_of(rows.select_related("employer", "agency"), order=ORDER, cursor=request.GET.get("after", ""))
    urgent = describe(list(with_word(mine.exclude(state="closed")).order_by("pk")[:MOST]), today)
    describe(page.rows, today)
    for post in page:
        post.missing = max(post.openings - post.standing.hired, 1)
        post.tone = TONES.get(post.state, "")
    context = {
        "employer": employer,
        "page": page,
        "view": view,
        "views": [(name, label, counts[name or "open"]) for name, (label, _) in VIEWS.items()],
        "urgent": urgent,
        "until": (today + timedelta(days=OPEN_DAYS)).isoformat(),
        "today": today.isoformat(),
        "latest": (today + timedelta(days=LONGEST_DAYS)).isoformat(),
    }
    return render(request, "employer/home.html", context)


def with_word(posts: PostQuerySet) -> PostQuerySet:
    """Each with the day of the employer's last word."""
    return posts.annotate(word_of=Coalesce("confirmed_on", "collected_on"))


def describe(posts: list[Post], on: date) -> int:
    """Hang ``standing``, ``full`` and the next ``step`` on each; returns how many wait for the employer."""
    figures = standing(post.pk for post in posts)
    for post in posts:
        post.standing = figures.get(post.pk, NOBODY)
        post.full = post.state in OPEN and is_full(openings=post.openings, hired=post.standing.hired)
        post.step = employer_step(
            post.state,
            expires_on=post.expires_on,
            word_of=post.word_of,
            interested=post.standing.wanting,
            full=post.full,
            on=on,
        )
    return sum(post.step.urgent for post in posts)
