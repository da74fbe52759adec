"""Opening and clearing cases from the day's key groups, with their 311 plan and the brokers' tasks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db import connection

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.brokers.models import Broker
from jobbridge.apps.casework import flows
from jobbridge.apps.casework.models import Case, CaseLog, CaseState, Task, TaskKind
from jobbridge.apps.casework.rules import (
    MEET_DAYS,
    PACKAGE_311,
    PACKAGE_DAYS,
    VERIFY_DAYS,
    case_state_now,
    due,
)
from jobbridge.apps.registry.models import Household

Report = Callable[..., None]


def follow_groups(*, on: date, actor: Actor, progress: Report) -> dict[str, Any]:
    """Open a case for every open zero-employment household and seeker, move the others along, make tasks.

    Set-based and idempotent: the same day and groups again change nothing.
    """
    with acting_as(actor):
        progress("建档", 0, 3)
        opened = sum(_open(kind, on) for kind in ("zero_employment", "seeking"))
        _plan(on)
        progress("推进个案", 1, 3)
        moved = _advance(on, actor)
        progress("生成走访任务", 2, 3)
        tasks = _tasks(on)
        _close_tasks(on)
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
    """Give a household to its village's broker for a meeting; the same day again gives the same task.

    Raises Household.DoesNotExist outside the scope, LookupError when the village has no active broker.
    """
    household = Household.objects.visible_to(actor).get(pk=household_id)
    broker = Broker.objects.visible_to(actor).filter(region_code=household.region_code, active=True).first()
    if broker is None:
        raise LookupError("该村没有在任的劳务经纪人，请先在经纪人名册中登记。")
    task, _ = Task.objects.get_or_create(
        key=f"assign:{household.pk}:{on}",
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


def move(*, actor: Actor, case: Case, after: str, on: date, note: str = "") -> Case:
    """One transition of one case, checked against the table and logged."""
    flows.check(case.state, after)
    before, case.state = case.state, after
    case.watch_since = on if after == CaseState.WATCH else (case.watch_since if after == CaseState.CLOSED else None)
    case.closed_on = on if after == CaseState.CLOSED else None
    case.save(update_fields=["state", "watch_since", "closed_on"])
    CaseLog.objects.create(case=case, before=before, after=after, on=on, actor=actor.key, note=note[:200])
    return case


def _open(kind: str, on: date) -> int:
    """Open the cases that the group asks for; a case closed before counts as a reopening."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH fresh AS (
              INSERT INTO casework_case (kind, household_id, person_id, region_code, state, opened_on,
                due_on, reopen_count, evidence)
              SELECT g."group", g.household_id, g.person_id, g.region_code, 'open', %(on)s, %(due)s,
                (SELECT count(*) FROM casework_case c WHERE c.kind = g."group" AND c.household_id = g.household_id
                   AND c.person_id IS NOT DISTINCT FROM g.person_id),
                g.reasons
              FROM targeting_groupmembership g WHERE g."group" = %(kind)s AND g.until IS NULL
              ORDER BY g.household_id, g.person_id
              ON CONFLICT DO NOTHING RETURNING id
            )
            INSERT INTO casework_caselog (case_id, before, after, "on", actor, note)
            SELECT id, '', 'open', %(on)s, current_setting('jb.actor'), '符合口径，自动建档' FROM fresh
            """,
            {"kind": kind, "on": on, "due": due(kind, on)},
        )
        return cursor.rowcount


def _plan(on: date) -> None:
    """The 311 items of every seeker with an active case."""
    values = ", ".join(f"('{kind}', {ordinal})" for kind, ordinal in PACKAGE_311)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO casework_serviceitem (person_id, case_id, region_code, kind, ordinal, due_on, state, note)
            SELECT c.person_id, c.id, c.region_code, item.kind, item.ordinal, c.opened_on + {PACKAGE_DAYS},
              'planned', ''
            FROM casework_case c CROSS JOIN (VALUES {values}) AS item (kind, ordinal)
            WHERE c.kind = 'seeking' AND c.state <> 'closed' AND c.person_id IS NOT NULL
            ORDER BY c.id, item.kind, item.ordinal
            ON CONFLICT DO NOTHING
            """
        )


def _advance(on: date, actor: Actor) -> dict[str, int]:
    """Move the cases whose evidence changed; few a day, so one by one through the flow."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.id, CASE WHEN bool_or(s.status IN ('W', 'L', 'E')) THEN true WHEN bool_or(s.status = 'U') THEN NULL
                         ELSE false END
            FROM casework_case c JOIN targeting_personstatus s
              ON s.household_id = c.household_id AND (c.person_id IS NULL OR s.person_id = c.person_id)
            WHERE c.state <> 'closed' GROUP BY c.id
            HAVING bool_or(s.status IN ('W', 'L', 'E')) OR (c.state = 'watch' AND NOT bool_or(s.status = 'U'))
            ORDER BY c.id
            """
        )
        evidence = dict(cursor.fetchall())
    counts = {"to_watch": 0, "cleared": 0, "back": 0}
    for case in Case.objects.filter(pk__in=evidence).order_by("pk"):
        watched = (on - case.watch_since).days if case.watch_since else None
        after = case_state_now(state=case.state, employed=evidence[case.pk], watched_days=watched)
        if after != case.state:
            move(actor=actor, case=case, after=after, on=on, note=f"按{on}台账状况")
            counts[{"watch": "to_watch", "closed": "cleared", "measures": "back"}[after]] += 1
    return counts


# What a broker must do, why, and by when; made once for each reason.
TASKS = f"""
SELECT 'meet:' || c.id AS key, 'meet' AS kind, c.household_id, NULL::bigint AS person_id, c.region_code,
  '零就业家庭，48 小时内入户见面，当面问清意愿与困难' AS reason, 1000 AS urgency, {MEET_DAYS} AS days
FROM casework_case c WHERE c.kind = 'zero_employment' AND c.state = 'open'
UNION ALL
SELECT 'returnee:' || l.person_id || ':' || max(f.seen_on), 'returnee', p.household_id, l.person_id, p.region_code,
  max(f.seen_on) || ' 有返乡记录，台账登记在外务工，请核实', 400, {VERIFY_DAYS}
FROM linkage_link l JOIN linkage_feedrecord f ON f.id = l.record_id JOIN registry_person p ON p.id = l.person_id
  JOIN targeting_personstatus x ON x.person_id = l.person_id AND x.contradicted
WHERE f.direction = 'home' AND (l.decision = 'confirmed' OR (l.zone = 'auto' AND l.decision <> 'rejected'))
GROUP BY l.person_id, p.household_id, p.region_code
UNION ALL
SELECT 'verify:' || h.household_id || ':' || to_char(%(on)s::date, 'YYYYMM'), 'verify', h.household_id, NULL,
  h.region_code,
  h.unknown || ' 人就业或意愿待核实', 150 + 10 * least(h.unknown, 5), {VERIFY_DAYS}
FROM targeting_householdstatus h WHERE h.unknown > 0
UNION ALL
SELECT 'follow:' || c.id || ':' || to_char(%(on)s::date, 'YYYYMM'), 'follow_up', c.household_id, c.person_id,
  c.region_code,
  '想找工作，回访岗位推荐结果', 300, {VERIFY_DAYS}
FROM casework_case c WHERE c.kind = 'seeking' AND c.state IN ('open', 'measures')
"""


def _tasks(on: date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO casework_task (key, kind, household_id, person_id, region_code, broker_id, reason, urgency,
              created_on, due_on, state, assigned_by)
            SELECT t.key, t.kind, t.household_id, t.person_id, t.region_code, b.id, t.reason, t.urgency, %(on)s,
              %(on)s::date + t.days, 'open', current_setting('jb.actor')
            FROM ({TASKS}) t LEFT JOIN brokers_broker b ON b.region_code = t.region_code AND b.active
            ORDER BY t.key
            ON CONFLICT (key) DO NOTHING
            """,
            {"on": on},
        )
        made = cursor.rowcount
        # A task of a village that has since got its broker.
        cursor.execute(
            "UPDATE casework_task t SET broker_id = b.id FROM brokers_broker b WHERE t.broker_id IS NULL"
            " AND t.state = 'open' AND b.region_code = t.region_code AND b.active"
        )
    return made


def _close_tasks(on: date) -> None:
    """Verification is no longer needed where the answer has come another way."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE casework_task t SET state = 'cancelled', done_on = %s
            FROM targeting_householdstatus h WHERE t.state = 'open' AND t.kind = 'verify'
              AND h.household_id = t.household_id AND h.unknown = 0
            """,
            [on],
        )
