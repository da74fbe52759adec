"""Whole runs: crowded counties, the smallest counties, refusals of bad input."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pyarrow as pa
import pytest

from jobbridge.engines.matching import Parameters, Weights, match, warm

from .counties import crowded, post, post_table, seeker, seeker_table

ON = dt.date(2026, 3, 2)


@pytest.mark.parametrize("sample_from", [10**9, 1000], ids=["direct", "sampled"])
def test_crowded_county_is_certified_and_serves_zero_employment_households_first(sample_from):
    seekers, posts = crowded(4000, 120, 5)
    result = match(seekers, posts, on=ON, parameters=Parameters(sample_from=sample_from))
    assert 0 <= result.gap <= 0.005
    load = Counter(result.recommendations["post_id"].to_pylist())
    assert max(load.values()) <= 15
    assert result.report["zero_employment_households"]["reach"] == 1
    zero, key, other = result.report["reach_by_tier"]
    served = [line["reached"] / line["with_legal_post"] for line in (zero, key, other)]
    assert served[0] == 1
    assert served == sorted(served, reverse=True)
    # Far more people than places: every post must be full.
    assert result.report["recommendations"] == 120 * 15
    assert result.report["posts_short_of_candidates"] == 0


def test_threads_do_not_change_the_result():
    seekers, posts = crowded(5000, 60, 5)
    one = match(seekers, posts, on=ON, parameters=Parameters(threads=1))
    many = match(seekers, posts, on=ON, parameters=Parameters(threads=3))
    assert one.recommendations.equals(many.recommendations)
    assert one.bound == many.bound


def test_a_price_is_reported_for_full_posts_only():
    people = [seeker(n) for n in range(9)]
    result = match(seeker_table(people), post_table([post(1), post(2, openings=9)]), on=ON)
    full, free = result.prices.to_pylist()
    assert (full["candidates"], full["capacity"]) == (3, 3)
    assert full["price"] > 0
    assert (free["candidates"], free["price"]) == (9, 0)


@pytest.mark.parametrize(
    ("people", "offers", "given"),
    [
        ([], [], 0),
        ([seeker()], [], 0),
        ([], [post()], 0),
        ([seeker()], [post()], 1),
        ([seeker(n) for n in range(9)], [post()], 3),
        ([seeker()], [post(n) for n in range(9)], 3),
        ([seeker(age=70)], [post()], 0),
        ([seeker()], [post(openings=0), post(2, active=False), post(3, expires_on=ON - dt.timedelta(1))], 0),
        ([seeker(occupation_1=None, occupation_2=None)], [post()], 0),
        ([seeker(occupation_1=None, occupation_2=None)], [post(occupation="4-09-08-01")], 1),
    ],
    ids=[
        "empty", "no posts", "no seekers", "one pair", "one post", "one person", "infeasible", "all closed",
        "no occupation", "no occupation, general labour",
    ],
)  # fmt: skip
@pytest.mark.parametrize("sample_from", [10**9, 1])
def test_smallest_counties(people, offers, given, sample_from):
    result = match(
        seeker_table(people), post_table(offers), on=ON, parameters=Parameters(sample_from=sample_from)
    )
    assert result.recommendations.num_rows == given
    assert 0 <= result.gap <= 0.005
    assert set(result.unserved["person_id"].to_pylist()) == {row["person_id"] for row in people} - set(
        result.recommendations["person_id"].to_pylist()
    ) - (set() if offers and result.report["open_posts"] else {row["person_id"] for row in people})


def test_last_valid_day_still_counts():
    result = match(seeker_table([seeker()]), post_table([post(expires_on=ON)]), on=ON)
    assert result.recommendations.num_rows == 1


@pytest.mark.parametrize("kind", [str, int])
def test_excluded_pairs_never_appear_whatever_the_type_of_the_ids(kind):
    people = seeker_table([seeker(n) for n in (1, 2)])
    offers = post_table([post(n) for n in (1, 2)])
    people = people.set_column(0, "person_id", pa.array([kind(1), kind(2)]))
    excluded = pa.table({"person_id": [kind(1), kind(1), kind(99)], "post_id": [2, 2, 1]})
    result = match(people, offers, excluded=excluded, on=ON)
    pairs = set(zip(*(result.recommendations[name].to_pylist() for name in ("person_id", "post_id")), strict=True))
    assert pairs == {(kind(1), 1), (kind(2), 1), (kind(2), 2)}
    assert result.report["rejections"]["sent"] == 1


def test_more_than_sixty_four_skills_do_not_collide():
    skills = [f"证书{n}" for n in range(130)]
    offers = [post(n, skills=[skill], openings=50) for n, skill in enumerate(skills)]
    result = match(seeker_table([seeker(skills=[skills[3], skills[67], skills[129]])]), post_table(offers), on=ON)
    assert sorted(result.recommendations["post_id"].to_pylist()) == [3, 67, 129]


def test_columns_of_nulls_without_a_type_are_understood():
    """What a data frame writes for a column without any value."""
    people, offers = seeker_table([seeker()]), post_table([post()])
    for name in ("occupation_2", "preferred_region", "available_from"):
        people = people.set_column(people.column_names.index(name), name, pa.nulls(1))
    for name in ("sex_limit", "expires_on"):
        offers = offers.set_column(offers.column_names.index(name), name, pa.nulls(1))
    assert match(people, offers, on=ON).recommendations.num_rows == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tier": 3}, "tier: 3"),
        ({"tier": None}, "tier: 1 rows without"),
        ({"age": None}, "age: 1 rows without"),
        ({"occupation_1": "车工"}, "occupation_1: '车工'"),
        ({"region_code": "5002"}, "region_code '5002'"),
        ({"travel": "moon"}, "travel: 'moon'"),
        ({"sex": "M"}, "sex: 'M'"),
        ({"education": 9}, "education: 9"),
        ({"preferred_region": "广东"}, "preferred_region '广东'"),
        ({"person_id": None}, "person_id: 1 rows without an id"),
    ],
)
def test_bad_seekers_are_refused_by_name(change, message):
    with pytest.raises(ValueError, match=message):
        match(seeker_table([seeker(**change)]), post_table([post()]), on=ON)


def test_bad_tables_are_refused():
    people, offers = seeker_table([seeker()]), post_table([post()])
    with pytest.raises(ValueError, match="posts: missing columns openings"):
        match(people, offers.drop_columns(["openings"]), on=ON)
    with pytest.raises(ValueError, match="person_id: ids must be unique"):
        match(pa.concat_tables([people, people]), offers, on=ON)
    with pytest.raises(ValueError, match="no occupation"):
        match(people, post_table([post(occupation=None)]), on=ON)


@pytest.mark.parametrize(
    "settings",
    [
        {"k": 0}, {"k": 9}, {"kappa": 0}, {"list_size": 65}, {"list_size": 3}, {"tolerance": -1}, {"rounds": 0},
        {"sample_share": 1}, {"first_bonus": (1, 1, 1)}, {"weights": Weights(first_same=4001)},
        {"weights": Weights(skill=-1)}, {"last_step": 0},
    ],
    ids=str,
)  # fmt: skip
def test_impossible_settings_are_refused(settings):
    with pytest.raises(ValueError, match="must|not supported"):
        Parameters(**settings)


def test_warm_runs():
    warm()
