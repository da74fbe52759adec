"""Stand-ins for the providers' services on the loopback. They check signatures and parameters as those do."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

KEY_ID, KEY_SECRET = "made-up-key", "made-up-secret"


class Provider(ABC):
    """A service of its own port. Subclasses answer in `answer`; ``silent`` numbers are served without an answer.

    ``codes`` gives a number (or ``*``) the code it is refused with, for so many calls (None: always).
    """

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.taken: list[dict[str, Any]] = []
        self.codes: dict[str, tuple[str | int, int | None]] = {}
        self.silent: set[str] = set()
        self.faults: list[str] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()

    def respond(self, request: Request) -> tuple[int, str, bytes] | None:
        """One call at a time; None leaves the caller without an answer."""
        with self._lock:
            try:
                return self.answer(request)
            except Exception as error:
                self.faults.append(repr(error))
                raise

    @abstractmethod
    def answer(self, request: Request) -> tuple[int, str, bytes] | None:
        """Status, content type and body."""

    def code(self, *numbers: str) -> str | int | None:
        """The code that a call with these numbers is refused with, if any."""
        for number in (*numbers, "*"):
            code, times = self.codes.get(number, (None, None))
            if code is not None:
                if times is not None:
                    self.codes[number] = (code, times - 1)
                    if times <= 1:
                        del self.codes[number]
                return code
        return None

    def times(self) -> Counter[str]:
        """How often each number was sent to."""
        return Counter(sent["phone"] for sent in self.taken)


class Request:
    """A call as it came."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        self.method, self.path = handler.command, parts.path
        self.query = dict(parse_qsl(parts.query, keep_blank_values=True))
        self.headers = {name.lower(): value for name, value in handler.headers.items()}
        self.body = handler.rfile.read(int(self.headers.get("content-length", 0)))


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        served: ClassVar[Provider] = provider

        def do_POST(self) -> None:
            got = provider.respond(Request(self))
            if got is None:
                self.close_connection = True
                return
            status, kind, body = got
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815

        def log_message(self, *arguments: Any) -> None:
            """Quiet."""

    return Handler
