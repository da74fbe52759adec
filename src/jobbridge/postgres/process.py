"""Seeing and stopping server processes.

A postmaster changes into its data directory before anything else, so the working directory tells a server of ours
from a stranger that happens to have got the number in a stale `postmaster.pid`.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .credentials import give_to_owner_of_folder
from .errors import PostgresError

PID_FILE = "postmaster.pid"


@dataclass(frozen=True)
class Postmaster:
    """A living server: its process number, and whether it takes connections already."""

    pid: int
    ready: bool


def find_postmaster(data: Path) -> Postmaster | None:
    """The server running on a data directory, or None. A stale or half-written pid file counts as None."""
    try:
        lines = (data / PID_FILE).read_text().splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not lines or not lines[0].strip().isdigit():
        return None
    pid = int(lines[0])
    if not works_in(pid, data):
        return None
    return Postmaster(pid, ready=len(lines) > 7 and lines[7].strip() == "ready")


def works_in(pid: int, data: Path) -> bool:
    try:
        return os.readlink(f"/proc/{pid}/cwd") == str(data)
    except OSError:  # gone, a zombie, or another account's
        return False


def processes_of(data: Path) -> list[int]:
    """Every server process that lives in the data directory, the postmaster and its children."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and works_in(int(name), data)]


def send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def reap(pid: int) -> None:
    """Collect the exit status if the process is a child of ours and has ended."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def wait_until(condition: Callable[[], bool], *, seconds: float, step: float = 0.02) -> bool:
    """Ask again until the condition holds; False when the time is over."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(step)
    return True


def take_over(data: Path, lock: Path) -> int | None:
    """Lock a data directory for a new server, seeing off what a killed one left behind.

    Every server process inherits the lock, so whoever gets it knows that none lives, not even in another container
    that shares the folder. Children of a dead postmaster leave by themselves as soon as they notice; one that is busy
    with a long statement is told to. Killing is safe only because their postmaster is gone: the next start recovers
    from the log.

    Returns
    -------
    int or None
        The descriptor that holds the lock, for the new server to inherit; None if a postmaster lives after all.

    Raises
    ------
    PostgresError
        If processes we cannot see or end keep the lock.
    """
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    give_to_owner_of_folder(lock)
    for number in (None, signal.SIGTERM, signal.SIGKILL):
        if find_postmaster(data) is not None:  # it was only slow to write its pid file
            break
        if number is not None:
            for pid in processes_of(data):
                send(pid, number)
        if wait_until(lambda: _locks(descriptor), seconds=4, step=0.1):
            return descriptor
    os.close(descriptor)
    if find_postmaster(data) is None:
        raise PostgresError(f"A server that is not visible from here, in a container perhaps, uses {data}")
    return None


def is_locked(lock: Path) -> bool:
    """Whether any server process lives."""
    descriptor = os.open(lock, os.O_RDWR)
    try:
        return not _locks(descriptor)
    finally:
        os.close(descriptor)


def _locks(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def remove_lock_files(data: Path, sockets: Path) -> None:
    """Remove what a killed server could not; only for the holder of the lock.

    A server refuses to start over a lock file that names any living process, although the number may have gone to a
    stranger or to a zombie that its parent has not collected.
    """
    for remains in [data / PID_FILE, *sockets.glob(".s.PGSQL.*")]:
        remains.unlink(missing_ok=True)
