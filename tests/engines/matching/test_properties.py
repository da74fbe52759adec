"""The engine against an independent slow routine, on random small counties."""

from __future__ import annotations

import statistics
from collections import Counter

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobbridge.engines.matching import Parameters, legal_pairs, match
from jobbridge.engines.matching.score import TERMS

from . import reference as ref
from .counties import post_table, posts, seeker_table, seekers

QUICK = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
PAIRS = st.sets(st.tuples(st.integers(0, 8), st.integers(0, 6)), max_size=6)


def excluded_table(pairs):
    rows = [{"person_id": i, "post_id": j} for i, j in sorted(pairs)]
    return pa.Table.from_pylist(rows, pa.schema([("person_id", pa.int64()), ("post_id", pa.int64())]))


def slow_pairs(people, offers, barred):
    """Legal pairs with their terms, by the documented rules."""
    opened = [offer for offer in offers if ref.is_open(offer)]
    wages = []
    for offer in opened:
        stated = [wage for wage in (offer["wage_min"], offer["wage_max"]) if wage is not None]
        if stated:
            wages.append((stated[0] + stated[-1]) // 2)
    usual = int(statistics.median(wages)) if wages else 1
    return {
        (person["person_id"], offer["post_id"]): ref.terms(person, offer, usual)
        for person in people
        for offer in opened
        if not ref.limits_broken(person, offer) and (person["person_id"], offer["post_id"]) not in barred
    }


@QUICK
@given(seekers(), posts(), PAIRS)
def test_legal_pairs_and_terms_are_those_of_the_rules(people, offers, barred):
    table = legal_pairs(
        seeker_table(people), post_table(offers), excluded=excluded_table(barred), on=ref.ON,
        parameters=Parameters(threads=1),
    )  # fmt: skip
    found = {(row["person_id"], row["post_id"]): row for row in table.to_pylist()}
    expected = slow_pairs(people, offers, barred)
    assert found.keys() == expected.keys()
    for pair, terms in expected.items():
        for name in set(TERMS) - {"wage"}:
            assert found[pair][name] == terms[name], (pair, name)
        # The engine multiplies by a rounded slope: one point at most.
        assert abs(found[pair]["wage"] - terms["wage"]) <= 1
        assert found[pair]["score"] == sum(found[pair][name] for name in TERMS)


@QUICK
@given(
    seekers(), posts(), PAIRS, st.integers(1, 3), st.sampled_from([0.4, 1.0, 2.5]), st.sampled_from([4, 60]),
    st.sampled_from([10**9, 1]),
)  # fmt: skip
def test_allocation_is_allowed_and_the_bound_bounds(people, offers, barred, k, kappa, size, sample_from):
    parameters = Parameters(
        k=k, kappa=kappa, list_size=size, sampled_list_size=size, sample_from=sample_from, tolerance=0, last_step=1,
        threads=1,
    )  # fmt: skip
    shared = {"excluded": excluded_table(barred), "parameters": parameters, "on": ref.ON}
    result = match(seeker_table(people), post_table(offers), **shared)
    rows = result.recommendations.to_pylist()
    legal = slow_pairs(people, offers, barred)
    pairs = [(row["person_id"], row["post_id"]) for row in rows]
    assert len(set(pairs)) == len(pairs)
    assert set(pairs) <= legal.keys()
    capacity = {offer["post_id"]: max(1, int(kappa * offer["openings"] + 1e-9)) for offer in offers}
    assert all(count <= capacity[number] for number, count in Counter(j for _, j in pairs).items())
    assert all(count <= k for count in Counter(i for i, _ in pairs).values())
    for row in rows:
        assert 0 <= row["score"] <= 10_000
        assert row["score"] == sum(row[name] for name in TERMS)
    for i in {i for i, _ in pairs}:
        mine = [row for row in rows if row["person_id"] == i]
        assert [row["rank"] for row in mine] == list(range(1, len(mine) + 1))
        assert [row["score"] for row in mine] == sorted((row["score"] for row in mine), reverse=True)
    # The proof: bound >= optimum >= what was found, the optimum from the exported pairs.
    edges = legal_pairs(seeker_table(people), post_table(offers), **shared).to_pylist()
    scores = {(row["person_id"], row["post_id"]): row["score"] for row in edges}
    tiers = [person["tier"] for person in people]
    best = ref.optimum(scores, tiers, [capacity[offer["post_id"]] for offer in offers], k)
    reached = Counter(i for i, _ in pairs)
    bonus = sum(
        ref.FIRST_BONUS[tiers[i]] + sum(ref.NEXT_BONUS >> r for r in range(count - 1)) for i, count in reached.items()
    )
    found = sum(row["score"] for row in rows) + bonus
    assert result.bound >= best >= found
    assert abs(result.gap * max(1, sum(row["score"] for row in rows)) - (result.bound - found)) < 1e-6
    # Lists that hold everything leave only the step of the bids: one point a recommendation.
    if size == 60:
        assert best - found <= k * len(people)
        assert result.bound - best <= k * len(people)


@QUICK
@given(seekers(), posts(), st.randoms(use_true_random=False), st.sampled_from([10**9, 1]))
def test_row_order_does_not_matter(people, offers, random, sample_from):
    parameters = Parameters(threads=1, sample_from=sample_from)
    first = match(seeker_table(people), post_table(offers), on=ref.ON, parameters=parameters)
    random.shuffle(people)
    random.shuffle(offers)
    second = match(seeker_table(people), post_table(offers), on=ref.ON, parameters=parameters)
    assert first.recommendations.equals(second.recommendations)
    assert first.prices.equals(second.prices)
    assert first.unserved.equals(second.unserved)
    assert first.bound == second.bound


@QUICK
@given(seekers(), posts())
def test_rejections_add_up(people, offers):
    result = match(seeker_table(people), post_table(offers), on=ref.ON, parameters=Parameters(threads=1))
    report = result.report
    pairs = report["seekers"] * report["open_posts"]
    assert sum(report["rejections"].values()) + report["legal_pairs"] == pairs
    assert report["open_posts"] + sum(report["closed_posts"].values()) == len(offers)
    opened = [offer for offer in offers if ref.is_open(offer)]
    detail = result.unserved.to_pylist()
    served = set(result.recommendations["person_id"].to_pylist())
    for person in people:
        mine = {row["reason"]: row for row in detail if row["person_id"] == person["person_id"]}
        broken = [ref.limits_broken(person, offer) for offer in opened]
        if person["person_id"] in served:
            assert not mine
        elif not all(broken):
            assert mine.keys() == {"full"}
            assert mine["full"]["posts"] == sum(not one for one in broken)
        else:
            assert {reason: row["posts"] for reason, row in mine.items()} == Counter(r for one in broken for r in one)
            for reason, row in mine.items():
                assert row["only"] == sum(one == {reason} for one in broken)
