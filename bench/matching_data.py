"""Made-up seekers and posts of one county for the matching benchmark.

Supply and demand follow different power laws over the occupations, so popular posts are congested; a third of
the posts lie in other provinces. The places are real codes of 云阳县, the people and posts are made up.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa

ON = dt.date(2026, 3, 2)
COUNTY, TOWNS = "500235", 42
PROVINCE_COUNTIES = [f"5001{n:02d}" for n in range(1, 18)]
FAR_COUNTIES = [f"44{city:02d}{n:02d}" for city in (3, 6, 19, 20) for n in (1, 3, 6)] + [
    f"33{city:02d}{n:02d}" for city in (1, 2, 3) for n in (5, 9, 10)
]
SKILLS = [f"技能{n}" for n in range(64)]


def _occupations(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """120 codes in 12 中类 (the first ten are general labour), and their shares among seekers and posts."""
    general = [f"6-00-00-{n:02d}" for n in range(10)]
    trades = [f"6-{10 + n // 10:02d}-{1 + n % 10 // 3:02d}-{1 + n % 3:02d}" for n in range(110)]
    supply = 1 / (1 + rng.permutation(120)) ** 0.9
    supply[:10] *= 3
    supply /= supply.sum()
    demand = supply**0.7 * rng.lognormal(0, 0.5, 120)
    return np.array(general + trades), supply, demand / demand.sum()


def _skills(rng: np.random.Generator, rows: int, most: int) -> pa.Array:
    counts = rng.integers(0, most + 1, rows)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    values = np.array(SKILLS)[rng.integers(0, len(SKILLS), offsets[-1])]
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(values))


def _optional(rng: np.random.Generator, values: np.ndarray, share: float) -> pa.Array:
    """The values, null for all but the given share."""
    return pa.array(values, mask=rng.random(len(values)) >= share)


def make(n: int, m: int, openings: int, seed: int = 7) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Return seekers (n rows), posts (m rows with about so many openings in all) and places."""
    rng = np.random.default_rng(seed)
    codes, supply, demand = _occupations(rng)
    towns = np.array([f"{COUNTY}{100 + t:03d}" for t in range(TOWNS)])
    weight = rng.dirichlet(np.full(TOWNS, 3.0))
    places = pa.table({
        "region_code": towns,
        "lon": 108.7 + rng.uniform(-0.4, 0.4, TOWNS),
        "lat": 30.9 + rng.uniform(-0.35, 0.35, TOWNS),
    })  # fmt: skip
    household = np.cumsum(rng.random(n) < 0.45)
    zero = rng.random(household.max(initial=0) + 1) < 0.02
    tier = np.where(zero[household], 0, np.where(rng.random(n) < 0.10, 1, 2))
    away = np.array(PROVINCE_COUNTIES + FAR_COUNTIES)
    home = rng.choice(towns, n, p=weight)
    seekers = pa.table({
        "person_id": np.arange(n),
        "household_id": household,
        "tier": tier,
        "occupation_1": rng.choice(codes, n, p=supply),
        "occupation_2": _optional(rng, rng.choice(codes, n, p=supply), 0.5),
        "region_code": np.char.add(home, "201"),
        "travel": rng.choice(["county", "province", "anywhere"], n, p=[0.35, 0.25, 0.40]),
        "preferred_region": _optional(rng, rng.choice(away, n), 0.6),
        "age": np.clip(rng.normal(40, 11, n), 16, 65).astype(int),
        "sex": rng.choice(["男", "女"], n),
        "education": rng.choice(5, n, p=[0.12, 0.48, 0.24, 0.12, 0.04]),
        "health": rng.choice(3, n, p=[0.03, 0.12, 0.85]),
        "skills": _skills(rng, n, 3),
        "wage_floor": np.clip(rng.lognormal(8.42, 0.28, n), 2000, 15000).astype(int),
        "available_from": pa.nulls(n, pa.date32()),
    })  # fmt: skip
    kind = rng.choice(3, m, p=[0.40, 0.25, 0.35])
    place = np.where(
        kind == 0, rng.choice(towns, m, p=weight),
        np.where(kind == 1, rng.choice(PROVINCE_COUNTIES, m), rng.choice(FAR_COUNTIES, m)),
    )  # fmt: skip
    size = np.minimum(rng.lognormal(0, 1.1, m), 12.0)
    low = np.clip(rng.lognormal(8.35, 0.25, m) * np.where(kind == 0, 0.8, 1.1), 1800, 20000).astype(int)
    posts = pa.table({
        "post_id": np.arange(m),
        "employer_id": rng.integers(0, max(1, m // 5), m),
        "occupation": rng.choice(codes, m, p=demand),
        "region_code": place,
        "openings": np.maximum(1, np.round(size * openings / size.sum())).astype(int),
        "wage_min": low,
        "wage_max": (low * rng.uniform(1.05, 1.6, m)).astype(int),
        "age_min": rng.choice([16, 18], m, p=[0.1, 0.9]),
        "age_max": rng.choice([35, 45, 50, 55, 60, 65], m, p=[0.12, 0.25, 0.2, 0.2, 0.13, 0.1]),
        "sex_limit": _optional(rng, rng.choice(["男", "女"], m), 0.06),
        "education_min": rng.choice(5, m, p=[0.45, 0.3, 0.15, 0.08, 0.02]),
        "health_min": rng.choice(3, m, p=[0.05, 0.25, 0.70]),
        "skills": _skills(rng, m, 2),
        "lodging": rng.random(m) < 0.5,
        "active": np.ones(m, bool),
        "expires_on": pa.nulls(m, pa.date32()),
    })  # fmt: skip
    return seekers, posts, places
