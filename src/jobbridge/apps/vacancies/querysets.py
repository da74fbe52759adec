"""Which posts a list shows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from jobbridge.apps.accounts.models import Role
from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.employers.querysets import answered_by
from jobbridge.apps.vacancies.rules import CONFIRM_DAYS, OVER_DAYS, SOON_DAYS


class PostQuerySet(models.QuerySet):
    """Posts. Staff read them all; who may act for one is a question of its own."""

    def answered_by(self, actor: Actor) -> Self:
        """Posts the actor acts for: an agency's account also those that it handed in for others."""
        condition = answered_by(actor, "employer__")
        if actor.role == Role.EMPLOYER:
            condition |= answered_by(actor, "agency__")
        return self.filter(condition)

    def open(self, on: date) -> Self:
        """What is matched on that day."""
        return self.filter(state="active", expires_on__gte=on)

    def to_confirm(self, on: date, *, full: Iterable[int]) -> Self:
        """Posts whose employer must be called, by `rules.must_confirm`: about to end, lately over, full, long silent.

        ``full`` are the keys of posts whose places are all taken, of which this app knows nothing.
        """
        ending = Q(expires_on__range=(on - timedelta(days=OVER_DAYS), on + timedelta(days=SOON_DAYS)))
        silent = Q(word_of__lte=on - timedelta(days=CONFIRM_DAYS)) | Q(pk__in=list(full))
        return self.with_word().filter(ending | Q(expires_on__gt=on) & silent, state="active")

    def with_word(self) -> Self:
        """With ``word_of``, the day of the employer's last word."""
        return self.annotate(word_of=Coalesce(F("confirmed_on"), F("collected_on")))
