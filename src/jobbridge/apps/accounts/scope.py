"""Who acts, and which rows they may see.

A scope is a set of half-open ranges of division codes. Reads start with ``visible_to(actor)``; behind it
PostgreSQL's row-level security sees the same ranges through the settings that ``acting_as`` puts on the
connection. Nobody set means no rows, and no writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from django.db import connection, models, transaction

SETTINGS = ("jb.actor", "jb.lo", "jb.hi", "jb.ranges")


@dataclass(frozen=True)
class Scope:
    """Half-open ranges ``lo <= code < hi`` in C collation, sorted and disjoint."""

    ranges: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, ranges: Iterable[tuple[str, str]]) -> Self:
        """Merge ranges that touch or overlap, so that nested areas count once."""
        merged: list[tuple[str, str]] = []
        for lo, hi in sorted(set(ranges)):
            if merged and lo <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(hi, merged[-1][1]))
            else:
                merged.append((lo, hi))
        return cls(tuple(merged))

    def contains(self, code: str) -> bool:
        """True when the area ``code`` lies inside the scope."""
        return any(lo <= code < hi for lo, hi in self.ranges)

    def q(self, field: str = "region_code") -> models.Q:
        """The scope as a filter; an empty scope matches nothing."""
        condition = models.Q(pk__in=[])
        for lo, hi in self.ranges:
            condition |= models.Q(**{f"{field}__gte": lo, f"{field}__lt": hi})
        return condition


SYSTEM = "system"
EVERYWHERE = Scope((("", "~"),))


@dataclass(frozen=True)
class Actor:
    """Whoever does something: a signed-in user or a named part of the system."""

    key: str
    name: str
    role: str
    scope: Scope
    user_id: int | None = None

    @property
    def is_person(self) -> bool:
        """Whether somebody signed in stands behind it, who can vouch for what they do."""
        return self.role != SYSTEM


def system_actor(name: str) -> Actor:
    """The system itself under a name that the audit trail shows, such as ``cycle`` or ``imports``."""
    return Actor(key=f"system:{name}", name=name, role=SYSTEM, scope=EVERYWHERE)


@contextmanager
def acting_as(actor: Actor) -> Iterator[Actor]:
    """One transaction in which the database knows who acts and what they may see."""
    ranges = actor.scope.ranges
    values = (
        actor.key,
        ranges[0][0] if ranges else "",
        ranges[-1][1] if ranges else "",
        ",".join(f"{lo}-{hi}" for lo, hi in ranges) if len(ranges) > 1 else "",
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"current_setting('{name}', true)" for name in SETTINGS))
        before = [value or "" for value in cursor.fetchone()]
        cursor.execute(_SET, values)
        yield actor
        # A rolled-back transaction restores its settings by itself.
        if not connection.needs_rollback:
            cursor.execute(_SET, before)


_SET = "SELECT " + ", ".join(f"set_config('{name}', %s, true)" for name in SETTINGS)


class ScopedQuerySet(models.QuerySet):
    """Rows that carry a ``region_code``."""

    def visible_to(self, actor: Actor) -> Self:
        """Rows inside the actor's scope; without a scope, none."""
        return self.filter(actor.scope.q())


class Scoped(models.Model):
    """Base of every table about a person or household: its village decides who sees the row.

    Subclasses enable row-level security in their migration with ``rls.enable``.
    """

    region_code = models.CharField("所在村代码", max_length=12, db_collation="C")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True
        indexes = [models.Index(fields=["region_code", "id"])]
