"""The end state of a county as hashes: what must be equal however often the cycle was killed on the way.

Surrogate keys are replaced by what they stand for; times of day are left out, days are not.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

import psycopg

PERSON = "(SELECT encode(p.id_index, 'hex') FROM registry_person p WHERE p.id = t.person_id)"
HOUSE = "(SELECT h.number FROM registry_household h WHERE h.id = t.household_id)"
POST = "(SELECT o.key FROM vacancies_post o WHERE o.id = t.post_id)"
PAIR = (
    "(SELECT encode(p.id_index, 'hex') || o.key FROM placements_recommendation r"
    " JOIN registry_person p ON p.id = r.person_id JOIN vacancies_post o ON o.id = r.post_id"
    " WHERE r.id = t.recommendation_id)"
)
SOURCE = "(SELECT s.label || s.as_of FROM imports_sourcerecord s WHERE s.id = t.source_id)"

STATE = {
    "imports_importbatch": "kind, source, state, as_of, counts, merged_rows, region_code",
    "imports_importrow": "sheet, row_number, state, label, subject, issues",
    "registry_household": f"number, head_name, category, risk_cleared, relocated, region_code, as_of, {SOURCE}",
    "registry_person": f"encode(id_index, 'hex'), name, sex, birth_date, education, labour_skill, health,"
    f" region_code, {HOUSE}, {SOURCE}",
    "registry_membership": f'{HOUSE}, {PERSON}, relation, start, "end", as_of',
    "registry_employmentspell": f'{PERSON}, start, "end", kind, employer_name, place_code, monthly_wage, as_of',
    "registry_workstatement": f"{PERSON}, employed, willing, reluctance, travel, wishes, wage_floor, skills, as_of",
    "registry_contactpoint": f"{PERSON}, encode(phone_index, 'hex'), \"primary\"",
    "employers_employer": "credit_code, name, kind, phone_mask",
    "brokers_broker": "region_code, name, active",
    "targeting_personstatus": f"{PERSON}, {HOUSE}, status, stable, contradicted, tier, as_of",
    "targeting_householdstatus": f"{HOUSE}, members, marks, zero_employment, monitored, seeking, unknown, urgency,"
    " as_of",
    "targeting_groupmembership": f'"group", {HOUSE}, {PERSON}, since, until, reasons',
    "linkage_feedrecord": "encode(content_hash, 'hex'), source, name, seen_on, direction, region_code,"
    " place_note, keep_until, purged_on",
    "linkage_link": "(SELECT encode(f.content_hash, 'hex') FROM linkage_feedrecord f WHERE f.id = t.record_id), "
    f"{PERSON}, round(posterior::numeric, 6), zone, stage, hold, decision, priority",
    "linkage_villagequestion": f"{PERSON}, region_code, facts, state, answer, note, expires_on",
    "linkage_linkrun": '"on", register_mark, feed_mark, counts',
    "linkage_dataagreement": "source, document_number, fields, valid_until, retention_days, ended_on",
    "linkage_returnee": f"{PERSON}, first_seen, last_seen, left_on, sources, sightings, origin, destination, state,"
    " reason, recorded_away, opened_on, region_code",
    "linkage_outsider": "encode(key, 'hex'), name, id_mask, phone_mask, sources, sightings, first_seen, last_seen,"
    " decision, region_code",
    "linkage_suspicion": f"kind, {PERSON}, ledger, seen_on, jsonb_path_query_array(sightings, '$[*].on'), state,"
    " opened_on, region_code",
    "linkage_deletion": '"on", records, emptied, rows, file',
    "casework_case": f"kind, {HOUSE}, {PERSON}, state, opened_on, due_on, reopen_count, evidence",
    "casework_caselog": 'before, after, "on", actor, note',
    "casework_serviceitem": f"{PERSON}, kind, ordinal, due_on, state, done_on, note",
    "casework_visit": f"client_key, {HOUSE}, met, at, by_name, note",
    "casework_task": f"kind, {HOUSE}, {PERSON}, reason, urgency, due_on, state",
    "vacancies_jobtitle": "text, proposed, round(score::numeric, 3), candidates->0->>0, confirmed, posts, wishes",
    "vacancies_post": "key, title, occupation, place_code, openings, wage_min, wage_max, state, expires_on, origin,"
    " collected_on, screened_on, screened_by, quality, confirmed_on",
    "vacancies_postlog": f"{POST}, event, before, after, actor, note",
    "placements_matchrun": '"on", seekers, posts, recommendations, gap, state',
    "placements_runpost": f"{POST}, openings, capacity, candidates, short, price",
    "placements_runseeker": f"{PERSON}, tier, sex, age, disabled, legal, given, \"limit\", missed, changes, training",
    "placements_recommendation": f"{PERSON}, {POST}, rank, score, terms, reasons, state, state_on, refusal, note,"
    " started_on",
    "placements_recommendationlog": f"{PAIR}, before, after, \"on\", reason, note, actor",
    "placements_workerlink": f"{PERSON}, encode(code_hash, 'hex')",
    "messaging_message": "purpose, template, encode(recipient_index, 'hex'), body, state, channel",
    "indicators_target": "indicator, year, area_id, value",
    "indicators_indicatorvalue": 'indicator, "on", area_id, value, numerator, denominator, target',
    "cycle_stagerun": "stage, state",
}


def end_state(url: str) -> dict[str, tuple[int, str]]:
    """Rows and hash of every table."""
    with psycopg.connect(url) as link:
        return {table: _hash(_lines(link, table)) for table in STATE}


def differences(url: str, other: str) -> list[str]:
    """Lines that only one of two counties has: what to show when their hashes differ."""
    shown = []
    with psycopg.connect(url) as one, psycopg.connect(other) as two:
        for table in STATE:
            left, right = (Counter(_lines(link, table)) for link in (one, two))
            shown += [f"{table} - {line[:300]}" for line in sorted((left - right).elements())[:3]]
            shown += [f"{table} + {line[:300]}" for line in sorted((right - left).elements())[:3]]
    return shown


def _lines(link: psycopg.Connection[Any], table: str) -> list[str]:
    link.execute("SELECT set_config('jb.lo', '', false), set_config('jb.hi', '~', false)")
    rows = link.execute(f"SELECT concat_ws('|', {STATE[table]}) AS line FROM {table} t ORDER BY line")
    return [row[0] for row in rows]


def _hash(lines: list[str]) -> tuple[int, str]:
    return len(lines), hashlib.sha256("\n".join(lines).encode()).hexdigest()
