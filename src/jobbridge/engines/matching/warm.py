"""Compile every kernel once, at installation, so that no run of a user waits for it."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa

from .columns import POST_COLUMNS, SEEKER_COLUMNS
from .edges import legal_pairs
from .outlook import near_misses, outlooks
from .run import match

ON = dt.date(2026, 1, 1)
SEEKER = {
    "person_id": 1, "household_id": 1, "tier": 0, "occupation_1": "6-18-01-01", "occupation_2": None,
    "region_code": "500235100201", "travel": "county", "preferred_region": None, "age": 40, "sex": "女",
    "education": 2, "health": 2, "skills": ["电工证"], "wage_floor": 3000, "available_from": None,
}  # fmt: skip
POST = {
    "post_id": 1, "employer_id": 1, "occupation": "6-18-01-01", "region_code": "500235100", "openings": 1,
    "wage_min": 3000, "wage_max": 4000, "age_min": 18, "age_max": 60, "sex_limit": None, "education_min": 0,
    "health_min": 0, "skills": ["电工证"], "lodging": True, "active": True, "expires_on": None,
}  # fmt: skip


def example() -> tuple[pa.Table, pa.Table]:
    """Return a county of two seekers and one post; the second seeker can go nowhere."""
    seekers = [SEEKER, {**SEEKER, "person_id": 2, "occupation_1": None, "wage_floor": 9000}]
    return (
        pa.Table.from_pylist([{name: row[name] for name in SEEKER_COLUMNS} for row in seekers]),
        pa.Table.from_pylist([{name: POST[name] for name in POST_COLUMNS}]),
    )


def warm() -> None:
    """Run the engine on the smallest county that enters every kernel."""
    seekers, posts = example()
    result = match(seekers, posts, on=ON)
    near_misses(seekers, posts, result, [1, 2])
    outlooks(seekers, posts, on=ON)
    legal_pairs(seekers, posts, on=ON)
