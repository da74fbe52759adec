"""The cycle as a job: the button on the page puts it in the queue, the worker runs it."""

from __future__ import annotations

from datetime import date

from procrastinate import JobContext
from procrastinate.contrib.django import app

from jobbridge.apps.accounts.scope import system_actor


@app.task(queue="cycle", queueing_lock="cycle")
def run_cycle_job(day: str, started_by: str) -> str:
    """Run or resume the cycle of ``day`` (ISO date). A stage that fails is shown on the page, not retried blindly."""
    # Imported here: this module is loaded by every process that starts Django, the engines only by the worker.
    from jobbridge.apps.cycle.progress import CycleBusy
    from jobbridge.apps.cycle.services import DayRefused, StageFailed, run_cycle

    try:
        run_cycle(on=date.fromisoformat(day), actor=system_actor(f"cycle for {started_by}"))
    except (DayRefused, StageFailed, CycleBusy) as error:
        return str(error)
    return "done"


@app.periodic(cron="* * * * *")
@app.task(queue="cycle", queueing_lock="take_up_stalled", pass_context=True)
async def take_up_stalled(context: JobContext, timestamp: int) -> None:
    """Put back what a killed worker had begun: the next worker goes on where it stopped."""
    for job in await context.app.job_manager.get_stalled_jobs():
        await context.app.job_manager.retry_job(job)
