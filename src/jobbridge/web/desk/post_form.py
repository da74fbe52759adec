"""登记岗位: a clerk enters a post for an employer they look after, or changes one."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from jobbridge.apps.employers.models import Employer
from jobbridge.apps.vacancies.entry import edit, enter
from jobbridge.apps.vacancies.models import Post
from jobbridge.apps.vacancies.moves import PostRefused
from jobbridge.apps.vacancies.titles import TitleRefused, choose
from jobbridge.web.access import CLERKS, page_for
from jobbridge.web.desk.occupations import jobs_of
from jobbridge.web.offers import choices, read_offer, shown


@page_for(CLERKS)
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """A new post of this employer."""
    employer = get_object_or_404(Employer.objects.answered_by(request.actor), pk=pk)
    return _form(request, employer, None)


@page_for(CLERKS)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what a post says."""
    post = get_object_or_404(Post.objects.answered_by(request.actor).select_related("employer"), pk=pk)
    return _form(request, post.employer, post)


def _form(request: HttpRequest, employer: Employer, post: Post | None) -> HttpResponse:
    faults: dict[str, str] = {}
    now, today = timezone.now(), timezone.localdate()
    if request.method == "POST":
        offer = read_offer(request.POST, post)
        try:
            with transaction.atomic():
                if post is None:
                    done = enter(actor=request.actor, employer_id=employer.pk, offer=offer, now=now)
                else:
                    done = edit(actor=request.actor, post_id=post.pk, offer=offer, now=now)
                if "occupation" in request.POST:  # where the title names none, there is nothing to choose
                    choose(actor=request.actor, post_id=done.pk, code=request.POST["occupation"], now=now)
        except TitleRefused as error:
            faults = {"title": _(str(error))}
        except PostRefused as error:
            faults = {name: _(said) for name, said in error.faults.items()} or {"title": _(str(error))}
        except Post.DoesNotExist:
            raise Http404 from None
        else:
            waits = done.state == "pending"
            messages.success(request, _("已登记，有几处要人看过再发布。") if waits else _("已登记并发布。"))
            return redirect("desk:post", pk=done.pk)
    context = {
        "employer": employer,
        "post": post,
        "faults": faults,
        "given": shown(post, request.POST if request.method == "POST" else None, today),
        **choices(today),
    }
    own = post.occupation if post and post.occupation_by else ""
    context |= jobs_of(context["given"]["title"], request.POST.get("occupation", own))
    return render(request, "desk/post_form.html", context, status=422 if faults else 200)
