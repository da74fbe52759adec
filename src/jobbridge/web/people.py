"""Persons with what a page says about them: age, status, present work, phone mask; and names of those who act.

A fixed number of queries for any number of people.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q
from django.utils import timezone

from jobbridge.apps.accounts.models import User
from jobbridge.apps.registry.models import ContactPoint, EmploymentSpell, Person, WorkStatement
from jobbridge.apps.targeting.models import PersonStatus


def with_work(persons: Iterable[Person]) -> list[Person]:
    """Hang ``age``, ``letter``, ``spell``, ``statement`` and ``phone_mask`` on each person."""
    people = list(persons)
    keys = [person.pk for person in people]
    today = timezone.localdate()
    letters = dict(PersonStatus.objects.filter(person__in=keys).values_list("person_id", "status"))
    working = EmploymentSpell.objects.filter(Q(end__isnull=True) | Q(end__gt=today), person__in=keys)
    spells = {spell.person_id: spell for spell in working.order_by("start")}
    stated = WorkStatement.objects.filter(person__in=keys).order_by("person_id", "-as_of", "-id")
    statements = {statement.person_id: statement for statement in stated.distinct("person_id")}
    phones = dict(ContactPoint.objects.filter(person__in=keys, primary=True).values_list("person_id", "phone_mask"))
    for person in people:
        person.age = age_on(person.birth_date, today)
        person.letter = letters.get(person.pk, "")
        person.spell = spells.get(person.pk)
        person.statement = statements.get(person.pk)
        person.phone_mask = phones.get(person.pk, "")
    return people


def clerk_names(keys: Iterable[str]) -> dict[str, str]:
    """The signed-in users among these, by the key under which they act."""
    numbers = {int(number) for kind, _, number in (key.partition(":") for key in keys) if kind == "user"}
    return {f"user:{user.pk}": str(user) for user in User.objects.filter(pk__in=numbers)}


def age_on(birth: date, day: date) -> int:
    """Full years."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
