"""What the desk says comes next at a household, before and after its broker was there."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.casework.services import follow_groups
from jobbridge.apps.targeting.services import refresh

TEST = system_actor("test")
MEET = "48 小时内"


@pytest.mark.parametrize("again", [False, True])
def test_a_household_that_was_met_is_not_to_be_met_again(signed_in, county, again):
    """At once, and after the next cycle: what it needs now is an offer."""
    pages = [reverse("desk:home"), reverse("desk:households"), reverse("desk:household", args=[county.household.pk])]
    desk = signed_in("town")  # its township has this one zero-employment household
    assert [MEET in desk.get(page).content.decode() for page in pages] == [True] * 3

    visit = reverse("field:visit", args=[county.household.pk])
    answers = {"key": uuid4(), "met": "person", f"person-{county.person.pk}": "S"}
    assert signed_in("broker").post(visit, answers).status_code == 302
    if again:
        today = timezone.localdate()
        with acting_as(TEST):
            refresh(on=today, actor=TEST, progress=lambda *step: None)
            follow_groups(on=today, actor=TEST, progress=lambda *step: None)
    cache.clear()
    shown = [desk.get(page).content.decode() for page in pages]
    assert [MEET in page for page in shown] == [False] * 3
    assert "推荐 3 个岗位" in shown[2] or "回访岗位推荐结果" in shown[2]  # the second from the next month on
