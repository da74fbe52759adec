"""The demo's channel: messages become lines of a file, replies are read from another.

``outbox.jsonl`` holds one JSON object a line (key, phone, text); its folder is open to its owner only, for
numbers stand there in full. ``replies.jsonl``, written by hand or by the demo, has lines of
``{"from": "…", "text": "…"}``.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import BinaryIO

from .base import ChannelError, Handler, Incoming, Kind, Outcome, Outgoing, Question, Result

log = logging.getLogger(__name__)


class FileChannel:
    """Appends to ``folder/outbox.jsonl``; a key that is already there is not written again."""

    name = "file"
    idempotent = True
    asks = False

    def __init__(self, folder: Path, *, window: int = 500, rate: float = 100_000.0) -> None:
        self.folder = folder
        self.window = window
        self.rate = rate
        self._file: BinaryIO | None = None
        self._keys: set[str] = set()
        self._handler: Handler | None = None
        self._replies_read = 0

    def missing(self, kinds: Collection[Kind]) -> list[Kind]:
        """None: it carries any text."""
        return []

    def ask(self, questions: Sequence[Question]) -> None:
        """Nothing: what there is to know comes by itself."""

    def open(self, handler: Handler) -> None:
        """Lock the file, cut off a line torn by a crash and learn the keys that are in it."""
        self._handler = handler
        if self._file is not None:
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self.folder / "outbox.jsonl", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise ChannelError(
                f"短信文件无法写入（{error.strerror}）：请检查目录 {self.folder} 的权限和磁盘空间"
            ) from error
        file = os.fdopen(descriptor, "r+b")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.close()
            raise ChannelError("短信文件正被另一个进程使用：请等它结束后再发") from error
        self._keys = set()
        end = 0
        for line in file:
            if not line.endswith(b"\n"):
                break
            self._keys.add(json.loads(line)["key"])
            end += len(line)
        file.truncate(end)
        file.seek(end)
        self._file = file

    def send(self, batch: Sequence[Outgoing]) -> list[Result]:
        """Write the new ones and force them to disk; only then are they delivered."""
        if self._file is None:
            return [Result(message.id, Outcome.UNSENT, error="文件未打开") for message in batch]
        fresh = {message.key: message for message in batch if message.key not in self._keys}
        lines = (
            json.dumps({"key": message.key, "phone": message.phone, "text": message.text}, ensure_ascii=False)
            for message in fresh.values()
        )
        try:
            self._file.write("".join(f"{line}\n" for line in lines).encode())
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            # Part of the batch may be on disk: reading the file again finds out which.
            self.close()
            reason = f"写文件失败：{error.strerror}"
            return [Result(message.id, Outcome.UNSENT, error=reason) for message in batch]
        self._keys |= fresh.keys()
        return [Result(message.id, Outcome.DELIVERED) for message in batch]

    def poll(self, seconds: float) -> int:
        """Hand over complete new lines of ``replies.jsonl``; a line is known by its number and content."""
        if self._handler is None:
            raise ChannelError("通道未打开")
        path = self.folder / "replies.jsonl"
        deadline = time.monotonic() + seconds
        while True:
            lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
            came = 0
            for number, line in enumerate(lines[self._replies_read :], start=self._replies_read):
                reply = _reply(number, line)
                if reply is not None:
                    self._handler(reply)
                    came += 1
                self._replies_read = number + 1
            remaining = deadline - time.monotonic()
            if came or remaining <= 0:
                return came
            time.sleep(min(0.2, remaining))

    def close(self) -> None:
        """Give the file back."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _reply(number: int, line: bytes) -> Incoming | None:
    """A line as a reply; a line that is none is logged and passed over, so that it holds up no other."""
    if not line.strip():
        return None
    try:
        reply = json.loads(line)
        phone, text = str(reply["from"]), str(reply["text"])
    except (ValueError, KeyError, TypeError):
        log.warning("replies.jsonl line %d is not an object with from and text; passed over", number + 1)
        return None
    digest = hashlib.sha256(line).hexdigest()[:24]
    return Incoming(provider_id=f"{number}-{digest}", phone=phone, text=text)
