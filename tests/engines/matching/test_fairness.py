"""Reach by class, and how evenly the openings were filled, against plain counting."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobbridge.engines.matching import Parameters, fairness, match

from .counties import DAY, crowded, post, post_table, seeker, seeker_table


def lines(result, group):
    return {line["key"]: line for line in result.report["fairness"][group]}


def test_every_class_is_counted_and_unknown_is_its_own():
    people = [
        seeker(1, sex="女", age=20, region_code="500235100201"),
        seeker(2, sex=None, age=60, region_code="500235101200"),
        seeker(3, sex="男", age=15, region_code="500235101"),
    ]
    table = seeker_table(people).append_column("disabled", pa.array([True, None, False]))
    result = match(table, post_table([post(1, age_max=40)]), on=DAY)
    assert {key: line["seekers"] for key, line in lines(result, "sex").items()} == {"女": 1, "男": 1, "unknown": 1}
    assert {key: (line["seekers"], line["reached"]) for key, line in lines(result, "age").items()} == {
        "0-15": (1, 0), "16-24": (1, 1), "60-": (1, 0),
    }  # fmt: skip
    assert {key: line["seekers"] for key, line in lines(result, "township").items()} == {
        "500235100": 1, "500235101": 2,
    }  # fmt: skip
    assert {key: line["reach"] for key, line in lines(result, "disability").items()} == {
        "no": 0, "yes": 1, "unknown": 0,
    }  # fmt: skip


def test_without_the_column_nothing_is_said_of_disability():
    result = match(seeker_table([seeker(1)]), post_table([post(1)]), on=DAY)
    assert "disability" not in result.report["fairness"]


def test_the_classes_of_a_group_add_up_to_the_run():
    result = match(*crowded(400, 12, 20), on=DAY)
    report = result.report
    assert report["reached"] < report["seekers"]
    for group in ("sex", "age", "township"):
        found = report["fairness"][group]
        for name in ("seekers", "reached", "recommendations"):
            assert sum(line[name] for line in found) == report[name]
        points = sum((line["mean_score"] or 0) * line["recommendations"] for line in found)
        assert points == pytest.approx(report["score"])


@pytest.mark.parametrize(
    ("candidates", "openings", "value"),
    [([3, 3, 3], [1, 1, 1], 0), ([2, 4], [1, 2], 0), ([0, 0, 0, 8], [1, 1, 1, 1], 0.75), ([0, 9], [9, 1], 0.9),
     ([0, 0], [1, 1], None), ([], [], None)],
)  # fmt: skip
def test_gini_of_candidates_for_each_opening(candidates, openings, value):
    found = fairness.gini(np.array(candidates, np.int64), np.array(openings, np.int64))
    assert found == (value if value is None else pytest.approx(value))


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 5)), min_size=1, max_size=6))
@settings(deadline=None)
def test_gini_is_half_the_mean_difference_between_two_openings(posts):
    candidates, openings = (np.array(column, np.int64) for column in zip(*posts, strict=True))
    each = np.repeat(candidates / openings, openings)
    found = fairness.gini(candidates, openings)
    if candidates.sum() == 0:
        assert found is None
    else:
        assert found == pytest.approx(np.abs(each[:, None] - each).mean() / (2 * each.mean()), abs=1e-9)


def test_what_priority_costs_is_the_score_of_a_run_without_it():
    # The one place goes to the household without work, though the other fits it better.
    people = [seeker(1, tier=0, occupation_1="6-18-01-02"), seeker(2, tier=2)]
    tables = seeker_table(people), post_table([post(1)])
    one = Parameters(k=1, kappa=1)
    result = match(*tables, parameters=Parameters(k=1, kappa=1, measure_priority=True), on=DAY)
    assert result.recommendations["person_id"].to_pylist() == [1]
    better = match(seeker_table(people[1:]), tables[1], parameters=one, on=DAY).report["score"]
    priority = result.report["fairness"]["priority"]
    assert priority["score_without"] == better
    assert priority["share"] == pytest.approx((better - result.report["score"]) / better)
    assert match(*tables, parameters=one, on=DAY).report["fairness"]["priority"] is None


def test_an_empty_county_has_no_fairness_to_report():
    result = match(seeker_table([]), post_table([]), on=DAY)
    fair = result.report["fairness"]
    assert (fair["sex"], fair["township"], fair["gini"], fair["priority"]) == ([], [], None, None)
