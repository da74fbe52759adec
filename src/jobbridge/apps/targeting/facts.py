"""From the ledger to facts: the one place where dates, spells and answers become what a rule may ask.

Which of several sources is believed about work, newest first: what was said or seen last wins; of where the work
is, too, and who works at a place nobody has named is neither away nor nearby. A comparison that saw somebody at home
after the newest word that they are at work away makes their employment unknown, never false: a visit decides.
"""

from __future__ import annotations

from datetime import date

from jobbridge.apps.registry.enums import HouseholdCategory, WorkArea
from jobbridge.kernel.retirement import SCHEDULE, Kind

EMPLOYMENT_TTL = 180  # days for which "I have (no) work" stays an answer
SCHOOL_AGE = 22  # the last year in which who is not at work and has no entry may still be at school
SEEN_LAG = 3  # days between a journey and a job that may both be true

AWAY_AREAS = f"'{WorkArea.PROVINCE}', '{WorkArea.ELSEWHERE}'"  # outside the county

# Work that the person runs on the family's own land; other spells are non-farm.
FARM = "farm"

# Rules name household categories in the words of the documents.
CATEGORY_WORDS = " ".join(f"WHEN '{value}' THEN '{label}'" for value, label in HouseholdCategory.choices)


def retirement_sql(birth: str, sex: str, on: str) -> str:
    """Months from the month of ``on`` to the own legal retirement month; the schedule is the kernel's."""
    years = f"(extract(year FROM {on}) - extract(year FROM {birth}))"
    months = f"({years} * 12 + extract(month FROM {on}) - extract(month FROM {birth}))"

    def left(kind: Kind) -> str:
        first, step, most, years = SCHEDULE[kind]
        number = f"((extract(year FROM {birth}) - {first.year}) * 12 + extract(month FROM {birth}) - {first.month})"
        delay = f"CASE WHEN {number} < 0 THEN 0 ELSE least({most}, floor({number} / {step}) + 1) END"
        return f"{years * 12} + {delay} - {months}"

    return f"(CASE WHEN {sex} = '男' THEN {left(Kind.MEN_60)} ELSE {left(Kind.WOMEN_55)} END)::int"


def person_facts_sql(on: date) -> str:
    """A SELECT with one row a person and the columns of the person vocabulary that the ledger can answer."""
    day, new_year = f"DATE '{on.isoformat()}'", f"DATE '{on.year}-01-01'"
    return f"""
WITH said AS (
  SELECT DISTINCT ON (person_id) person_id, employed, away, as_of FROM registry_workstatement
  WHERE employed IS NOT NULL AND as_of <= {day} ORDER BY person_id, as_of DESC, id DESC
), wished AS (
  SELECT DISTINCT ON (person_id) person_id, willing, as_of FROM registry_workstatement
  WHERE willing IS NOT NULL AND as_of <= {day} ORDER BY person_id, as_of DESC, id DESC
), spell AS (
  SELECT DISTINCT ON (person_id) person_id, start, kind, work_area, place_text, as_of FROM registry_employmentspell
  WHERE start <= {day} AND ("end" IS NULL OR "end" > {day}) ORDER BY person_id, start DESC, id DESC
), months AS (
  SELECT person_id, sum(greatest(0, (least(coalesce("end", {day}), {day}) - greatest(start, {new_year})) / 30.4))::int
    AS in_year
  FROM registry_employmentspell WHERE start <= {day} AND ("end" IS NULL OR "end" > {new_year}) GROUP BY 1
), seen AS (
  SELECT l.person_id, max(f.seen_on) AS home_on FROM linkage_link l JOIN linkage_feedrecord f ON f.id = l.record_id
  WHERE f.direction = 'home' AND f.seen_on <= {day}
    AND (l.decision = 'confirmed' OR (l.zone = 'auto' AND l.decision <> 'rejected')) GROUP BY 1
), word AS (
  SELECT p.id AS person_id, spell.person_id IS NOT NULL AS registered, spell.start, spell.kind, spell.as_of,
    spell.place_text, nullif(spell.work_area, '')::int AS work_area,
    nullif(spell.work_area, '') IN ({AWAY_AREAS}) AS spell_away,
    said.employed AS said_employed, said.as_of AS said_on,
    said.person_id IS NOT NULL AND (spell.person_id IS NULL OR said.as_of > spell.as_of) AS said_last,
    -- What was said before the job began is of another one.
    CASE WHEN said.employed AND (spell.person_id IS NULL OR said.as_of >= spell.start) THEN said.away END
      AS said_away
  FROM registry_person p LEFT JOIN spell ON spell.person_id = p.id LEFT JOIN said ON said.person_id = p.id
), claimed AS (
  SELECT w.*,
    CASE WHEN said_last THEN coalesce(said_away, spell_away) ELSE coalesce(spell_away, said_away) END AS away,
    -- The registered place, unless a newer word knows better.
    NOT said_last OR said_away IS NULL OR said_away IS NOT DISTINCT FROM spell_away AS as_registered,
    CASE
      WHEN registered AND (NOT said_last OR said_employed) THEN true
      -- An old "no" after the job was registered settles nothing: it has run out, and it was said.
      WHEN said_on >= {day} - {EMPLOYMENT_TTL} THEN said_employed
    END AS claim
  FROM word w
), work AS (
  SELECT c.*, CASE WHEN NOT contradicted THEN claim END AS employed
  FROM (
    SELECT c.*, coalesce(claim AND away AND seen.home_on > greatest(c.start, c.as_of,
      CASE WHEN said_employed THEN said_on END) + {SEEN_LAG}, false) AS contradicted
    FROM claimed c LEFT JOIN seen USING (person_id)
  ) c
)
SELECT p.id AS person_id, p.household_id, p.region_code,
  extract(year FROM age({day}, p.birth_date))::int AS age_years, p.sex = '男' AS male,
  {retirement_sql("p.birth_date", "p.sex", day)} AS months_to_retirement,
  nullif(p.labour_skill, '') AS labour_skill,
  CASE WHEN p.schooling <> '' THEN p.schooling <> '非在校生'
       WHEN w.employed OR extract(year FROM age({day}, p.birth_date)) > {SCHOOL_AGE} THEN false END AS student,
  -- Registers list soldiers, prisoners and pensioners; nobody lists who is none of these: no entry is a no.
  p.life = 'alive' AS alive, coalesce(p.serving, false) AS serving, coalesce(p.in_custody, false) AS in_custody,
  coalesce(p.draws_pension, false) AS draws_pension,
  w.employed, w.employed AND w.kind IS DISTINCT FROM '{FARM}' AS employed_nonfarm,
  wished.willing, {day} - wished.as_of AS willing_age_days,
  CASE WHEN w.employed AND w.start IS NOT NULL THEN floor(({day} - w.start) / 30.4)::int
       WHEN NOT w.employed THEN 0 END AS months_continuous,
  coalesce(m.in_year, 0) AS months_cumulative,
  CASE WHEN w.employed AND w.as_registered THEN w.work_area END AS work_area,
  CASE h.category {CATEGORY_WORDS} END AS household_category, h.risk_cleared,
  CASE WHEN w.as_registered THEN w.place_text END AS place_text,
  w.contradicted, w.away
FROM registry_person p JOIN registry_household h ON h.id = p.household_id JOIN work w ON w.person_id = p.id
  LEFT JOIN wished ON wished.person_id = p.id LEFT JOIN months m ON m.person_id = p.id
"""


def household_columns_sql(on: date) -> str:
    """A SELECT with one row a household and its own facts; the counts of its members come from the rules engine."""
    day = f"DATE '{on.isoformat()}'"
    return f"""
SELECT h.id AS household_id, h.region_code, h.residence, CASE h.category {CATEGORY_WORDS} END AS category,
  h.risk_cleared,
  coalesce(h.relocated, false) AS relocated, v.last_visit, {day} - v.last_visit AS days_since_visit
FROM registry_household h LEFT JOIN (
  SELECT household_id, max((at AT TIME ZONE 'Asia/Shanghai')::date) AS last_visit FROM casework_visit
  WHERE met <> 'absent' AND (at AT TIME ZONE 'Asia/Shanghai')::date <= {day} GROUP BY 1
) v ON v.household_id = h.id
"""


# Members whom a roster named and the ledger could not take in: refused rows, and rows that wait for a decision.
# Until the corrected file brings the person, or somebody has met the household, all that is known of them is that
# they are.
MISSING_MEMBERS = """
SELECT h.id AS household_id, h.region_code FROM imports_importrow r
  JOIN imports_importbatch b ON b.id = r.batch_id AND b.kind = 'roster' AND b.state = 'merged'
  JOIN registry_household h ON h.number = r.subject
WHERE r.subject <> '' AND r.state IN ('refused', 'conflict')
  AND NOT EXISTS (SELECT 1 FROM registry_person p JOIN imports_sourcerecord s ON s.id = p.source_id
                  WHERE p.household_id = h.id AND s.batch_id > b.id)
  AND NOT EXISTS (SELECT 1 FROM casework_visit v WHERE v.household_id = h.id AND v.met = 'person'
                  AND (v.at AT TIME ZONE 'Asia/Shanghai')::date >= b.as_of)
"""
