"""Passwords and the port of one cluster, in a file only its owner can read."""

from __future__ import annotations

import json
import os
import secrets
import socket
from dataclasses import asdict, dataclass, replace
from pathlib import Path

APP_ROLE = "jobbridge"
SUPERUSER = "postgres"


@dataclass(frozen=True)
class Credentials:
    """`prepared` is the number of the last bootstrap that ran to its end (0: none yet)."""

    port: int
    app_password: str
    superuser_password: str
    prepared: int = 0

    def with_free_port(self) -> Credentials:
        return replace(self, port=free_port())

    def save(self, path: Path) -> None:
        """Write through a temporary file, so that a reader never sees half of it."""
        draft = path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as out:
            json.dump(asdict(self), out)
            out.flush()
            os.fsync(out.fileno())
        give_to_owner_of_folder(draft)
        draft.replace(path)

    @classmethod
    def load(cls, path: Path) -> Credentials | None:
        try:
            return cls(**json.loads(path.read_text()))
        except FileNotFoundError:
            return None

    @classmethod
    def fresh(cls) -> Credentials:
        return cls(free_port(), secrets.token_urlsafe(24), secrets.token_urlsafe(24))


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def give_to_owner_of_folder(path: Path) -> None:
    """When root works in a folder of someone else, what it leaves there stays theirs."""
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.chown(path, owner.st_uid, owner.st_gid)
