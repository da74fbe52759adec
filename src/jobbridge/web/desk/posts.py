"""岗位与撮合: the posts on offer, and for one post who fits and why."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy

from jobbridge.apps.placements import flows
from jobbridge.apps.placements.models import MatchRun, Recommendation, RunPost
from jobbridge.apps.placements.on_offer import filled
from jobbridge.apps.placements.telling import may_say
from jobbridge.apps.vacancies.models import Post, PostLog
from jobbridge.apps.vacancies.rules import is_full
from jobbridge.apps.vacancies.screening import quality_of
from jobbridge.web.access import CLERKS, STAFF, page_for, wants_fragment
from jobbridge.web.candidates import NOBODY, asked_for_since, standing
from jobbridge.web.desk.occupations import describe
from jobbridge.web.desk.post_review import said
from jobbridge.web.offers import OPEN_DAYS
from jobbridge.web.paging import page_of
from jobbridge.web.people import clerk_names, with_work
from jobbridge.web.places import places_of

ORDER = ("-openings", "id")
SHORTLIST = 50
VIEWS = {
    "": gettext_lazy("招聘中"),
    "matched": gettext_lazy("有推荐人选"),
    "closed": gettext_lazy("已停止或到期"),
}
# The counts that offices report; each opens the list of its posts.
COUNTED = {
    "collected": gettext_lazy("收集岗位"),
    "screened": gettext_lazy("已审核岗位"),
    "quality": gettext_lazy("优质岗位"),
    "liaison": gettext_lazy("城际联络岗位"),
}
KINDS = {
    "collected": ~Q(state="draft"),
    "screened": Q(screened_on__isnull=False),
    "quality": Q(quality=True),
    "liaison": Q(origin="liaison"),
}
TALKED_WITH = ExpressionWrapper(Q(state__in=flows.TALKING), output_field=BooleanField())
LOG = 12


@page_for(STAFF)
def posts(request: HttpRequest) -> HttpResponse:
    """Posts with open places first by size; those that end soon are marked."""
    view = request.GET.get("view", "")
    view = view if view in VIEWS else ""
    count = request.GET.get("count", "")
    count = count if count in COUNTED else ""
    text = request.GET.get("q", "").strip()[:40]
    today = timezone.localdate()
    open_posts = Q(state="active", expires_on__gte=today)
    if count:
        rows = Post.objects.filter(KINDS[count])
    else:
        waiting = Q(state__in=["draft", "pending", "rejected"])
        rows = Post.objects.filter(~open_posts & ~waiting if view == "closed" else open_posts)
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
            wanted=Count("id", filter=Q(state__in=flows.TALKING)),
            placed=Count("id", filter=Q(state__in=flows.AT_WORK)),
        )
    }
    full = filled()
    for post in page:
        post.full = post.pk in full
        post.sums = sums.get(post.pk, {"n": 0, "wanted": 0, "placed": 0})
        post.days_left = (post.expires_on - today).days
    context = {
        "page": page,
        "view": view,
        "tabs": list(VIEWS.items()),
        "q": text,
        "run": MatchRun.objects.filter(kind="day").exclude(state="discarded").order_by("-on", "-pk").first(),
        "count": count,
        "counted": _counted(),
        "open_posts": Post.objects.filter(open_posts).count(),
    }
    fragment = wants_fragment(request, "list")
    return render(request, "desk/posts.html#list" if fragment else "desk/posts.html", context)


def _counted() -> list[dict[str, object]]:
    """Posts collected, screened, of quality and from liaison cities, each with its places."""
    sums = {f"{name}_posts": Count("id", filter=q) for name, q in KINDS.items()}
    sums |= {f"{name}_places": Sum("openings", filter=q) for name, q in KINDS.items()}
    found = Post.objects.aggregate(**sums)
    return [
        {"name": name, "label": label, "n": found[f"{name}_posts"], "places": found[f"{name}_places"] or 0}
        for name, label in COUNTED.items()
    ]


@page_for(STAFF)
def post(request: HttpRequest, pk: int) -> HttpResponse:
    """The shortlist of one post inside the actor's scope: with whom it is talked, then the best match first."""
    found = get_object_or_404(Post.objects.select_related("employer__specialist", "agency", "source"), pk=pk)
    items = list(
        Recommendation.objects.visible_to(request.actor)
        .filter(post=found)
        .select_related("person", "run")
        .order_by(TALKED_WITH.desc(), "-score", "id")[:SHORTLIST]
    )
    with_work(item.person for item in items)
    places = places_of(item.region_code for item in items)
    for item in items:
        item.place = places[item.region_code]
        item.open = bool(may_say(item.state))
    crowds = RunPost.objects.filter(post=found).exclude(run__state="discarded")
    crowd = crowds.select_related("run").order_by("-run").first()
    if crowd:
        crowd.points = round(crowd.price / 100, 1)
        crowd.later = asked_for_since(pk, crowd.run_id)
        crowd.short = max(0, crowd.short - crowd.later)
    today = timezone.localdate()
    figures = standing([pk]).get(pk, NOBODY)
    full = found.state in ("active", "paused") and is_full(openings=found.openings, hired=figures.hired)
    describe([found])
    context = {
        "post": found,
        "items": items,
        "crowd": crowd,
        "clerk": request.user.role in CLERKS,
        "limit": SHORTLIST,
        "figures": figures,
        "missing": max(found.openings - figures.hired, 1),
        "full": full,
        "hiring": found.state == "active" and found.expires_on >= today and not full,
        "over": found.state == "active" and found.expires_on < today,
        "criteria": said(quality_of(found, today)),
        "log": _log(found),
        "mine": Post.objects.answered_by(request.actor).filter(pk=pk).exists() and request.user.role in CLERKS,
        "until": (today + timedelta(days=OPEN_DAYS)).isoformat(),
    }
    return render(request, "desk/post.html", context)


def _log(post: Post) -> list[PostLog]:
    """What happened to the post, the newest first, with the names of those who did it."""
    log = list(post.log.order_by("-pk")[:LOG])
    names = clerk_names([post.screened_by, *(line.actor for line in log)])
    post.screener = names.get(post.screened_by, "")
    for line in log:
        line.who = names.get(line.actor, "")
    return log
