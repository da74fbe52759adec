"""The demo county's register and feeds as two tables with the truth, for the linkage benchmark."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from jobbridge.demo import feeds, people, places, welfare, work

ON = dt.date(2026, 3, 1)
_TEXT = ("source", "name", "id_number", "phone", "village_code", "sex", "birth_date", "seen_on")


class Data(NamedTuple):
    """Register and feed as the engine reads them; truth: record_id, person_id (null: not in the register)."""

    register: pa.Table
    feed: pa.Table
    truth: pa.Table


# The shifted set: nearly half of the rows are about people of elsewhere, and names are wrong twice as often.
SHIFTED_OUTSIDERS, SHIFTED_NAME_ERRORS = 0.48, 2.0


def make(size: int, seed: int, *, shifted: bool = False) -> Data:
    """A register of ``size`` people and about a fifth as many feed rows."""

    def stream(number: int) -> np.random.Generator:
        return np.random.default_rng([seed, number])

    here = places.county()
    many = {"outsiders": 0.08} if shifted else {}
    population = people.make(stream(2), size, ON, **many)
    kinds = welfare.make(stream(3), population, np.arange(8))
    worse = {"outsiders": SHIFTED_OUTSIDERS, "name_errors": SHIFTED_NAME_ERRORS} if shifted else {}
    reported = feeds.make(stream(10), population, work.make(stream(5), population, kinds), **worse)
    codes = np.array(here.village_codes)
    register = pa.table(
        {
            "person_id": np.arange(population.size),
            "name": population.name.tolist(),
            "id_number": population.id_number.tolist(),
            "phone": population.register_phone.tolist(),
            "village_code": codes[population.village].tolist(),
            "birth_date": population.birth.astype("M8[D]").astype(str).tolist(),
            "sex": np.array(["男", "女"])[population.sex].tolist(),
            "household_id": population.house,
        }
    )
    rows, persons = _rows(reported, dict(zip(here.village_names, here.village_codes, strict=True)))
    record = np.arange(len(persons))
    feed = pa.table({"record_id": record, **{c: pa.array([row[c] for row in rows], pa.string()) for c in _TEXT}})
    known = pa.array([None if p < 0 else p for p in persons], pa.int64())
    return Data(register, feed, pa.table({"record_id": record, "person_id": known}))


def _rows(reported: list[feeds.Feed], code_of: dict[str, str]) -> tuple[list[dict[str, str]], list[int]]:
    rows, persons = [], []
    for feed in reported:
        fields = [field for _, field in feeds.LAYOUTS[feed.source][3]]
        for values, person in zip(feed.rows, feed.person, strict=True):
            row = dict(zip(fields, values, strict=True))
            rows.append(
                {
                    "source": feed.source,
                    "name": row.get("name", ""),
                    "id_number": row.get("id", ""),
                    "phone": row.get("phone", ""),
                    "village_code": code_of.get(row.get("village", ""), ""),
                    "sex": row.get("sex", ""),
                    "birth_date": row.get("birth", ""),
                    "seen_on": row.get("day", ""),
                }
            )
            persons.append(person)
    return rows, persons
