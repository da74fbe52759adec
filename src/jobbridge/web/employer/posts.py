"""An employer's posts: entering, changing, confirming and ending them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jobbridge.apps.employers.models import EmployerKind
from jobbridge.apps.vacancies.confirming import confirm, finish
from jobbridge.apps.vacancies.entry import edit, enter
from jobbridge.apps.vacancies.models import Post
from jobbridge.apps.vacancies.moves import PostRefused
from jobbridge.web.access import EMPLOYERS, page_for
from jobbridge.web.candidates import NOBODY, standing
from jobbridge.web.employer.own import own_employer
from jobbridge.web.fields import day_of, whole_of
from jobbridge.web.offers import choices, read_offer, shown


@page_for(EMPLOYERS)
def new(request: HttpRequest) -> HttpResponse:
    """A new post, handed in or kept as a draft."""
    return _form(request, None)


@page_for(EMPLOYERS)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """What a post says; when that changes, it waits for review again."""
    return _form(request, get_object_or_404(_mine(request), pk=pk))


def _mine(request: HttpRequest):
    return Post.objects.answered_by(request.actor).select_related("employer", "agency")


def _form(request: HttpRequest, post: Post | None) -> HttpResponse:
    employer = own_employer(request)
    faults: dict[str, str] = {}
    now, today = timezone.now(), timezone.localdate()
    if request.method == "POST":
        form = request.POST
        offer, publish = read_offer(form, post), form.get("save") != "draft"
        client = (form.get("client_name", ""), form.get("client_code", ""))
        try:
            if post is None:
                done = enter(
                    actor=request.actor, employer_id=None, offer=offer, now=now, client=client, publish=publish
                )
            else:
                done = edit(actor=request.actor, post_id=post.pk, offer=offer, now=now, publish=publish)
        except PostRefused as error:
            faults = {name: _(said) for name, said in error.faults.items()} or {"title": _(str(error))}
        except Post.DoesNotExist:
            raise Http404 from None
        else:
            messages.success(request, _told(done.state))
            waits = done.state in ("draft", "pending", "rejected")
            target = redirect("employer:home")
            if waits:
                target["Location"] += "?view=waiting"
            return target
    context = {
        "employer": employer,
        "agency": employer.kind == EmployerKind.AGENCY and post is None,
        "post": post,
        "faults": faults,
        "given": shown(post, request.POST if request.method == "POST" else None, today),
        "draftable": post is None or post.state in ("draft", "rejected"),
        **choices(today),
    }
    return render(request, "employer/post.html", context, status=422 if faults else 200)


def _told(state: str) -> str:
    if state == "pending":
        return _("已提交，人社部门审核后开始推荐人选。")
    return _("已保存。") if state in ("active", "paused") else _("已存为草稿，提交后才会审核。")


@require_POST
@page_for(EMPLOYERS)
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Still hiring: how many are missing, and until when."""

    def act() -> str:
        hired = standing([pk]).get(pk, NOBODY).hired
        missing = whole_of(request.POST.get("missing", ""))
        until = day_of(request.POST.get("expires_on", "")) or timezone.localdate() - timedelta(days=1)
        openings = missing + hired if missing else 0
        post = confirm(actor=request.actor, post_id=pk, expires_on=until, openings=openings, now=timezone.now())
        return _("“{title}”已确认，继续推荐人选。").format(title=post.title)

    return _done(request, pk, act)


@require_POST
@page_for(EMPLOYERS)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """All places taken, or given up."""

    def act() -> str:
        filled = request.POST.get("outcome") == "filled"
        post = finish(actor=request.actor, post_id=pk, filled=filled, now=timezone.now())
        return _("“{title}”已停止招聘，不再推荐人选。").format(title=post.title)

    return _done(request, pk, act)


def _done(request: HttpRequest, pk: int, act: Callable[[], str]) -> HttpResponse:
    get_object_or_404(_mine(request), pk=pk)  # before anything is counted
    try:
        messages.success(request, act())
    except PostRefused as error:
        messages.error(request, _(str(error)))
    return redirect("employer:home")
