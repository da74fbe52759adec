"""缺工清单: open posts with fewer candidates than places, what they pay, and who must act next."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import xlsxwriter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobbridge.apps.accounts.scope import EVERYWHERE, Actor
from jobbridge.apps.vacancies.models import Post
from jobbridge.apps.vacancies.rules import is_full, must_confirm
from jobbridge.apps.vacancies.steps import SOMEBODY, shortage_step
from jobbridge.engines.occupations import occupation_name
from jobbridge.web.access import STAFF, page_for, wants_fragment
from jobbridge.web.candidates import NOBODY, Standing, standing
from jobbridge.web.fields import whole_of
from jobbridge.web.frame import cached

SIZE = 30


@dataclass(frozen=True)
class Shortage:
    """One post with its figures; ``short`` is how many places nobody stands for."""

    post: Post
    standing: Standing
    short: int
    step: str
    occupation: str

    @property
    def who(self) -> str:
        """Who must act next, and how."""
        return _(SOMEBODY[self.step])


KEYS: dict[str, tuple[Any, Callable[[Shortage], Any]]] = {
    "short": (gettext_lazy("缺口"), lambda row: (-row.short, row.post.pk)),
    "employer": (gettext_lazy("单位"), lambda row: (row.post.employer.name, -row.short, row.post.pk)),
    "occupation": (gettext_lazy("职业"), lambda row: (row.post.occupation, -row.short, row.post.pk)),
    "wage": (gettext_lazy("工资从低到高"), lambda row: (row.post.wage_min, -row.short, row.post.pk)),
    "end": (gettext_lazy("先到期的"), lambda row: (row.post.expires_on, row.post.pk)),
}


def shortages(on: date, *, text: str, step: str, order: str) -> list[Shortage]:
    """Open posts with a gap, in this order; by words in the name of the post or employer, and by who must act."""
    # The figures of the whole county, which everybody sees alike: kept for a minute under no one's scope.
    everyone = Actor(key="", name="", role="", scope=EVERYWHERE)
    known: dict[int, Standing] = cached(everyone, "standing", standing)
    posts = Post.objects.open(on).with_word().select_related("employer")
    found = []
    for post in posts.order_by("pk"):
        if text and text not in post.title and text not in post.employer.name:
            continue
        figures = known.get(post.pk, NOBODY)
        short = post.openings - figures.hired - figures.live
        full = is_full(openings=post.openings, hired=figures.hired)
        due = must_confirm(expires_on=post.expires_on, word_of=post.word_of, full=full, on=on)
        next_step = shortage_step(due=due, candidates=figures.live, interested=figures.wanting)
        if short > 0 and step in ("", next_step):
            found.append(Shortage(post, figures, short, next_step, occupation_name(post.occupation)))
    return sorted(found, key=KEYS[order][1])


@page_for(STAFF)
def shortage(request: HttpRequest) -> HttpResponse:
    """The list with its sums."""
    today, filters = timezone.localdate(), _filters(request)
    rows = shortages(today, **filters)
    number = whole_of(request.GET.get("page", ""))
    start = number * SIZE if number * SIZE < len(rows) else 0
    context = {
        "rows": rows[start : start + SIZE],
        "start": start,
        "earlier": start // SIZE - 1 if start else None,
        "later": start // SIZE + 1 if start + SIZE < len(rows) else None,
        "posts": len(rows),
        "places": sum(row.short for row in rows),
        "employers": len({row.post.employer_id for row in rows}),
        "orders": [(name, label) for name, (label, _key) in KEYS.items()],
        "steps": SOMEBODY.items(),
        **filters,
    }
    fragment = wants_fragment(request, "list")
    return render(request, "desk/shortage.html#list" if fragment else "desk/shortage.html", context)


@page_for(STAFF)
def download(request: HttpRequest) -> HttpResponse:
    """The same rows as a workbook."""
    today = timezone.localdate()
    content = workbook(shortages(today, **_filters(request)), today)
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, _("缺工清单{day}.xlsx").format(day=today))
    return response


def workbook(rows: list[Shortage], on: date) -> bytes:
    """One sheet, one row a post."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": datetime(on.year, on.month, on.day)})
    sheet, bold = book.add_worksheet(_("缺工清单")), book.add_format({"bold": True})
    header = [
        _("单位"), _("统一社会信用代码"), _("岗位"), _("职业"), _("工作地点"), _("月薪下限"), _("月薪上限"),
        _("招聘人数"), _("已到岗"), _("在推荐"), _("有意向"), _("缺口"), _("有效期至"), _("谁来办"),
    ]  # fmt: skip
    sheet.write_row(0, 0, header, bold)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(header) - 1, 14)
    for at, row in enumerate(rows, 1):
        post, figures = row.post, row.standing
        texts = (post.employer.name, post.employer.credit_code, post.title, row.occupation, post.place_text)
        numbers = (
            post.wage_min, post.wage_max, post.openings, figures.hired, figures.live, figures.wanting, row.short,
        )  # fmt: skip
        for column, text in enumerate(texts):
            sheet.write_string(at, column, text)  # never a formula, whatever a name begins with
        for column, number in enumerate(numbers, len(texts)):
            sheet.write_number(at, column, number)
        sheet.write_string(at, len(header) - 2, post.expires_on.isoformat())
        sheet.write_string(at, len(header) - 1, row.who)
    book.close()
    return out.getvalue()


def _filters(request: HttpRequest) -> dict[str, str]:
    get = request.GET
    return {
        "text": get.get("q", "").strip()[:40],
        "step": get.get("step", "") if get.get("step", "") in SOMEBODY else "",
        "order": get.get("order", "") if get.get("order", "") in KEYS else "short",
    }
