"""What somebody did not get, and what would have to change: against going through every pair slowly."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from jobbridge.engines.matching import Parameters, legal_pairs, match, near_misses, outlooks
from jobbridge.engines.matching.explain import changes, missed, training
from jobbridge.engines.matching.outlook import Outlook, Training

from . import counties
from .counties import DAY, crowded, post, post_table, seeker, seeker_table


def test_a_better_post_that_is_full_is_named_with_the_price_of_its_last_place():
    # Both want the post at home; the one who can go nowhere else gets it.
    people = [seeker(1, occupation_1="6-18-01-01"), seeker(2, occupation_1="6-18-01-01", age=50)]
    offers = [post(1, wage_min=5000, wage_max=6000), post(2, age_max=45)]
    tables = seeker_table(people), post_table(offers)
    result = match(*tables, parameters=Parameters(k=1, kappa=1), on=DAY)
    assert result.recommendations.select(["person_id", "post_id"]).to_pylist() == [
        {"person_id": 1, "post_id": 2}, {"person_id": 2, "post_id": 1},
    ]  # fmt: skip
    (row,) = near_misses(*tables, result, [1, 2, 77]).to_pylist()
    assert (row["person_id"], row["post_id"], row["given"]) == (1, 1, 1)
    assert row["price"] > 0
    assert row["score"] > result.recommendations["score"][0].as_py()
    assert near_misses(*tables, result, [2]).num_rows == near_misses(*tables, result, []).num_rows == 0


@pytest.mark.parametrize("k", [1, 3])
def test_near_misses_are_the_best_full_posts_by_score(k):
    tables = crowded(150, 12, 4)
    result = match(*tables, parameters=Parameters(k=k), on=DAY)
    pairs: dict[int, list[tuple[int, int]]] = {}
    for row in legal_pairs(*tables, parameters=Parameters(k=k), on=DAY).to_pylist():
        pairs.setdefault(row["person_id"], []).append((-row["score"], row["post_id"]))
    full = {row["post_id"] for row in result.prices.to_pylist() if row["candidates"] == row["capacity"]}
    given: dict[int, dict[int, int]] = {}
    for row in result.recommendations.to_pylist():
        given.setdefault(row["person_id"], {})[row["post_id"]] = row["score"]
    people = tables[0]["person_id"].to_pylist()
    found: dict[int, list[int]] = {}
    for row in near_misses(*tables, result, people, k=2).to_pylist():
        found.setdefault(row["person_id"], []).append(-row["score"])
    for person in people:
        mine = given.get(person, {})
        least = min(mine.values()) if len(mine) == k else -1
        slow = sorted((s, p) for s, p in pairs.get(person, []) if p in full and p not in mine and -s > least)
        assert found.get(person, []) == [score for score, _post in slow[:2]]


@given(counties.seekers(), counties.posts())
@settings(max_examples=25, deadline=None)
def test_relaxing_a_limit_alone_opens_as_many_posts_as_said(people, offers):
    tables = seeker_table(people), post_table(offers)
    found = outlooks(*tables, on=DAY)
    legal = legal_pairs(*tables, on=DAY)["person_id"].to_pylist()
    reach = match(*tables, on=DAY).seekers.to_pylist()
    assert [(row["person_id"], row["legal"]) for row in reach] == [(n, legal.count(n)) for n in range(len(people))]
    far = [{**row, "travel": "anywhere"} for row in people]
    low = [{**row, "wage_floor": 1} for row in people]
    for name, eased in (("place", far), ("wage", low)):
        more = legal_pairs(seeker_table(eased), tables[1], on=DAY)["person_id"].to_pylist()
        for row in people:
            person = row["person_id"]
            outlook = found[person]
            assert outlook.legal == legal.count(person)
            assert outlook.limits.get(name, (0, 0))[1] == more.count(person) - legal.count(person)


def test_the_training_that_opens_most_posts():
    people = [seeker(1, occupation_1="6-18-01-01", skills=["电工证"])]
    offers = [
        post(1, occupation="6-30-05-01", skills=["叉车证", "电工证"], openings=2),
        post(2, occupation="6-30-05-02", skills=["叉车证"], openings=3),
        post(3, occupation="4-03-02-01", skills=["健康证"]),
        post(4, occupation="6-30-05-01", skills=["焊接"], age_max=20),  # more than the trade keeps it away
    ]
    tables = seeker_table(people), post_table(offers)
    outlook = outlooks(*tables, on=DAY)[1]
    assert outlook.legal == 0
    assert outlook.limits == {"occupation": (4, 3), "age": (1, 0)}
    assert outlook.skills == [Training("叉车证", 2, 5), Training("健康证", 1, 1)]
    assert outlook.trades == [Training("6-30-05", 2, 5), Training("4-03-02", 1, 1)]
    assert changes(outlook) == ["没有合适岗位：工种不符（4个）、年龄不符（1个）", "愿意换工种，可多3个岗位"]
    assert training(outlook, {"6-30-05": "叉车司机"}.get) == ["学叉车证：2个岗位要求", "学叉车司机：可多2个岗位"]


def test_who_fits_some_posts_is_told_what_would_open_more():
    outlook = Outlook(4, {"wage": (9, 2), "place": (30, 12), "sent": (3, 3), "sex": (1, 0)}, [], [])
    assert changes(outlook) == ["愿意去更远的地方，可多12个岗位", "放宽最低月薪，可多2个岗位"]
    assert changes(Outlook(0, {}, [], [])) == ["没有在招岗位"]
    assert training(outlook, str) == []


@pytest.mark.parametrize(
    ("given", "text"), [(3, "未推荐虚构制衣厂：人选已满，您在其余岗位更合适"), (0, "未推荐虚构制衣厂：人选已满")]
)
def test_the_price_in_words(given, text):
    assert missed("虚构制衣厂", given) == text
