"""用工单位: who offers posts, who looks after them, who signs in for them."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from jobbridge.apps.accounts.models import Role, User
from jobbridge.apps.employers import services
from jobbridge.apps.employers.models import Employer, EmployerAccount, EmployerKind
from jobbridge.apps.vacancies.models import Post, PostLog
from jobbridge.apps.vacancies.rules import is_full
from jobbridge.web.access import CLERKS, COUNTY, STAFF, page_for, wants_fragment
from jobbridge.web.candidates import NOBODY, standing
from jobbridge.web.fields import chosen_key
from jobbridge.web.paging import page_of
from jobbridge.web.people import clerk_names

ORDER = ("name", "id")
LOG, POSTS = 20, 100
OPEN = ("active", "paused")
LONGEST_REASON = 120
VIEWS = {
    "": gettext_lazy("全部"),
    "mine": gettext_lazy("我负责的"),
    "nobody": gettext_lazy("没有专员"),
    "agency": gettext_lazy("人力资源机构"),
}
FIELDS = ("name", "code", "kind", "industry", "contact_name", "contact_phone")


@page_for(STAFF)
def employers(request: HttpRequest) -> HttpResponse:
    """The list, by words in the name or by credit code."""
    view, text = request.GET.get("view", ""), request.GET.get("q", "").strip()[:40]
    view = view if view in VIEWS else ""
    today = timezone.localdate()
    lists = {
        "": Q(),
        "mine": Q(specialist=request.user.pk),
        "nobody": Q(specialist=None),
        "agency": Q(kind=EmployerKind.AGENCY),
    }
    rows = Employer.objects.filter(lists[view]).select_related("specialist")
    if text:
        rows = rows.named(text)
    page = page_of(rows, order=ORDER, cursor=request.GET.get("after", ""))
    keys = [employer.pk for employer in page]
    open_ = Q(posts__state="active", posts__expires_on__gte=today)
    sums = Employer.objects.filter(pk__in=keys).annotate(
        n=Count("posts", filter=open_), waiting=Count("posts", filter=Q(posts__state="pending"))
    )
    known = {row.pk: row for row in sums.order_by("pk")}
    for employer in page:
        employer.open_posts, employer.waiting = known[employer.pk].n, known[employer.pk].waiting
    context = {"page": page, "view": view, "views": list(VIEWS.items()), "q": text}
    fragment = wants_fragment(request, "list")
    return render(request, "desk/employers.html#list" if fragment else "desk/employers.html", context)


@page_for(STAFF)
def employer(request: HttpRequest, pk: int) -> HttpResponse:
    """One employer with its posts, its log-ins and what happened."""
    return _page(request, get_object_or_404(Employer.objects.select_related("specialist"), pk=pk))


def _page(request: HttpRequest, found: Employer, *, refusal: str = "", told: str = "") -> HttpResponse:
    today = timezone.localdate()
    # An agency's own, and those that it handed in for others.
    handled = Post.objects.filter(Q(employer=found) | Q(agency=found))
    posts = list(handled.select_related("employer").order_by("state", "expires_on", "pk")[:POSTS])
    figures = standing(post.pk for post in posts)
    for post in posts:
        post.standing = figures.get(post.pk, NOBODY)
        post.full = post.state in OPEN and is_full(openings=post.openings, hired=post.standing.hired)
        post.over = post.state == "active" and post.expires_on < today
    context = {
        "employer": found,
        "posts": posts,
        "log": _log(found, handled),
        "accounts": found.accounts.select_related("user").order_by("pk"),
        "mine": Employer.objects.answered_by(request.actor).filter(pk=found.pk).exists(),
        "clerks": User.objects.filter(is_active=True, role__in=services.CLERKS).exclude(role=Role.ADMINISTRATOR)
        .order_by("role", "pk"),
        "refusal": refusal,
        "told": told,
    }  # fmt: skip
    return render(request, "desk/employer.html", context, status=422 if refusal else 200)


def _log(found: Employer, posts: QuerySet[Post]) -> list[dict[str, Any]]:
    """What happened to its posts and to its name, the newest first."""
    lines = [
        {"at": line.at, "actor": line.actor, "line": line}
        for line in PostLog.objects.filter(post__in=posts).select_related("post").order_by("-pk")[:LOG]
    ]
    renamed = services.former_names(found)[:LOG]
    lines += [{"at": entry.at, "actor": entry.actor, "renamed": entry} for entry in renamed]
    lines = sorted(lines, key=itemgetter("at"), reverse=True)[:LOG]
    names = clerk_names(line["actor"] for line in lines)
    return [{"renamed": None, **line, "who": names.get(line["actor"], _("系统"))} for line in lines]


@page_for(CLERKS)
def new(request: HttpRequest) -> HttpResponse:
    """Put an employer on record, or correct what is known of it."""
    refusal = known = ""
    if request.method == "POST":
        form = {name: request.POST.get(name, "") for name in FIELDS}
        rename = request.POST.get("rename") == "1"
        try:
            found = services.register(actor=request.actor, now=timezone.now(), rename=rename, **form)
        except services.NameDiffers as error:
            known = error.name
            refusal = _("这个代码登记的是“{name}”").format(name=known)
        except services.EmployerRefused as error:
            refusal = _(str(error))
        else:
            told = _("“{name}”已更正。") if rename else _("“{name}”已登记。")
            messages.success(request, told.format(name=found.name))
            return redirect("desk:employer", pk=found.pk)
    context = {
        "refusal": refusal,
        "known": known,
        "kinds": EmployerKind.choices,
        "given": {name: request.POST.get(name, "") for name in FIELDS},
    }
    return render(request, "desk/employer_form.html", context, status=422 if refusal else 200)


@require_POST
@page_for(COUNTY)
def specialist(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a clerk the specialist of an employer, or nobody."""
    chosen = chosen_key(request.POST, "user")
    try:
        services.assign(actor=request.actor, employer_id=pk, user_id=chosen, now=timezone.now())
    except Employer.DoesNotExist:
        raise Http404 from None
    except services.EmployerRefused as error:
        messages.error(request, _(str(error)))
    else:
        messages.success(request, _("人社专员已更新。"))
    return redirect("desk:employer", pk=pk)


@require_POST
@page_for(COUNTY)
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a log-in; its first password is on this answer and nowhere else."""
    found = get_object_or_404(Employer.objects.select_related("specialist"), pk=pk)
    try:
        _made, password = services.open_account(
            actor=request.actor,
            employer_id=pk,
            username=request.POST.get("username", ""),
            name=request.POST.get("name", ""),
            now=timezone.now(),
        )
    except services.EmployerRefused as error:
        return _page(request, found, refusal=_(str(error)))
    return _page(request, found, told=password)


@require_POST
@page_for(COUNTY)
def account_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody signs in with this account any more."""
    found = get_object_or_404(EmployerAccount, pk=pk)
    services.close_account(actor=request.actor, account_id=pk)
    messages.success(request, _("账号已停用。"))
    return redirect("desk:employer", pk=found.employer_id)


@page_for(CLERKS)
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the reason; with it, record the reading and show the phone. For those who look after the employer."""
    found = get_object_or_404(Employer.objects.answered_by(request.actor), pk=pk)
    reason = request.POST.get("reason", "").strip()[:LONGEST_REASON]
    number = services.reveal_phone(actor=request.actor, employer=found, reason=reason) if reason else ""
    context = {"employer": found, "number": number, "asked": bool(reason)}
    return render(
        request, "desk/employer_reveal.html#reveal" if request.htmx else "desk/employer_reveal.html", context
    )
