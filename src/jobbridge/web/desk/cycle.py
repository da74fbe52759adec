"""每日循环: the stages of a day with times and counts, what they need from people, and the button that runs them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from procrastinate.exceptions import AlreadyEnqueued

from jobbridge.apps.cycle.models import CycleRun, StageName, StageRun, StageState
from jobbridge.apps.cycle.progress import is_running
from jobbridge.apps.cycle.services import DayRefused, check_day
from jobbridge.apps.cycle.tasks import run_cycle_job
from jobbridge.web.access import COUNTY, STAFF, page_for, wants_fragment
from jobbridge.web.desk.counts import counts_in_words
from jobbridge.web.desk.jobs import is_queued
from jobbridge.web.desk.overview import to_do
from jobbridge.web.fields import day_of

HISTORY = 14


@page_for(STAFF)
def cycle(request: HttpRequest) -> HttpResponse:
    """One day's cycle, the latest by default; htmx polls the stages while they run."""
    day = day_of(request.GET.get("on", ""))
    runs = CycleRun.objects.order_by("-on")
    run = (runs.filter(on=day) if day else runs).first()
    stages = _stages(run)
    # Between taking a job and the lock lie seconds of loading.
    waiting = is_queued(run_cycle_job.name)
    running = waiting or is_running()
    # A stage whose worker was killed still says "running", though nobody is at it.
    if not running:
        for stage in stages:
            if stage["state"] == StageState.RUNNING:
                label = _("已中断，再点一次从这里接着做")
                stage |= {"state": StageState.PENDING, "state_label": label, "seconds": None}
    context = {
        "run": run,
        "stages": stages,
        "running": running,
        "queued": waiting and not any(stage["state"] == StageState.RUNNING for stage in stages),
        "seconds": sum(stage["seconds"] or 0 for stage in stages),
        "address": request.get_full_path(),
    }
    if wants_fragment(request, "stages"):
        return render(request, "desk/cycle.html#stages", context)
    context |= {
        "history": list(runs.prefetch_related("stages")[:HISTORY]),
        "today": timezone.localdate(),
        "todo": to_do(request.actor),
        "may_run": request.user.role in COUNTY,
    }
    return render(request, "desk/cycle.html", context)


@require_POST
@page_for(COUNTY)
def run(request: HttpRequest) -> HttpResponse:
    """Put the day's cycle in the queue. Running a day twice changes nothing, so pressing twice is harmless."""
    day = day_of(request.POST.get("on", "")) or timezone.localdate()
    try:
        check_day(on=day)
        with transaction.atomic():
            run_cycle_job.defer(day=day.isoformat(), started_by=request.actor.key)
    except DayRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("desk:cycle")
    except AlreadyEnqueued:
        messages.warning(request, _("循环已在排队，不用再点。"))
    else:
        messages.success(request, _("已开始，下面会显示进度。"))
    return redirect(f"{reverse('desk:cycle')}?on={day.isoformat()}")


def _stages(run: CycleRun | None) -> list[dict[str, Any]]:
    """All stages in order; those that have not begun are shown too."""
    records: dict[str, StageRun] = {stage.stage: stage for stage in run.stages.all()} if run else {}
    now = timezone.now()
    stages = []
    for number, (name, label) in enumerate(StageName.choices, 1):
        record = records.get(name)
        seconds = None
        if record and record.started_at:
            seconds = ((record.finished_at or now) - record.started_at).total_seconds()
        stages.append(
            {
                "number": number,
                "name": name,
                "label": label,
                "state": record.state if record else StageState.PENDING,
                "state_label": record.get_state_display() if record else StageState.PENDING.label,
                "seconds": seconds,
                "counts": counts_in_words(record.counts) if record else [],
                "gap": record.counts.get("gap") if record else None,
                "record": record,
            }
        )
    return stages
