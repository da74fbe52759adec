"""Who could take which place, as arrays: from seekers and posts, or from a plain list of pairs.

Seekers and posts
    The tables of ``matching run`` (see ``columns``); a post has ``openings`` places. One column more may be given
    with the posts: reserved int, nullable, places of it kept for tiers 0 and 1.

Pairs (edges), for seats and classes where no occupation is matched; one row a pair
    person_id any sortable type; household_id any type, null: lives alone; tier int 0 zero-employment household,
    1 key group, 2 other; place_id any sortable type, null: nothing is open to this person (who is then listed
    with the reason); score int 0 to 1,000,000. Household and tier of a person are the same in every row.

Places, with the pairs; one row a place, seat list or class
    place_id, not null, unique; capacity int; reserved int, optional, as above.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..columns import load
from ..compiled import usable_cores
from ..edges import pairs_of
from ..parameters import TIERS, Parameters
from ..score import terms
from ..values import cast, numbers, plain_ids, required

EDGE_COLUMNS = ("person_id", "household_id", "tier", "place_id", "score")
PLACE_COLUMNS = ("place_id", "capacity")
MOST_SCORE = 1_000_000
MOST_PLACES = 1 << 24
MOST_PAIRS = 10_000_000


class Instance(NamedTuple):
    """One instance; persons and places sorted by id, so that the order of the rows given does not matter.

    ``household`` numbers the households from 0 (who has none is one of his own); ``person``, ``place`` and
    ``score`` are the pairs, sorted.
    """

    persons: pa.Array
    households: pa.Array
    household: NDArray[np.int64]
    tier: NDArray[np.int64]
    places: pa.Array
    capacity: NDArray[np.int64]
    reserved: NDArray[np.int64]
    person: NDArray[np.int64]
    place: NDArray[np.int64]
    score: NDArray[np.int64]


def from_posts(
    seekers: pa.Table, posts: pa.Table, excluded: pa.Table | None, places: pa.Table | None, parameters: Parameters,
    on: dt.date,
) -> Instance:  # fmt: skip
    """Every legal pair of the matching engine among the open posts, one place an opening."""
    alone = replace(parameters, kappa=1.0)
    county = load(seekers, posts, excluded, places, alone, on)
    person, post = pairs_of(county, alone.threads or usable_cores(), MOST_PAIRS)
    points, _ = terms(county, person, post, alone.weights)
    offers = posts.take(pa.array(county.post_row))
    order = np.asarray(pc.sort_indices(offers["post_id"]).to_numpy(), np.int64)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    reserved = _reserved(offers, "openings")
    return _instance(
        seekers.select(["person_id", "household_id", "tier"]).take(pa.array(county.seeker_row)),
        _one(offers["post_id"].take(pa.array(order))), county.posts.capacity.astype(np.int64)[order], reserved[order],
        person, rank[post], points.sum(1, dtype=np.int64),
    )  # fmt: skip


def from_edges(edges: pa.Table, places: pa.Table) -> Instance:
    """The pairs as given, checked."""
    required(edges, EDGE_COLUMNS, "edges")
    required(places, PLACE_COLUMNS, "places")
    if edges.num_rows > MOST_PAIRS:
        raise ValueError(f"edges: {edges.num_rows:,} rows, only up to {MOST_PAIRS:,} are allocated at once")
    for column in ("person_id", "household_id", "place_id"):
        plain_ids(edges[column], f"edges: {column}")
    plain_ids(places["place_id"], "places: place_id")
    for table, column, name in ((edges, "person_id", "edges"), (places, "place_id", "places")):
        if table[column].null_count:
            raise ValueError(f"{name}: {table[column].null_count} rows without {column}")
    if len(pc.unique(places["place_id"])) != places.num_rows:
        raise ValueError("places: place_id must be unique")
    people = edges.select(["person_id", "household_id", "tier"]).group_by(["person_id", "household_id", "tier"])
    people = people.aggregate([]).sort_by("person_id")
    if len(pc.unique(people["person_id"])) != people.num_rows:
        raise ValueError("edges: a person has two households or two tiers")
    places = places.sort_by("place_id")
    pairs = edges.filter(pc.is_valid(edges["place_id"]))
    kind = places["place_id"].type
    named = cast(pairs["place_id"], kind, "edges: place_id", f"{kind} as in the places")
    unknown = pc.invert(pc.is_in(named, value_set=_one(places["place_id"])))
    if pc.any(unknown).as_py():
        raise ValueError(f"edges: place_id {pairs['place_id'].filter(unknown)[0]} is not among the places")
    if pairs.group_by(["person_id", "place_id"]).aggregate([]).num_rows != pairs.num_rows:
        raise ValueError("edges: a pair is given twice")
    return _instance(
        people, _one(places["place_id"]), numbers(places["capacity"], "capacity", None, 0, MOST_PLACES),
        _reserved(places, "capacity"), _position(pairs["person_id"], people["person_id"]),
        _position(named, places["place_id"]),
        numbers(pairs["score"], "score", None, 0, MOST_SCORE),
    )  # fmt: skip


def _instance(
    people: pa.Table, places: pa.Array, capacity: NDArray[np.int64], reserved: NDArray[np.int64],
    person: NDArray[np.int64], place: NDArray[np.int64], score: NDArray[np.int64],
) -> Instance:  # fmt: skip
    persons, households = _one(people["person_id"]), _one(people["household_id"])
    order = np.lexsort((place, person))
    return Instance(
        persons=persons,
        households=households,
        household=_number(households),
        tier=numbers(people["tier"], "tier", None, 0, TIERS - 1),
        places=places,
        capacity=capacity,
        reserved=reserved,
        person=person[order],
        place=place[order],
        score=score[order],
    )


def _number(households: pa.Array) -> NDArray[np.int64]:
    """Number the households in the order of their first member; those without one follow, each alone."""
    encoded = households.dictionary_encode()
    number = np.asarray(pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False), np.int64)
    alone = np.flatnonzero(number < 0)
    number[alone] = len(encoded.dictionary) + np.arange(len(alone))
    return number


def _reserved(places: pa.Table, whole: str) -> NDArray[np.int64]:
    if "reserved" not in places.column_names:
        return np.zeros(places.num_rows, np.int64)
    reserved = numbers(places["reserved"], "reserved", 0, 0, MOST_PLACES)
    if (reserved > numbers(places[whole], whole, 0, 0, MOST_PLACES)).any():
        raise ValueError(f"reserved: more places are reserved than the {whole} of a place")
    return reserved


def _position(ids: pa.ChunkedArray, among: pa.ChunkedArray) -> NDArray[np.int64]:
    return np.asarray(pc.index_in(ids, value_set=_one(among)).to_numpy(), np.int64)


def _one(column: pa.ChunkedArray) -> pa.Array:
    """The column in one piece."""
    whole = column.combine_chunks()
    return whole if isinstance(whole, pa.Array) else pa.concat_arrays(whole.chunks)
