"""Who came home: one stay for each time somebody was seen at home and, later, seen leaving again."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import date

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_noop

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.areas.models import Area
from jobbridge.kernel.division import padded

Report = Callable[..., None]

_BETWEEN = re.compile(r"\s*(?:-+|—+|–|－|→|~|至|到)\s*")

# Outcomes of the comparison that stand: confirmed, or linked by the engine and not rejected.
STANDS = "(l.decision = 'confirmed' OR (l.zone = 'auto' AND l.decision <> 'rejected'))"

# Sightings in order. Whoever is seen leaving and arriving on one day has arrived: trains come home at night.
SIGHTINGS = f"""
CREATE TEMP TABLE t_seen ON COMMIT DROP AS
SELECT l.person_id, p.region_code, f.direction, f.source, f.place_note, coalesce(f.seen_on, b.as_of) AS on_day,
  count(*) FILTER (WHERE f.direction = 'away') OVER (PARTITION BY l.person_id
    ORDER BY coalesce(f.seen_on, b.as_of), f.direction, f.id) AS stay
FROM linkage_link l JOIN linkage_feedrecord f ON f.id = l.record_id JOIN imports_importbatch b ON b.id = f.batch_id
  JOIN registry_person p ON p.id = l.person_id
WHERE {STANDS} AND f.direction IN ('home', 'away') AND coalesce(f.seen_on, b.as_of) <= %(on)s
  AND (%(persons)s::bigint[] IS NULL OR l.person_id = ANY(%(persons)s))
"""

# A stay begins with its first sighting at home; the first sighting of the next stay is the one that saw them leave.
STAYS = """
CREATE TEMP TABLE t_stays ON COMMIT DROP AS
SELECT s.*, away.on_day AS left_on, coalesce(away.place_note, '') AS destination,
  EXISTS (SELECT 1 FROM registry_employmentspell e WHERE e.person_id = s.person_id AND e.work_area IN ('3', '4')
    AND e.start <= s.first_seen AND (e."end" IS NULL OR e."end" > s.first_seen)) AS recorded_away
FROM (
  SELECT person_id, region_code, stay, min(on_day) AS first_seen, max(on_day) AS last_seen, count(*) AS sightings,
    array_agg(DISTINCT source::varchar(8) ORDER BY source::varchar(8)) AS sources,
    coalesce((array_agg(place_note ORDER BY on_day DESC, place_note) FILTER (WHERE place_note <> ''))[1], '')
      AS origin
  FROM t_seen WHERE direction = 'home' GROUP BY 1, 2, 3
) s LEFT JOIN LATERAL (
  SELECT on_day, place_note FROM t_seen n WHERE n.person_id = s.person_id AND n.direction = 'away'
    AND n.stay > s.stay ORDER BY n.on_day, n.place_note = '', n.place_note LIMIT 1
) away ON true
"""

# A stay that is known keeps its row when earlier or later sightings of it come in.
KNOWN = """
CREATE TEMP TABLE t_known ON COMMIT DROP AS
SELECT DISTINCT ON (person_id, stay) person_id, stay, id
FROM (
  SELECT DISTINCT ON (r.id) t.person_id, t.stay, r.id
  FROM t_stays t JOIN linkage_returnee r ON r.person_id = t.person_id
    AND r.last_seen >= t.first_seen AND r.first_seen <= t.last_seen
  ORDER BY r.id, t.stay
) one ORDER BY person_id, stay, id
"""
# Where from and where to outlast the agency's row, which is emptied when its time is up.
CHANGE = """
UPDATE linkage_returnee r SET first_seen = n.first_seen, last_seen = n.last_seen, left_on = n.left_on,
  sources = n.sources, sightings = n.sightings, origin = n.origin, destination = n.destination,
  region_code = n.region_code, state = n.state, reason = ''
FROM (
  SELECT k.id, t.first_seen, t.last_seen, t.left_on, t.sources, t.sightings, t.region_code,
    coalesce(nullif(t.origin, ''), o.origin) AS origin,
    CASE WHEN t.left_on IS NULL THEN '' ELSE coalesce(nullif(t.destination, ''), o.destination) END AS destination,
    CASE WHEN t.left_on IS NULL THEN 'home' ELSE 'left' END AS state
  FROM t_stays t JOIN t_known k USING (person_id, stay) JOIN linkage_returnee o ON o.id = k.id
) n
WHERE n.id = r.id AND (r.first_seen, r.last_seen, r.left_on, r.sources, r.sightings, r.origin, r.destination,
    r.region_code, r.state) IS DISTINCT FROM
  (n.first_seen, n.last_seen, n.left_on, n.sources, n.sightings, n.origin, n.destination, n.region_code, n.state)
"""
OPEN = """
INSERT INTO linkage_returnee (person_id, region_code, first_seen, last_seen, left_on, sources, sightings, origin,
  destination, recorded_away, state, reason, opened_on)
SELECT t.person_id, t.region_code, t.first_seen, t.last_seen, t.left_on, t.sources, t.sightings, t.origin,
  t.destination, t.recorded_away, CASE WHEN t.left_on IS NULL THEN 'home' ELSE 'left' END, '', %(on)s
FROM t_stays t LEFT JOIN t_known k USING (person_id, stay) WHERE k.id IS NULL
ORDER BY t.person_id, t.first_seen
"""
# Nothing that stands speaks of the stay any more: somebody rejected its pairs, took a decision back, or it is part
# of another stay.
REJECTED, REPLACED = gettext_noop("比对记录经核对不是本人"), gettext_noop("比对记录已撤销或并入另一次返乡")
CLOSE = f"""
UPDATE linkage_returnee r SET state = 'closed', reason = CASE
  WHEN EXISTS (SELECT 1 FROM linkage_link l WHERE l.person_id = r.person_id AND l.decision = 'rejected')
    AND NOT EXISTS (SELECT 1 FROM t_stays t WHERE t.person_id = r.person_id) THEN '{REJECTED}'
  ELSE '{REPLACED}' END
WHERE r.state <> 'closed' AND NOT EXISTS (SELECT 1 FROM t_known k WHERE k.id = r.id)
  AND (%(persons)s::bigint[] IS NULL OR r.person_id = ANY(%(persons)s))
"""


def keep_returnees(
    *, on: date, actor: Actor, progress: Report | None = None, persons: Collection[int] | None = None
) -> dict[str, int]:
    """Bring the stays in line with the sightings that stand today, of everybody or of ``persons``.

    The same sightings again change nothing.
    """
    if progress:
        progress("整理返乡人员", 0, 0)
    values = {"on": on, "persons": list(persons) if persons is not None else None}
    with acting_as(actor), connection.cursor() as cursor:
        for table, query in (("seen", SIGHTINGS), ("stays", STAYS), ("known", KNOWN)):
            cursor.execute(f"DROP TABLE IF EXISTS t_{table}")
            cursor.execute(query, values)
            cursor.execute(f"CREATE INDEX ON t_{table} (person_id)")
            cursor.execute(f"ANALYZE t_{table}")
            if table == "seen":
                _keep_other_ends(cursor)
        cursor.execute(CHANGE)
        cursor.execute(CLOSE, values)
        closed = cursor.rowcount
        cursor.execute(OPEN, values)
        return {"returned": cursor.rowcount, "returns_closed": closed}


def other_end(note: str, here: Collection[str]) -> str:
    """The far end of a line such as 云阳-东莞; "" for a single station, which says nothing of where from or to.

    >>> other_end("云阳-东莞", {"云阳"}), other_end("东莞东站至云阳", {"云阳"}), other_end("万州北", {"云阳"})
    ('东莞', '东莞东', '')
    """
    ends = [part.removesuffix("站") for part in _BETWEEN.split(note.strip()) if part]
    far = [part for part in ends if not any(name in part for name in here)]
    return far[-1][:60] if len(ends) > 1 and len(far) < len(ends) and far else ""


def _keep_other_ends(cursor) -> None:
    """In the sightings, replace what the agency wrote by the far end of the way."""
    cursor.execute("SELECT DISTINCT place_note FROM t_seen WHERE place_note <> '' ORDER BY 1")
    notes = [note for (note,) in cursor.fetchall()]
    if not notes:
        return
    name = Area.objects.filter(code=padded(settings.COUNTY_CODE)).values_list("name", flat=True).first() or ""
    here = {name.removesuffix("县").removesuffix("区").removesuffix("市")} - {""}
    cursor.execute(
        "UPDATE t_seen SET place_note = w.far FROM unnest(%s::text[], %s::text[]) AS w (said, far)"
        " WHERE t_seen.place_note = w.said",
        [notes, [other_end(note, here) for note in notes]],
    )
