"""Storing and reading encrypted files. A file is read whole: uploads are bounded by the settings."""

from __future__ import annotations

import hashlib
import os
from datetime import date
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import connection, transaction

from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.files.models import StoredFile
from jobbridge.sealing import SealError, parse_keys

NONCE = 12


def store(*, actor: Actor, name: str, content: bytes) -> StoredFile:
    """Keep ``content`` encrypted; the same bytes are kept once on disk however often they come."""
    digest = hashlib.sha256(content).hexdigest()
    path = Path(digest[:2]) / digest
    target = _root() / path
    with transaction.atomic():
        _lock(str(path))
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            nonce = os.urandom(NONCE)
            temporary = target.with_suffix(f".{os.getpid()}")
            temporary.write_bytes(nonce + _cipher(_newest()).encrypt(nonce, content, digest.encode()))
            temporary.replace(target)
        return StoredFile.objects.create(
            name=name[-200:], sha256=digest, size=len(content), path=str(path), created_by=actor.key
        )


def read(stored: StoredFile) -> bytes:
    """The bytes as they came. SealError when the file was deleted, altered or lost, or its key is gone."""
    if stored.deleted_on:
        raise SealError(f"file {stored.pk} was deleted on {stored.deleted_on}")
    try:
        blob = (_root() / stored.path).read_bytes()
    except FileNotFoundError as error:
        raise SealError(f"file {stored.pk} is lost") from error
    for version in sorted(_keys(), reverse=True):
        try:
            return _cipher(version).decrypt(blob[:NONCE], blob[NONCE:], stored.sha256.encode())
        except InvalidTag:
            continue
    raise SealError(f"file {stored.pk} does not open: wrong key or altered")


def discard(stored: StoredFile, *, on: date) -> None:
    """Delete the bytes; that there was a file, with its name and digest, stays known. Again changes nothing.

    Bytes that came a second time under another record stay until that one is discarded too. They go before the record
    says so: killed between the two, the next call finds nothing to delete and goes on.
    """
    with transaction.atomic():
        _lock(stored.path)
        if stored.deleted_on:
            return
        if not StoredFile.objects.filter(path=stored.path, deleted_on=None).exclude(pk=stored.pk).exists():
            (_root() / stored.path).unlink(missing_ok=True)
        stored.deleted_on = on
        stored.save(update_fields=["deleted_on"])


def _lock(path: str) -> None:
    """Nobody stores and deletes the same bytes at the same time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"file:{path}"])


def _root() -> Path:
    return Path(settings.STORAGES["default"]["OPTIONS"]["location"])


def _keys() -> dict[int, bytes]:
    return parse_keys(settings.SEAL_KEYS)[0]


def _newest() -> int:
    return max(_keys())


def _cipher(version: int) -> AESGCM:
    """Files have a key of their own, derived from the sealing key of the same version."""
    derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"jobbridge files")
    return AESGCM(derive.derive(_keys()[version]))
