"""Which employers somebody answers for."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q

from jobbridge.apps.accounts.models import Role
from jobbridge.apps.accounts.scope import Actor

COUNTY = frozenset({Role.COUNTY, Role.ADMINISTRATOR})


class EmployerQuerySet(models.QuerySet):
    """Employers. Staff read them all; who may act for one is a question of its own."""

    def answered_by(self, actor: Actor) -> Self:
        """Employers the actor acts for: the county for all, a specialist for theirs, an employer for itself."""
        return self.filter(answered_by(actor))

    def named(self, text: str) -> Self:
        """Employers with this text in the name, or with this credit code."""
        return self.filter(Q(name__contains=text) | Q(credit_code=text.upper()))


def answered_by(actor: Actor, path: str = "") -> Q:
    """The same as a condition; ``path`` leads from a row to its employer, such as ``employer__``."""
    if actor.role in COUNTY:
        return Q()
    if actor.user_id is None:
        return Q(pk__in=[])
    if actor.role == Role.EMPLOYER:
        return Q(**{f"{path}accounts__user": actor.user_id})
    if actor.role == Role.TOWNSHIP:
        return Q(**{f"{path}specialist": actor.user_id})
    return Q(pk__in=[])
