"""The public functions: tables in, assignments, reasons and report out."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..parameters import Parameters
from .instance import Instance, from_edges, from_posts
from .settle import Settled, settle

REASONS = ("no_legal_place", "household_cap", "full")
CLAIMS = ("households of tier 0 with a member placed", "persons of tier 1", "other persons")


@dataclass(frozen=True)
class Allocation:
    """Who gets which place.

    The tiers, each served as far as the ones before it allow: 0, households of zero employment (seekers of tier 0
    with one household_id) of whom at least one gets a place; 1, persons of tier 1; 2, everybody else, further
    members of a household of tier 0 among them. Among all such allocations the one with the greatest score.

    Attributes
    ----------
    assignments
        person_id, household_id, post_id (place_id for plain pairs), tier, counted (the tier in which the place
        counts), score. Sorted by person_id; every person at most once.
    unplaced
        person_id, household_id, tier, reason, places (how many were open to the person). Reasons: no_legal_place;
        household_cap (the household has as many as it may); full (every place open to the person went to others).
    places
        post_id (place_id), capacity, reserved, taken, candidates (persons who could take it); sorted by id.
    report
        persons, placed, score, capacity, unplaced by reason, and by tier: claims, served, maximum (computed on its
        own, not from this allocation). ``proved``: every tier served equals its maximum. Plain values, fit for
        JSON.
    """

    assignments: pa.Table
    unplaced: pa.Table
    places: pa.Table
    report: dict[str, Any]


def allocate(
    seekers: pa.Table, posts: pa.Table, *, excluded: pa.Table | None = None, places: pa.Table | None = None,
    parameters: Parameters | None = None, on: dt.date, household_cap: int | None = None,
) -> Allocation:  # fmt: skip
    """Give each seeker at most one place, each open post as many seekers as it has openings.

    Parameters
    ----------
    seekers, posts, excluded
        As for ``match``; legality and score are the engine's. Posts may have a column ``reserved``: openings kept
        for tiers 0 and 1.
    places
        region_code, lon, lat, for distances.
    parameters
        Weights and limits of the score; what concerns lists and prices is not used.
    on
        The date of the allocation.
    household_cap
        At most so many places a household (same household_id, whatever the tier).

    Raises
    ------
    ValueError
        The input is not as documented, or too large.
    """
    _check(household_cap)
    started = time.perf_counter()
    instance = from_posts(seekers, posts, excluded, places, parameters or Parameters(), on)
    return _allocation(instance, "post_id", household_cap, started)


def allocate_edges(edges: pa.Table, places: pa.Table, *, household_cap: int | None = None) -> Allocation:
    """Give each person at most one place out of a plain list of pairs; see ``instance`` for the columns.

    Raises
    ------
    ValueError
        The input is not as documented, or too large.
    """
    _check(household_cap)
    started = time.perf_counter()
    return _allocation(from_edges(edges, places), "place_id", household_cap, started)


def _check(household_cap: int | None) -> None:
    if household_cap is not None and household_cap < 1:
        raise ValueError("the cap of a household must be at least 1")


def _allocation(instance: Instance, place_id: str, cap: int | None, started: float) -> Allocation:
    settled = settle(instance, cap)
    person, place = instance.person[settled.pair], instance.place[settled.pair]
    score = instance.score[settled.pair]
    assignments = pa.table({
        "person_id": instance.persons.take(pa.array(person)),
        "household_id": instance.households.take(pa.array(person)),
        place_id: instance.places.take(pa.array(place)),
        "tier": pa.array(instance.tier[person], pa.int8()),
        "counted": pa.array(settled.level, pa.int8()),
        "score": pa.array(score, pa.int32()),
    })  # fmt: skip
    unplaced = _unplaced(instance, person, cap)
    places = pa.table({
        place_id: instance.places,
        "capacity": pa.array(instance.capacity),
        "reserved": pa.array(instance.reserved),
        "taken": pa.array(np.bincount(place, minlength=len(instance.capacity))),
        "candidates": pa.array(np.bincount(instance.place, minlength=len(instance.capacity))),
    })  # fmt: skip
    reasons = unplaced["reason"].to_pylist()
    report = {
        "persons": len(instance.persons),
        "placed": len(person),
        "score": int(score.sum()),
        "places": len(instance.capacity),
        "capacity": int(instance.capacity.sum()),
        "reserved": int(instance.reserved.sum()),
        "pairs": len(instance.person),
        "household_cap": cap,
        "tiers": _tiers(instance, settled),
        "proved": settled.served == settled.maximum,
        "unplaced": {reason: reasons.count(reason) for reason in REASONS},
        "seconds": round(time.perf_counter() - started, 3),
    }
    return Allocation(assignments, unplaced, places, report)


def _unplaced(instance: Instance, placed: NDArray[np.int64], cap: int | None) -> pa.Table:
    """Everyone without a place, and why."""
    without = np.ones(len(instance.persons), np.bool_)
    without[placed] = False
    rows = np.flatnonzero(without)
    open_to = np.bincount(instance.person, minlength=len(instance.persons))[rows]
    got = np.bincount(instance.household[placed], minlength=instance.household.max(initial=-1) + 1)
    capped = got[instance.household[rows]] >= (len(without) + 1 if cap is None else cap)
    reason = np.where(open_to == 0, 0, np.where(capped, 1, 2))
    return pa.table({
        "person_id": instance.persons.take(pa.array(rows)),
        "household_id": instance.households.take(pa.array(rows)),
        "tier": pa.array(instance.tier[rows], pa.int8()),
        "reason": pa.array(REASONS).take(pa.array(reason)),
        "places": pa.array(open_to, pa.int32()),
    })  # fmt: skip


def _tiers(instance: Instance, settled: Settled) -> list[dict[str, Any]]:
    """One line a tier: claims, those with a place open to them, those served, and the most that can be served."""
    able = np.zeros(len(instance.persons), np.bool_)
    able[instance.person] = True
    columns = zip(
        CLAIMS, _claims(instance, able | True), _claims(instance, able), settled.served, settled.maximum, strict=True
    )
    return [
        {
            "tier": tier, "claims_are": what, "claims": claims, "with_legal_place": legal, "served": served,
            "maximum": maximum,
        }
        for tier, (what, claims, legal, served, maximum) in enumerate(columns)
    ]  # fmt: skip


def _claims(instance: Instance, who: NDArray[np.bool_]) -> tuple[int, int, int]:
    """Claims of these persons by tier: of a household of tier 0 one counts there, the others in the last tier."""
    households = len(np.unique(instance.household[who & (instance.tier == 0)]))
    key = int((who & (instance.tier == 1)).sum())
    return households, key, int(who.sum()) - households - key
