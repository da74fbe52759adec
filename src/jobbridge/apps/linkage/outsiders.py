"""Persons whom the agencies see and the register does not have: worth a visit when a list names one of our villages,
or when several agencies know them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from django.conf import settings
from django.db import connection

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.linkage.models import Outsider
from jobbridge.kernel.division import padded

Report = Callable[..., None]
AGREEING = 2  # agencies that know somebody, when no list names a village

# Records that fit nobody. Whoever is in the register under the same number, dead or moved away, is no outsider.
NOBODY = """
CREATE TEMP TABLE t_nobody ON COMMIT DROP AS
SELECT f.id, f.source, f.name, f.id_mask, f.phone_mask, f.id_index, f.phone_index, f.village_code, f.content_hash,
  coalesce(f.seen_on, b.as_of) AS on_day
FROM linkage_link l JOIN linkage_feedrecord f ON f.id = l.record_id JOIN imports_importbatch b ON b.id = f.batch_id
WHERE (l.zone = 'none' OR l.decision = 'rejected') AND f.purged_on IS NULL
  AND NOT EXISTS (SELECT 1 FROM registry_person p WHERE p.id_index = f.id_index)
"""

# One person: the same whole id number, or a phone that stands beside that number elsewhere, or the same phone.
GROUPED = f"""
CREATE TEMP TABLE t_outsiders ON COMMIT DROP AS
SELECT n.key, max(n.village_code) AS village_code,
  (array_agg(n.name ORDER BY n.name LIKE '%%*%%', n.on_day DESC, n.name))[1] AS name,
  coalesce((array_agg(n.id_mask ORDER BY n.on_day DESC, n.id_mask) FILTER (WHERE n.id_mask <> ''))[1], '') AS id_mask,
  coalesce((array_agg(n.phone_mask ORDER BY n.on_day DESC, n.phone_mask) FILTER (WHERE n.phone_mask <> ''))[1], '')
    AS phone_mask,
  array_agg(DISTINCT n.source::varchar(8) ORDER BY n.source::varchar(8)) AS sources,
  count(*) AS sightings, min(n.on_day) AS first_seen, max(n.on_day) AS last_seen
FROM (
  SELECT t.*, coalesce(t.id_index, w.id_index, t.phone_index, t.content_hash) AS key
  FROM t_nobody t LEFT JOIN (
    SELECT DISTINCT ON (phone_index) phone_index, id_index FROM t_nobody
    WHERE phone_index IS NOT NULL AND id_index IS NOT NULL ORDER BY phone_index, id_index
  ) w ON w.phone_index = t.phone_index
) n GROUP BY n.key
HAVING max(n.village_code) <> '' OR count(DISTINCT n.source) >= {AGREEING}
"""
KEEP = """
INSERT INTO linkage_outsider AS o (key, region_code, name, id_mask, phone_mask, sources, sightings, first_seen,
  last_seen, decision, decided_by)
SELECT key, coalesce(nullif(village_code, ''), %(county)s), name, id_mask, phone_mask, sources, sightings, first_seen,
  last_seen, 'open', ''
FROM t_outsiders ORDER BY key
ON CONFLICT (key) DO UPDATE SET region_code = excluded.region_code, name = excluded.name, id_mask = excluded.id_mask,
  phone_mask = excluded.phone_mask, sources = excluded.sources, sightings = excluded.sightings,
  first_seen = excluded.first_seen, last_seen = excluded.last_seen
WHERE (o.region_code, o.name, o.id_mask, o.phone_mask, o.sources, o.sightings, o.first_seen, o.last_seen)
  IS DISTINCT FROM (excluded.region_code, excluded.name, excluded.id_mask, excluded.phone_mask, excluded.sources,
  excluded.sightings, excluded.first_seen, excluded.last_seen)
"""
# Found in the register since, or the lists are deleted: what nobody has settled goes, a decision stays nameless.
GONE = "NOT EXISTS (SELECT 1 FROM t_outsiders t WHERE t.key = o.key)"
DROP = f"DELETE FROM linkage_outsider o WHERE o.decision = 'open' AND {GONE}"
EMPTY = f"UPDATE linkage_outsider o SET name = '', id_mask = '', phone_mask = '' WHERE o.name <> '' AND {GONE}"


def keep_outsiders(*, on: date, actor: Actor, progress: Report) -> dict[str, int]:
    """Bring the list in line with the records that fit nobody today. The same records again change nothing."""
    progress("整理疑似未登记人员", 0, 0)
    with acting_as(actor):
        with connection.cursor() as cursor:
            for table, query in (("nobody", NOBODY), ("outsiders", GROUPED)):
                cursor.execute(f"DROP TABLE IF EXISTS t_{table}")
                cursor.execute(query, [])
                cursor.execute(f"ANALYZE t_{table}")
            cursor.execute(KEEP, {"county": padded(settings.COUNTY_CODE)})
            cursor.execute(DROP)
            cursor.execute(EMPTY)
        return {"unregistered": Outsider.objects.filter(decision="open").count()}


def decide_outsider(*, actor: Actor, outsider_id: int, decision: str, now: datetime) -> Outsider:
    """Say what became of somebody: registered, not of this village, visited; "open" takes it back.

    Raises Outsider.DoesNotExist outside the actor's scope, ValueError for another word.
    """
    if decision not in dict(Outsider.DECISIONS):
        raise ValueError("请选择核实结果")
    found = Outsider.objects.visible_to(actor).select_for_update().get(pk=outsider_id)
    if found.decision != decision:
        settled = decision != "open"
        found.decision, found.decided_by = decision, actor.key if settled else ""
        found.decided_at = now if settled else None
        found.save(update_fields=["decision", "decided_by", "decided_at"])
    return found
