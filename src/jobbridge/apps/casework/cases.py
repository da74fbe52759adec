"""Cases by set: opened from the key groups, moved by the evidence of the day, each step checked and logged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from django.db import connection

from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.casework import flows
from jobbridge.apps.casework.models import CaseKind, CaseOutcome, CaseState
from jobbridge.apps.casework.rules import PACKAGE_311, PACKAGE_DAYS, case_state_now, due

# Whether whom the case or membership is about still belongs to its household; a household does while anybody does.
HERE = """EXISTS (SELECT 1 FROM registry_person p WHERE p.household_id = {row}.household_id
  AND ({row}.person_id IS NULL OR p.id = {row}.person_id))"""

# Each case is looked up through the indexes: row-level security hides from the planner how many rows there are, and
# joins of whole tables become loops over them. Work of a household is unknown while any of its members' is, those the
# ledger could not take in among them.
EVIDENCE = f"""
SELECT {HERE.format(row="c")} AS here,
  EXISTS (SELECT 1 FROM targeting_groupmembership g WHERE g.household_id = c.household_id AND g."group" = c.kind
          AND g.person_id IS NOT DISTINCT FROM c.person_id AND g.until IS NULL) AS eligible,
  CASE
    WHEN EXISTS (SELECT 1 FROM targeting_personstatus s WHERE s.household_id = c.household_id
                 AND s.status NOT IN ('S', 'N', 'U') AND (c.person_id IS NULL OR s.person_id = c.person_id)) THEN true
    WHEN c.person_id IS NULL THEN CASE WHEN EXISTS (SELECT 1 FROM targeting_householdstatus h
      WHERE h.household_id = c.household_id AND h.unknown > 0) THEN NULL ELSE false END
    WHEN EXISTS (SELECT 1 FROM targeting_personstatus s WHERE s.household_id = c.household_id
                 AND s.person_id = c.person_id AND s.status = 'U') THEN NULL
    ELSE false
  END AS employed
"""

# What a step is called among the counts of the day.
COUNTS = {("watch", ""): "to_watch", ("measures", ""): "back"} | {
    ("closed", outcome): str(outcome) for outcome in CaseOutcome.values
}


def open_cases(on: date) -> int:
    """Open the cases that the groups ask for; one that comes back after it was cleared counts as a relapse."""
    with connection.cursor() as cursor:
        # Gathered first: a statement that reads the table it fills may read it anew for every row.
        cursor.execute("DROP TABLE IF EXISTS t_asked")
        cursor.execute(
            f"""
            CREATE TEMP TABLE t_asked ON COMMIT DROP AS
            SELECT g."group" AS kind, g.household_id, g.person_id, g.region_code, g.reasons, 0 AS relapses
            FROM targeting_groupmembership g
            WHERE g."group" = ANY(%s) AND g.until IS NULL AND {HERE.format(row="g")}
            """,
            [CaseKind.values],
        )
        cursor.execute("CREATE INDEX ON t_asked (household_id)")
        cursor.execute("ANALYZE t_asked")
        cursor.execute(
            """
            UPDATE t_asked g SET relapses = c.times FROM (
              SELECT kind, household_id, person_id, count(*) AS times FROM casework_case WHERE outcome = 'cleared'
              GROUP BY 1, 2, 3
            ) c
            WHERE c.household_id = g.household_id AND c.kind = g.kind AND c.person_id IS NOT DISTINCT FROM g.person_id
            """
        )
        opened = 0
        for kind in CaseKind.values:
            cursor.execute(
                """
                WITH fresh AS (
                  INSERT INTO casework_case (kind, household_id, person_id, region_code, state, outcome, opened_on,
                    due_on, reopen_count, evidence)
                  SELECT kind, household_id, person_id, region_code, 'open', '', %(on)s, %(due)s, relapses, reasons
                  FROM t_asked WHERE kind = %(kind)s ORDER BY household_id, person_id
                  ON CONFLICT DO NOTHING RETURNING id
                )
                INSERT INTO casework_caselog (case_id, before, after, "on", actor, note)
                SELECT id, '', 'open', %(on)s, current_setting('jb.actor'), '符合口径，自动建档' FROM fresh
                """,
                {"kind": kind, "on": on, "due": due(kind, on)},
            )
            opened += cursor.rowcount
    return opened


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
            FROM casework_case c CROSS JOIN LATERAL ({EVIDENCE} OFFSET 0) e
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
