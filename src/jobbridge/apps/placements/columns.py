"""Seekers and posts of the ledger as the columns the matching engine reads."""

from __future__ import annotations

from datetime import date
from math import ceil
from typing import Any

import pyarrow as pa
from django.db import connection

from jobbridge.engines.occupations import classifier

EDUCATION = ("文盲或半文盲", "小学", "初中", "高中", "大专", "本科及以上")
LIVE_SQL = "('recommended', 'sent', 'delivered', 'interested')"

SEEKERS = f"""
SELECT s.person_id, s.household_id, s.tier, p.region_code, p.sex, p.education, p.health, p.labour_skill,
  extract(year FROM age(%(on)s::date, p.birth_date))::int AS age, w.wishes, w.travel, w.preferred_place, w.wage_floor,
  w.available_from, w.skills, p.name
FROM targeting_personstatus s JOIN registry_person p ON p.id = s.person_id
LEFT JOIN LATERAL (
  SELECT wishes, travel, preferred_place, wage_floor, available_from, skills FROM registry_workstatement w
  WHERE w.person_id = s.person_id AND w.as_of <= %(on)s ORDER BY w.as_of DESC, w.id DESC LIMIT 1
) w ON true
WHERE s.status = 'S' AND p.life = 'alive' AND NOT EXISTS (
  SELECT 1 FROM placements_recommendation r WHERE r.person_id = s.person_id AND r.state IN {LIVE_SQL})
ORDER BY s.person_id
"""

POSTS = f"""
SELECT o.id AS post_id, o.employer_id, o.occupation, o.place_code, o.openings, o.wage_min, o.wage_max,
  o.age_min, o.age_max,
  o.sex_limit, o.education_min, o.health_min, o.skills, o.lodging, o.state = 'active' AS active, o.expires_on,
  o.title, o.place_text,
  (SELECT count(*) FROM placements_recommendation r WHERE r.post_id = o.id AND r.state IN {LIVE_SQL}) AS live,
  (SELECT count(*) FROM placements_recommendation r WHERE r.post_id = o.id AND r.state = 'placed') AS placed
FROM vacancies_post o WHERE o.state = 'active' AND o.expires_on >= %(on)s ORDER BY o.id
"""


def health_level(health: str, labour_skill: str) -> int:
    """0 weak, 1 light work, 2 fit, from the words of the ledger."""
    if "大病" in health:
        return 0
    return 1 if "残疾" in health or "慢性" in health or labour_skill.startswith("弱") else 2


def seekers(on: date) -> tuple[pa.Table, dict[int, dict[str, Any]]]:
    """Everyone who seeks work and has no live recommendation; and the same rows by person."""
    rows = _fetch(SEEKERS, on)
    code = classifier().code
    for row in rows:
        wishes = [code(wish) for wish in (row["wishes"] or [])[:2]]
        row["occupation_1"] = (wishes[0] or None) if wishes else None
        row["occupation_2"] = (wishes[1] or None) if len(wishes) > 1 else None
        row["education"] = EDUCATION.index(row["education"]) if row["education"] in EDUCATION else None
        row["health"] = health_level(row["health"], row["labour_skill"])
        row["travel"] = row["travel"] or "province"
        row["preferred_region"] = row["preferred_place"] or None
        row["skills"] = row["skills"] or []
    types = {
        "person_id": pa.int64(), "household_id": pa.int64(), "tier": pa.int8(), "occupation_1": pa.string(),
        "occupation_2": pa.string(), "region_code": pa.string(), "travel": pa.string(),
        "preferred_region": pa.string(), "age": pa.int16(), "sex": pa.string(), "education": pa.int8(),
        "health": pa.int8(),
        "skills": pa.list_(pa.string()), "wage_floor": pa.int32(), "available_from": pa.date32(),
    }  # fmt: skip
    return _table(rows, types), {row["person_id"]: row for row in rows}


def posts(on: date, kappa: float) -> tuple[pa.Table, dict[int, dict[str, Any]]]:
    """Open posts; openings already covered by live recommendations do not count again."""
    rows = _fetch(POSTS, on)
    for row in rows:
        left = row["openings"] - row["placed"] - ceil(row["live"] / kappa)
        row["openings"], row["active"] = max(left, 0), row["active"] and left > 0
        row["region_code"] = _region(row["place_code"])
        row["sex_limit"] = row["sex_limit"] or None
    types = {
        "post_id": pa.int64(), "employer_id": pa.int64(), "occupation": pa.string(), "region_code": pa.string(),
        "openings": pa.int32(), "wage_min": pa.int32(), "wage_max": pa.int32(), "age_min": pa.int16(),
        "age_max": pa.int16(), "sex_limit": pa.string(), "education_min": pa.int8(), "health_min": pa.int8(),
        "skills": pa.list_(pa.string()), "lodging": pa.bool_(), "active": pa.bool_(), "expires_on": pa.date32(),
    }  # fmt: skip
    return _table(rows, types), {row["post_id"]: row for row in rows}


def excluded() -> pa.Table:
    """Pairs that were recommended before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT person_id, post_id FROM placements_recommendation ORDER BY 1, 2")
        pairs = cursor.fetchall()
    return pa.table(
        {
            "person_id": pa.array([pair[0] for pair in pairs], pa.int64()),
            "post_id": pa.array([pair[1] for pair in pairs], pa.int64()),
        }
    )


def places() -> pa.Table:
    """Where the townships lie, as far as it is known."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT left(code, 9), longitude, latitude FROM areas_area"
            " WHERE level = 4 AND longitude IS NOT NULL ORDER BY 1"
        )
        rows = cursor.fetchall()
    return pa.table(
        {
            "region_code": pa.array([row[0] for row in rows], pa.string()),
            "lon": pa.array([row[1] for row in rows], pa.float64()),
            "lat": pa.array([row[2] for row in rows], pa.float64()),
        }
    )


def _region(code: str) -> str:
    """Six digits for a county or anything above it, nine for a township, twelve for a village."""
    if code[6:] == "0" * len(code[6:]):
        return code[:6]
    return code[:9] if code[9:] == "0" * len(code[9:]) else code


def _fetch(query: str, on: date) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"on": on})
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _table(rows: list[dict[str, Any]], types: dict[str, pa.DataType]) -> pa.Table:
    return pa.table({name: pa.array([row[name] for row in rows], kind) for name, kind in types.items()})
