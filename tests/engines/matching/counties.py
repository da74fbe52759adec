"""Small made-up counties: a plain one to vary, and random ones for the property tests."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from jobbridge.engines.matching.warm import POST, SEEKER

Row = dict[str, Any]
DAY = dt.date(2026, 3, 2)

SEEKER_TYPES = {
    "person_id": pa.int64(), "household_id": pa.int64(), "tier": pa.int8(), "occupation_1": pa.string(),
    "occupation_2": pa.string(), "region_code": pa.string(), "travel": pa.string(),
    "preferred_region": pa.string(), "age": pa.int16(), "sex": pa.string(), "education": pa.int8(),
    "health": pa.int8(), "skills": pa.list_(pa.string()), "wage_floor": pa.int32(), "available_from": pa.date32(),
}  # fmt: skip
POST_TYPES = {
    "post_id": pa.int64(), "employer_id": pa.int64(), "occupation": pa.string(), "region_code": pa.string(),
    "openings": pa.int32(), "wage_min": pa.int32(), "wage_max": pa.int32(), "age_min": pa.int16(),
    "age_max": pa.int16(), "sex_limit": pa.string(), "education_min": pa.int8(), "health_min": pa.int8(),
    "skills": pa.list_(pa.string()), "lodging": pa.bool_(), "active": pa.bool_(), "expires_on": pa.date32(),
}  # fmt: skip


def seeker_table(rows: list[Row]) -> pa.Table:
    return pa.Table.from_pylist(rows, pa.schema(list(SEEKER_TYPES.items())))


def post_table(rows: list[Row]) -> pa.Table:
    return pa.Table.from_pylist(rows, pa.schema(list(POST_TYPES.items())))


def seeker(number: int = 1, **changes: Any) -> Row:
    return {**SEEKER, "person_id": number, "household_id": number, "skills": [], **changes}


def post(number: int = 1, **changes: Any) -> Row:
    return {**POST, "post_id": number, "skills": [], **changes}


OCCUPATIONS = ["6-18-01-01", "6-18-01-02", "6-18-02-01", "4-03-02-01", "6-00-00-00", "4-09-08-01"]
TOWNS = ["500235100201", "500235101200", "500236100001"]
WORKS = ["500235100", "500235101", "500235", "500235100201", "500236", "440306"]
SKILLS = st.lists(st.sampled_from(["电工证", "叉车证", "缝纫"]), max_size=3)
DAYS = st.none() | st.sampled_from([DAY + dt.timedelta(days=shift) for shift in (-1, 0, 5, 30, 31)])


def seekers() -> st.SearchStrategy[list[Row]]:
    one = st.fixed_dictionaries({
        "tier": st.integers(0, 2),
        "household_id": st.integers(0, 3),
        "occupation_1": st.none() | st.sampled_from(OCCUPATIONS),
        "occupation_2": st.none() | st.sampled_from(OCCUPATIONS),
        "region_code": st.sampled_from(TOWNS),
        "travel": st.sampled_from(["county", "province", "anywhere"]),
        "preferred_region": st.none() | st.sampled_from(["440306", "500236"]),
        "age": st.sampled_from([15, 16, 30, 45, 60]),
        "sex": st.sampled_from(["男", "女", None]),
        "education": st.none() | st.integers(0, 5),
        "health": st.none() | st.integers(0, 2),
        "skills": SKILLS,
        "wage_floor": st.none() | st.sampled_from([3000, 4000, 5000]),
        "available_from": DAYS,
    })  # fmt: skip
    return st.lists(one, max_size=9).map(lambda rows: [seeker(n, **row) for n, row in enumerate(rows)])


def posts() -> st.SearchStrategy[list[Row]]:
    one = st.fixed_dictionaries({
        "occupation": st.sampled_from(OCCUPATIONS),
        "region_code": st.sampled_from(WORKS),
        "openings": st.sampled_from([0, 1, 1, 2, 3, 40]),
        "wage_min": st.none() | st.sampled_from([2500, 3500]),
        "wage_max": st.none() | st.sampled_from([3600, 4200]),
        "age_min": st.none() | st.sampled_from([16, 18, 40]),
        "age_max": st.none() | st.sampled_from([45, 60]),
        "sex_limit": st.sampled_from([None, None, None, "男", "女"]),
        "education_min": st.sampled_from([None, 0, 0, 2, 4]),
        "health_min": st.sampled_from([None, 0, 1, 2]),
        "skills": SKILLS,
        "lodging": st.booleans(),
        "active": st.sampled_from([True, True, True, False]),
        "expires_on": DAYS,
    })  # fmt: skip
    return st.lists(one, max_size=7).map(lambda rows: [post(n, **row) for n, row in enumerate(rows)])


def crowded(people: int, offers: int, openings: int) -> tuple[pa.Table, pa.Table]:
    """A larger county in which everybody wants the same few posts; the same every time."""
    random = Random(5)
    wanted = [f"6-18-{n % 4 + 1:02d}-{n % 3 + 1:02d}" for n in range(12)]
    rows = [
        seeker(
            n, household_id=n // 2, tier=0 if n // 2 % 40 == 0 else random.choice([1, 2, 2, 2]),
            occupation_1=random.choice(wanted), occupation_2=random.choice([None, *wanted]),
            travel=random.choice(["county", "province", "anywhere"]), age=random.randint(16, 60),
            sex=random.choice("男女"), wage_floor=random.randint(2500, 4500), region_code=random.choice(TOWNS),
        )
        for n in range(people)
    ]  # fmt: skip
    wages = [random.randint(2800, 5000) for _ in range(offers)]
    return seeker_table(rows), post_table([
        post(
            n, occupation=random.choice(wanted), region_code=random.choice(WORKS), openings=openings, wage_min=wage,
            wage_max=wage + 500, age_max=random.choice([40, 50, 60]), lodging=random.random() < 0.5,
        )
        for n, wage in enumerate(wages)
    ])  # fmt: skip
