"""今日走访: whom to visit first, and why."""

from __future__ import annotations

import calendar
from datetime import date
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.casework.models import Task, Visit
from jobbridge.apps.linkage.models import Outsider, VillageQuestion
from jobbridge.apps.linkage.review_models import Answer
from jobbridge.apps.linkage.village import open_questions
from jobbridge.apps.placements.in_person import to_tell
from jobbridge.apps.registry.enums import MONITORED
from jobbridge.apps.targeting.models import HouseholdStatus
from jobbridge.web.access import BROKERS, page_for
from jobbridge.web.places import places_of
from jobbridge.web.templatetags.zhumo import tr

LONGEST_LIST = 12
MOST_TO_TELL = 8
MOST_QUESTIONS = 5  # at a time: the visits come first


@page_for(BROKERS)
def today(request: HttpRequest) -> HttpResponse:
    """The broker's open tasks by household, the most urgent first, and how the month goes."""
    day = timezone.localdate()
    cards = cards_of(request.actor, day)
    people = to_tell(actor=request.actor)
    code = request.actor.scope.ranges[0][0] if request.actor.scope.ranges else ""
    context = {
        "cards": cards[:LONGEST_LIST],
        "outsiders": Outsider.objects.visible_to(request.actor).filter(decision="open").count(),
        "people": people[:MOST_TO_TELL],
        "more_people": max(0, len(people) - MOST_TO_TELL),
        "questions": questions_of(request.actor, day),
        "answers": Answer.choices,
        "rest": max(0, len(cards) - LONGEST_LIST),
        "done": Visit.objects.visible_to(request.actor)
        .filter(at__date=day)
        .select_related("household")
        .order_by("-at"),
        "place": places_of([code])[code] if code else "",
        "month": month_of(request.actor, day),
    }
    return render(request, "field/today.html", context)


def cards_of(actor: Actor, day: date) -> list[dict[str, Any]]:
    """One card a household, whatever number of reasons there are to go; the most urgent reason is shown."""
    tasks = Task.objects.visible_to(actor).filter(state="open").select_related("household", "person")
    cards: dict[int, dict[str, Any]] = {}
    for task in tasks.order_by("-urgency", "due_on", "id"):
        card = cards.setdefault(task.household_id, {"household": task.household, "task": task, "more": 0})
        card["more"] += card["task"] is not task
    statuses = {row.household_id: row for row in HouseholdStatus.objects.filter(household__in=cards)}
    for key, card in cards.items():
        status = statuses.get(key)
        card["status"] = status
        card["urgent"] = bool(status and status.zero_employment) or card["task"].kind == "meet"
        card["monitored"] = card["household"].category in MONITORED
        card["late"] = card["task"].due_on < day
        card["days"] = (day - status.last_visit).days if status and status.last_visit else None
    return list(cards.values())


def questions_of(actor: Actor, day: date) -> list[VillageQuestion]:
    """What the desk asks about people of the village, with the facts of each record as they may be shown."""
    questions = list(open_questions(actor, day)[:MOST_QUESTIONS])
    places = places_of(question.facts["village"] for question in questions if question.facts["village"])
    for question in questions:
        facts = question.facts
        question.shown = [
            facts["name"] or _("没写姓名"),
            tr(facts["sex"]),
            _("{year} 年生").format(year=facts["birth_year"]) if facts["birth_year"] else "",
            _("手机尾号 {tail}").format(tail=facts["phone_tail"]) if facts["phone_tail"] else "",
            " ".join(filter(None, [facts["seen_on"], tr(facts["direction"])])),
            str(places.get(facts["village"], "")),
        ]
        question.shown = [fact for fact in question.shown if fact]
    return questions


def month_of(actor: Actor, day: date) -> dict[str, Any]:
    """Households met this month out of those that need something, and where the month should be by today."""
    met = set(
        Visit.objects.visible_to(actor)
        .filter(at__date__gte=day.replace(day=1))
        .exclude(met="absent")
        .values_list("household_id", flat=True)
    )
    needed = HouseholdStatus.objects.visible_to(actor).filter(Q(urgency__gt=0) | Q(household__in=met)).count()
    length = calendar.monthrange(day.year, day.month)[1]
    return {
        "met": len(met),
        "needed": needed,
        "rate": 100 * len(met) / needed if needed else 0.0,
        "expected": round(100 * day.day / length, 1),
        "days_left": length - day.day,
    }
