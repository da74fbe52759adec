"""The brokers' tasks: one for each reason there is, none without one, each with who is in office."""

from __future__ import annotations

from datetime import date

from django.db import connection

from jobbridge.apps.casework.rules import MEET_DAYS, VERIFY_DAYS
from jobbridge.apps.placements.flows import AT_WORK, STABLE
from jobbridge.apps.placements.refusal_rules import HEARD_DAYS

HANDED = "assign:"  # how the key of a task begins that a clerk handed out; only a visit ends it

# The month to ask about next, by the state that the job has come to.
CHECKS = ", ".join(f"('{state}', {months})" for state, months in zip(AT_WORK, STABLE, strict=False))

# What a broker must do, why, and by when. At most one row for each kind and household or person; the key says for
# how long a task that was done keeps the next one away.
REASONS = f"""
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
-- The ledger still has them at work away, as a list that is newer than the sighting may; nobody has asked since.
SELECT 'returnee:' || r.person_id || ':' || r.first_seen, 'returnee', p.household_id, r.person_id, p.region_code,
  r.last_seen || ' 有返乡记录，台账登记在外务工，请核实', 250, {VERIFY_DAYS}
FROM linkage_returnee r JOIN registry_person p ON p.id = r.person_id
  JOIN targeting_personstatus x ON x.person_id = r.person_id AND x.status = 'W' AND NOT x.contradicted
WHERE r.state = 'home' AND r.recorded_away AND NOT EXISTS (
  SELECT 1 FROM registry_workstatement s JOIN imports_sourcerecord i ON i.id = s.source_id
  WHERE s.person_id = r.person_id AND s.as_of >= r.first_seen AND i.kind IN ('visit', 'phone'))
UNION ALL
SELECT 'verify:' || h.household_id || ':' || to_char(%(on)s::date, 'YYYYMM'), 'verify', h.household_id, NULL,
  h.region_code,
  h.unknown || ' 人就业或意愿待核实', 150 + 10 * least(h.unknown, 5), {VERIFY_DAYS}
FROM targeting_householdstatus h WHERE h.unknown > 0
UNION ALL
SELECT 'follow:' || c.id || ':' || to_char(%(on)s::date, 'YYYYMM'), 'follow_up', c.household_id, c.person_id,
  c.region_code,
  CASE WHEN EXISTS (SELECT 1 FROM placements_recommendation r WHERE r.person_id = c.person_id
                    AND r.state = 'recommended')
      AND NOT EXISTS (SELECT 1 FROM registry_contactpoint n WHERE n.person_id = c.person_id AND n.primary)
    THEN '有推荐岗位，没有手机号，请当面告知并问意向' ELSE '想找工作，回访岗位推荐结果' END, 300, {VERIFY_DAYS}
FROM casework_case c WHERE c.kind = 'seeking' AND c.state IN ('open', 'measures') AND NOT EXISTS (
  SELECT 1 FROM placements_recommendation r WHERE r.person_id = c.person_id AND r.state = ANY(%(at_work)s))
UNION ALL
SELECT key, 'follow_up', household_id, person_id, region_code, reason, 350, {VERIFY_DAYS} FROM (
  SELECT DISTINCT ON (r.person_id) 'stable:' || r.id || ':' || m.months AS key, p.household_id, r.person_id,
    p.region_code, '推荐岗位到岗满 ' || m.months || ' 个月，回访是否在岗' AS reason
  FROM placements_recommendation r JOIN registry_person p ON p.id = r.person_id
    JOIN (VALUES {CHECKS}) m (state, months) ON m.state = r.state
  WHERE r.started_on + make_interval(months => m.months) <= %(on)s
  ORDER BY r.person_id, r.started_on DESC, r.id DESC
) checks
UNION ALL
-- Who answered that they have work is asked about it before they are offered more.
SELECT 'said:' || r.person_id || ':' || max(r.state_on), 'verify', p.household_id, r.person_id, p.region_code,
  '本人答复已有工作，请核实在哪里、做什么', 350, {VERIFY_DAYS}
FROM placements_recommendation r JOIN registry_person p ON p.id = r.person_id
  JOIN targeting_personstatus x ON x.person_id = r.person_id AND x.status IN ('S', 'U')
WHERE r.refusal = 'employed' AND r.state_on > %(on)s::date - {HEARD_DAYS} AND NOT EXISTS (
  SELECT 1 FROM registry_workstatement s JOIN imports_sourcerecord i ON i.id = s.source_id
  WHERE s.person_id = r.person_id AND s.employed IS NOT NULL AND s.as_of >= r.state_on
    AND i.kind IN ('visit', 'phone'))
GROUP BY r.person_id, p.household_id, p.region_code
"""

SAME = "t.kind = w.kind AND t.household_id = w.household_id AND coalesce(t.person_id, 0) = coalesce(w.person_id, 0)"

# Locked in the order in which visits lock the tasks of their household.
KEEP = f"""
UPDATE casework_task t SET broker_id = now.broker_id, reason = now.reason, urgency = now.urgency,
  state = CASE WHEN now.wanted THEN 'open' ELSE 'cancelled' END,
  done_on = CASE WHEN NOT now.wanted THEN %(on)s::date END
FROM (
  SELECT t.id, b.id AS broker_id, coalesce(w.reason, t.reason) AS reason, coalesce(w.urgency, t.urgency) AS urgency,
    w.key IS NOT NULL OR starts_with(t.key, '{HANDED}') AS wanted
  FROM casework_task t
    LEFT JOIN t_reasons w ON {SAME} AND NOT starts_with(t.key, '{HANDED}')
    LEFT JOIN brokers_broker b ON b.region_code = t.region_code AND b.active
  WHERE t.state = 'open' AND (
    (w.key IS NULL AND NOT starts_with(t.key, '{HANDED}')) OR t.broker_id IS DISTINCT FROM b.id
    OR (w.reason, w.urgency) IS DISTINCT FROM (t.reason, t.urgency) AND w.key IS NOT NULL)
  ORDER BY t.id FOR UPDATE OF t
) now WHERE now.id = t.id
"""

# Apart from the next statement: one that reads the table it fills would read it anew for every row.
STANDING = f"DELETE FROM t_reasons w USING casework_task t WHERE t.state = 'open' AND {SAME}"

# A task that was cancelled comes back when its reason does.
MAKE = """
INSERT INTO casework_task (key, kind, household_id, person_id, region_code, broker_id, reason, urgency,
  created_on, due_on, state, assigned_by)
SELECT w.key, w.kind, w.household_id, w.person_id, w.region_code, b.id, w.reason, w.urgency, %(on)s,
  %(on)s::date + w.days, 'open', current_setting('jb.actor')
FROM t_reasons w LEFT JOIN brokers_broker b ON b.region_code = w.region_code AND b.active
ORDER BY w.key
ON CONFLICT (key) DO UPDATE SET state = 'open', done_on = NULL, created_on = excluded.created_on,
  due_on = excluded.due_on, broker_id = excluded.broker_id, reason = excluded.reason, urgency = excluded.urgency
WHERE casework_task.state = 'cancelled'
"""


def keep_tasks(on: date) -> int:
    """Bring the open tasks in line with the reasons there are today; how many were made."""
    values = {"on": on, "at_work": list(AT_WORK[:-1])}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS t_reasons")
        cursor.execute(f"CREATE TEMP TABLE t_reasons ON COMMIT DROP AS {REASONS}", values)
        cursor.execute("CREATE INDEX ON t_reasons (household_id)")
        cursor.execute("ANALYZE t_reasons")
        cursor.execute(KEEP, values)
        cursor.execute(STANDING)
        cursor.execute(MAKE, values)
        return cursor.rowcount
