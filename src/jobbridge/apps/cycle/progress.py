"""Progress of a stage, seen while the stage's own transaction is still open.

It goes over a connection of its own. The same connection holds the lock that keeps two cycles apart: when a
worker is killed its connection dies, and with it the lock.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

import psycopg
from django.db import connection

from jobbridge.apps.accounts.database_role import refuse_unbound_role

LOCK = 0x6A6F6262  # "jobb"
INTERVAL = 0.3  # seconds between writes
PATIENCE = 3.0  # seconds: the server frees the lock of a killed worker a moment after its end


class CycleBusy(RuntimeError):
    """Another process is running the cycle."""


class Side:
    """The side connection: lock and progress."""

    def __init__(self, link: psycopg.Connection[Any]) -> None:
        self._link = link

    @classmethod
    @contextmanager
    def opened(cls) -> Iterator[Self]:
        """Open the connection and take the lock.

        Raises CycleBusy when another process holds it, UnboundRole when row-level security would not bind the cycle.
        """
        refuse_unbound_role()
        # Encryption, certificates and the like as well; the rest is Django's and the driver's own.
        known = {option.keyword.decode() for option in psycopg.pq.Conninfo.get_defaults()}
        parameters = {key: value for key, value in connection.get_connection_params().items() if key in known}
        with psycopg.connect(**parameters, autocommit=True) as link:
            until = time.monotonic() + PATIENCE
            while not cls._lock(link):
                if time.monotonic() > until:
                    raise CycleBusy("另一个进程正在运行每日循环，请等它结束。")
                time.sleep(0.1)
            yield cls(link)

    @staticmethod
    def _lock(link: psycopg.Connection[Any]) -> bool:
        row = link.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone()
        return bool(row and row[0])

    def write(self, stage_id: int, step: str, done: int, total: int) -> None:
        """Show how far a stage is."""
        self._link.execute(
            "UPDATE cycle_stagerun SET step = %s, done = %s, total = %s WHERE id = %s",
            [step[:60], done, total, stage_id],
        )


def is_running() -> bool:
    """Whether some process holds the cycle's lock now; a killed one holds nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = 0"
            " AND objid = %s AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))",
            [LOCK],
        )
        return bool(cursor.fetchone()[0])


class Progress:
    """Called as ``progress(step, done, total)`` from inside a stage.

    The listener hears every call; the page is written to at most a few times a second.
    """

    def __init__(self, side: Side, stage_id: int, listener: Any = None) -> None:
        self._side = side
        self._stage_id = stage_id
        self._listener = listener
        self._last = 0.0
        self._step = ""

    def __call__(self, step: str, done: int = 0, total: int = 0) -> None:
        if self._listener:
            self._listener(step, done, total)
        now = time.monotonic()
        if step == self._step and done < total and now - self._last < INTERVAL:
            return
        self._step, self._last = step, now
        self._side.write(self._stage_id, step, done, total)
