"""The embedded PostgreSQL and the address of the database.

`DATABASE_URL` names any server and overrides everything here; without it the product brings its own.
"""

from __future__ import annotations

import os

from .cluster import Cluster, Status
from .errors import PostgresError
from .place import state_home

__all__ = ["Cluster", "PostgresError", "Status", "database_url", "ensure_running", "external_url", "state_home"]


def external_url() -> str | None:
    """`DATABASE_URL` if it is set."""
    return os.environ.get("DATABASE_URL") or None


def database_url() -> str:
    """The address of the application's database; reads only, unless `JOBBRIDGE_DB_AUTOSTART=1`."""
    if os.environ.get("JOBBRIDGE_DB_AUTOSTART") == "1":
        return ensure_running()
    return external_url() or Cluster(state_home()).url()


def ensure_running() -> str:
    """As `database_url`, and the embedded server runs afterwards."""
    return external_url() or Cluster(state_home()).start()
