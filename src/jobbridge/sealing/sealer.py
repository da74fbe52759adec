"""The sealer: AES-256-GCM or SM4-GCM with key versions, HMAC blind index (SHA-256 or SM3)."""

from __future__ import annotations

import base64
import hmac
import os
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC

NONCE = 12
TAG = 16
INDEX_BYTES = 16
SUITES = ("aes", "sm")


class SealError(ValueError):
    """A value does not open: wrong key, wrong field, or changed on disk."""


def generate_keys() -> str:
    """Fresh key material as the settings want it: ``1:<key>;index:<key>`` (base64, 32 bytes each)."""
    key, index = (base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2))
    return f"1:{key};index:{index}"


def parse_keys(text: str) -> tuple[dict[int, bytes], bytes]:
    """Read ``1:<base64>;2:<base64>;index:<base64>``; the highest version seals, all of them open.

    Raises ValueError naming the part that is wrong, never its value.
    """
    keys: dict[int, bytes] = {}
    index = b""
    for part in filter(None, text.split(";")):
        name, _, value = part.partition(":")
        try:
            raw = base64.b64decode(value, validate=True)
        except ValueError as error:
            raise ValueError(f"seal key {name!r} is not base64") from error
        if len(raw) != 32:
            raise ValueError(f"seal key {name!r} must be 32 bytes, not {len(raw)}")
        if name == "index":
            index = raw
        elif name.isdigit() and 1 <= int(name) <= 127:
            keys[int(name)] = raw
        else:
            raise ValueError(f"seal key {name!r} must be named 1..127 or 'index'")
    if not keys or not index:
        raise ValueError("seal keys need at least one numbered key and an 'index' key")
    return keys, index


class Sealer:
    """Seals short texts. Stateless apart from its keys, safe to share between threads."""

    def __init__(self, keys: dict[int, bytes], index_key: bytes, suite: str = "aes") -> None:
        if suite not in SUITES:
            raise ValueError(f"unknown suite {suite!r}, choose one of {SUITES}")
        self._suite = suite
        self._active = max(keys)
        self._keys = keys
        self._aes = {version: AESGCM(key) for version, key in keys.items()}
        self._index_key = index_key

    def index(self, text: str, field: str) -> bytes:
        """Blind index (16 bytes): equal texts of one field have equal indexes, nothing else is learnt."""
        message = f"{field}|{text}".encode()
        if self._suite == "aes":
            return hmac.digest(self._index_key, message, "sha256")[:INDEX_BYTES]
        mac = HMAC(self._index_key, hashes.SM3())
        mac.update(message)
        return mac.finalize()[:INDEX_BYTES]

    def seal(self, text: str, field: str) -> bytes:
        """Seal ``text`` for ``field``; twice the same text gives two different blobs."""
        nonce = os.urandom(NONCE)
        bound = field.encode() + b"|" + self.index(text, field)
        body = text.encode()
        if self._suite == "aes":
            sealed = self._aes[self._active].encrypt(nonce, body, bound)
            return bytes([self._active]) + bound[-INDEX_BYTES:] + nonce + sealed
        encryptor = Cipher(algorithms.SM4(self._keys[self._active][:16]), modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(bound)
        sealed = encryptor.update(body) + encryptor.finalize() + encryptor.tag
        return bytes([self._active | 0x80]) + bound[-INDEX_BYTES:] + nonce + sealed

    def open(self, blob: bytes, field: str) -> str:
        """Open a sealed value; SealError if it was sealed for another field or was altered."""
        blob = bytes(blob)
        if len(blob) < 1 + INDEX_BYTES + NONCE + TAG:
            raise SealError("sealed value is too short")
        version, suite = blob[0] & 0x7F, "sm" if blob[0] & 0x80 else "aes"
        index = blob[1 : 1 + INDEX_BYTES]
        nonce = blob[1 + INDEX_BYTES : 1 + INDEX_BYTES + NONCE]
        body = blob[1 + INDEX_BYTES + NONCE :]
        if version not in self._keys:
            raise SealError(f"key version {version} is not in the settings")
        bound = field.encode() + b"|" + index
        try:
            if suite == "aes":
                return self._aes[version].decrypt(nonce, body, bound).decode()
            cipher = Cipher(algorithms.SM4(self._keys[version][:16]), modes.GCM(nonce, body[-TAG:]))
            decryptor = cipher.decryptor()
            decryptor.authenticate_additional_data(bound)
            return (decryptor.update(body[:-TAG]) + decryptor.finalize()).decode()
        except InvalidTag as error:
            raise SealError(f"sealed {field} does not open: wrong key or altered") from error
