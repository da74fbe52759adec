"""岗位与撮合: the posts on offer, and for one post who fits and why."""

from __future__ import annotations

from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy

from jobbridge.apps.placements.models import MatchRun, Recommendation
from jobbridge.apps.vacancies.models import Post
from jobbridge.web.access import STAFF, page_for, wants_fragment
from jobbridge.web.paging import page_of
from jobbridge.web.people import with_work
from jobbridge.web.places import places_of

ORDER = ("-openings", "id")
SHORTLIST = 50
VIEWS = {
    "": gettext_lazy("招聘中"),
    "matched": gettext_lazy("有推荐人选"),
    "closed": gettext_lazy("已停止或到期"),
}


@page_for(STAFF)
def posts(request: HttpRequest) -> HttpResponse:
    """Posts with open places first by size; those that end soon are marked."""
    view = request.GET.get("view", "")
    view = view if view in VIEWS else ""
    text = request.GET.get("q", "").strip()[:40]
    today = timezone.localdate()
    open_posts = Q(state="active", expires_on__gte=today)
    rows = Post.objects.filter(~open_posts if view == "closed" else open_posts)
    mine = Recommendation.objects.visible_to(request.actor)
    if view == "matched":
        rows = rows.filter(Exists(mine.filter(post=OuterRef("pk"))))
    if text:
        rows = rows.filter(Q(title__contains=text) | Q(employer__name__contains=text) | Q(place_text__contains=text))
    page = page_of(rows.select_related("employer"), order=ORDER, cursor=request.GET.get("after", ""))
    keys = [post.pk for post in page]
    seen = mine.filter(post__in=keys)
    sums = {
        row["post"]: row
        for row in seen.values("post").annotate(
            n=Count("id"),
            wanted=Count("id", filter=Q(state="interested")),
            placed=Count("id", filter=Q(state="placed")),
        )
    }
    for post in page:
        post.sums = sums.get(post.pk, {"n": 0, "wanted": 0, "placed": 0})
        post.days_left = (post.expires_on - today).days
    context = {
        "page": page,
        "view": view,
        "tabs": list(VIEWS.items()),
        "q": text,
        "run": MatchRun.objects.order_by("-on").first(),
        "open_posts": Post.objects.filter(open_posts).count(),
    }
    fragment = wants_fragment(request, "list")
    return render(request, "desk/posts.html#list" if fragment else "desk/posts.html", context)


@page_for(STAFF)
def post(request: HttpRequest, pk: int) -> HttpResponse:
    """The shortlist of one post inside the actor's scope, best match first."""
    found = get_object_or_404(Post.objects.select_related("employer"), pk=pk)
    items = list(
        Recommendation.objects.visible_to(request.actor)
        .filter(post=found)
        .select_related("person", "run")
        .order_by("-score", "id")[:SHORTLIST]
    )
    with_work(item.person for item in items)
    places = places_of(item.region_code for item in items)
    for item in items:
        item.place = places[item.region_code]
    return render(request, "desk/post.html", {"post": found, "items": items, "limit": SHORTLIST})
