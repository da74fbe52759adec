"""Hard allocation: small cases by hand, and random ones against every possible allocation."""

from __future__ import annotations

from collections import Counter
from random import Random

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from jobbridge.engines.matching import Parameters, legal_pairs
from jobbridge.engines.matching.allocation import allocate, allocate_edges, network
from jobbridge.engines.matching.allocation import settle as settling
from jobbridge.engines.matching.allocation.instance import from_edges
from jobbridge.engines.matching.allocation.settle import settle

from . import allocation_reference as slow
from .counties import DAY, crowded, post, post_table, seeker, seeker_table

EDGES = pa.schema([
    ("person_id", pa.int64()), ("household_id", pa.int64()), ("tier", pa.int8()), ("place_id", pa.string()),
    ("score", pa.int32()),
])  # fmt: skip
PLACES = pa.schema([("place_id", pa.string()), ("capacity", pa.int32()), ("reserved", pa.int32())])
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def tables(people, places, pairs):
    """People as (household, tier), numbered from 0; pairs as {(person, place): score}."""
    rows = []
    for number, (household, tier) in enumerate(people):
        one = {"person_id": number, "household_id": household, "tier": tier}
        mine = [(place, score) for (person, place), score in pairs.items() if person == number]
        rows += [{**one, "place_id": place, "score": score} for place, score in mine or [(None, None)]]
    offers = [{"place_id": place, "capacity": size[0], "reserved": size[1]} for place, size in places.items()]
    return pa.Table.from_pylist(rows, EDGES), pa.Table.from_pylist(offers, PLACES)


def given_to(allocation):
    return {row["person_id"]: row["place_id"] for row in allocation.assignments.to_pylist()}


def tiers(allocation):
    assert allocation.report["proved"]
    return [tier["served"] for tier in allocation.report["tiers"]]


@pytest.mark.parametrize(
    ("people", "places", "pairs", "cap", "expected"),
    [
        # A household comes before a key person, a key person before others, whatever the score.
        ([(1, 2), (2, 1), (3, 0)], {"a": (1, 0)}, {(0, "a"): 9000, (1, "a"): 500, (2, "a"): 1}, None, {2: "a"}),
        ([(1, 2), (2, 1)], {"a": (1, 0)}, {(0, "a"): 9000, (1, "a"): 500}, None, {1: "a"}),
        # The second member of the household waits behind the key person; with room for all nobody waits.
        ([(1, 0), (1, 0), (2, 1)], {"a": (2, 0)}, {(0, "a"): 9, (1, "a"): 8, (2, "a"): 1}, None, {0: "a", 2: "a"}),
        ([(1, 0), (1, 0), (2, 1)], {"a": (3, 0)},
         {(0, "a"): 9, (1, "a"): 8, (2, "a"): 1}, None, {0: "a", 1: "a", 2: "a"}),
        # Two households share the two places, though one has the better scores in both.
        ([(1, 0), (1, 0), (2, 0)], {"a": (1, 0), "b": (1, 0)},
         {(0, "a"): 9000, (1, "b"): 9000, (2, "b"): 1}, None, {0: "a", 2: "b"}),
        # Going down the list would stop the first household's second door; the flow looks through it.
        ([(1, 0), (2, 0)], {"a": (1, 0), "b": (1, 0)},
         {(0, "a"): 9, (0, "b"): 5, (1, "a"): 1}, None, {0: "b", 1: "a"}),
        # One place a household, also where its members are of several tiers.
        ([(1, 2), (1, 2), (2, 2)], {"a": (3, 0)}, {(0, "a"): 5, (1, "a"): 6, (2, "a"): 1}, 1, {1: "a", 2: "a"}),
        ([(1, 0), (1, 1), (2, 1)], {"a": (1, 0), "b": (1, 0)},
         {(0, "a"): 5, (2, "a"): 9, (1, "b"): 9}, 1, {0: "a"}),
        # Reserved places stay empty rather than go to others; key people are not confined to them.
        ([(1, 2), (2, 2), (3, 1)], {"a": (2, 1)}, {(0, "a"): 5, (1, "a"): 6}, None, {1: "a"}),
        ([(1, 2), (2, 1), (3, 1)], {"a": (2, 1)}, {(0, "a"): 9, (1, "a"): 6, (2, "a"): 6}, None, {1: "a", 2: "a"}),
        # Someone without a household is one of his own.
        ([(None, 0), (None, 0)], {"a": (2, 0)}, {(0, "a"): 5, (1, "a"): 6}, 1, {0: "a", 1: "a"}),
    ],
)  # fmt: skip
def test_who_comes_first(people, places, pairs, cap, expected):
    allocation = allocate_edges(*tables(people, places, pairs), household_cap=cap)
    assert given_to(allocation) == expected
    assert allocation.report["proved"]


def test_every_unplaced_person_has_a_reason():
    people, places = [(1, 1), (1, 2), (2, 2), (3, 2)], {"a": (1, 0)}
    allocation = allocate_edges(*tables(people, places, {(0, "a"): 1, (1, "a"): 1, (2, "a"): 1}), household_cap=1)
    reasons = {row["person_id"]: (row["reason"], row["places"]) for row in allocation.unplaced.to_pylist()}
    assert reasons == {1: ("household_cap", 1), 2: ("full", 1), 3: ("no_legal_place", 0)}
    assert allocation.report["unplaced"] == {"no_legal_place": 1, "household_cap": 1, "full": 1}
    assert allocation.places.to_pylist() == [
        {"place_id": "a", "capacity": 1, "reserved": 0, "taken": 1, "candidates": 3}
    ]


@pytest.mark.parametrize(
    ("people", "places"),
    [([], {}), ([], {"a": (1, 0)}), ([(1, 0)], {}), ([(1, 0)], {"a": (0, 0)}), ([(1, 1)], {"a": (3, 3)})],
)
def test_nobody_nothing_and_no_way(people, places):
    allocation = allocate_edges(*tables(people, places, {}))
    assert allocation.assignments.num_rows == 0
    assert tiers(allocation) == [0, 0, 0]
    assert allocation.unplaced.num_rows == len(people)


SIZES = st.tuples(st.integers(0, 2), st.integers(0, 2)).filter(lambda size: size[1] <= size[0])
CASES = st.tuples(
    st.lists(st.tuples(st.sampled_from([None, 1, 1, 2, 3]), st.integers(0, 2)), max_size=6),
    st.dictionaries(st.sampled_from("abcd"), SIZES),
    st.randoms(use_true_random=False),
    st.sampled_from([None, None, 1, 2]),
)  # fmt: skip


def draw(people, places, random, scores=(0, 1, 5, 10_000)):
    return {
        (person, place): random.choice(scores)
        for person in range(len(people)) for place in places if random.random() < 0.6
    }  # fmt: skip


@QUICK
@given(CASES)
@example(([(1, 0), (1, 1), (2, 1), (3, 1)], {"a": (1, 0), "b": (1, 0)}, Random(2), 1))
def test_no_allocation_is_better(case):
    people, places, random, cap = case
    pairs = draw(people, places, random)
    edges, offers = tables(people, places, pairs)
    allocation = allocate_edges(edges, offers, household_cap=cap)
    rows = [{"person_id": n, "household_id": home, "tier": tier} for n, (home, tier) in enumerate(people)]
    chosen = {n: None for n in range(len(people))} | given_to(allocation)
    found = slow.worth(rows, pairs, chosen)
    assert chosen in list(slow.everything(rows, offers.to_pylist(), pairs, cap))
    assert found == slow.best(rows, offers.to_pylist(), pairs, cap)
    assert tuple(tiers(allocation)) == found[:3] == tuple(tier["maximum"] for tier in allocation.report["tiers"])
    assert allocation.report["score"] == found[3] == sum(allocation.assignments["score"].to_pylist())
    assert slow.counted(allocation.assignments.to_pylist()) == Counter(dict(enumerate(found[:3]))) + Counter()
    assert allocation.unplaced.num_rows + allocation.assignments.num_rows == len(people)
    for row in allocation.unplaced.to_pylist():
        assert row["places"] == sum(person == row["person_id"] for person, _ in pairs)
        home = [n for n in given_to(allocation) if rows[n]["household_id"] == row["household_id"] is not None]
        expected = "full" if cap is None or len(home) < cap else "household_cap"
        assert row["reason"] == (expected if row["places"] else "no_legal_place")


@QUICK
@given(CASES, st.randoms(use_true_random=False))
def test_row_order_does_not_matter(case, shuffle):
    people, places, random, cap = case
    edges, offers = tables(people, places, draw(people, places, random))
    first = allocate_edges(edges, offers, household_cap=cap)
    mixed = [
        table.take(pa.array(shuffle.sample(range(table.num_rows), table.num_rows), pa.int64()))
        for table in (edges, offers)
    ]
    second = allocate_edges(*mixed, household_cap=cap)
    assert first.assignments.equals(second.assignments)
    assert first.unplaced.equals(second.unplaced)
    assert first.places.equals(second.places)


def test_worths_are_spread_where_a_cap_needs_it():
    """One household claim against two key people, one of whom may not have a place because of it."""
    edges, places = tables(
        [(1, 0), (1, 1), (2, 1)], {"a": (1, 0), "b": (1, 0)}, {(0, "a"): 5, (2, "a"): 9, (1, "b"): 9}
    )
    free, capped = (settle(from_edges(edges, places), cap) for cap in (None, 1))
    assert free.worth == (3 * free.worth[2], 2 * free.worth[2], free.worth[2])
    assert capped.worth[0] > 2 * capped.worth[1]
    assert (capped.served, capped.maximum) == ((1, 0, 0), (1, 0, 0))


def test_what_could_not_be_proved_is_not_called_proved(monkeypatch):
    """The worths may be spread as far as 64 bits reach, and no further."""

    def narrow(net, worth, score):
        if score is not None and worth[0] > 3 * worth[2]:
            raise network.TooLarge
        return network.best(net, worth, score)

    monkeypatch.setattr(settling, "best", narrow)
    case = tables([(1, 0), (1, 1), (2, 1)], {"a": (1, 0), "b": (1, 0)}, {(0, "a"): 5, (2, "a"): 9, (1, "b"): 9})
    report = allocate_edges(*case, household_cap=1).report
    assert not report["proved"]
    assert [(tier["served"], tier["maximum"]) for tier in report["tiers"]] == [(0, 1), (2, 0), (0, 0)]


@pytest.fixture(scope="module")
def county():
    return crowded(300, 20, 4)


def test_posts_are_filled_by_the_rules_of_the_engine(county):
    seekers, posts = county
    allocation = allocate(seekers, posts, on=DAY)
    edges = legal_pairs(seekers, posts, on=DAY, parameters=Parameters(kappa=1.0)).to_pylist()
    scores = {(row["person_id"], row["post_id"]): row["score"] for row in edges}
    rows = allocation.assignments.to_pylist()
    assert all(scores[row["person_id"], row["post_id"]] == row["score"] for row in rows)
    assert len({row["person_id"] for row in rows}) == len(rows)
    assert max(Counter(row["post_id"] for row in rows).values()) <= 4
    assert tiers(allocation) == slow.maxima(seekers.to_pylist(), dict.fromkeys(range(20), 4), set(scores))
    same = allocate_edges(
        pa.Table.from_pylist(
            [{**row, "household_id": row["person_id"] // 2, "place_id": row["post_id"]} for row in edges]
        ),
        pa.table({"place_id": list(range(20)), "capacity": [4] * 20}),
    )
    assert same.assignments["place_id"].to_pylist() == allocation.assignments["post_id"].to_pylist()


def test_closed_posts_have_no_places():
    offers = [post(1), post(2, openings=0), post(3, active=False), post(4, expires_on=DAY.replace(day=1))]
    allocation = allocate(seeker_table([seeker(n) for n in range(4)]), post_table(offers), on=DAY)
    assert allocation.places["post_id"].to_pylist() == [1]
    assert allocation.report["capacity"] == allocation.report["placed"] == 1


def test_openings_may_be_reserved():
    offers = post_table([post(1, openings=2)]).append_column("reserved", pa.array([1]))
    allocation = allocate(seeker_table([seeker(n, tier=2) for n in range(3)]), offers, on=DAY)
    assert allocation.places.to_pylist() == [
        {"post_id": 1, "capacity": 2, "reserved": 1, "taken": 1, "candidates": 3}
    ]
    assert allocation.report["unplaced"]["full"] == 2


GOOD = {"person_id": [1, 2], "household_id": [1, 2], "tier": [0, 1], "place_id": ["a", "a"], "score": [1, 2]}
ROOM = {"place_id": ["a"], "capacity": [1]}


@pytest.mark.parametrize(
    ("edges", "places", "cap", "message"),
    [
        ({"tier": [0, 3]}, {}, None, "tier: 3 is outside 0-2"), ({"tier": [0, None]}, {}, None, "tier: 1 rows"),
        ({"score": [1, -2]}, {}, None, "score: -2"), ({"score": [1.5, 2]}, {}, None, "score: must be whole"),
        ({"score": [1, 1_000_001]}, {}, None, "outside 0-1000000"),
        ({"person_id": [1, None]}, {}, None, "1 rows without person_id"),
        ({"person_id": [1, 1]}, {}, None, "two households or two tiers"),
        ({"person_id": [1, 1], "household_id": [1, 1], "tier": [0, 0]}, {}, None, "given twice"),
        ({"place_id": ["a", "b"]}, {}, None, "place_id b is not among"),
        ({}, {"capacity": [-1]}, None, "capacity: -1"), ({}, {"reserved": [2]}, None, "more places are reserved"),
        ({}, {"place_id": ["a", "a"], "capacity": [1, 1]}, None, "must be unique"),
        ({}, {"place_id": [None]}, None, "1 rows without place_id"), ({}, {}, 0, "cap of a household"),
        ({"tier": None}, {}, None, "missing columns tier"),
        ({}, {"capacity": None}, None, "missing columns capacity"),
    ],
)  # fmt: skip
def test_bad_input_is_named(edges, places, cap, message):
    tables = [
        pa.table({name: values for name, values in {**good, **change}.items() if values is not None})
        for good, change in ((GOOD, edges), (ROOM, places))
    ]
    with pytest.raises(ValueError, match=message):
        allocate_edges(*tables, household_cap=cap)


def test_what_does_not_fit_is_refused(monkeypatch):
    """Fewer bits stand for more people."""
    monkeypatch.setattr(network, "COST_BITS", 20)
    with pytest.raises(ValueError, match="64 bits"):
        allocate_edges(pa.table({**GOOD, "score": [100_000, 1]}), pa.table(ROOM))
