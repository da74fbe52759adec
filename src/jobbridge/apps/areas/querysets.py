"""Divisions and management areas as they are on a day."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q


class DatedQuerySet(models.QuerySet):
    """Rows with ``valid_from`` (its first day) and ``valid_to`` (the day it is no longer); empty means open."""

    def valid_on(self, day: date) -> Self:
        """Rows in force on ``day``."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day), Q(valid_to__isnull=True) | Q(valid_to__gt=day)
        )
