"""数据比对: pairs the engine is not sure of, side by side, for a clerk to decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from jobbridge.apps.accounts.models import User
from jobbridge.apps.linkage.models import Decision, FeedSource, Link, Zone
from jobbridge.apps.linkage.services import AlreadyDecided
from jobbridge.apps.linkage.services import decide as decide_pair
from jobbridge.apps.linkage.services import reopen as reopen_pair
from jobbridge.apps.registry.models import Person
from jobbridge.web.access import CLERKS, COUNTY, page_for, wants_fragment
from jobbridge.web.frame import cached
from jobbridge.web.paging import page_of
from jobbridge.web.people import with_work
from jobbridge.web.places import places_of
from jobbridge.web.templatetags.zhumo import tr

ORDER = ("-posterior", "id")
PAIRS = 10
CANDIDATES = 3
VIEWS = {"": gettext_lazy("待核对"), "decided": gettext_lazy("已核对")}


@dataclass(frozen=True)
class Line:
    """One field of a pair: what the agency says, what the ledger says of each candidate, and whether they agree."""

    label: str
    record: str
    candidates: list[tuple[str, bool]]


@page_for(CLERKS)
def pairs(request: HttpRequest) -> HttpResponse:
    """Doubtful pairs, the likeliest first; or what was decided."""
    view = "decided" if request.GET.get("view") == "decided" else ""
    source = request.GET.get("source", "")
    source = source if source in FeedSource.values else ""
    rows = Link.objects.visible_to(request.actor).select_related("record", "person")
    if source:
        rows = rows.filter(record__source=source)
    waiting = rows.filter(zone=Zone.REVIEW, decision=Decision.PENDING)
    shown = rows.exclude(decision=Decision.PENDING) if view else waiting
    page = page_of(shown, order=ORDER, cursor=request.GET.get("after", ""), size=PAIRS)
    compare(page.rows)
    zones = cached(
        request.actor,
        "linkage:zones",
        lambda: dict(Link.objects.visible_to(request.actor).values_list("zone").annotate(n=Count("id")).order_by()),
    )
    context = {
        "page": page,
        "view": view,
        "source": source,
        "views": list(VIEWS.items()),
        "sources": FeedSource.choices,
        "zones": [(label, zones.get(code, 0)) for code, label in Zone.choices],
        "waiting": waiting.count(),
        "may_reopen": _may_reopen(request),
    }
    fragment = wants_fragment(request, "list")
    return render(request, "desk/linkage.html#list" if fragment else "desk/linkage.html", context)


@require_POST
@page_for(CLERKS)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Same person (which candidate) or not. Where somebody was quicker, the page says who: 409."""
    chosen = request.POST.get("person", "")
    try:
        link = decide_pair(
            actor=request.actor,
            link_id=pk,
            same=chosen.isdigit(),
            person_id=int(chosen) if chosen.isdigit() else None,
            now=timezone.now(),
        )
    except Link.DoesNotExist:
        raise Http404 from None
    except AlreadyDecided as refusal:
        return _answer(request, refusal.link.pk, status=409)
    except ValueError as error:
        return HttpResponse(_(str(error)), status=400)
    return _answer(request, link.pk)


@require_POST
@page_for(COUNTY)
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Back among the pairs that wait."""
    try:
        link = reopen_pair(actor=request.actor, link_id=pk)
    except Link.DoesNotExist:
        raise Http404 from None
    return _answer(request, link.pk)


def _answer(request: HttpRequest, pk: int, status: int = 200) -> HttpResponse:
    """The pair as it stands now; without scripts, the list with a sentence above it."""
    link = Link.objects.select_related("record", "person").get(pk=pk)
    compare([link])
    if request.htmx:
        return render(
            request, "desk/linkage.html#pair", {"link": link, "may_reopen": _may_reopen(request)}, status=status
        )
    if status == 409:
        messages.error(
            request, _("已由 {who} 核对：{what}").format(who=link.decider, what=tr(link.get_decision_display()))
        )
    else:
        messages.success(request, _("已记下：{what}").format(what=tr(link.get_decision_display())))
    return redirect("desk:linkage")


def _may_reopen(request: HttpRequest) -> bool:
    return request.user.role in COUNTY


def compare(links: list[Link]) -> None:
    """Hang ``options`` (the candidates), ``lines`` (the fields side by side) and ``decider`` on each pair."""
    names = {f"user:{user.pk}": str(user) for user in User.objects.filter(pk__in=_users(links))}
    wanted = {link.pk: _candidate_keys(link) for link in links}
    people = with_work(Person.objects.filter(pk__in={key for keys in wanted.values() for key in keys}))
    persons = {person.pk: person for person in people}
    codes = {person.region_code for person in people} | {link.record.village_code for link in links}
    places = places_of(code for code in codes if code)
    for link in links:
        scores = {c["person_id"]: c["posterior"] for c in link.candidates}
        link.options = [persons[key] for key in wanted[link.pk] if key in persons]
        for person in link.options:
            person.chance = round(100 * scores.get(person.pk, link.posterior))
        link.decider = names.get(link.decided_by, link.decided_by)
        link.source_label = FeedSource(link.record.source).label
        link.lines = _lines(link, places)


def _users(links: list[Link]) -> set[int]:
    """The signed-in users who decided."""
    keys = (link.decided_by.partition(":") for link in links)
    return {int(number) for kind, _, number in keys if kind == "user"}


def _candidate_keys(link: Link) -> list[int]:
    """The best candidates, the engine's choice first."""
    keys = [candidate["person_id"] for candidate in link.candidates]
    first = [link.person_id] if link.person_id else []
    return (first + [key for key in keys if key != link.person_id])[:CANDIDATES]


def _lines(link: Link, places: dict[str, Any]) -> list[Line]:
    record = link.record
    village = str(places.get(record.village_code, "")) if record.village_code else ""
    fields = [
        (_("姓名"), record.name, lambda person: person.name),
        (_("证件号码"), record.id_mask, lambda person: person.id_mask),
        (_("手机号"), record.phone_mask, lambda person: person.phone_mask),
        (_("村（社区）"), village, lambda person: str(places.get(person.region_code, ""))),
        (_("性别"), tr(record.sex), lambda person: tr(person.sex)),
        (_("出生日期"), _day(record.birth_date), lambda person: _day(person.birth_date)),
    ]
    lines = []
    for label, said, known in fields:
        values = [known(person) for person in link.options]
        lines.append(Line(label, said, [(value, differs(said, value)) for value in values]))
    return lines


def _day(value: Any) -> str:
    return value.isoformat() if value else ""


def differs(said: str, known: str) -> bool:
    """Whether two values contradict each other. Empty says nothing, and a star may be any character."""
    if not said or not known:
        return False
    if len(said) != len(known):
        return "*" not in said + known or _edges_differ(said, known)
    return any(a != b and "*" not in (a, b) for a, b in zip(said, known, strict=True))


def _edges_differ(said: str, known: str) -> bool:
    """Masks of different length: only what stands before the first and after the last star can be compared."""
    head = min(len(text.partition("*")[0]) for text in (said, known))
    tail = min(len(text.rpartition("*")[2]) for text in (said, known))
    return said[:head] != known[:head] or (tail > 0 and said[-tail:] != known[-tail:])
