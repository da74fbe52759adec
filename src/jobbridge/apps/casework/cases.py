"""Cases by set: opened from the key groups, moved by the evidence of the day, each step checked and logged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from django.db import connection

from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.casework import flows
from jobbridge.apps.casework.models import CaseOutcome, CaseState
from jobbridge.apps.casework.rules import PACKAGE_311, PACKAGE_DAYS, case_state_now, due

# Whether whom the case or membership is about still belongs to its household; a household does while anybody does.
HERE = """EXISTS (SELECT 1 FROM registry_person p WHERE p.household_id = {row}.household_id
  AND ({row}.person_id IS NULL OR p.id = {row}.person_id))"""

# Work of a household is unknown while any of its members' is, those the ledger could not take in among them.
EVIDENCE = f"""
SELECT c.id, g.id IS NOT NULL AS eligible, {HERE.format(row="c")} AS here,
  CASE WHEN c.person_id IS NOT NULL THEN CASE s.status WHEN 'U' THEN NULL
         ELSE coalesce(s.status NOT IN ('S', 'N'), false) END
       WHEN m.employed THEN true WHEN h.unknown > 0 THEN NULL ELSE false END AS employed
FROM casework_case c
  LEFT JOIN targeting_groupmembership g ON g."group" = c.kind AND g.household_id = c.household_id
    AND g.person_id IS NOT DISTINCT FROM c.person_id AND g.until IS NULL
  LEFT JOIN targeting_personstatus s ON s.person_id = c.person_id
  LEFT JOIN targeting_householdstatus h ON h.household_id = c.household_id
  LEFT JOIN (SELECT household_id, bool_or(status NOT IN ('S', 'N', 'U')) AS employed FROM targeting_personstatus
             GROUP BY household_id) m ON m.household_id = c.household_id
WHERE c.state <> 'closed'
"""

# What a step is called among the counts of the day.
COUNTS = {("watch", ""): "to_watch", ("measures", ""): "back"} | {
    ("closed", outcome): str(outcome) for outcome in CaseOutcome.values
}


def open_cases(kind: str, on: date) -> int:
    """Open the cases that the group asks for; one that comes back after it was cleared counts as a relapse."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH fresh AS (
              INSERT INTO casework_case (kind, household_id, person_id, region_code, state, outcome, opened_on,
                due_on, reopen_count, evidence)
              SELECT g."group", g.household_id, g.person_id, g.region_code, 'open', '', %(on)s, %(due)s,
                (SELECT count(*) FROM casework_case c WHERE c.kind = g."group" AND c.household_id = g.household_id
                   AND c.person_id IS NOT DISTINCT FROM g.person_id AND c.outcome = 'cleared'),
                g.reasons
              FROM targeting_groupmembership g
              WHERE g."group" = %(kind)s AND g.until IS NULL AND {HERE.format(row="g")}
              ORDER BY g.household_id, g.person_id
              ON CONFLICT DO NOTHING RETURNING id
            )
            INSERT INTO casework_caselog (case_id, before, after, "on", actor, note)
            SELECT id, '', 'open', %(on)s, current_setting('jb.actor'), '符合口径，自动建档' FROM fresh
            """,
            {"kind": kind, "on": on, "due": due(kind, on)},
        )
        return cursor.rowcount


def plan_services() -> None:
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


def advance(on: date, actor: Actor) -> dict[str, int]:
    """Move the cases whose evidence changed: one check and one write for all that take the same step.

    The cases stay locked until the transaction ends, in the order in which visits lock them too.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT c.id, c.state, %s - c.watch_since, e.employed, e.eligible, e.here
            FROM casework_case c JOIN ({EVIDENCE}) e ON e.id = c.id
            WHERE c.state <> 'closed' AND (c.state = 'watch' OR e.employed OR NOT e.eligible OR NOT e.here)
            ORDER BY c.id FOR UPDATE OF c
            """,
            [on],
        )
        steps: dict[tuple[str, str, str], list[int]] = defaultdict(list)
        for pk, state, watched, employed, eligible, here in cursor.fetchall():
            after, outcome = case_state_now(
                state=state, employed=employed, watched_days=watched, eligible=eligible, here=here
            )
            if after != state:
                steps[state, after, outcome].append(pk)
    counts = dict.fromkeys(COUNTS.values(), 0)
    for (before, after, outcome), ids in sorted(steps.items()):
        why = f"按{on}台账状况"
        note = f"{CaseOutcome(outcome).label}（{why}）" if outcome else why
        counts[COUNTS[after, outcome]] += move(
            actor=actor, ids=ids, before=before, after=after, outcome=outcome, on=on, note=note
        )
    return counts


def move(
    *, actor: Actor, ids: Sequence[int], before: str, after: str, on: date, outcome: str = "", note: str = ""
) -> int:
    """Take the cases ``ids`` from ``before`` to ``after``, checked against the table and logged; how many moved.

    A case that is not in ``before`` (any more) stays as it is. What a closed case had planned is cancelled.
    """
    flows.check(before, after, outcome)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH moved AS (
              UPDATE casework_case SET state = %(after)s, outcome = %(outcome)s,
                watch_since = CASE %(after)s WHEN 'watch' THEN %(on)s WHEN 'closed' THEN watch_since END,
                closed_on = CASE %(after)s WHEN 'closed' THEN %(on)s::date END
              WHERE id = ANY(%(ids)s) AND state = %(before)s RETURNING id
            )
            INSERT INTO casework_caselog (case_id, before, after, "on", actor, note)
            SELECT id, %(before)s, %(after)s, %(on)s, %(actor)s, %(note)s FROM moved ORDER BY id
            """,
            {"ids": list(ids), "before": before, "after": after, "outcome": outcome, "on": on,
             "actor": actor.key, "note": note[:200]},
        )  # fmt: skip
        moved = cursor.rowcount
        if after == CaseState.CLOSED:
            cursor.execute(
                "UPDATE casework_serviceitem s SET state = 'cancelled' FROM casework_case c"
                " WHERE c.id = s.case_id AND c.id = ANY(%s) AND c.state = 'closed' AND s.state = 'planned'",
                [list(ids)],
            )
    return moved
