"""Computing the day's statuses and key groups: set-based, inside PostgreSQL, one transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import connection

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.targeting.definitions import definitions
from jobbridge.apps.targeting.facts import MISSING_MEMBERS, household_columns_sql, person_facts_sql
from jobbridge.apps.targeting.models import EMPLOYED, Group
from jobbridge.apps.targeting.rules import URGENCY_SQL
from jobbridge.engines.rules import ROLES, household_facts_sql, person_verdicts_sql, pick, verdicts_sql

PERSON_VERDICTS = ("labour_force", "employed", "willing", "stable", "seeking", "not_willing", "unknown_status")
PERSON_GROUPS = {Group.SEEKING: "seeking", Group.NOT_WILLING: "not_willing"}
HOUSEHOLD_GROUPS = {Group.ZERO_EMPLOYMENT: "zero_employment", Group.MONITORED: "monitored"}


def refresh(*, on: date, actor: Actor, progress: Callable[..., None]) -> dict[str, Any]:
    """Recompute every status and key group as of ``on``. The same day and ledger again change nothing.

    Raises RuleError when a definition is not valid on the day; nothing is changed then.
    """
    known = definitions()
    with acting_as(actor):
        progress("整理事实", 0, 4)
        _temporary("facts", person_facts_sql(on), key="person_id")
        progress("判定人员", 1, 4)
        chosen = {name: pick(known, name, on) for name in PERSON_VERDICTS}
        keep = ("person_id", "household_id", "region_code", "away", "place_text", "contradicted")
        _temporary(
            "people", verdicts_sql(chosen, on, facts="t_facts", dialect="postgres", keep=keep), key="person_id"
        )
        progress("判定户", 2, 4)
        asked = [pick(known, name, on) for name in ("zero_employment", "one_stable_job")]
        _temporary("missing", MISSING_MEMBERS, key="household_id")
        unknown = ", ".join("NULL::boolean" for _ in ROLES)
        members = (
            f"SELECT * FROM ({person_verdicts_sql(known, asked, on, facts='t_facts', dialect='postgres')}) v"
            f" UNION ALL SELECT NULL, household_id, {unknown} FROM t_missing"
        )
        _temporary(
            "house_facts", household_facts_sql(members, household_columns_sql(on), "postgres"), key="household_id"
        )
        for name in ("zero_employment", "monitored"):
            compiled = pick(known, name, on).compile(
                on, facts="t_house_facts", dialect="postgres", key="household_id"
            )
            _temporary(f"is_{name}", compiled.sql, key="household_id")
        progress("更新台账状况", 3, 4)
        _write_statuses(on)
        counts = _write_groups(on, known)
        progress("更新台账状况", 4, 4)
        return counts | _count()


def _temporary(name: str, query: str, *, key: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS t_{name}")
        cursor.execute(f"CREATE TEMP TABLE t_{name} ON COMMIT DROP AS {query}")
        cursor.execute(f"CREATE INDEX ON t_{name} ({key})")
        cursor.execute(f"ANALYZE t_{name}")


STATUS = """
SELECT person_id, household_id, region_code,
  CASE WHEN labour_force IS NULL THEN 'U'
       WHEN employed THEN CASE WHEN away THEN 'W' WHEN away IS NULL THEN 'E' ELSE 'L' END
       WHEN seeking THEN 'S' WHEN not_willing THEN 'N' ELSE 'U' END AS status,
  coalesce(place_text, '') AS place_text, coalesce(stable, false) AND coalesce(employed, false) AS stable,
  coalesce(contradicted, false) AS contradicted
FROM t_people WHERE labour_force IS NOT FALSE
"""

# One letter a labourer, those who need something first.
MARKS = f"""
SELECT f.household_id, f.region_code, f.members, f.last_visit, f.days_since_visit,
  z.verdict AS zero, m.verdict AS monitored, coalesce(s.marks, '') AS marks, coalesce(s.seeking, 0) AS seeking,
  coalesce(s.unknown, 0) + coalesce(x.missing, 0) AS unknown, coalesce(s.places, '') AS places
FROM t_house_facts f JOIN t_is_zero_employment z USING (household_id) JOIN t_is_monitored m USING (household_id)
LEFT JOIN (
  SELECT household_id, left(string_agg(status, '' ORDER BY strpos('SUNELW', status), person_id), 20) AS marks,
    count(*) FILTER (WHERE status = 'S') AS seeking, count(*) FILTER (WHERE status = 'U') AS unknown,
    left(coalesce(string_agg(DISTINCT nullif(place_text, ''), '、')
      FILTER (WHERE status IN ({", ".join(f"'{letter}'" for letter in EMPLOYED)})), ''), 120) AS places
  FROM t_status GROUP BY household_id
) s USING (household_id)
LEFT JOIN (SELECT household_id, count(*) AS missing FROM t_missing GROUP BY household_id) x USING (household_id)
"""


def _write_statuses(on: date) -> None:
    _temporary("status", STATUS, key="person_id")
    _temporary("marks", MARKS, key="household_id")
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM targeting_personstatus s"
            " WHERE NOT EXISTS (SELECT 1 FROM t_status t WHERE t.person_id = s.person_id)"
        )
        cursor.execute(
            """
            INSERT INTO targeting_personstatus (person_id, household_id, region_code, status, place_text, stable,
              contradicted, tier, as_of)
            SELECT t.person_id, t.household_id, t.region_code, t.status, t.place_text, t.stable, t.contradicted,
              CASE WHEN m.zero THEN 0 WHEN m.monitored OR h.category IN ('lifted', 'lifted_unstable', 'edge', 'shock')
                     OR h.relocated OR p.disability <> '' THEN 1 ELSE 2 END, %s
            FROM t_status t JOIN t_marks m USING (household_id) JOIN registry_household h ON h.id = t.household_id
              JOIN registry_person p ON p.id = t.person_id
            ORDER BY t.person_id
            ON CONFLICT (person_id) DO UPDATE SET household_id = excluded.household_id,
              region_code = excluded.region_code, status = excluded.status, place_text = excluded.place_text,
              stable = excluded.stable, contradicted = excluded.contradicted, tier = excluded.tier,
              as_of = excluded.as_of
            WHERE (targeting_personstatus.household_id, targeting_personstatus.region_code,
              targeting_personstatus.status, targeting_personstatus.place_text, targeting_personstatus.stable,
              targeting_personstatus.contradicted,
              targeting_personstatus.tier, targeting_personstatus.as_of) IS DISTINCT FROM (excluded.household_id,
              excluded.region_code, excluded.status, excluded.place_text, excluded.stable, excluded.contradicted,
              excluded.tier, excluded.as_of)
            """,
            [on],
        )
        cursor.execute(
            f"""
            INSERT INTO targeting_householdstatus (household_id, region_code, members, marks, zero_employment,
              monitored, seeking, unknown, places, last_visit, urgency, as_of)
            SELECT household_id, region_code, members, marks, zero, monitored, seeking, unknown, places, last_visit,
              {URGENCY_SQL}, %s FROM t_marks ORDER BY household_id
            ON CONFLICT (household_id) DO UPDATE SET region_code = excluded.region_code, members = excluded.members,
              marks = excluded.marks, zero_employment = excluded.zero_employment, monitored = excluded.monitored,
              seeking = excluded.seeking, unknown = excluded.unknown, places = excluded.places,
              last_visit = excluded.last_visit, urgency = excluded.urgency, as_of = excluded.as_of
            WHERE (targeting_householdstatus.region_code, targeting_householdstatus.members,
              targeting_householdstatus.marks, targeting_householdstatus.zero_employment,
              targeting_householdstatus.monitored, targeting_householdstatus.places,
              targeting_householdstatus.last_visit, targeting_householdstatus.urgency,
              targeting_householdstatus.as_of)
              IS DISTINCT FROM (excluded.region_code, excluded.members, excluded.marks, excluded.zero_employment,
              excluded.monitored, excluded.places, excluded.last_visit, excluded.urgency, excluded.as_of)
            """,
            [on],
        )


def _write_groups(on: date, known: list[Any]) -> dict[str, int]:
    """Open what became true, close what is now known to be false; unknown leaves an open row open.

    A row belongs to one household and lies in its village: who has moved leaves it there and goes on in the new one.
    """
    counts = {"entered": 0, "left": _leave_behind(on)}
    for group, name in [*PERSON_GROUPS.items(), *HOUSEHOLD_GROUPS.items()]:
        definition = pick(known, name, on)
        person = group in PERSON_GROUPS
        verdicts = (
            f"SELECT household_id, person_id, region_code, {name} AS verdict FROM t_people"
            if person
            else f"SELECT v.household_id, NULL::bigint AS person_id, f.region_code, v.verdict FROM t_is_{name} v"
            " JOIN t_house_facts f USING (household_id)"
        )
        reasons = [condition.text for condition in definition.compile(
            on, facts="t_facts" if person else "t_house_facts", dialect="postgres",
            key="person_id" if person else "household_id",
        ).conditions]  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                UPDATE targeting_groupmembership g SET until = %s FROM ({verdicts}) v
                WHERE g."group" = %s AND g.until IS NULL AND g.household_id = v.household_id
                  AND g.person_id IS NOT DISTINCT FROM v.person_id AND v.verdict IS FALSE
                """,
                [on, group],
            )
            counts["left"] += cursor.rowcount
            cursor.execute(
                f"""
                INSERT INTO targeting_groupmembership ("group", household_id, person_id, region_code, since,
                  definition, reasons)
                SELECT %s, v.household_id, v.person_id, v.region_code, %s, %s, to_jsonb(%s::text[])
                FROM ({verdicts}) v
                WHERE v.verdict OR v.verdict IS NULL
                  AND (%s, v.person_id) IN (SELECT "group", person_id FROM t_moved)
                ORDER BY v.household_id, v.person_id
                ON CONFLICT DO NOTHING
                """,
                [group, on, definition.version, reasons, group],
            )
            counts["entered"] += cursor.rowcount
    return counts


def _leave_behind(on: date) -> int:
    """Close the rows of persons who are now of another household; ``t_moved`` keeps who they were."""
    _temporary(
        "moved",
        'SELECT g.id, g."group", g.person_id FROM targeting_groupmembership g JOIN registry_person p'
        " ON p.id = g.person_id AND p.household_id <> g.household_id WHERE g.until IS NULL",
        key="person_id",
    )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE targeting_groupmembership g SET until = %s FROM t_moved m WHERE g.id = m.id", [on])
        closed = cursor.rowcount
        # A person's records follow the person to the new village; what was of the old household stays there.
        cursor.execute(
            "UPDATE targeting_groupmembership g SET region_code = h.region_code FROM registry_household h"
            " WHERE h.id = g.household_id AND h.region_code <> g.region_code"
        )
    return closed


def _count() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FILTER (WHERE zero_employment), count(*) FILTER (WHERE zero_employment IS NULL),
              count(*) FILTER (WHERE monitored) FROM targeting_householdstatus
            """
        )
        zero, unknown, monitored = cursor.fetchone()
        cursor.execute("SELECT status, count(*) FROM targeting_personstatus GROUP BY 1")
        by_status = dict(cursor.fetchall())
    return {
        "labourers": sum(by_status.values()),
        "away": by_status.get("W", 0),
        "local": by_status.get("L", 0),
        "place_unknown": by_status.get("E", 0),
        "seeking": by_status.get("S", 0),
        "not_willing": by_status.get("N", 0),
        "to_verify": by_status.get("U", 0),
        "zero_households": zero,
        "zero_unknown": unknown,
        "monitored": monitored,
    }
