"""Keeping cases, their 311 plans and the brokers' tasks in line with the day's key groups."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.brokers.models import Broker
from jobbridge.apps.casework.agenda import HANDED, keep_tasks
from jobbridge.apps.casework.cases import advance, open_cases, plan_services
from jobbridge.apps.casework.models import Case, CaseState, Task, TaskKind
from jobbridge.apps.casework.rules import MEET_DAYS
from jobbridge.apps.registry.models import Household

Report = Callable[..., None]


def follow_groups(*, on: date, actor: Actor, progress: Report) -> dict[str, Any]:
    """Open a case for every open zero-employment household and seeker, move and close the others, keep the tasks.

    Set-based and idempotent: the same day and groups again change nothing.
    """
    with acting_as(actor):
        progress("建档", 0, 3)
        opened = open_cases(on)
        plan_services()
        progress("推进个案", 1, 3)
        moved = advance(on, actor)
        progress("生成走访任务", 2, 3)
        tasks = keep_tasks(on)
        progress("生成走访任务", 3, 3)
        active = Case.objects.exclude(state=CaseState.CLOSED)
        return {
            "opened": opened,
            "tasks": tasks,
            **moved,
            "active_zero": active.filter(kind="zero_employment").count(),
            "active_seeking": active.filter(kind="seeking").count(),
            "open_tasks": Task.objects.filter(state="open").count(),
        }


def assign(*, actor: Actor, household_id: int, on: date, reason: str = "") -> Task:
    """Give a household to its village's broker for a meeting; while that is open, again gives the same task.

    Raises Household.DoesNotExist outside the scope, LookupError when the village has no active broker.
    """
    household = Household.objects.visible_to(actor).get(pk=household_id)
    broker = Broker.objects.visible_to(actor).filter(region_code=household.region_code, active=True).first()
    if broker is None:
        raise LookupError("该村没有在任的劳务经纪人，请先在经纪人名册中登记。")
    handed = Task.objects.filter(household=household, state="open", key__startswith=HANDED).first()
    if handed:
        return handed
    task, _ = Task.objects.get_or_create(
        key=f"{HANDED}{household.pk}:{on}",
        defaults={
            "kind": TaskKind.MEET,
            "household": household,
            "region_code": household.region_code,
            "broker": broker,
            "reason": reason or "县里派发：48 小时内入户见面",
            "urgency": 1100,
            "created_on": on,
            "due_on": on + timedelta(days=MEET_DAYS),
            "assigned_by": actor.key,
        },
    )
    return task
