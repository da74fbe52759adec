"""``jobbridge serve``: the pages and a worker beside them, until stopped."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from typing import Any


def add_parser(subparsers: Any) -> None:
    """Where to listen."""
    parser = subparsers.add_parser("serve", help="serve the pages and work the queue")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)


def run(options: argparse.Namespace) -> int:
    """Serve; the end of either process ends the other, so that a supervisor sees it."""
    from django.core.management import call_command

    call_command("collectstatic", "--noinput", verbosity=0)
    environment = {**os.environ, "JOBBRIDGE_POOL": "1"}
    server = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", options.host, "--port", str(options.port),
        "--workers", "1", "--blocking-threads", "4", "--no-access-log", "--log-level", "error",
        "jobbridge.config.wsgi:application",
    ]  # fmt: skip
    worker = [sys.executable, "-m", "jobbridge.cli", "worker"]
    children = [subprocess.Popen(server, env=environment), subprocess.Popen(worker, env=dict(os.environ))]
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: _stop(children))
    pid, status = os.wait()
    _stop(children)
    for child in children:
        if child.pid != pid:
            child.wait(timeout=15)
    return os.waitstatus_to_exitcode(status) and 1


def _stop(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.returncode is None:
            child.terminate()
