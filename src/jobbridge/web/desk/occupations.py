"""The occupations a title may mean, as buttons; and the occupation of one post, chosen among them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from jobbridge.apps.vacancies.models import JobTitle, Post
from jobbridge.apps.vacancies.moves import PostRefused
from jobbridge.apps.vacancies.titles import TitleRefused, choose, suggested
from jobbridge.engines.occupations import GENERAL_LABOUR, find, occupation_name
from jobbridge.web.access import CLERKS, page_for

GROUP = 7  # characters of the code of a 小类
FOUND = 12


@dataclass(frozen=True)
class Option:
    """One occupation to choose: code, name, the group it lies in, and how like the title it is in percent.

    ``untold`` instead of the percentage: general labour comes first by rule, as the title says no trade.
    """

    code: str
    name: str
    group: str
    percent: int | None = None
    untold: bool = False


def option(code: str, score: float | None = None) -> Option:
    """With the name of its group, where that says more than its own."""
    name, group = occupation_name(code), occupation_name(code[:GROUP])
    return Option(code, name, "" if group == name else group, None if score is None else round(100 * score))


def options_of(title: JobTitle) -> list[Option]:
    """Up to five, best first."""
    options = [option(code, score) for code, score in title.candidates]
    if options and options[0].code == GENERAL_LABOUR:
        options[0] = replace(options[0], percent=None, untold=True)
    return options


def search(text: str) -> list[Option]:
    """What the words, or the beginning of a code, find in the classification."""
    return [option(code) for code, _name in find(text.strip()[:20], FOUND)]


def describe(posts: Iterable[Post]) -> None:
    """Hang on each post what it counts as, the occupations to choose from, and what its title alone would give."""
    posts = list(posts)
    rows = suggested(post.title for post in posts)
    for post in posts:
        row = rows[post.title]
        post.options = options_of(row)
        post.counts_as = option(post.occupation or row.occupation) if post.occupation or row.occupation else None
        post.by_title = not post.occupation_by
        post.title_settled = row.confirmed_at is not None
        if post.counts_as and post.counts_as.code not in {one.code for one in post.options}:
            post.options.append(post.counts_as)


@page_for(CLERKS)
def post_occupation(request: HttpRequest, pk: int) -> HttpResponse:
    """The occupation of one post: choose it, or search for another; an empty code lets it follow its title."""
    if request.method == "POST":
        try:
            choose(actor=request.actor, post_id=pk, code=request.POST.get("code", ""), now=timezone.now())
        except Post.DoesNotExist:
            raise Http404 from None
        except (TitleRefused, PostRefused) as error:
            return HttpResponse(_(str(error)), status=400)
        if not request.htmx:
            return redirect("desk:post", pk=pk)
    post = get_object_or_404(Post.objects.answered_by(request.actor), pk=pk)
    describe([post])
    text = request.GET.get("q", "")
    context = {"post": post, "found": search(text), "q": text, "searched": "q" in request.GET}
    template = "desk/post_occupation.html"
    return render(request, template if request.htmx else "desk/post_occupation_page.html", context)


@page_for(CLERKS)
def of_title(request: HttpRequest) -> HttpResponse:
    """For the form of a post: the occupations that the title being typed may mean."""
    context = jobs_of(request.GET.get("title", ""), request.GET.get("occupation", ""))
    return render(request, "desk/post_occupations.html", context)


def jobs_of(title: str, chosen: str) -> dict[str, object]:
    """What the form offers for a title; ``chosen`` is the code chosen for this post alone, '' for none."""
    title = title.strip()[:60]
    if not title:
        return {"asked": "", "options": [], "best": "", "chosen": ""}
    row = suggested([title])[title]
    options = options_of(row)
    if chosen and chosen not in {one.code for one in options} and occupation_name(chosen):
        options.append(option(chosen))
    return {"asked": title, "options": options, "best": row.occupation, "chosen": chosen}
