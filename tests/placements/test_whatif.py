"""A trial: both settings over the whole county, nobody recommended anything."""

from datetime import timedelta

import pytest
from django.utils import timezone

from jobbridge.apps.accounts.models import Role
from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.placements import whatif
from jobbridge.apps.placements.models import MatchPolicy, MatchRun, Recommendation, WhatIf
from jobbridge.apps.placements.policies import PolicyRefused, settings_of
from jobbridge.apps.placements.services import match_day
from tests.factories import DAY, make_user
from tests.placements.conftest import fill, quiet

TEST = system_actor("test")
GOOD = settings_of(MatchPolicy())


@pytest.fixture
def clerk(db):
    with acting_as(TEST):
        fill(seekers=6, posts=2)
        return make_user("clerk", Role.COUNTY, "500235000000").actor()


def trial(clerk, **changes) -> WhatIf:
    made = whatif.propose(actor=clerk, on=DAY, settings=GOOD | changes, now=timezone.now())
    return whatif.compute(trial_id=made.pk, actor=clerk)


def test_fewer_candidates_an_opening_reach_fewer_people(clerk):
    found = trial(clerk, kappa=1.0, k=1)
    present, other = (found.result[side] for side in ("present", "trial"))
    assert (present["reached"], other["reached"], other["full"]) == (6, 4, 2)
    assert (present["recommendations"], other["recommendations"]) == (12, 4)
    assert other["reach"] == pytest.approx(4 / 6)
    assert max(present["gap"], other["gap"]) <= 0.005
    assert (other["crowded"], found.error) == (1, "")
    assert found.finished_at


def test_a_higher_wage_floor_leaves_more_without_a_post(clerk):
    low = trial(clerk, wage_percent=0).result["trial"]
    assert low["without_legal_post"] == 0
    with acting_as(TEST):
        from jobbridge.apps.registry.models import WorkStatement

        WorkStatement.objects.update(wage_floor=5000)
    found = trial(clerk, wage_percent=100).result
    assert (found["present"]["without_legal_post"], found["trial"]["without_legal_post"]) == (0, 6)


def test_nothing_is_written_but_the_trial(clerk):
    trial(clerk)
    with acting_as(TEST):
        assert not MatchRun.objects.exists()
        assert not Recommendation.objects.exists()


def test_whoever_has_something_waiting_takes_part_all_the_same(clerk):
    match_day(on=DAY, actor=TEST, progress=quiet)
    found = trial(clerk)
    assert found.result["present"]["recommendations"] == 12
    assert found.result["present"] | {"seconds": 0} == found.result["trial"] | {"seconds": 0}


def test_a_trial_stands_beside_the_policy_of_its_day(clerk):
    with acting_as(TEST):
        for shift, kappa in ((0, 1.0), (1, 9.0)):
            MatchPolicy.objects.create(
                valid_from=DAY + timedelta(days=shift), kappa=kappa, decided_by="x", decided_at=timezone.now()
            )
    assert trial(clerk).present["kappa"] == 1.0


def test_settings_out_of_range_are_no_trial(clerk):
    with pytest.raises(PolicyRefused):
        whatif.propose(actor=clerk, on=DAY, settings=GOOD | {"kappa": 0}, now=timezone.now())
    assert not WhatIf.objects.exists()


def test_what_goes_wrong_is_written_down(clerk, monkeypatch):
    made = whatif.propose(actor=clerk, on=DAY, settings=GOOD, now=timezone.now())
    monkeypatch.setattr(whatif, "_side", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        whatif.compute(trial_id=made.pk, actor=clerk)
    made.refresh_from_db()
    assert (made.error, made.result) == ("division by zero", None)
    assert made.finished_at


def test_an_empty_county_can_be_tried(db):
    found = trial(TEST)
    assert found.result["trial"]["reach"] is None
    assert found.result["trial"]["mean_score"] is None
