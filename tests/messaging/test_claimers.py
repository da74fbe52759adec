"""Two claimers at once, killed in the middle: nobody's message is taken twice, none is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from django.db import connection

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.messaging import claims, conf, services
from jobbridge.apps.messaging.channels.base import Receipt
from jobbridge.apps.messaging.enums import State
from jobbridge.apps.messaging.models import Message
from tests.messaging.fakes import NOW, FakeChannel, draft

pytestmark = pytest.mark.django_db(transaction=True)
ACTOR = system_actor("test")
COUNT = 600
PROGRAM = """
import os, sys, django
from datetime import datetime
django.setup()
from jobbridge.apps.accounts.scope import system_actor
from jobbridge.apps.messaging import claims
from jobbridge.apps.messaging.channels.base import Outcome, Result
actor, now = system_actor("test"), datetime.fromisoformat(sys.argv[2])
provider = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
while True:
    got = claims.claim(actor=actor, channel="file", worker=sys.argv[1][-9:], limit=7, now=now)
    if not got.examined:
        break
    for message in got.ready:
        os.write(provider, f"{message.id}\\n".encode())
    results = [Result(message.id, Outcome.ACCEPTED, (f"p{message.id}",)) for message in got.ready]
    claims.record_results(actor=actor, channel="file", results=results, now=now)
"""


def claimer(file: Path) -> subprocess.Popen[bytes]:
    own = connection.settings_dict
    url = f"postgresql://{own['USER']}:{own['PASSWORD']}@{own['HOST']}:{own['PORT']}/{own['NAME']}"
    command = [sys.executable, "-c", PROGRAM, str(file), NOW.isoformat()]
    return subprocess.Popen(command, env=os.environ | {"DATABASE_URL": url})


def taken(files: list[Path]) -> Counter[int]:
    return Counter(int(line) for file in files if file.exists() for line in file.read_text().split())


def test_two_claimers_killed_in_the_middle_double_and_lose_nothing(tmp_path):
    services.queue_many(actor=ACTOR, drafts=[draft(n) for n in range(1, COUNT + 1)], now=NOW)
    files = [tmp_path / "claimer-a", tmp_path / "claimer-b"]
    processes = [claimer(file) for file in files]
    deadline = time.monotonic() + 60
    while taken(files).total() < COUNT // 3:
        assert time.monotonic() < deadline
        time.sleep(0.002)
    for process in processes:
        process.send_signal(signal.SIGKILL)
        process.wait()
    before = taken(files)
    assert set(before.values()) == {1}
    assert len(before) < COUNT
    await_end_of_clients()

    channel = FakeChannel()
    held = claims.recover(actor=ACTOR, channel=channel, now=NOW)["uncertain"]
    assert held <= 2 * 7
    with acting_as(ACTOR):
        doubtful = dict(Message.objects.claimed("file").values_list("id", "idempotency_key"))
    for message in set(doubtful) & set(before):
        # The provider has it; its receipt names it by our own reference.
        receipt = Receipt(f"p{message}", True, phone=f"164{int(doubtful[message][5:]):08d}", among=(message,))
        services.record_receipt(actor=ACTOR, channel="file", receipt=receipt, now=NOW)
    claims.recover(actor=ACTOR, channel=channel, now=NOW + conf.RECEIPT_WAIT)
    files.append(tmp_path / "claimer-c")
    assert claimer(files[2]).wait(60) == 0
    assert taken(files) == Counter({message: 1 for message in taken(files)})
    assert taken(files).total() == COUNT
    with acting_as(ACTOR):
        assert not Message.objects.filter(state__in=[State.QUEUED, State.CLAIMED]).exists()


def await_end_of_clients() -> None:
    """A claim that was being committed when its process died ends with the server's session."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
            if cursor.fetchone()[0] == 0:
                return
        time.sleep(0.02)
    raise AssertionError("the dead claimers' sessions still stand")
