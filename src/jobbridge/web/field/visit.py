"""记走访: the form a broker fills in at the door. A sheet over the list, or a page of its own without script."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobbridge.apps.casework.job_words import JobWord
from jobbridge.apps.casework.models import Task, Visit
from jobbridge.apps.casework.visits import Report, record_visit
from jobbridge.apps.placements.stability import jobs_of
from jobbridge.apps.registry.enums import Need
from jobbridge.apps.registry.models import Household, Person
from jobbridge.web.access import BROKERS, page_for, wants_fragment
from jobbridge.web.fields import day_of, key_of
from jobbridge.web.outcomes import LEFT
from jobbridge.web.people import with_work

# The words a broker uses, shorter than those of the ledger.
ANSWERS = [
    ("W", "away", gettext_lazy("在外务工")),
    ("L", "near", gettext_lazy("就近就业")),
    ("S", "seeking", gettext_lazy("想找活")),
    ("N", "idle", gettext_lazy("不想找")),
]


@page_for(BROKERS)
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the form; a post writes the visit, once however often it arrives."""
    household = get_object_or_404(Household.objects.visible_to(request.actor), pk=pk)
    error = ""
    if request.method == "POST":
        try:
            record_visit(actor=request.actor, report=_report(request, household), now=timezone.now())
        except ValueError as refusal:
            error = str(refusal)
        else:
            messages.success(request, _("{name}户的走访已记下。").format(name=household.called))
            return redirect("field:today")
    return _form(request, household, error)


def _report(request: HttpRequest, household: Household) -> Report:
    post = request.POST
    met = post.get("met", "")
    answers = {
        key: value
        for name, value in post.items()
        if value and name.startswith("person-") and (key := key_of(name.removeprefix("person-")))
    }
    return Report(
        client_key=UUID(post.get("key", "")),
        household_id=household.pk,
        met=met,
        # Nobody met: what was chosen before that was said is not an answer.
        answers={} if met == "absent" else answers,
        jobs={} if met == "absent" else _jobs(post),
        needs=tuple(need for need in post.getlist("need") if need in Need.values),
        note=post.get("note", "").strip(),
        task_id=key_of(post.get("task", "")),
    )


def _jobs(post: QueryDict) -> dict[int, JobWord]:
    """What was said of the jobs that people were placed in: ``job-``, ``left-`` and ``why-`` with their ids."""
    said = {}
    for name, value in post.items():
        key = key_of(name.removeprefix("job-")) if name.startswith("job-") else None
        if key is None:
            continue
        if value == "still":
            said[key] = JobWord(still=True)
        elif value == "left":
            left_on, why = day_of(post.get(f"left-{key}", "")), post.get(f"why-{key}", "")
            said[key] = JobWord(still=False, left_on=left_on, why=why)
    return said


def _form(request: HttpRequest, household: Household, error: str) -> HttpResponse:
    people = with_work(Person.objects.filter(household=household, life="alive").order_by("birth_date"))
    jobs = {job.person_id: job for job in jobs_of([person.pk for person in people])}
    for person in people:
        person.job = jobs.get(person.pk)
    context = {
        "household": household,
        "today": timezone.localdate().isoformat(),
        "left": LEFT,
        "labourers": [person for person in people if person.letter or person.job],
        "answers": ANSWERS,
        "met": Visit.MET,
        "needs": Need.choices,
        "key": uuid4(),
        "task": Task.objects.filter(household=household, state="open").order_by("-urgency", "due_on").first(),
        "error": error,
    }
    fragment = wants_fragment(request, "sheet")
    return render(
        request, "field/visit.html#form" if fragment else "field/visit.html", context, status=400 if error else 200
    )
