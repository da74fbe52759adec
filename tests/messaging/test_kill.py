"""kill -9 of a sending process, with a real database, a real file and a real message centre."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from django.db import connection

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.messaging import conf, sending, services
from jobbridge.apps.messaging.channels.file import FileChannel
from jobbridge.apps.messaging.channels.smpp import SmppChannel
from jobbridge.apps.messaging.channels.smpp_settings import SmppSettings
from jobbridge.apps.messaging.enums import State
from jobbridge.apps.messaging.models import Message
from tests.messaging.fakes import NOW, draft

pytestmark = pytest.mark.django_db(transaction=True)
ACTOR = system_actor("test")
COUNT = 400
PROGRAM = """
import sys, django
from datetime import datetime
from pathlib import Path
django.setup()
from jobbridge.apps.accounts.scope import system_actor
from jobbridge.apps.messaging import sending
from jobbridge.apps.messaging.channels.file import FileChannel
from jobbridge.apps.messaging.channels.smpp import SmppChannel
from jobbridge.apps.messaging.channels.smpp_settings import SmppSettings
where = sys.argv[1]
url = where.startswith("smpp:")
channel = SmppChannel(SmppSettings.from_url(where)) if url else FileChannel(Path(where), window=7)
print("sending", flush=True)
sending.send_due(actor=system_actor("test"), channel=channel, now=datetime.fromisoformat(sys.argv[2]))
"""


def killed_sender(where: str, channel: str, at_least: int) -> None:
    """Send in a process of its own and kill it once ``at_least`` messages have left."""
    own = connection.settings_dict
    url = f"postgresql://{own['USER']}:{own['PASSWORD']}@{own['HOST']}:{own['PORT']}/{own['NAME']}"
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, where, NOW.isoformat()],
        env=os.environ | {"DATABASE_URL": url},
        stdout=subprocess.PIPE,
    )
    with process.stdout:
        assert process.stdout.readline() == b"sending\n"
        deadline = time.monotonic() + 20
        while left(channel) < at_least:
            assert process.poll() is None, "the sender ended before it was killed"
            assert time.monotonic() < deadline
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
    wait_for_lock(channel)


def left(channel: str) -> int:
    with acting_as(ACTOR):
        return Message.objects.filter(channel=channel, state__in=["sent", "delivered"]).count()


def wait_for_lock(channel: str) -> None:
    """The server notices a dead client a moment later; until then its lock stands."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with sending._only_sender(channel) as alone:
            if alone:
                return
        time.sleep(0.02)
    raise AssertionError("the dead sender still holds its lock")


def test_a_killed_sender_writes_every_line_once(tmp_path):
    services.queue_many(actor=ACTOR, drafts=[draft(n) for n in range(1, COUNT + 1)], now=NOW)
    for at_least in (1, 120):
        killed_sender(str(tmp_path), "file", at_least)
    channel = FileChannel(tmp_path)
    sending.send_due(actor=ACTOR, channel=channel, now=NOW)
    channel.close()
    lines = (tmp_path / "outbox.jsonl").read_text().splitlines()
    assert sorted(json.loads(line)["key"] for line in lines) == sorted(f"test:{n}" for n in range(1, COUNT + 1))
    with acting_as(ACTOR):
        assert Message.objects.counts() == {State.DELIVERED: COUNT}


def test_a_killed_sender_never_sends_twice_what_may_have_arrived(smsc, settings):
    settings.SMS_CHANNEL = "smpp"
    services.queue_many(actor=ACTOR, drafts=[draft(n) for n in range(1, COUNT + 1)], now=NOW)
    killed_sender(smsc.url(rate=300, window=10), "smpp", 50)
    channel = SmppChannel(SmppSettings.from_url(smsc.url(rate=2000, window=50)))
    report = sending.send_due(actor=ACTOR, channel=channel, now=NOW)
    sending.receive(actor=ACTOR, channel=channel, now=NOW, quiet=0.5)
    taken = [m["to"] for m in smsc.report()["taken"]]
    assert len(taken) == len(set(taken))
    assert report.recovered <= 10
    with acting_as(ACTOR):
        assert Message.objects.filter(state=State.CLAIMED).count() == report.recovered
    # After the wait they go once more, and then nothing is left.
    sending.send_due(actor=ACTOR, channel=channel, now=NOW + conf.RECEIPT_WAIT * 1.5)
    sending.receive(actor=ACTOR, channel=channel, now=NOW, quiet=0.5)
    channel.close()
    again = [m["to"] for m in smsc.report()["taken"]]
    assert len(again) - len(set(again)) <= report.recovered
    assert set(again) == {f"164{n:08d}" for n in range(1, COUNT + 1)}
    with acting_as(ACTOR):
        assert not Message.objects.filter(state__in=[State.QUEUED, State.CLAIMED]).exists()
