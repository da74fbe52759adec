"""人员台账: persons with their status, one person's file with the posts that suit, and numbers behind their mask."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jobbridge.apps.accounts.models import Role
from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.casework.models import ServiceItem
from jobbridge.apps.linkage.models import FeedSource, Returnee, Suspicion
from jobbridge.apps.messaging import wechat_oauth
from jobbridge.apps.messaging.models import WeChatBinding
from jobbridge.apps.placements import at_once, flows
from jobbridge.apps.placements.models import Recommendation, RunSeeker
from jobbridge.apps.placements.outlook import ask, heard_of
from jobbridge.apps.placements.telling import may_say
from jobbridge.apps.registry.models import EmploymentSpell, Person
from jobbridge.apps.registry.numbers import find_by_number, reveal_number
from jobbridge.apps.targeting.models import LabourStatus, PersonStatus
from jobbridge.kernel.division import bounds
from jobbridge.web.access import CLERKS, STAFF, page_for, wants_fragment
from jobbridge.web.desk.ledger import Filters
from jobbridge.web.desk.matching_words import LIMITS
from jobbridge.web.desk.story import story_of_person
from jobbridge.web.frame import cached
from jobbridge.web.outcomes import said_of
from jobbridge.web.paging import Page, page_of
from jobbridge.web.people import with_work
from jobbridge.web.places import places_of, townships_of

ORDER = ("region_code", "id")
LONGEST_REASON = 120
SHOWN = 6  # recommendations: of two runs


def status_counts(actor: Actor, town: str) -> dict[str, int]:
    """Labourers by status letter, a minute old at most."""

    def count() -> dict[str, int]:
        rows = _in_town(PersonStatus.objects.visible_to(actor), town)
        found = dict(rows.values_list("status").annotate(n=Count("id")).order_by())
        return {letter: found.get(letter, 0) for letter in LabourStatus.values}

    return cached(actor, f"persons:{town}", count)


def _in_town(rows: QuerySet[Any], town: str) -> QuerySet[Any]:
    if not town:
        return rows
    low, high = bounds(town)
    return rows.filter(region_code__gte=low, region_code__lt=high)


def matching(actor: Actor, *, text: str, letters: str, town: str) -> QuerySet[Person]:
    """Persons in scope by name, by id number or phone (through their blind indexes), by status and township."""
    rows = _in_town(Person.objects.visible_to(actor), town)
    if letters:
        rows = rows.filter(status__status__in=list(letters))
    if text:
        numbered = find_by_number(rows, text)
        rows = rows.named("name", text) if numbered is None else numbered
    return rows


@page_for(STAFF)
def persons(request: HttpRequest) -> HttpResponse:
    """The list; htmx asks for the rows alone."""
    filters = Filters.of(request)
    letters = request.GET.get("status", "")
    letters = letters if set(letters) <= set(LabourStatus.values) else ""
    rows = matching(request.actor, text=filters.q, letters=letters, town=filters.town)
    if request.GET.get("served") == "1":  # the records behind the indicator services.recommended
        rows = rows.filter(Exists(Recommendation.objects.filter(person=OuterRef("pk"))))
    page = page_of(rows.select_related("household"), order=ORDER, cursor=request.GET.get("after", ""))
    _describe(page)
    counts = status_counts(request.actor, filters.town)
    context = {
        "page": page,
        "filters": filters,
        "letters": letters,
        "tabs": [(code, label, counts[code]) for code, label in LabourStatus.choices],
        "labourers": sum(counts.values()),
        "towns": [(area.prefix, area.name) for area in townships_of(request.actor)],
    }
    fragment = wants_fragment(request, "list")
    return render(request, "desk/persons.html#list" if fragment else "desk/persons.html", context)


def _describe(page: Page) -> None:
    with_work(page.rows)
    places = places_of(person.region_code for person in page)
    for person in page:
        person.place = places[person.region_code]


@page_for(STAFF)
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: what is known, which posts suit and why, and the service plan."""
    found = _visible(request, pk)
    with_work([found])
    recommended = Recommendation.objects.filter(person=found).select_related("post__employer", "run")
    recommendations = list(recommended.order_by("-run__on", "-run", "rank")[:SHOWN])
    for item in recommendations:
        item.open = bool(may_say(item.state))
    clerk = request.user.role in CLERKS
    missed = RunSeeker.objects.filter(person=found).exclude(run__state="discarded").order_by("-run").first()
    context = {
        "person": found,
        "place": places_of([found.region_code])[found.region_code],
        "recommendations": recommendations,
        "clerk": clerk,
        "linkable": clerk and found.life == "alive" and bool(settings.PUBLIC_URL),
        "wechat": WeChatBinding.objects.filter(person_id=found.pk).first() if wechat_oauth.in_use() else None,
        "may_recommend": clerk and at_once.may(found.pk, on=timezone.localdate()),
        "missed": missed,
        "limit": LIMITS.get(missed.limit, "") if missed and not missed.given else "",
        "heard": heard_of(found, actor=request.actor, on=timezone.localdate()),
        "services": ServiceItem.objects.filter(person=found).order_by("case_id", "due_on", "kind", "ordinal"),
        "spells": EmploymentSpell.objects.filter(person=found).select_related("source").order_by("-start")[:8],
        "story": story_of_person(found),
        "returns": _returns(found),
        "doubts": Suspicion.objects.filter(person=found, state__in=("open", "confirmed")).order_by("kind"),
    }
    return render(request, "desk/person.html", context)


@require_POST
@page_for(CLERKS)
def recommend(request: HttpRequest, pk: int) -> HttpResponse:
    """Posts for somebody at the counter, now."""
    try:
        count = at_once.recommend(actor=request.actor, person_id=pk, on=timezone.localdate(), now=timezone.now())
    except Person.DoesNotExist:
        raise Http404 from None
    except flows.Refused as refusal:
        messages.error(request, said_of(refusal))
    else:
        messages.success(request, _("推荐了 {n} 个岗位，可当场问本人意见。").format(n=count))
    return redirect("desk:person", pk)


@page_for(STAFF)
def outlook(request: HttpRequest, pk: int) -> HttpResponse:
    """What would have to change for the person to fit more of the posts that are open now."""
    found = _visible(request, pk)
    answer = ask(actor=request.actor, person_id=found.pk, on=timezone.localdate())
    template = "desk/match_outlook.html#answer" if request.htmx else "desk/match_outlook.html"
    return render(request, template, {"person": found, "answer": answer})


def _returns(person: Person) -> list[Returnee]:
    """When the agencies saw them at home, with the names of the agencies."""
    rows = list(Returnee.objects.filter(person=person).exclude(state="closed").order_by("-first_seen", "pk"))
    for row in rows:
        row.labels = [FeedSource(source).label for source in row.sources]
    return rows


@page_for(STAFF)
def reveal(request: HttpRequest, pk: int, field: str) -> HttpResponse:
    """Ask for the reason; with it, record the reading and show the number."""
    if field not in ("id", "phone"):
        raise Http404
    if request.user.role == Role.LEADER:  # leaders see figures, not numbers
        raise PermissionDenied
    found = _visible(request, pk)
    reason = request.POST.get("reason", "").strip()[:LONGEST_REASON]
    number = reveal_number(actor=request.actor, person=found, field=field, reason=reason) if reason else ""
    context = {"person": found, "field": field, "number": number}
    return render(request, "desk/reveal.html#reveal" if request.htmx else "desk/reveal.html", context)


def _visible(request: HttpRequest, pk: int) -> Person:
    return get_object_or_404(Person.objects.visible_to(request.actor).select_related("household"), pk=pk)
