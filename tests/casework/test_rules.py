"""Which evidence moves a case, and which transitions there are."""

from itertools import product

import pytest

from jobbridge.apps.casework import flows
from jobbridge.apps.casework.rules import PACKAGE_311, case_state_now


@pytest.mark.parametrize(
    ("state", "employed", "watched", "after"),
    [
        ("open", False, None, "open"),
        ("open", None, None, "open"),
        ("open", True, None, "watch"),
        ("measures", True, None, "watch"),
        ("measures", False, None, "measures"),
        ("watch", True, 0, "watch"),
        ("watch", True, 89, "watch"),
        ("watch", True, 90, "closed"),
        ("watch", None, 200, "watch"),
        ("watch", False, 10, "measures"),
        ("closed", False, None, "closed"),
    ],
)
def test_what_the_evidence_of_the_day_makes_of_a_case(state, employed, watched, after):
    assert case_state_now(state=state, employed=employed, watched_days=watched) == after


def test_every_step_of_the_rule_is_in_the_table():
    for state, employed, watched in product(flows.NEXT, [True, False, None], [None, 0, 90, 500]):
        after = case_state_now(state=state, employed=employed, watched_days=watched)
        if after != state:
            flows.check(state, after)


def test_a_closed_case_stays_closed():
    for after in flows.NEXT:
        with pytest.raises(flows.Refused):
            flows.check("closed", after)


def test_the_package_is_one_three_one():
    kinds = [kind for kind, _ in PACKAGE_311]
    assert [kinds.count(kind) for kind in ("guidance", "recommendation", "training")] == [1, 3, 1]
