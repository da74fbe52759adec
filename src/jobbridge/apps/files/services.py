"""Storing and reading encrypted files. A file is read whole: uploads are bounded by the settings."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.files.models import StoredFile
from jobbridge.sealing import SealError, parse_keys

NONCE = 12


def store(*, actor: Actor, name: str, content: bytes) -> StoredFile:
    """Keep ``content`` encrypted; the same bytes are kept once on disk however often they come."""
    digest = hashlib.sha256(content).hexdigest()
    path = Path(digest[:2]) / digest
    target = _root() / path
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
    """The bytes as they came. SealError when the file was altered or lost, or its key is gone."""
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
