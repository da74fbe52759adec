"""Seekers and posts of the ledger as the columns the matching engine reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from math import asin, ceil, cos, radians, sin, sqrt
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
from django.db import connection

from jobbridge.apps.placements.flows import AT_WORK, LIVE
from jobbridge.apps.placements.refusal_rules import (
    HEARD_DAYS,
    Distance,
    Heard,
    Refused,
    adjusted,
    floor_of_engine,
    heard,
    unwanted,
)
from jobbridge.apps.vacancies.titles import codes

if TYPE_CHECKING:
    from jobbridge.engines.matching import Parameters

EDUCATION = ("文盲或半文盲", "小学", "初中", "高中", "大专", "本科及以上")
EARTH_KM = 6371.0
LIVE_SQL = "(" + ", ".join(f"'{state}'" for state in LIVE) + ")"
AT_WORK_SQL = "(" + ", ".join(f"'{state}'" for state in AT_WORK) + ")"

SEEKERS = f"""
SELECT s.person_id, s.household_id, s.tier, p.region_code, p.sex, p.education, p.health, p.disability, p.labour_skill,
  extract(year FROM age(%(on)s::date, p.birth_date))::int AS age, w.wishes, w.travel, w.preferred_place, w.wage_floor,
  w.available_from, w.skills, p.name
FROM targeting_personstatus s JOIN registry_person p ON p.id = s.person_id
LEFT JOIN LATERAL (
  SELECT wishes, travel, preferred_place, wage_floor, available_from, skills FROM registry_workstatement w
  WHERE w.person_id = s.person_id AND w.as_of <= %(on)s ORDER BY w.as_of DESC, w.id DESC LIMIT 1
) w ON true
WHERE s.status = 'S' AND p.life = 'alive' AND NOT EXISTS (
  SELECT 1 FROM placements_recommendation r WHERE r.person_id = s.person_id AND (
    (r.state IN {LIVE_SQL} AND NOT %(afresh)s)
    -- Brought to work since their status was last reckoned; the ledger ends it when the stay ends.
    OR r.state IN ('placed', 'stable_1', 'stable_3')
    -- Who says they have work is asked before they are offered more.
    OR (r.refusal = 'employed' AND r.state_on > %(on)s::date - {HEARD_DAYS} AND NOT EXISTS (
      SELECT 1 FROM registry_workstatement a JOIN imports_sourcerecord i ON i.id = a.source_id
      WHERE a.person_id = r.person_id AND a.employed IS NOT NULL AND a.as_of >= r.state_on
        AND i.kind IN ('visit', 'phone')))))
  AND (%(person)s::bigint IS NULL OR s.person_id = %(person)s)
ORDER BY s.person_id
"""

WISHES = """
SELECT wish, count(*) AS wishing
FROM (
  SELECT DISTINCT ON (w.person_id) w.wishes FROM registry_workstatement w
  JOIN targeting_personstatus s ON s.person_id = w.person_id AND s.status = 'S'
  WHERE w.as_of <= %(on)s ORDER BY w.person_id, w.as_of DESC, w.id DESC
) latest, unnest(latest.wishes[1:2]) wish GROUP BY wish ORDER BY wish
"""

REFUSALS = f"""
SELECT r.person_id, r.refusal AS reason, r.state_on AS "on", o.title, o.occupation, o.place_code AS region,
  o.wage_min, o.wage_max, o.health_min, o.shift
FROM placements_recommendation r JOIN vacancies_post o ON o.id = r.post_id
WHERE r.state = 'refused' AND r.state_on > %(on)s::date - {HEARD_DAYS}
  AND (%(person)s::bigint IS NULL OR r.person_id = %(person)s)
ORDER BY r.person_id, r.id
"""

POSTS = f"""
SELECT o.id AS post_id, o.employer_id, o.occupation, o.place_code, o.openings, o.wage_min, o.wage_max,
  o.age_min, o.age_max,
  o.sex_limit, o.education_min, o.health_min, o.skills, o.lodging, o.shift, o.state = 'active' AS active,
  o.expires_on, o.title, o.place_text, e.name AS employer,
  (SELECT count(*) FROM placements_recommendation r WHERE r.post_id = o.id AND r.state IN {LIVE_SQL}) AS live,
  (SELECT count(*) FROM placements_recommendation r WHERE r.post_id = o.id AND r.state IN {AT_WORK_SQL}) AS placed
FROM vacancies_post o JOIN employers_employer e ON e.id = o.employer_id
WHERE o.state = 'active' AND o.expires_on >= %(on)s ORDER BY o.id
"""


PAIRS = f"""
SELECT person_id, post_id FROM placements_recommendation WHERE NOT (%(afresh)s AND state IN {LIVE_SQL}) ORDER BY 1, 2
"""


def health_level(health: str, labour_skill: str) -> int:
    """0 weak, 1 light work, 2 fit, from the words of the ledger."""
    if "大病" in health:
        return 0
    return 1 if "残疾" in health or "慢性" in health or labour_skill.startswith("弱") else 2


def disabled(disability: str, health: str) -> bool | None:
    """Whether somebody has a disability, from the words of the ledger; None where it says nothing of health."""
    if disability or "残疾" in health:
        return True
    return False if health else None


class Instance(NamedTuple):
    """What a run is given: the engine's tables, and the rows of seekers and posts by their keys."""

    seekers: pa.Table
    posts: pa.Table
    excluded: pa.Table
    places: pa.Table
    people: dict[int, dict[str, Any]]
    offers: dict[int, dict[str, Any]]


def instance(
    on: date, parameters: Parameters, *, afresh: bool = False, person: int | None = None, hear: bool = True
) -> Instance:
    """The county of a day, as a run with these parameters sees it.

    ``afresh``, for trials, takes everybody who seeks work whatever they have waiting, and every place not yet filled.
    ``person`` leaves all other seekers out. Without ``hear`` the refusals of seekers change nothing.
    """
    table, people = seekers(on, parameters.wage_percent, afresh=afresh, person=person, hear=hear)
    offered, offers = posts(on, parameters.kappa, afresh=afresh)
    near = places()
    out = excluded(people, offers, parameters.general_labour, near, afresh=afresh)
    return Instance(table, offered, out, near, people, offers)


def seekers(
    on: date, wage_percent: int, *, afresh: bool = False, person: int | None = None, hear: bool = True
) -> tuple[pa.Table, dict[int, dict[str, Any]]]:
    """Everyone who seeks work and has no live recommendation; and the same rows by person.

    What they refused of late narrows their limits; the rows say it under ``heard``.
    """
    rows = _fetch(SEEKERS, on=on, afresh=afresh, person=person)
    refused = refusals(on, person=person) if hear else {}
    occupation = codes(wish for row in rows for wish in (row["wishes"] or [])[:2])
    for row in rows:
        wishes = [occupation[wish] for wish in (row["wishes"] or [])[:2]]
        row["occupation_1"] = (wishes[0] or None) if wishes else None
        row["occupation_2"] = (wishes[1] or None) if len(wishes) > 1 else None
        row["education"] = EDUCATION.index(row["education"]) if row["education"] in EDUCATION else None
        row["disabled"] = disabled(row["disability"], row["health"])
        row["health"] = health_level(row["health"], row["labour_skill"])
        row["travel"] = row["travel"] or "province"
        row["preferred_region"] = row["preferred_place"] or None
        row["skills"] = row["skills"] or []
    nothing = Heard()
    floors = {}
    for at, row in enumerate(rows):
        said = heard(refused.get(row["person_id"], ()), home=row["region_code"], on=on)
        floors[row["person_id"]] = floor_of_engine(row, said, wage_percent)
        rows[at] = (adjusted(row, said) if said != nothing else row) | {"heard": said}
    types = {
        "person_id": pa.int64(), "household_id": pa.int64(), "tier": pa.int8(), "occupation_1": pa.string(),
        "occupation_2": pa.string(), "region_code": pa.string(), "travel": pa.string(),
        "preferred_region": pa.string(), "age": pa.int16(), "sex": pa.string(), "education": pa.int8(),
        "health": pa.int8(), "disabled": pa.bool_(),
        "skills": pa.list_(pa.string()), "wage_floor": pa.int32(), "available_from": pa.date32(),
    }  # fmt: skip
    told = [row | {"wage_floor": floors[row["person_id"]]} for row in rows]
    return _table(told, types), {row["person_id"]: row for row in rows}


def seeks(person: int, on: date) -> bool:
    """Whether somebody would take part in a run, but for what they have waiting."""
    return bool(_fetch(SEEKERS, on=on, afresh=True, person=person))


def refusals(on: date, *, person: int | None = None) -> dict[int, list[Refused]]:
    """What was refused of late and still counts, by person: everybody's, or of one."""
    found: dict[int, list[Refused]] = defaultdict(list)
    for refusal in _fetch(REFUSALS, on=on, person=person):
        found[refusal.pop("person_id")].append(Refused(**refusal | {"region": _region(refusal["region"])}))
    return found


def wishes(on: date) -> dict[str, int]:
    """How many of those who seek work wish for each title, as they put it; whether or not they have posts waiting."""
    return {row["wish"]: row["wishing"] for row in _fetch(WISHES, on=on)}


def posts(on: date, kappa: float, *, afresh: bool = False) -> tuple[pa.Table, dict[int, dict[str, Any]]]:
    """Open posts; openings already covered by live recommendations do not count again."""
    rows = _fetch(POSTS, on=on)
    for row in rows:
        left = row["openings"] - row["placed"] - (0 if afresh else ceil(row["live"] / kappa))
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


def excluded(
    people: dict[int, dict[str, Any]], offers: dict[int, dict[str, Any]], general: tuple[str, ...], near: pa.Table,
    *, afresh: bool = False,
) -> pa.Table:  # fmt: skip
    """Pairs that were recommended before, and posts that somebody's refusals rule out for them.

    ``general`` are the prefixes of the occupations open to everybody, ``near`` is the table of `places`.
    """
    with connection.cursor() as cursor:
        cursor.execute(PAIRS, {"afresh": afresh})
        pairs = cursor.fetchall()
    pairs += _ruled_out(people.values(), offers.values(), general, _distances(near))
    return pa.table(
        {
            "person_id": pa.array([pair[0] for pair in pairs], pa.int64()),
            "post_id": pa.array([pair[1] for pair in pairs], pa.int64()),
        }
    )


def _ruled_out(
    people: Iterable[dict[str, Any]], offers: Iterable[dict[str, Any]], general: tuple[str, ...], distance: Distance
) -> Iterator[tuple[int, int]]:
    """Only posts that the engine would look at for this person: of their own 中类, or open to everybody."""
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for post in offers:
        groups["" if post["occupation"].startswith(general) else _middle(post["occupation"])].append(post)
    for person in people:
        if not person["heard"].bars:
            continue
        own = {_middle(code) for code in (person["occupation_1"], person["occupation_2"]) if code} | {""}
        for post in (post for group in sorted(own) for post in groups.get(group, ())):
            if unwanted(person["heard"], home=person["region_code"], post=post, distance=distance):
                yield person["person_id"], post["post_id"]


def _middle(occupation: str) -> str:
    return "-".join(occupation.split("-")[:2])


def _distances(places: pa.Table) -> Distance:
    """Kilometres between townships, as the crow flies."""
    at = {row["region_code"]: (radians(row["lon"]), radians(row["lat"])) for row in places.to_pylist()}

    def distance(one: str, other: str) -> float | None:
        here, there = at.get(one[:9]), at.get(other[:9])
        if here is None or there is None:
            return None
        half = sin((there[1] - here[1]) / 2) ** 2
        half += cos(here[1]) * cos(there[1]) * sin((there[0] - here[0]) / 2) ** 2
        return 2 * EARTH_KM * asin(sqrt(half))

    return distance


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


def _fetch(query: str, **values: Any) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _table(rows: list[dict[str, Any]], types: dict[str, pa.DataType]) -> pa.Table:
    return pa.table({name: pa.array([row[name] for row in rows], kind) for name, kind in types.items()})
