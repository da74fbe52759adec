"""The demo's channel: nothing lost, nothing twice, whatever happens to the process."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import textwrap
import time

import pytest

from jobbridge.apps.messaging.channels.base import ChannelError, Incoming, Outcome, Outgoing
from jobbridge.apps.messaging.channels.file import FileChannel


def message(number: int) -> Outgoing:
    return Outgoing(id=number, key=f"k{number}", phone=f"164{number:08d}", text=f"您好，第{number}条\n换行")


def keys(folder) -> list[str]:
    return [json.loads(line)["key"] for line in (folder / "outbox.jsonl").read_text().splitlines()]


@pytest.fixture
def channel(tmp_path):
    made = FileChannel(tmp_path / "sms")
    yield made
    made.close()


def ignore(item: object) -> None:
    """For tests without replies."""


def test_messages_become_lines_once(channel):
    channel.open(ignore)
    results = channel.send([message(1), message(2)])
    assert [(r.id, r.outcome) for r in results] == [(1, Outcome.DELIVERED), (2, Outcome.DELIVERED)]
    again = channel.send([message(2), message(3)])
    assert {r.outcome for r in again} == {Outcome.DELIVERED}
    assert keys(channel.folder) == ["k1", "k2", "k3"]
    first = json.loads((channel.folder / "outbox.jsonl").read_text().splitlines()[0])
    assert first == {"key": "k1", "phone": "16400000001", "text": "您好，第1条\n换行"}


def test_the_numbers_are_for_the_owner_only(channel):
    channel.open(ignore)
    channel.send([message(1)])
    assert stat.S_IMODE(channel.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((channel.folder / "outbox.jsonl").stat().st_mode) == 0o600


def test_a_torn_line_is_written_again_whole(channel):
    channel.open(ignore)
    channel.send([message(1), message(2)])
    channel.close()
    file = channel.folder / "outbox.jsonl"
    file.write_bytes(file.read_bytes()[:-9])  # cut inside the last character
    channel.open(ignore)
    channel.send([message(1), message(2)])
    assert keys(channel.folder) == ["k1", "k2"]


def test_a_killed_writer_leaves_nothing_twice_and_nothing_out(tmp_path):
    script = textwrap.dedent(f"""
        from pathlib import Path
        from jobbridge.apps.messaging.channels.base import Outgoing
        from jobbridge.apps.messaging.channels.file import FileChannel
        channel = FileChannel(Path({str(tmp_path)!r}))
        channel.open(print)
        for start in range(0, 1_000_000, 50):
            channel.send([Outgoing(n, f"k{{n}}", "16400000001", "好" * 500) for n in range(start, start + 50)])
    """)
    file = tmp_path / "outbox.jsonl"
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", script], env=os.environ | {"PYTHONWARNINGS": "error"})
        before = file.stat().st_size if file.exists() else 0
        deadline = time.monotonic() + 20
        while (not file.exists() or file.stat().st_size <= before) and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
    channel = FileChannel(tmp_path)
    channel.open(ignore)
    done = len(keys(tmp_path))
    assert done
    channel.send([message(n) for n in range(done + 10)])
    channel.close()
    assert keys(tmp_path) == [f"k{n}" for n in range(done + 10)]


def test_two_writers_are_kept_apart(channel):
    channel.open(ignore)
    with pytest.raises(ChannelError, match="另一个进程"):
        FileChannel(channel.folder).open(ignore)


def test_a_folder_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ChannelError, match="无法写入"):
        FileChannel(tmp_path / "file" / "sms").open(ignore)


def test_a_full_disk_leaves_everything_unsent(channel, monkeypatch):
    channel.open(ignore)

    def full(descriptor):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        results = channel.send([message(1)])
    assert results[0].outcome is Outcome.UNSENT
    assert "No space" in results[0].error
    channel.open(ignore)
    channel.send([message(1)])
    assert keys(channel.folder) == ["k1"]


def test_replies_are_handed_over_once_and_whole_lines_only(channel):
    seen: list[Incoming] = []
    channel.open(seen.append)
    file = channel.folder / "replies.jsonl"
    file.write_text('{"from": "16400000001", "text": "退订"}\n\n{"from": "16400000001", "te')
    assert channel.poll(0) == 1
    with file.open("a") as out:
        out.write('xt": "退订"}\n')
    assert channel.poll(0) == 1
    assert channel.poll(0) == 0
    assert [(r.phone, r.text) for r in seen] == [("16400000001", "退订")] * 2
    assert len({r.provider_id for r in seen}) == 2  # the same words twice are two replies


def test_a_reply_that_was_not_stored_comes_again(channel):
    seen: list[Incoming] = []

    def store(item):
        seen.append(item)
        if len(seen) == 1:
            raise OSError("the database is away")

    channel.open(store)
    (channel.folder / "replies.jsonl").write_text('{"from": "16400000001", "text": "1"}\n')
    with pytest.raises(OSError, match="database"):
        channel.poll(0)
    assert channel.poll(0) == 1
    assert seen[0] == seen[1]


@pytest.mark.parametrize("line", ['{"from": "16400000001"}', "[1]", "退订", '"text"', "null"])
def test_a_bad_reply_line_holds_up_no_other(channel, caplog, line):
    seen: list[Incoming] = []
    channel.open(seen.append)
    (channel.folder / "replies.jsonl").write_text(f'{line}\n{{"from": "16400000001", "text": "1"}}\n')
    assert channel.poll(0) == 1
    assert [r.text for r in seen] == ["1"]
    assert "line 1" in caplog.text
