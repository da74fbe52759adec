"""A message centre for the tests that need one."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator

import pytest

from tests.messaging.smsc import Smsc


@pytest.fixture
def smsc() -> Iterator[Smsc]:
    """A running SMSC simulator, ended with the test."""
    centre = Smsc()
    yield centre
    centre.stop()


@pytest.fixture(autouse=True)
def only_this_machine(monkeypatch) -> None:
    """No client of a provider reaches further than the stand-ins: the attempt fails the test."""
    connect = socket.socket.connect

    def guarded(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = "127.0.0.1" if address[0] == "localhost" else address[0]
            if not ipaddress.ip_address(host).is_loopback:
                pytest.fail(f"a test called {address}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
