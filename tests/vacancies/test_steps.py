"""What the employer of a post must do next."""

from datetime import date, timedelta

import pytest

from jobbridge.apps.vacancies.steps import (
    ANSWERED,
    ENDING,
    FULL,
    MISSED,
    OVER,
    SEARCHING,
    SILENT,
    STOPPED,
    employer_step,
    shortage_step,
)

DAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("state", "changes", "step"),
    [
        ("active", {}, SEARCHING),
        ("active", {"full": True}, FULL),
        ("active", {"full": True, "interested": 3}, FULL),
        ("active", {"interested": 3}, ANSWERED),
        ("active", {"full": True, "expires_on": DAY - timedelta(days=1)}, OVER),
        ("active", {"expires_on": DAY + timedelta(days=7)}, ENDING),
        ("active", {"word_of": DAY - timedelta(days=30)}, SILENT),
        ("paused", {"full": True}, MISSED),
        ("closed", {"full": True}, STOPPED),
    ],
)
def test_what_the_employer_does_next(state, changes, step):
    values = {"expires_on": DAY + timedelta(days=60), "word_of": DAY, "interested": 0, "full": False, **changes}
    assert employer_step(state, **values, on=DAY) == step


@pytest.mark.parametrize(
    ("due", "candidates", "interested", "who"),
    [
        (True, 3, 1, "specialist"),
        (False, 3, 1, "employer"),
        (False, 3, 0, "broker"),
        (False, 0, 0, "terms"),
    ],
)
def test_who_must_act_for_a_post_short_of_people(due: bool, candidates: int, interested: int, who: str):
    assert shortage_step(due=due, candidates=candidates, interested=interested) == who
