"""``jobbridge serve``: the pages and a worker beside them, until stopped."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from typing import Any

LOOK = 1.0  # seconds between looks at the two processes


def add_parser(subparsers: Any) -> None:
    """Where to listen."""
    parser = subparsers.add_parser("serve", help="serve the pages and work the queue")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)


def run(options: argparse.Namespace) -> int:
    """Serve until stopped. A worker that dies is started again; the end of the server ends the command."""
    from django.core.management import call_command

    call_command("collectstatic", "--noinput", verbosity=0)
    environment = {**os.environ, "JOBBRIDGE_POOL": "1"}
    server = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", options.host, "--port", str(options.port),
        "--workers", "1", "--blocking-threads", "4", "--no-access-log", "--log-level", "error",
        "jobbridge.config.wsgi:application",
    ]  # fmt: skip
    pages, worker = subprocess.Popen(server, env=environment), _start_worker()
    # Beside the pages: after an update nobody's first run shall wait for the compiler, nor the pages for it.
    warming = subprocess.Popen([sys.executable, "-m", "jobbridge.cli", "warm"])
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True
        for child in (pages, worker, warming):
            if child.poll() is None:
                child.terminate()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    while pages.poll() is None:
        warming.poll()
        if worker.poll() is not None and not stopping:
            print("jobbridge: the worker ended and is started again", file=sys.stderr, flush=True)
            worker = _start_worker()
        time.sleep(LOOK)
    asked = stopping
    stop()
    worker.wait(timeout=15)
    warming.wait(timeout=15)
    return 0 if asked else 1


def _start_worker() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "jobbridge.cli", "worker"])
