"""职业核对: each title that posts and wishes bear is asked about once, the weightiest and least sure first."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from jobbridge.apps.vacancies.flows import LIVE
from jobbridge.apps.vacancies.models import JobTitle, Post
from jobbridge.apps.vacancies.titles import TitleRefused, confirm, may_confirm, withdraw
from jobbridge.engines.occupations import occupation_name
from jobbridge.web.access import CLERKS, page_for, wants_fragment
from jobbridge.web.desk.occupations import options_of, search
from jobbridge.web.fields import key_of
from jobbridge.web.paging import page_of
from jobbridge.web.people import clerk_names

NEXT = 10  # titles named beside the one at hand
POSTS = 3  # posts shown for what they say of the title
VIEWS = {
    "": gettext_lazy("待核对"),
    "confirmed": gettext_lazy("已核对"),
    "known": gettext_lazy("职业分类里有的"),
}
ORDERS = {"confirmed": ("-confirmed_at", "id"), "known": ("-wishes", "-posts", "id")}


@page_for(CLERKS)
def titles(request: HttpRequest) -> HttpResponse:
    """The title at hand with its five candidates, and those that come next; or what is settled already."""
    if not may_confirm(request.actor):
        raise PermissionDenied
    view = request.GET.get("view", "")
    if view in ORDERS:
        return _settled(request, view)
    if wants_fragment(request, "found"):
        text = request.GET.get("q", "")
        context = {"options": search(text), "q": text, "row": _at(request)}
        return render(request, "desk/titles.html#found", context)
    return _page(request, _at(request), text=request.GET.get("q", ""), said=_said(request))


@require_POST
@page_for(CLERKS)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """What the title means, or with ``undo`` nothing yet; the next one comes up."""
    status, said = 200, None
    try:
        if request.POST.get("undo"):
            done = withdraw(actor=request.actor, title_id=pk)
            coming: JobTitle | None = done
        else:
            code, again = request.POST.get("code", ""), bool(request.POST.get("again"))
            done = said = confirm(actor=request.actor, title_id=pk, code=code, now=timezone.now(), again=again)
            coming = _after(done)
    except JobTitle.DoesNotExist:
        raise Http404 from None
    except TitleRefused as error:
        done = JobTitle.objects.get(pk=pk)
        coming, status = (_after(done), 409) if done.confirmed_at else (done, 400)
        if not request.htmx:
            messages.error(request, _(str(error)))
        elif status == 400:
            return HttpResponse(_(str(error)), status=400)
        said = done
    if request.htmx:
        return _page(request, coming, said=said, status=status)
    if status == 200:
        messages.success(request, _("已记下。"))
    address = reverse("desk:titles")
    return redirect(f"{address}?at={coming.pk}" if coming else address)


def _queue() -> Any:
    return JobTitle.objects.unsure().order_by("-urgency", "id")


def _after(title: JobTitle) -> JobTitle | None:
    """The next in the queue behind this one, else its first: what was skipped does not come up at once again."""
    title.refresh_from_db(fields=["urgency"])
    behind = Q(urgency__lt=title.urgency) | Q(urgency=title.urgency, id__gt=title.pk)
    return _queue().filter(behind).first() or _queue().exclude(pk=title.pk).first()


def _at(request: HttpRequest) -> JobTitle | None:
    """The title asked for, else the first that waits."""
    key = key_of(request.GET.get("at", ""))
    return (JobTitle.objects.filter(pk=key).first() if key else None) or _queue().first()


def _said(request: HttpRequest) -> JobTitle | None:
    """What the actor settled before skipping on: it may still be taken back."""
    key = key_of(request.GET.get("said", ""))
    return JobTitle.objects.filter(pk=key, confirmed_by=request.actor.key).first() if key else None


def _page(
    request: HttpRequest, row: JobTitle | None, *, text: str = "", said: JobTitle | None = None, status: int = 200
) -> HttpResponse:
    """Everything about the title at hand; ``said`` is the one just settled, by whomever."""
    context: dict[str, Any] = {"view": "", "views": _views(), "row": row, "q": text, "options": search(text)}
    context["keep"] = ""  # what the links of the page hand on, so that U still finds what was settled
    if row:
        row.options = options_of(row)
        row.now = occupation_name(row.occupation)
        row.percent = round(100 * row.score)
        bearing = Post.objects.filter(title=row.text, state__in=LIVE).select_related("employer")
        row.some = list(bearing.order_by("-openings", "pk")[:POSTS])
        context["skip"] = _after(row)
    context["next"] = list(_queue().exclude(pk=row.pk if row else None)[:NEXT])
    if said:
        said.now = occupation_name(said.occupation)
        said.who = clerk_names([said.confirmed_by]).get(said.confirmed_by, "")
        said.mine = status == 200
        context["said"] = said
        context["keep"] = f"&said={said.pk}" if said.mine else ""
    # A decision of the page comes back as its list, like a list filtered anew.
    fragment = wants_fragment(request, "list") or (bool(request.htmx) and request.method == "POST")
    context["swapped"] = fragment
    return render(request, "desk/titles.html#list" if fragment else "desk/titles.html", context, status=status)


def _views() -> list[tuple[str, Any, int]]:
    counts = {name: _of_view(name).count() for name in VIEWS}
    return [(name, label, counts[name]) for name, label in VIEWS.items()]


def _of_view(view: str) -> Any:
    if view == "confirmed":
        return JobTitle.objects.filter(confirmed_at__isnull=False)
    if view == "known":
        return JobTitle.objects.filter(Q(posts__gt=0) | Q(wishes__gt=0), confirmed_at=None, score=1)
    return _queue()


def _settled(request: HttpRequest, view: str) -> HttpResponse:
    page = page_of(_of_view(view), order=ORDERS[view], cursor=request.GET.get("after", ""))
    names = clerk_names(row.confirmed_by for row in page)
    for row in page:
        row.now = occupation_name(row.occupation)
        row.first = occupation_name(row.proposed)
        row.who = names.get(row.confirmed_by, "")
    fragment = wants_fragment(request, "list")
    context = {"page": page, "view": view, "views": _views(), "swapped": fragment}
    return render(request, "desk/titles.html#list" if fragment else "desk/titles.html", context)
