"""What a broker reports from a door or a call, written into the ledger once however often it is sent."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError
from django.db.models import F
from django.utils import timezone

from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.casework.cases import move
from jobbridge.apps.casework.job_words import JobWord, answers_with, check_words, follow_words
from jobbridge.apps.casework.models import Case, CaseState, ServiceItem, ServiceKind, Task, Visit
from jobbridge.apps.casework.rules import settled
from jobbridge.apps.imports.models import SourceRecord
from jobbridge.apps.placements.stability import answer_at_work
from jobbridge.apps.registry.models import EmploymentSpell, Household, Person, WorkStatement
from jobbridge.apps.targeting.models import LabourStatus, PersonStatus

# What one tap says: in work, outside the county, willing. None is not asked.
ANSWERS: dict[str, tuple[bool | None, bool | None, bool | None]] = {
    "W": (True, True, None),
    "L": (True, False, None),
    "S": (False, None, True),
    "N": (False, None, False),
}


@dataclass(frozen=True)
class Report:
    """A visit as the phone sends it.

    ``answers``: person id to one of W, L, S, N; absent means not asked. ``jobs``: what was said of the job that a
    person was placed in, by person id; whoever is still there is at work without saying so again.
    """

    client_key: UUID
    household_id: int
    met: str
    answers: dict[int, str] = field(default_factory=dict)
    jobs: dict[int, JobWord] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    note: str = ""
    task_id: int | None = None


def record_visit(*, actor: Actor, report: Report, now: datetime) -> Visit:
    """Write a visit with its answers, finish what it settles, and put the cases it reached under measures.

    Sent again, it is the visit that is known. Raises Household.DoesNotExist outside the scope; ValueError for an
    answer about somebody else's member, an unknown answer, words about a job that cannot be true, answers from a door
    where nobody was met, or a key under which another household's visit is known.
    """
    household = Household.objects.visible_to(actor).get(pk=report.household_id)
    visit, fresh = Visit.objects.filter(client_key=report.client_key).first(), False
    if visit is None:
        members = {person.pk: person for person in Person.objects.filter(household=household)}
        _check(report, members)
        jobs = check_words(report.jobs, report.answers, members, timezone.localdate(now))
        report = replace(report, answers=answers_with(report.jobs, report.answers, jobs))
        visit, fresh = _write_once(household, actor, report, now)
    if visit is None or visit.household_id != household.pk:
        raise ValueError("这张走访表已用于另一户，没有记下；请重新打开这一户再记。")
    if fresh and report.met != "absent":
        follow_words(report.jobs, actor=actor, on=timezone.localdate(now))
        _state_answers(visit, report, members, actor, now)
        _settle(household, actor, report, timezone.localdate(now))
    return visit


def _write_once(household: Household, actor: Actor, report: Report, now: datetime) -> tuple[Visit | None, bool]:
    """The visit of the key and whether it is new; None when the actor may not see whose it is."""
    try:
        return Visit.objects.get_or_create(
            client_key=report.client_key,
            defaults={
                "household": household,
                "region_code": household.region_code,
                "met": report.met,
                "at": now,
                "by": actor.key,
                "by_name": actor.name[:40],
                "needs": list(report.needs),
                "note": report.note[:300],
                "task": Task.objects.visible_to(actor).filter(pk=report.task_id, household=household).first(),
            },
        )
    except IntegrityError:
        return None, False


def _settle(household: Household, actor: Actor, report: Report, day: date) -> None:
    """Cases, tasks and guidance that the visit has reached; locked in the order in which the cycle locks them."""
    phone, answered = report.met == "phone", set(report.answers) | set(report.jobs)
    cases = Case.objects.select_for_update().filter(household=household, state=CaseState.OPEN).order_by("pk")
    # A household is met at its door; a call reaches the persons who were asked.
    reached = [pk for pk, person in cases.values_list("pk", "person_id") if not phone or person in answered]
    note = "已电话联系" if phone else "已见面"
    move(actor=actor, ids=reached, before=CaseState.OPEN, after=CaseState.MEASURES, on=day, note=note)
    statuses = PersonStatus.objects.filter(household=household, status=LabourStatus.UNKNOWN)
    unknown = set(statuses.values_list("person_id", flat=True))
    tasks = Task.objects.select_for_update().filter(household=household, state="open", created_on__lte=day)
    done = [
        task.pk
        for task in tasks.order_by("pk")
        if settled(kind=task.kind, met=report.met, answered=answered, person_id=task.person_id, unknown=unknown)
    ]
    Task.objects.filter(pk__in=done).update(state="done", done_on=day)
    ServiceItem.objects.filter(
        case__household=household, kind=ServiceKind.GUIDANCE, state="planned", person_id__in=answered
    ).update(state="done", done_on=day, note=f"{actor.name}{'电话' if phone else '入户'}指导"[:200])


def _check(report: Report, members: dict[int, Person]) -> None:
    if report.met not in dict(Visit.MET):
        raise ValueError("请选择是否见到人。")
    if report.met == "absent" and (report.answers or report.jobs):
        raise ValueError("没见到人时不能填写就业状况。")
    if strangers := set(report.answers) - set(members):
        raise ValueError(f"{len(strangers)} 人不在这一户。")
    if wrong := set(report.answers.values()) - set(ANSWERS):
        raise ValueError(f"不认识的选项：{sorted(wrong)}")


def _state_answers(visit: Visit, report: Report, members: dict[int, Person], actor: Actor, now: datetime) -> None:
    day = timezone.localdate(now)
    source = SourceRecord.objects.create(
        key=f"visit:{visit.client_key}",
        kind="phone" if report.met == "phone" else "visit",
        label=f"{actor.name} {day} {'电话' if report.met == 'phone' else '入户'}",
        as_of=day,
        verified_by=actor.key,
    )
    for person_id, answer in sorted(report.answers.items()):
        employed, away, willing = ANSWERS[answer]
        latest = WorkStatement.objects.filter(person_id=person_id).order_by("-as_of", "-id").first()
        WorkStatement.objects.create(
            person_id=person_id,
            region_code=members[person_id].region_code,
            source=source,
            as_of=day,
            employed=employed,
            away=away,
            willing=willing,
            needs=list(report.needs),
            stated_by=actor.name[:40],
            # Wishes hold until they are asked for again.
            wishes=latest.wishes if latest else [],
            travel=latest.travel if latest else "",
            preferred_place=latest.preferred_place if latest else "",
            wage_floor=latest.wage_floor if latest else None,
            skills=latest.skills if latest else [],
        )
        if employed is False:
            open_spells = EmploymentSpell.objects.filter(person_id=person_id, end=None, start__lte=day)
            open_spells.filter(start__lt=day).update(end=day)
            open_spells.filter(start=day).update(end=F("start") + timedelta(days=1))
        if person_id not in report.jobs:
            answer_at_work(actor=actor, person_id=person_id, working=bool(employed), on=day, note=visit.note[:100])
