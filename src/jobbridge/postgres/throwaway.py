"""A cluster for tests and benchmarks that leaves nothing behind, however its owner ends."""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

from .cluster import Cluster

PREFIX = "jobbridge-throwaway-"
OWNER_LOCK = "owner.lock"
_held: list[int] = []


def throwaway_home() -> Path:
    """A new private state folder that is removed when this process ends.

    A process killed by force cannot remove its folder; the next caller does. It knows by the lock that every owner
    holds for as long as it lives.
    """
    _sweep(Path(tempfile.gettempdir()))
    while True:
        home = Path(tempfile.mkdtemp(prefix=PREFIX))
        # mkdtemp is 0700; the server's account must pass through when we are root.
        home.chmod(0o711 if os.geteuid() == 0 else 0o700)
        descriptor = os.open(home / OWNER_LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if home.exists():
            break
        os.close(descriptor)  # another process came by between the file and its lock, and swept it
    _held.append(descriptor)
    atexit.register(_remove_if_owner, home, os.getpid())
    return home


def throwaway_cluster() -> Cluster:
    """A fast cluster in a new throw-away folder, not started yet."""
    return Cluster(throwaway_home(), durable=False)


def _remove_if_owner(home: Path, owner: int) -> None:
    if os.getpid() == owner:  # not in a forked child
        _remove(home)


def _remove(home: Path) -> None:
    if (home / "postgres").exists():
        Cluster(home, durable=False).destroy()
    shutil.rmtree(home, ignore_errors=True)


def _sweep(folder: Path) -> None:
    for home in folder.glob(PREFIX + "*"):
        with contextlib.suppress(OSError):  # another account's, or being removed by someone else
            descriptor = os.open(home / OWNER_LOCK, os.O_RDWR)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove(home)
            finally:
                os.close(descriptor)
