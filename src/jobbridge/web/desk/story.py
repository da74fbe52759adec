"""What was done for a household or a person, newest first, out of visits, recommendations, cases and comparisons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from jobbridge.apps.casework.models import CaseLog, ServiceItem, Visit
from jobbridge.apps.linkage.models import FeedSource, Link, Zone
from jobbridge.apps.placements.models import Recommendation
from jobbridge.apps.registry.models import Household, Person
from jobbridge.web.templatetags.zhumo import tr

LENGTH = 12


@dataclass(frozen=True)
class Event:
    """One line of the log."""

    on: date
    what: str
    who: str
    text: str = ""


def story_of_household(household: Household) -> list[Event]:
    """The latest events of everybody in the household."""
    return _newest(_visits(household), _cases(household), _person_events(household.persons.all()))


def story_of_person(person: Person) -> list[Event]:
    """The latest events of one person, with the visits to the household."""
    return _newest(_visits(person.household), _person_events([person]))


def _newest(*sources: Iterable[Event]) -> list[Event]:
    events = [event for source in sources for event in source]
    return sorted(events, key=lambda event: event.on, reverse=True)[:LENGTH]


def _visits(household: Household) -> Iterable[Event]:
    for visit in Visit.objects.filter(household=household).order_by("-at")[:LENGTH]:
        yield Event(timezone.localdate(visit.at), _(visit.get_met_display()), visit.by_name, visit.note)


def _cases(household: Household) -> Iterable[Event]:
    logs = CaseLog.objects.filter(case__household=household).select_related("case").order_by("-on", "-id")
    for log in logs[:LENGTH]:
        yield Event(log.on, _(log.case.get_kind_display()), _(log.get_after_display()), log.note)


def _person_events(persons: Iterable[Person]) -> Iterable[Event]:
    names = {person.pk: person.name for person in persons}
    recommendations = (
        Recommendation.objects.filter(person__in=names)
        .select_related("post__employer")
        .order_by("-state_on", "-score")
    )
    for item in recommendations[:LENGTH]:
        text = _("{name}：{post} · 匹配度 {score} 分").format(
            name=names[item.person_id],
            post=f"{item.post.employer.name} {item.post.title}",
            score=round(item.score / 100),
        )
        yield Event(item.state_on, _("岗位推荐"), _(item.get_state_display()), text)
    services = ServiceItem.objects.filter(person__in=names, state="done").exclude(kind="recommendation")
    for service in services.order_by("-done_on")[:LENGTH]:
        yield Event(service.done_on, _(service.get_kind_display()), names[service.person_id], service.note)
    links = Link.objects.filter(person__in=names, zone=Zone.AUTO).select_related("record", "record__batch")
    for link in links.order_by("-record__seen_on")[:LENGTH]:
        day = link.record.seen_on or link.record.batch.as_of
        text = " · ".join(filter(None, [names[link.person_id], tr(link.record.get_direction_display())]))
        yield Event(day, _("数据比对"), _(FeedSource(link.record.source).label), text)
