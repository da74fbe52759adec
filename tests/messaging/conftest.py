"""A message centre for the tests that need one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.messaging.smsc import Smsc


@pytest.fixture
def smsc() -> Iterator[Smsc]:
    """A running SMSC simulator, ended with the test."""
    centre = Smsc()
    yield centre
    centre.stop()
