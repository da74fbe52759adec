"""The settings of the matching as dated data: which are refused, which are in force, and what the engine is told."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.audit.models import AuditEntry
from jobbridge.apps.placements.models import MatchPolicy, MatchRun, Recommendation
from jobbridge.apps.placements.models_policy import default_weights
from jobbridge.apps.placements.policies import (
    PolicyRefused,
    adopt,
    first_free,
    in_force,
    parameters_of,
    settings_of,
    withdraw,
)
from jobbridge.apps.placements.policy_rules import problems
from jobbridge.apps.placements.services import match_day
from jobbridge.engines.matching import Parameters, Weights
from tests.factories import DAY
from tests.placements.conftest import fill, quiet

TEST = system_actor("test")
CYCLE = system_actor("cycle")
GOOD = settings_of(MatchPolicy())


def new(valid_from=DAY, *, manual=False, today=DAY, **changes):
    return adopt(
        actor=TEST, valid_from=valid_from, settings=GOOD | changes, manual_release=manual, note="局务会定",
        now=timezone.now(), today=today,
    )  # fmt: skip


def test_without_a_policy_the_engine_is_told_what_it_comes_with(db):
    assert parameters_of(settings_of(in_force(DAY))) == Parameters()
    assert default_weights() == Weights()._asdict()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, None), ({"k": 8, "kappa": 20}, None), ({"kappa": 0.5}, None), ({"wage_percent": 0}, None),
        ({"k": 0}, "k"), ({"k": 9}, "k"), ({"k": None}, "k"), ({"k": 2.5}, "k"), ({"k": True}, "k"),
        ({"kappa": 0}, "kappa"), ({"kappa": 20.1}, "kappa"), ({"kappa": "3"}, "kappa"),
        ({"wage_percent": 101}, "wage_percent"), ({"wage_percent": -1}, "wage_percent"),
        ({"bonus_zero": 1_000_001}, "bonus_zero"), ({"bonus_zero": 40_000}, "bonus_key"),
        ({"bonus_other": 60_000}, "bonus_other"), ({"bonus_next": 30_000}, "bonus_next"),
        ({"bonus_zero": 0, "bonus_key": 0, "bonus_other": 0, "bonus_next": 0}, None),
        ({"weights": {}}, "weights"), ({"weights": default_weights() | {"wage": -1}}, "weights"),
        ({"weights": default_weights() | {"wage": 2001}}, "weights"),
        ({"weights": default_weights() | {"wage": 1.5}}, "weights"),
        ({"weights": default_weights() | {"far_km": 0}}, "weights"),
        ({"weights": default_weights() | {"home_percent": 101}}, "weights"),
        ({"weights": default_weights() | {"skill": 500, "wage": 3000}}, None),
    ],
)  # fmt: skip
def test_which_settings_can_be_followed(changes, field):
    found = problems(GOOD | changes)
    assert list(found) == ([field] if field else [])
    if field is None:
        parameters_of(GOOD | changes)  # the engine takes whatever the rules let pass


def test_the_policy_of_a_day_is_the_last_that_had_begun(db):
    first, second = new(DAY, kappa=2.0), new(DAY + timedelta(days=10), kappa=4.0)
    days = {-1: 3.0, 0: 2.0, 9: 2.0, 10: 4.0, 400: 4.0}
    assert {shift: in_force(DAY + timedelta(days=shift)).kappa for shift in days} == days
    assert first.pk != second.pk


def test_one_policy_a_day_and_none_for_the_past(db):
    new(DAY)
    for day in (DAY, DAY - timedelta(days=1)):
        with pytest.raises(PolicyRefused) as refused:
            new(day)
        assert list(refused.value.problems) == ["valid_from"]
    assert MatchPolicy.objects.count() == 1


def test_a_policy_begins_within_a_year(db):
    new(DAY + timedelta(days=365))
    for far in (DAY + timedelta(days=366), date.max):
        with pytest.raises(PolicyRefused) as refused:
            new(far)
        assert list(refused.value.problems) == ["valid_from"]
    assert MatchPolicy.objects.count() == 1


def test_the_first_free_day_is_neither_matched_nor_taken(db):
    assert first_free(DAY) == DAY
    new(DAY)
    new(DAY + timedelta(days=1))
    new(DAY + timedelta(days=3))
    assert first_free(DAY) == DAY + timedelta(days=2)
    matched(DAY + timedelta(days=2))
    assert first_free(DAY + timedelta(days=2)) == DAY + timedelta(days=4)


def matched(on):
    with acting_as(TEST):
        return MatchRun.objects.create(
            on=on, seekers=0, posts=0, recommendations=0, gap=0.0, report={}, finished_at=timezone.now()
        )


def test_a_policy_that_nothing_followed_is_withdrawn_and_the_audit_keeps_it(db):
    coming = new(DAY + timedelta(days=1), kappa=2.0)
    matched(DAY)
    withdraw(actor=TEST, policy_id=coming.pk, today=DAY)
    assert not MatchPolicy.objects.exists()
    entry = AuditEntry.objects.get(table_name="placements_matchpolicy", row_id=str(coming.pk), operation="D")
    assert (entry.actor, entry.before["kappa"]) == (TEST.key, 2.0)
    assert new(DAY + timedelta(days=1), kappa=2.5).pk != coming.pk
    with pytest.raises(MatchPolicy.DoesNotExist):
        withdraw(actor=TEST, policy_id=coming.pk, today=DAY)


@pytest.mark.parametrize(("begins", "run"), [(0, None), (-1, None), (2, 2), (2, 5)])
def test_a_policy_that_has_begun_or_was_followed_stays(db, begins, run):
    policy = new(DAY + timedelta(days=begins), today=DAY - timedelta(days=1))
    if run:
        matched(DAY + timedelta(days=run))
    with pytest.raises(PolicyRefused):
        withdraw(actor=TEST, policy_id=policy.pk, today=DAY)
    assert MatchPolicy.objects.count() == 1


def test_the_table_itself_refuses_what_the_rules_would(db):
    for values in ({"k": 0}, {"kappa": 0}, {"bonus_zero": 1}, {"wage_percent": 101}):
        with pytest.raises(IntegrityError), acting_as(TEST), transaction.atomic():
            MatchPolicy.objects.create(valid_from=DAY, decided_by="x", decided_at=timezone.now(), **values)


def test_who_changed_the_policy_is_in_the_audit(db):
    made = new()
    entry = AuditEntry.objects.get(table_name="placements_matchpolicy", row_id=str(made.pk))
    assert (entry.operation, entry.actor) == ("I", TEST.key)


def test_the_day_is_matched_by_its_policy_and_the_run_keeps_it(db):
    with acting_as(TEST):
        fill(seekers=4, posts=2)
        new(DAY, k=1, kappa=0.5, manual=True)
        match_day(on=DAY, actor=CYCLE, progress=quiet)
        run = MatchRun.objects.get()
        # Two posts of two openings take one candidate each.
        assert Recommendation.objects.count() == 2
        assert run.state == "draft"
        assert (run.report["settings"]["kappa"], run.report["settings"]["weights"]) == (0.5, default_weights())
