from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from jobbridge.demo import trades, wishes

ON = date(2026, 3, 1)
SIZE = 6000


@pytest.fixture(scope="module")
def asked() -> tuple[np.ndarray, np.ndarray, wishes.Wishes]:
    rng = np.random.default_rng(5)
    sex, age = rng.integers(0, 2, SIZE).astype(np.int8), rng.integers(16, 63, SIZE)
    days = np.datetime64(ON, "D") - rng.integers(3, 75, SIZE).astype("m8[D]")
    return sex, age, wishes.make(rng, sex, age, days, ON)


def test_every_word_goes_by_a_trade_that_posts_offer():
    words, of_word, shares = wishes._table()
    offered = {trade.word for _, _, several in trades.KINDS.values() for trade in several}
    assert len(set(words)) == len(words)
    assert {trade.word for trade in of_word} <= offered
    assert np.allclose(shares.sum(1), 1)


def test_wishes_follow_sex_and_age(asked):
    sex, age, said = asked
    first = np.array(said.first)
    assert not np.isin(first[sex == 1], ["焊工", "架子工", "货车司机"]).any()
    old_men, old_women = first[(sex == 0) & (age >= 50)], first[(sex == 1) & (age >= 50)]
    assert (old_men == "保安").mean() > 0.1
    assert (old_women == "保洁员").mean() > 0.1
    assert (first[age < 30] == "保洁员").sum() == 0
    near = np.array(said.region) == "县内"
    assert near[(sex == 1) & (age >= 50)].mean() > near[(sex == 0) & (age < 30)].mean() + 0.2


def test_the_second_wish_is_another_one(asked):
    _, _, said = asked
    assert all(first != second for first, second in zip(said.first, said.second, strict=True))
    assert 0.4 < np.mean([text != "" for text in said.second]) < 0.65


def test_wages_are_numbers_or_open(asked):
    _, _, said = asked
    stated = [int(text) for text in said.wage if text != "面议"]
    assert 0.88 < len(stated) / SIZE < 0.98
    assert min(stated) >= 1500
    assert max(stated) <= 12_000
    assert all(wage % 100 == 0 for wage in stated)


def test_few_can_only_start_after_a_month(asked):
    _, _, said = asked
    days = [date.fromisoformat(text) for text in said.ready if text != "随时"]
    assert 0.02 < sum((day - ON).days > 30 for day in days) / SIZE < 0.08
