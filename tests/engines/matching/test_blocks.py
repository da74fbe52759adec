"""Passing over whole blocks of posts loses nothing: lists and bound against every pair looked at one by one."""

from __future__ import annotations

import datetime as dt

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from jobbridge.engines.matching.candidates import empty_lists
from jobbridge.engines.matching.certificate import rescan
from jobbridge.engines.matching.columns import load
from jobbridge.engines.matching.parameters import Parameters, Weights
from jobbridge.engines.matching.score import terms

from . import reference as ref
from .counties import DAY, OCCUPATIONS, TOWNS, WORKS, post, post_table, seeker, seeker_table
from .test_properties import excluded_table

SKILLS = [f"技能{n}" for n in range(70)]  # more than fit one word of bits
# Posts of one occupation on both sides of what a block and what 64 hold.
SIZES = (1, 15, 16, 17, 32, 33, 63, 64, 65, 130)


def some(random, *values):
    return random.choice([None, *values])


def people(random, count):
    return [
        seeker(
            n, tier=random.randint(0, 2),
            occupation_1=some(random, *OCCUPATIONS), occupation_2=some(random, *OCCUPATIONS),
            region_code=random.choice(TOWNS), travel=random.choice(["county", "province", "anywhere"]),
            preferred_region=some(random, "440306", "500236"), age=random.choice([15, 16, 39, 40, 45, 46, 60]),
            sex=some(random, "男", "女"), education=some(random, 0, 2, 5), health=some(random, 0, 1, 2),
            skills=random.sample(SKILLS, random.choice([0, 1, 60])),
            wage_floor=some(random, 1, 2999, 3000, 3750, 3751, 10_000_000),
            available_from=some(random, DAY, DAY + dt.timedelta(days=30), DAY + dt.timedelta(days=31)),
        )
        for n in range(count)
    ]  # fmt: skip


def offers(random, trades, count):
    return [
        post(
            n, occupation=random.choice(trades), region_code=random.choice(WORKS), openings=random.randint(1, 4),
            wage_min=some(random, 0, 2400, 3000), wage_max=some(random, 3000, 3001, 9000),
            age_min=some(random, 16, 40), age_max=some(random, 40, 45), sex_limit=some(random, "男", "女"),
            education_min=some(random, 2), health_min=some(random, 1), lodging=random.random() < 0.5,
            skills=random.sample(SKILLS, random.choice([0, 0, 1, 3])),
            expires_on=some(random, DAY, DAY + dt.timedelta(days=29)),
        )
        for n in range(count)
    ]  # fmt: skip


def slowly(county, seekers, posts, barred, weights):
    """Score of every legal pair by place in the instance: limits in plain Python, terms as stored with a result."""
    pairs = [
        (i, j)
        for i, person in enumerate(county.seeker_row)
        for j, offer in enumerate(county.post_row)
        if not ref.limits_broken(seekers[person], posts[offer]) and (person, offer) not in barred
    ]
    rows, columns = np.array(pairs, np.int64).reshape(-1, 2).T.copy()
    points, _ = terms(county, rows, columns, weights)
    return dict(zip(pairs, points.sum(1, dtype=np.int64).tolist(), strict=True))


@settings(max_examples=60, deadline=None)
@given(
    st.randoms(use_true_random=False), st.sampled_from(SIZES), st.sampled_from([1, 2, 6]),
    st.sampled_from([4, 17, 60]), st.sampled_from([0, 300, 9000]),
    st.sampled_from([Weights(), Weights(preferred=0, skill=0), Weights(wage=0, general=4000)]),
)  # fmt: skip
def test_lists_and_bound_are_those_of_every_pair(random, count, trades, size, dearest, weights):
    seekers, posts = people(random, 8), offers(random, random.sample(OCCUPATIONS, trades), count)
    barred = {(random.randrange(8), random.randrange(count)) for _ in range(random.choice([0, 3, 40]))}
    parameters = Parameters(list_size=size, weights=weights, threads=1)
    county = load(seeker_table(seekers), post_table(posts), excluded_table(barred), None, parameters, DAY)
    scores = slowly(county, seekers, posts, barred, weights)
    lists, bonus = empty_lists(8, size), parameters.bonuses()
    # Twice: the second scan knows from the first list what it need not look at.
    for _ in range(2):
        price = np.array([random.choice([0, random.randint(0, dearest), 1 << 29]) for _ in posts], np.int32)
        bound = rescan(county, price, lists, parameters, 1)
        expected = int((county.posts.capacity.astype(np.int64) * price).sum())
        for i in range(8):
            worth = {j: score - int(price[j]) for (row, j), score in scores.items() if row == i}
            best = sorted(worth.values(), reverse=True)
            found = [int(j) for j in lists.post[i] if j >= 0]
            assert len(set(found)) == len(found)
            assert [worth[j] for j in found] == best[:size]
            assert [int(score) for score in lists.score[i][: len(found)]] == [scores[i, j] for j in found]
            gains = [value + int(extra) for value, extra in zip(best, bonus[county.seekers.tier[i]], strict=False)]
            expected += max(sum(gains[:r]) for r in range(len(gains) + 1))
        assert bound == expected
