"""Where two sources do not agree about a person: found every day, each with what both of them say and since when.

A suspicion is a question to somebody who can ask, never a verdict: it does not change the ledger, and nothing is
withdrawn because of it. Whoever has asked says what it was.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from django.db import connection
from django.utils.translation import gettext_noop

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.linkage.models import Suspicion
from jobbridge.apps.linkage.returnees import STANDS

Report = Callable[..., None]
SHOWN = 10  # of the records of one suspicion, the newest; all are counted
SEEN_LAG = 3  # days between what the ledger knows and a journey that may both be true, as the statuses count

# What the ledger says, in the words of the page.
AWAY, POST, DEAD = gettext_noop("在外务工"), gettext_noop("公益性岗位在岗"), gettext_noop("死亡")
DEAD_POST, DEAD_PENSION = gettext_noop("死亡，公益性岗位未终止"), gettext_noop("死亡，仍标为领取养老金")
OTHER_NAME = gettext_noop("同一证件号码，姓名与部门记录完全不同")

ON_DAY = "coalesce(f.seen_on, b.as_of)"
SAID = f"""jsonb_build_object('source', f.source, 'on', {ON_DAY}, 'direction', f.direction, 'file', i.name,
  'batch', b.id)"""
FROM_RECORDS = """linkage_feedrecord f JOIN imports_importbatch b ON b.id = f.batch_id
  JOIN files_storedfile i ON i.id = b.file_id"""

# Every sighting that stands, and whether the person was last seen coming or going.
SEEN = f"""
CREATE TEMP TABLE t_sightings ON COMMIT DROP AS
SELECT l.person_id, f.direction, {ON_DAY} AS on_day, {SAID} AS said, f.source,
  last_value(f.direction) OVER (PARTITION BY l.person_id ORDER BY {ON_DAY}, f.direction, f.source
    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS last_direction
FROM linkage_link l JOIN {FROM_RECORDS} ON f.id = l.record_id
WHERE {STANDS} AND f.direction <> '' AND {ON_DAY} <= %(on)s
"""

# The newest word of the ledger about somebody's work, and who gave it.
WORD = """
CREATE TEMP TABLE t_word ON COMMIT DROP AS
SELECT DISTINCT ON (w.person_id) w.person_id, w.kind, w.place, w.as_of, s.label
FROM (
  SELECT person_id, kind, place_text AS place, greatest(start, as_of) AS as_of, source_id, 1 AS rank
  FROM registry_employmentspell WHERE start <= %(on)s AND ("end" IS NULL OR "end" > %(on)s)
  UNION ALL
  SELECT person_id, 'said', '', as_of, source_id, 2 FROM registry_workstatement
  WHERE employed IS NOT NULL AND as_of <= %(on)s
) w JOIN imports_sourcerecord s ON s.id = w.source_id
ORDER BY w.person_id, w.as_of DESC, w.rank
"""

_LEDGER = "jsonb_build_object('text', {text}, 'place', {place}, 'as_of', {as_of}, 'source', {source})"
OF_WORD = {"place": "w.place", "as_of": "w.as_of", "source": "w.label"}
_DEAD = _LEDGER.format(text="{text}", place="''", as_of="p.as_of", source="s.label")
_SEEN_AFTER = f"""t.on_day > w.as_of + {SEEN_LAG}"""
_ALL_SAID = "jsonb_agg(t.said ORDER BY t.on_day, t.source, t.said->>'file')"

_STATUS_WORDS = "CASE x.status WHEN 'S' THEN '有意愿未就业' WHEN 'N' THEN '无就业意愿' ELSE '就近就业' END"

EVIDENCE = {
    # Whoever the statuses of the day already hold to be unclear.
    "away_home": f"""
SELECT p.id, p.region_code, {_LEDGER.format(text=f"'{AWAY}'", **OF_WORD)}, max(t.on_day), {_ALL_SAID}
FROM targeting_personstatus x JOIN registry_person p ON p.id = x.person_id JOIN t_word w ON w.person_id = p.id
  JOIN t_sightings t ON t.person_id = p.id AND t.direction = 'home' AND {_SEEN_AFTER}
WHERE x.contradicted GROUP BY p.id, p.region_code, w.place, w.as_of, w.label
""",
    "home_away": f"""
SELECT p.id, p.region_code, {_LEDGER.format(text=_STATUS_WORDS, **OF_WORD)}, max(t.on_day), {_ALL_SAID}
FROM targeting_personstatus x JOIN registry_person p ON p.id = x.person_id
  JOIN t_word w ON w.person_id = p.id AND w.kind <> 'public_post'
  JOIN t_sightings t ON t.person_id = p.id AND t.direction = 'away' AND t.last_direction = 'away' AND {_SEEN_AFTER}
WHERE x.status IN ('S', 'N', 'L') GROUP BY p.id, p.region_code, x.status, w.place, w.as_of, w.label
""",
    "benefit_away": f"""
SELECT p.id, p.region_code, {_LEDGER.format(text=f"'{POST}'", **OF_WORD)}, max(t.on_day), {_ALL_SAID}
FROM registry_person p JOIN t_word w ON w.person_id = p.id AND w.kind = 'public_post'
  JOIN t_sightings t ON t.person_id = p.id AND t.direction = 'away' AND t.last_direction = 'away' AND {_SEEN_AFTER}
WHERE p.life = 'alive' GROUP BY p.id, p.region_code, w.place, w.as_of, w.label
""",
    "benefit_dead": f"""
SELECT p.id, p.region_code,
  {_DEAD.format(text=f"CASE WHEN e.open THEN '{DEAD_POST}' ELSE '{DEAD_PENSION}' END")},
  NULL::date, '[]'::jsonb
FROM registry_person p JOIN imports_sourcerecord s ON s.id = p.source_id
  CROSS JOIN LATERAL (SELECT EXISTS (SELECT 1 FROM registry_employmentspell e WHERE e.person_id = p.id
    AND e.kind = 'public_post' AND e.start <= %(on)s AND (e."end" IS NULL OR e."end" > %(on)s)) AS open) e
WHERE p.life = 'dead' AND (e.open OR p.draws_pension)
""",
    "dead_seen": f"""
SELECT p.id, p.region_code, {_DEAD.format(text=f"'{DEAD}'")}, max({ON_DAY}),
  jsonb_agg({SAID} ORDER BY {ON_DAY}, f.source, i.name)
FROM registry_person p JOIN imports_sourcerecord s ON s.id = p.source_id
  JOIN {FROM_RECORDS} ON f.id_index = p.id_index AND {ON_DAY} > p.as_of AND {ON_DAY} <= %(on)s
WHERE p.life = 'dead' GROUP BY p.id, p.region_code, p.as_of, s.label
""",
    "other_name": f"""
SELECT p.id, p.region_code, {_DEAD.format(text=f"'{OTHER_NAME}'")}, max({ON_DAY}),
  jsonb_agg({SAID} ORDER BY {ON_DAY}, f.source, i.name)
FROM linkage_link l JOIN {FROM_RECORDS} ON f.id = l.record_id JOIN registry_person p ON p.id = l.person_id
  JOIN imports_sourcerecord s ON s.id = p.source_id
WHERE l.hold = 'id_other_name' AND l.decision <> 'confirmed' GROUP BY p.id, p.region_code, p.as_of, s.label
""",
}
DOUBT = (
    "INSERT INTO t_doubts SELECT '{kind}', e.id, e.region_code, e.ledger, e.seen_on,"
    " jsonb_path_query_array(e.said, '$[last - {but_one} to last]'), jsonb_array_length(e.said)"
    " FROM ({query}) e (id, region_code, ledger, seen_on, said)"
)
# From here on ``t_doubts`` (kind, person_id, region_code, ledger, seen_on, sightings, records) is what there is.
RAISE = """
INSERT INTO linkage_suspicion AS s (kind, person_id, region_code, ledger, seen_on, sightings, records, state,
  opened_on, note, decided_by)
SELECT kind, person_id, region_code, ledger, seen_on, sightings, records, 'open', %(on)s, '', ''
FROM t_doubts ORDER BY kind, person_id
ON CONFLICT (kind, person_id) DO UPDATE SET region_code = excluded.region_code, ledger = excluded.ledger,
  seen_on = excluded.seen_on, sightings = excluded.sightings, records = excluded.records,
  state = CASE WHEN s.state = 'lapsed' THEN 'open'
    -- What was explained explains nothing that happened afterwards.
    WHEN s.state = 'explained' AND excluded.seen_on > (s.decided_at AT TIME ZONE 'Asia/Shanghai')::date THEN 'open'
    ELSE s.state END
WHERE (s.region_code, s.ledger, s.seen_on, s.sightings, s.records) IS DISTINCT FROM (excluded.region_code,
  excluded.ledger, excluded.seen_on, excluded.sightings, excluded.records) OR s.state = 'lapsed'
"""
LAPSE = """
UPDATE linkage_suspicion s SET state = 'lapsed' WHERE s.state = 'open'
  AND NOT EXISTS (SELECT 1 FROM t_doubts d WHERE d.kind = s.kind AND d.person_id = s.person_id)
"""


def keep_suspicions(*, on: date, actor: Actor, progress: Report) -> dict[str, int]:
    """Bring the suspicions in line with what the sources say on ``on``; the same sources again change nothing.

    Needs the statuses of the day. One whose evidence is gone lapses unless somebody has settled it.
    """
    progress("查找疑点", 0, len(EVIDENCE))
    values = {"on": on}
    with acting_as(actor):
        with connection.cursor() as cursor:
            for table, query in (("sightings", SEEN), ("word", WORD)):
                cursor.execute(f"DROP TABLE IF EXISTS t_{table}")
                cursor.execute(query, values)
                cursor.execute(f"CREATE INDEX ON t_{table} (person_id)")
                cursor.execute(f"ANALYZE t_{table}")
            cursor.execute("DROP TABLE IF EXISTS t_doubts")
            cursor.execute(
                "CREATE TEMP TABLE t_doubts (kind text, person_id bigint, region_code text, ledger jsonb,"
                " seen_on date, sightings jsonb, records int) ON COMMIT DROP"
            )
            for done, (kind, query) in enumerate(EVIDENCE.items(), 1):
                cursor.execute(DOUBT.format(kind=kind, but_one=SHOWN - 1, query=query), values)
                progress("查找疑点", done, len(EVIDENCE))
            cursor.execute(RAISE, values)
            cursor.execute(LAPSE)
        return {"suspicions": Suspicion.objects.filter(state="open").count()}


def settle_suspicion(*, actor: Actor, suspicion_id: int, state: str, note: str, now: datetime) -> Suspicion:
    """Say what a suspicion turned out to be, in words; "open" takes that back.

    Raises Suspicion.DoesNotExist outside the actor's scope, ValueError without words or for another state.
    """
    if state not in ("open", "explained", "confirmed"):
        raise ValueError("请选择核实结果")
    note = note.strip()[:200]
    if state != "open" and not note:
        raise ValueError("请写明核实情况：问了谁、怎么说")
    found = Suspicion.objects.visible_to(actor).select_for_update().get(pk=suspicion_id)
    found.state, found.note = state, note
    found.decided_by, found.decided_at = (actor.key, now) if state != "open" else ("", None)
    found.save(update_fields=["state", "note", "decided_by", "decided_at"])
    return found
