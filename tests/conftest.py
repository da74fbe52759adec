"""The ground of every test: settings, and a real PostgreSQL of its own that vanishes with the run.

Django is configured here, at import, because the conftest files and test modules below import models. The server is
started only when a test asks for the database, so the kernel's tests do not pay for it. `DATABASE_URL` names another
server to run against; the tests create and drop their own databases there. Where processes share the tests, each
imports this file and has a server of its own.
"""

from __future__ import annotations

import os

import django
import pytest

from jobbridge.postgres import Cluster
from jobbridge.postgres.throwaway import throwaway_cluster, throwaway_home

_cluster: Cluster | None = None


def _configure() -> None:
    global _cluster
    os.environ["JOBBRIDGE_ENV"] = "test"
    os.environ["DJANGO_SETTINGS_MODULE"] = "jobbridge.config.settings"
    if os.environ.get("DATABASE_URL"):
        os.environ["JOBBRIDGE_HOME"] = str(throwaway_home())
    else:
        _cluster = throwaway_cluster()
        os.environ["JOBBRIDGE_HOME"] = str(_cluster.home)
        os.environ["DATABASE_URL"] = _cluster.url()  # settled before the start
    django.setup()


_configure()


def pytest_xdist_setupnodes() -> None:
    """The processes that share the tests inherit our environment: they are to find it as we found it."""
    if _cluster is not None:
        for name in ("DJANGO_SETTINGS_MODULE", "DATABASE_URL", "JOBBRIDGE_HOME"):
            del os.environ[name]


@pytest.fixture(scope="session")
def database_server() -> str:
    """The URL of a running server; its database of that name is empty, the tests' own is made beside it."""
    if _cluster is None:
        return os.environ["DATABASE_URL"]
    url = _cluster.start()
    if url != os.environ["DATABASE_URL"]:  # someone took the port since the settings were read
        from django.db import connections

        os.environ["DATABASE_URL"] = url
        connections["default"].settings_dict["PORT"] = url.rpartition(":")[2].partition("/")[0]
    return url


@pytest.fixture(scope="session")
def django_db_modify_db_settings(database_server: str, django_db_modify_db_settings_parallel_suffix: None) -> None:
    """pytest-django asks for this just before it creates the test database; every process has one of its own."""
