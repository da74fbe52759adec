"""What a pair is worth, who is asked twice, and how agreement is counted: as tables."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobbridge.apps.linkage.review_rules import Facts, agreement, consequences, priority, rank_of, sampled
from jobbridge.apps.linkage.review_settings import OWN, review_settings

WEIGHTS = {"zero_household": 4, "home_while_away": 3, "id_misuse": 3, "aided": 2}


@pytest.mark.parametrize(
    ("facts", "names"),
    [
        (Facts(), ()),
        (Facts(direction="home", status="W"), ("home_while_away",)),
        (Facts(direction="home", status="L"), ()),
        (Facts(direction="away", status="W"), ()),
        (Facts(direction="away", status="S"), ("away_while_here",)),
        (Facts(direction="away", status="N"), ("away_while_here",)),
        (Facts(direction="away", status="U"), ("away_while_here",)),
        (Facts(direction="away", status="L"), ()),
        (Facts(status="W"), ()),
        (Facts(direction="home", status="W", zero_household=True), ("zero_household", "home_while_away")),
        (Facts(hold="id_other_name"), ("id_misuse",)),
        (Facts(hold="household_mask"), ()),
        (Facts(monitored=True), ("aided",)),
        (Facts(draws_pension=True, direction="home"), ()),
        (Facts(draws_pension=True, direction="away"), ("aided",)),
        (Facts(key_group=True, direction="away", status="S"), ("key_group", "away_while_here")),
    ],
)
def test_consequences(facts, names):
    assert consequences(facts) == names


@pytest.mark.parametrize(
    ("posterior", "names", "expected"),
    [
        (0.5, (), 500),
        (0.95, (), 950),
        (0.3, (), 300),
        (0.3, ("zero_household",), 1500),
        (0.9, ("home_while_away",), 3600),
        (0.5, ("zero_household", "home_while_away"), 4000),
        (0.0, ("zero_household",), 0),
    ],
)
def test_priority(posterior, names, expected):
    assert priority(posterior, names, WEIGHTS) == expected
    assert priority(posterior, names, WEIGHTS, asked=True) == 0


@given(st.binary(min_size=1, max_size=32), st.floats(0, 1), st.floats(0, 1))
def test_a_larger_sample_holds_the_smaller_one(key, one, two):
    small, large = sorted((one, two))
    assert not sampled(key, small) or sampled(key, large)
    assert not sampled(key, 0)
    assert sampled(key, 1)


def test_the_sample_is_as_large_as_it_says():
    share = sum(sampled(number.to_bytes(4, "big"), 0.05) for number in range(20_000)) / 20_000
    assert 0.045 < share < 0.055


def test_kappa_by_hand():
    """Cohen's own kind of table: 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no; observed .7, expected .5, kappa .4."""
    words = [(1, 1)] * 20 + [(1, 0)] * 5 + [(0, 1)] * 10 + [(0, 0)] * 15
    result = agreement(words)
    assert (result.pairs, result.observed) == (50, pytest.approx(0.7))
    assert result.kappa == pytest.approx(0.4)


def test_kappa_of_three_categories_by_hand():
    """Ten pairs, seven agree; first words 5 x 1, 3 x 2, 2 x 0, second words 6 x 1, 3 x 2, 1 x 0."""
    words = [(1, 1)] * 4 + [(2, 2)] * 2 + [(0, 0), (1, 2), (2, 1), (0, 1)]
    result = agreement(words)
    assert result.observed == pytest.approx(0.7)
    assert result.kappa == pytest.approx((0.7 - 0.41) / 0.59)  # expected: (5 x 6 + 3 x 3 + 2 x 1) / 100


@pytest.mark.parametrize(
    ("words", "observed", "kappa"), [([], None, None), ([(1, 1)] * 5, 1, None), ([(1, 0), (0, 1)], 0, -1)]
)
def test_kappa_at_its_ends(words, observed, kappa):
    result = agreement(words)
    assert (result.observed, result.kappa) == (observed, kappa)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=40))
def test_kappa_is_the_same_from_both_sides(words):
    there, back = agreement(words), agreement([(b, a) for a, b in words])
    assert there.observed == back.observed
    assert there.kappa is None or there.kappa == pytest.approx(back.kappa)
    assert there.kappa is None or there.kappa <= 1


@pytest.mark.parametrize(("person", "rank"), [(7, 1), (9, 2), (None, 0), (4, 0)])
def test_a_word_as_a_category(person, rank):
    assert rank_of(person, [7, 9]) == rank


ENTRY = """
- valid_from: {since}
  second_opinion_share: {share}
  lease_minutes: 1
  undo_hours: 1
  question_days: 1
  accept_village_yes: true
  weights: {{zero_household: 1}}
"""


def test_the_county_has_its_own_settings_by_date(settings, tmp_path):
    settings.STATE = tmp_path
    assert review_settings(date(2026, 5, 1)).second_opinion_share == 0.05
    text = ENTRY.format(since="2026-01-01", share=0.5) + ENTRY.format(since="2026-06-01", share=1)
    (tmp_path / OWN).write_text(text, encoding="utf-8")
    shares = [review_settings(day).second_opinion_share for day in (date(2026, 5, 31), date(2026, 6, 1))]
    assert shares == [0.5, 1]
    with pytest.raises(ValueError, match="no entry is valid"):
        review_settings(date(2025, 12, 31))
    (tmp_path / OWN).write_text(ENTRY.format(since="2026-01-01", share=50), encoding="utf-8")
    with pytest.raises(ValueError, match="between 0 and 1"):
        review_settings(date(2026, 5, 1))


def test_every_consequence_has_a_weight_and_a_word():
    from jobbridge.web.desk.pairs import CONSEQUENCES

    flags = [False, True]
    possible = {
        name
        for direction, status, hold, *rest in product(
            ["", "home", "away"], ["", "W", "S"], ["", "id_other_name"], *[flags] * 4
        )
        for name in consequences(Facts(direction, status, hold, *rest))
    }
    assert possible == set(review_settings(date(2026, 11, 21)).weights) == set(CONSEQUENCES)
