"""Places, distances and terms, by table."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from jobbridge.engines.matching import match

from .counties import post, post_table, seeker, seeker_table

ON = dt.date(2026, 3, 2)
# Two townships of one county 0.1 degree of latitude (11.12 km) apart, and one far beyond 50 km.
PLACES = pa.table({
    "region_code": ["500235100", "500235101", "500235102", "500235"],
    "lon": [108.7, 108.7, 108.7, 108.7],
    "lat": [30.9, 31.0, 31.8, 30.9],
})  # fmt: skip


def only(person, offer, places=PLACES):
    rows = match(seeker_table([person]), post_table([offer]), places=places, on=ON).recommendations.to_pylist()
    assert len(rows) == 1
    return rows[0]


@pytest.mark.parametrize(
    ("work", "travel", "places", "points", "kind", "km"),
    [
        ("500235100", "county", PLACES, 2000, "town", 0),
        ("500235101", "county", PLACES, 1555, "county", 11.12),
        ("500235101", "anywhere", PLACES, 1244, "county", 11.12),
        ("500235102", "county", PLACES, 0, "county", 100.08),
        ("500235", "county", PLACES, 2000, "county", 0),
        ("500235103", "county", PLACES, 1000, "county", None),
        ("500235101", "county", None, 1000, "county", None),
        ("500235100301", "county", None, 2000, "town", None),
        ("500235000000", "county", None, 1000, "county", None),
        ("500236", "province", PLACES, 1300, "province", None),
        ("440306", "anywhere", PLACES, 1100, "elsewhere", None),
        ("440307", "anywhere", PLACES, 2000, "preferred", None),
    ],
)
def test_place(work, travel, places, points, kind, km):
    row = only(seeker(travel=travel, preferred_region="440307"), post(region_code=work), places)
    assert (row["place"], row["place_kind"]) == (points, kind)
    assert row["distance_km"] == (None if km is None else pytest.approx(km, abs=0.05))


@pytest.mark.parametrize(
    ("first", "second", "wanted", "near", "points"),
    [
        ("6-18-01-01", None, "6-18-01-01", "first_same", 4000),
        ("4-03-02-01", "6-18-01-01", "6-18-01-01", "second_same", 3400),
        ("6-18-01-02", "6-18-01-01", "6-18-01-01", "second_same", 3400),
        ("6-18-01-02", None, "6-18-01-01", "first_minor", 2600),
        ("4-03-02-01", "6-18-01-02", "6-18-01-01", "second_minor", 2300),
        ("6-18-02-01", None, "6-18-01-01", "first_middle", 2000),
        ("4-03-02-01", "6-18-02-01", "6-18-01-01", "second_middle", 1800),
        ("4-03-02-01", None, "6-31-05-00", "general", 1200),
        ("6-31-05-00", None, "6-31-05-00", "first_same", 4000),
        ("6-31-01-01", None, "6-31-05-00", "first_middle", 2000),
        ("6-18-01", None, "6-18-01-00", "first_same", 4000),
    ],
)
def test_occupation(first, second, wanted, near, points):
    row = only(seeker(occupation_1=first, occupation_2=second), post(occupation=wanted))
    assert (row["nearness"], row["occupation"]) == (near, points)


@pytest.mark.parametrize(
    ("floor", "low", "high", "points"),
    [
        (4000, 4000, 4000, 1000),
        (4000, 5200, 5200, 2000),
        (4000, 9000, 9000, 2000),
        (4000, 4600, 4600, 1500),
        (4000, 2400, 3200, 0),
        (4000, None, None, 1000),
        (4000, None, 4600, 1500),
        (None, 3000, 4000, 1000),
    ],
)
def test_wage(floor, low, high, points):
    row = only(seeker(wage_floor=floor), post(wage_min=low, wage_max=high))
    assert row["wage"] == pytest.approx(points, abs=1)


@pytest.mark.parametrize(
    ("have", "asked", "points"),
    [([], [], 750), ([], ["a"], 0), (["a"], ["a"], 1500), (["a", "c"], ["a", "b"], 750), (None, ["a", "b", "c"], 0)],
)
def test_skill(have, asked, points):
    assert only(seeker(skills=have), post(skills=asked))["skill"] == points


def test_lodging_counts_away_from_home_only():
    away = seeker(travel="anywhere")
    assert only(away, post(region_code="440306", lodging=True))["lodging"] == 500
    assert only(away, post(region_code="440306", lodging=False))["lodging"] == 0
    assert only(away, post(lodging=True))["lodging"] == 0
