"""Which evidence moves a case, and which transitions there are."""

from itertools import product

import pytest

from jobbridge.apps.casework import flows
from jobbridge.apps.casework.cases import COUNTS
from jobbridge.apps.casework.rules import PACKAGE_311, case_state_now, next_step


@pytest.mark.parametrize(
    ("state", "employed", "watched", "eligible", "here", "after"),
    [
        ("open", False, None, True, True, ("open", "")),
        ("open", None, None, True, True, ("open", "")),
        ("open", True, None, True, True, ("watch", "")),
        ("open", True, None, False, True, ("watch", "")),
        ("measures", True, None, False, True, ("watch", "")),
        ("measures", False, None, True, True, ("measures", "")),
        ("watch", True, 0, False, True, ("watch", "")),
        ("watch", True, 89, False, True, ("watch", "")),
        ("watch", True, 90, False, True, ("closed", "cleared")),
        ("watch", None, 200, False, True, ("watch", "")),
        ("watch", False, 10, True, True, ("measures", "")),
        ("closed", False, None, True, True, ("closed", "")),
        # Unwilling, dead, pensioned: known not to belong to the group, and not by work.
        ("open", False, None, False, True, ("closed", "ineligible")),
        ("open", None, None, False, True, ("closed", "ineligible")),
        ("measures", False, None, False, True, ("closed", "ineligible")),
        ("watch", False, 200, False, True, ("closed", "ineligible")),
        # Gone from the household, whatever else is true.
        ("open", False, None, True, False, ("closed", "moved")),
        ("measures", None, None, False, False, ("closed", "moved")),
        ("watch", True, 90, False, False, ("closed", "moved")),
    ],
)
def test_what_the_evidence_of_the_day_makes_of_a_case(state, employed, watched, eligible, here, after):
    seen = case_state_now(state=state, employed=employed, watched_days=watched, eligible=eligible, here=here)
    assert seen == after


def test_every_step_of_the_rule_is_in_the_table_and_has_a_count():
    known = [True, False]
    for state, employed, watched, eligible, here in product(
        flows.NEXT, [*known, None], [None, 0, 90, 500], known, known
    ):
        after, outcome = case_state_now(
            state=state, employed=employed, watched_days=watched, eligible=eligible, here=here
        )
        if after != state:
            flows.check(state, after, outcome)
            assert COUNTS[after, outcome]


@pytest.mark.parametrize("outcome", ["", "cleared"])
def test_a_closed_case_stays_closed(outcome):
    for after in flows.NEXT:
        with pytest.raises(flows.Refused):
            flows.check("closed", after, outcome)


@pytest.mark.parametrize(
    ("before", "after", "outcome"),
    [
        ("open", "closed", ""),
        ("open", "closed", "cleared"),
        ("measures", "closed", "cleared"),
        ("watch", "closed", "lost"),
        ("open", "measures", "moved"),
    ],
)
def test_only_closing_has_an_outcome_and_only_what_was_watched_is_cleared(before, after, outcome):
    with pytest.raises(flows.Refused):
        flows.check(before, after, outcome)


def test_the_package_is_one_three_one():
    kinds = [kind for kind, _ in PACKAGE_311]
    assert [kinds.count(kind) for kind in ("guidance", "recommendation", "training")] == [1, 3, 1]


@pytest.mark.parametrize(
    ("zero", "met", "seeking", "unknown", "late", "step"),
    [
        (True, False, 1, 0, False, "meet"),
        (True, True, 1, 0, False, "offer"),
        (True, True, 0, 2, False, "verify"),
        (True, True, 0, 0, False, "monthly"),
        (None, False, 1, 2, True, "offer"),
        (None, False, 0, 2, True, "verify"),
        (False, False, 0, 0, True, "visit"),
        (False, False, 0, 0, False, "monthly"),
    ],
)
def test_what_comes_next_at_a_household(zero, met, seeking, unknown, late, step):
    assert next_step(zero=zero, met=met, seeking=seeking, unknown=unknown, late=late) == step
