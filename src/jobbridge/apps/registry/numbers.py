"""Sealed numbers of a person: finding somebody by one, and reading one in full with a reason."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.accounts.sealing import sealer
from jobbridge.apps.audit.models import Unmasking
from jobbridge.apps.registry.models import ContactPoint, LedgerQuerySet, Person
from jobbridge.kernel import citizen_id, phone


def find_by_number(rows: LedgerQuerySet, text: str) -> LedgerQuerySet | None:
    """The persons among ``rows`` with this whole id number or phone; None when the text is neither."""
    if citizen_id.is_valid(text):
        return rows.filter(id_index=sealer().index(citizen_id.parse(text).number, "id"))
    if phone.is_valid(text):
        index = sealer().index(phone.clean(text), "phone")
        return rows.filter(Exists(ContactPoint.objects.filter(person=OuterRef("pk"), phone_index=index)))
    return None


def reveal_number(*, actor: Actor, person: Person, field: str, reason: str) -> str:
    """The person's ``id`` or primary ``phone`` in full; empty when there is none. The reading is recorded first.

    Raises ValueError without a reason, KeyError for another field.
    """
    if not reason.strip():
        raise ValueError("查看原文要写明理由")
    sealed = {"id": _sealed_id, "phone": _sealed_phone}[field](person)
    if sealed is None:
        return ""
    Unmasking.objects.create(actor=actor.key, subject=f"person:{person.pk}", field=field, reason=reason.strip()[:120])
    return sealer().open(bytes(sealed), field)


def _sealed_id(person: Person) -> bytes | None:
    return person.id_sealed


def _sealed_phone(person: Person) -> bytes | None:
    return person.contacts.filter(primary=True).values_list("phone_sealed", flat=True).first()
