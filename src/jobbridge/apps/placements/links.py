"""Short links that show one person their posts without a log-in.

A code is 12 characters, 70 bits, made of the digest's key with a key derived of the installation's secret: the same
digest has the same link however often it is queued. Only its hash is kept, with whose it is and until when. A link
may be opened as often as wanted until it ends or somebody revokes it; it shows its own person's posts and answers,
and acts with the scope of that person's village.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.conf import settings
from django.utils.crypto import salted_hmac

from jobbridge.apps.accounts.scope import Actor, Scope, acting_as, system_actor
from jobbridge.apps.placements.models import WorkerLink
from jobbridge.apps.registry.models import Person
from jobbridge.kernel.division import bounds

LIFETIME = timedelta(days=30)
COUNTER_MINUTES = 30
SALT = "jobbridge.placements.links"
# No characters that look alike on a phone: 0 O 1 l I.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
LENGTH = 12
_ADDRESS = re.compile(f"/w/[{ALPHABET}]{{{LENGTH}}}/")
_CODE = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")
BATCH = 2000


class Fate(Enum):
    """What became of a link."""

    GOOD = "good"
    UNKNOWN = "unknown"  # wrong, cut short, or never made
    ENDED = "ended"  # expired or revoked


@dataclass(frozen=True)
class Wanted:
    """A link to be made: the key of the message that carries it, and whose it is."""

    key: str
    person_id: int
    region_code: str


def links_for(wanted: Iterable[Wanted], *, now: datetime, lifetime: timedelta = LIFETIME) -> dict[str, str]:
    """The address for each message key; nothing when the county has not said where its pages are reached.

    Inside `acting_as`. Made again for the same key it is the same address and row.
    """
    if not settings.PUBLIC_URL:
        return {}
    wanted = list(wanted)
    codes = {one.key: _code(one.key) for one in wanted}
    rows = (
        WorkerLink(
            person_id=one.person_id,
            region_code=one.region_code,
            code_hash=_hash(codes[one.key]),
            made_at=now,
            expires_at=now + lifetime,
        )
        for one in wanted
    )
    WorkerLink.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
    return {key: f"{settings.PUBLIC_URL}/w/{code}/" for key, code in codes.items()}


def at_counter(person: Person, *, actor: Actor, now: datetime) -> str:
    """The address of the person's page for the next half hour, to be scanned by them; the same within a minute."""
    one = Wanted(f"counter:{person.pk}:{actor.key}:{now:%Y%m%d%H%M}", person.pk, person.region_code)
    with acting_as(actor):
        return links_for([one], now=now, lifetime=timedelta(minutes=COUNTER_MINUTES))[one.key]


def open_link(code: str, *, now: datetime) -> tuple[Fate, WorkerLink | None]:
    """Whose link it is, with the person; None unless it is good."""
    if not _CODE.fullmatch(code):
        return Fate.UNKNOWN, None
    with acting_as(system_actor("worker-link")):
        link = WorkerLink.objects.select_related("person").filter(code_hash=_hash(code)).first()
    if link is None:
        return Fate.UNKNOWN, None
    gone = link.revoked_at is not None or link.expires_at <= now or link.person.life != "alive"
    return (Fate.ENDED, None) if gone else (Fate.GOOD, link)


def actor_of(link: WorkerLink) -> Actor:
    """The person behind the link: no user, and no more than the rows of their own village."""
    scope = Scope.of([bounds(link.person.region_code)])
    return Actor(key=f"worker:{link.person_id}", name="本人", role="worker", scope=scope)


def revoke(*, actor: Actor, person_id: int, now: datetime) -> int:
    """End all links of a person that still open; returns how many."""
    with acting_as(actor):
        links = WorkerLink.objects.visible_to(actor).filter(person_id=person_id, revoked_at=None, expires_at__gt=now)
        return links.update(revoked_at=now, revoked_by=actor.key[:60])


def hidden(text: str) -> str:
    """A message for the eyes of staff: with the code they could answer in the person's place."""
    return _ADDRESS.sub("/w/…/", text)


def _code(key: str) -> str:
    number = int.from_bytes(salted_hmac(SALT, key, algorithm="sha256").digest(), "big")
    characters = []
    for _ in range(LENGTH):
        number, place = divmod(number, len(ALPHABET))
        characters.append(ALPHABET[place])
    return "".join(characters)


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
