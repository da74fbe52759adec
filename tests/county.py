"""A county in a database and a state folder of its own, worked on by processes as an operator starts them."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 60
STOP_SECONDS = 20


@dataclass(frozen=True)
class County:
    """Where a county's rows and files are, and what its installation sets beyond the usual."""

    url: str
    home: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        """What the server and its worker wrote."""
        return self.home / "serve.log"

    def environment(self) -> dict[str, str]:
        """As an installation sets it; half past nine, so that messages may be sent at any time of day."""
        return {
            **os.environ,
            "DATABASE_URL": self.url,
            "JOBBRIDGE_HOME": str(self.home),
            "JOBBRIDGE_ENV": "dev",
            "JOBBRIDGE_CYCLE_TIME": "09:30",
            **self.settings,
        }

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """``python -m words...`` in this county, whatever it returns."""
        return subprocess.run(
            [sys.executable, "-m", *words],
            cwd=ROOT, env=self.environment(), capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip

    def jobbridge(self, *words: str) -> str:
        """What the command printed; AssertionError with its complaints when it failed."""
        done = self.run("jobbridge.cli", *words)
        assert done.returncode == 0, f"jobbridge {' '.join(words)}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        return done.stdout

    def user(self, username: str, role: str, area: str) -> str:
        """A user made on the command line; gives the password."""
        return self.jobbridge("user", username, "--name", username, "--role", role, "--area", area).split()[1]

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the whole county, past row-level security."""
        with psycopg.connect(self.url) as link:
            link.execute("SELECT set_config('jb.lo', '', false), set_config('jb.hi', '~', false)")
            return link.execute(query, values).fetchall()

    @contextlib.contextmanager
    def serving(self, port: int | None = None) -> Iterator[str]:
        """The address of the pages, served with a worker beside them until the block ends."""
        port = port or free_port()
        with self.log.open("wb") as log:
            # A session of its own: whatever the server started can be ended with it.
            server = subprocess.Popen(
                [sys.executable, "-m", "jobbridge.cli", "serve", "--port", str(port)],
                cwd=ROOT, env=self.environment(), stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        try:
            address = f"http://127.0.0.1:{port}"
            self._await(server, address)
            yield address
        finally:
            _end(server)

    def _await(self, server: subprocess.Popen[bytes], address: str) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            assert server.poll() is None, f"the server ended\n{self.log.read_text()[-4000:]}"
            try:
                with urllib.request.urlopen(f"{address}/healthz", timeout=5) as answer:
                    assert answer.status == 200
                    return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.2)
        raise AssertionError(f"no answer within {START_SECONDS} s\n{self.log.read_text()[-4000:]}")


@contextlib.contextmanager
def databases(server: str) -> Iterator[Callable[..., str]]:
    """``create(name, template)`` gives the URL of a new database on the server; all go when the block ends."""
    names: list[str] = []

    def address(name: str) -> str:
        return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))

    def own(name: str) -> str:
        """No other process of this run has a database of that name, on a shared server either."""
        return "_".join(filter(None, (name, os.environ.get("PYTEST_XDIST_WORKER"))))

    def create(name: str, template: str | None = None) -> str:
        name, template = own(name), template and own(template)
        with psycopg.connect(address("postgres"), autocommit=True) as link:
            link.execute(f"DROP DATABASE IF EXISTS {name}")
            link.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
        names.append(name)
        return address(name)

    try:
        yield create
    finally:
        with psycopg.connect(address("postgres"), autocommit=True) as link:
            for name in names:
                link.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def free_port() -> int:
    """A port of the loopback nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _end(server: subprocess.Popen[bytes]) -> None:
    """Ask it to stop; what is still there of its session afterwards is ended."""
    server.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(STOP_SECONDS)
    with contextlib.suppress(ProcessLookupError):  # all of it is gone, as it should be
        os.killpg(server.pid, signal.SIGKILL)
    server.wait(STOP_SECONDS)
