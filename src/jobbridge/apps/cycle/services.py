"""Running the day: stage after stage, each resumable, each leaving the earlier ones valid."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from jobbridge.apps.accounts.scope import Actor, acting_as, system_actor
from jobbridge.apps.cycle.models import CycleRun, StageRun, StageState
from jobbridge.apps.cycle.progress import Progress, Side
from jobbridge.apps.cycle.stages import STAGES, Stage
from jobbridge.apps.targeting.models import HouseholdStatus

logger = logging.getLogger(__name__)
Listener = Callable[[StageRun, str, int, int], None]


class StageFailed(RuntimeError):
    """A stage did not finish; the message says which, why, and what to do."""

    def __init__(self, stage: StageRun) -> None:
        super().__init__(f"{stage.get_stage_display()}未完成：{stage.error}\n怎么办：{stage.advice}")
        self.stage = stage


class DayRefused(ValueError):
    """The cycle of this day may not run; the message says why and which may."""


def check_day(*, on: date) -> None:
    """Raise DayRefused for a day that has not come, or one before the day the statuses already speak of.

    A future day would age every answer and expire posts; an earlier one would close groups before they opened.
    """
    today = timezone.localdate()
    if on > today:
        raise DayRefused(_("{on}还没到，每日循环最晚只能运行今天（{today}）。").format(on=on, today=today))
    with acting_as(system_actor("cycle")):
        newest = HouseholdStatus.objects.aggregate(newest=Max("as_of"))["newest"]
    if newest and on < newest:
        raise DayRefused(
            _("台账状况已算到{newest}，不能再运行更早的{on}；请运行{newest}或以后的循环。").format(
                on=on, newest=newest
            )
        )


@transaction.atomic
def prepare(*, on: date, actor: Actor) -> CycleRun:
    """The day's run with its stages. A finished day starts anew: every stage is idempotent."""
    run, _created = CycleRun.objects.get_or_create(on=on, defaults={"started_by": actor.key})
    for position, stage in enumerate(STAGES):
        StageRun.objects.get_or_create(run=run, stage=stage.name, defaults={"position": position})
    if run.finished_at:
        CycleRun.objects.filter(pk=run.pk).update(finished_at=None)
        run.stages.update(state=StageState.PENDING)
        run.refresh_from_db()
    return run


def run_cycle(*, on: date, actor: Actor, listener: Listener | None = None) -> CycleRun:
    """Run or resume the cycle of ``on``.

    Raises DayRefused before anything is written (see `check_day`), CycleBusy when another process runs it,
    StageFailed when a stage does not finish; what the earlier stages did stays, and the next call goes on where this
    one stopped.
    """
    with Side.opened() as side:
        check_day(on=on)
        run = prepare(on=on, actor=actor)
        for stage in STAGES:
            record = run.stages.get(stage=stage.name)
            if record.state != StageState.DONE:
                _run_stage(stage, record, on=on, side=side, listener=listener)
        run.finished_at = timezone.now()
        run.save(update_fields=["finished_at"])
    return run


def _run_stage(stage: Stage, record: StageRun, *, on: date, side: Side, listener: Listener | None) -> None:
    record.state, record.started_at, record.finished_at = StageState.RUNNING, timezone.now(), None
    record.attempts += 1
    record.step, record.error, record.advice, record.counts = "", "", "", {}
    record.done = record.total = 0
    record.save()
    show = (lambda *step: listener(record, *step)) if listener else None
    try:
        counts = stage.run(on=on, actor=system_actor("cycle"), progress=Progress(side, record.pk, show))
    except Exception as error:
        logger.exception("cycle stage %s failed", stage.name)
        record.state, record.error, record.advice = StageState.FAILED, _brief(error), stage.advice
        record.finished_at = timezone.now()
        record.save(update_fields=["state", "error", "advice", "finished_at"])
        raise StageFailed(record) from error
    record.state, record.counts, record.finished_at = StageState.DONE, counts, timezone.now()
    record.save(update_fields=["state", "counts", "finished_at"])


def _brief(error: Exception) -> str:
    text = str(error).strip().splitlines()
    return f"{text[0] if text else type(error).__name__}"[:300]
