"""Arrow tables in one encrypted file: what the engine keeps between runs never lies open on the disk.

DuckDB can only write encrypted databases with an extension that it would fetch at run time, so the tables are written
here: each as an Arrow stream (lz4), cut into sealed boxes of AES-256-GCM.  The header and the place of every box are
authenticated with it: boxes cannot be exchanged, left out or taken from another file.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_MAGIC = b"JBVAULT1"
_BOX = 16 * 2**20
_NONCE = 12
_DRAFT = 4
KEY_BYTES = 32


class VaultError(ValueError):
    """The file is no vault, is damaged, or was sealed with another key."""


def write(path: Path, key: bytes, tables: Mapping[str, pa.Table], meta: Mapping[str, Any]) -> None:
    """Write the tables and the notes; the file appears whole or not at all, readable by its owner only.

    Raises ValueError for a key that is not 32 bytes long.
    """
    salt = secrets.token_bytes(16)
    box = _cipher(key, salt)
    streams = {name: _stream(table) for name, table in tables.items()}
    header = json.dumps(
        {"meta": meta, "tables": {name: stream.size for name, stream in streams.items()}}, ensure_ascii=False
    ).encode()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    drafts = re.compile(rf"\.{re.escape(path.name)}\.[0-9a-f]{{{2 * _DRAFT}}}")
    for left in path.parent.iterdir():  # of a writer that was killed
        if drafts.fullmatch(left.name):
            left.unlink(missing_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(_DRAFT)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(_MAGIC + salt)
            _seal(file, box, b"header", header)
            for name, stream in streams.items():
                for at in range(0, stream.size, _BOX):
                    _seal(file, box, f"{name}:{at}".encode(), memoryview(stream).cast("B")[at : at + _BOX])
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def is_vault(path: Path) -> bool:
    """Whether the file begins as one of ours."""
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def read(path: Path, key: bytes) -> tuple[dict[str, pa.Table], dict[str, Any]]:
    """The tables and the notes.

    Raises VaultError when the file is no vault, damaged, cut short, or sealed with another key; OSError.
    """
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise VaultError(f"{path.name}: not a store of the comparison")
        box = _cipher(key, file.read(16))
        try:
            header = json.loads(_open(file, box, b"header"))
            tables = {}
            for name, size in header["tables"].items():
                parts = [_open(file, box, f"{name}:{at}".encode()) for at in range(0, size, _BOX)]
                whole = parts[0] if len(parts) == 1 else b"".join(parts)
                tables[name] = pa.ipc.open_stream(pa.py_buffer(whole)).read_all()
        except InvalidTag as error:
            raise VaultError(f"{path.name}: sealed with another key, or damaged") from error
    return tables, header["meta"]


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    if len(key) != KEY_BYTES:
        raise ValueError(f"the key must be {KEY_BYTES} bytes, not {len(key)}")
    return AESGCM(HKDF(SHA256(), KEY_BYTES, salt, b"jobbridge linkage store").derive(key))


def _stream(table: pa.Table) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
        writer.write_table(table)
    return sink.getvalue()


def _seal(file: Any, box: AESGCM, place: bytes, content: bytes | memoryview) -> None:
    nonce = secrets.token_bytes(_NONCE)
    sealed = box.encrypt(nonce, content, place)
    file.write(len(sealed).to_bytes(8, "big") + nonce + sealed)


def _open(file: Any, box: AESGCM, place: bytes) -> bytes:
    size = int.from_bytes(file.read(8), "big")
    nonce, sealed = file.read(_NONCE), file.read(min(size, 2 * _BOX))
    if len(nonce) < _NONCE or len(sealed) < size:
        raise InvalidTag
    return box.decrypt(nonce, sealed, place)
