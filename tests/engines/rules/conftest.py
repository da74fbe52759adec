from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest

from jobbridge.engines.rules import Definition, load, pick
from tests.engines.rules.support import DAY, DEFINITIONS


@pytest.fixture(scope="session")
def definitions() -> list[Definition]:
    return load(DEFINITIONS)


@pytest.fixture(scope="session")
def definition(definitions: list[Definition]) -> Callable[[str], Definition]:
    """A shipped definition by id."""
    return lambda name: pick(definitions, name, DAY)


@pytest.fixture(scope="session")
def postgres(database_server: str) -> Iterator[psycopg.Connection]:
    """A connection that only makes temporary tables."""
    with psycopg.connect(database_server, autocommit=True) as connection:
        yield connection
