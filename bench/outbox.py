"""Measures the outbox: how fast two processes take messages, none twice, none lost, kill -9 in the middle included.

    python -m bench.outbox --messages 200000 --claimers 2

Its own throw-away database, with fsync as in production. A claim takes a batch (opt-outs, caps, quiet hours and order
as for the real channels) and opens the numbers. First the claimers only claim; then everything is put back and they
also hand each batch to a provider, which only writes down what it gets, and record the results ("passed"), and again
in batches of 25, which is what a provider of 100 messages a second is sent. The peer is the usual queue: one row at a
time with FOR UPDATE SKIP LOCKED, the same table, as many processes, none of the checks. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jobbridge.postgres.cluster import Cluster

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
CHANNEL = "smpp"
VILLAGES = 400
NIGHT = 600_000

ONE = """
UPDATE messaging_message SET state = 'claimed', claimed_at = %(now)s, claimed_by = %(worker)s WHERE id = (
  SELECT id FROM messaging_message WHERE state = 'queued' AND channel = %(channel)s AND next_try_at <= %(now)s
  ORDER BY priority, next_try_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""
ONE_DONE = """
UPDATE messaging_message SET state = 'sent', claimed_at = NULL, claimed_by = '', sent_at = %s WHERE id = %s
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=200_000)
    parser.add_argument("--claimers", type=int, default=2)
    parser.add_argument("--batch", type=int, default=100, help="messages a claim takes at most")
    parser.add_argument("--small-messages", type=int, default=20_000)
    parser.add_argument("--peer-messages", type=int, default=3_000)
    parser.add_argument("--killed-messages", type=int, default=20_000)
    parser.add_argument("--claimer", help=argparse.SUPPRESS)
    parser.add_argument("--only-claim", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--one-by-one", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--taken", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.claimer:
        claimer(options)
        return

    from jobbridge.postgres.throwaway import throwaway_home

    cluster = Cluster(throwaway_home(), durable=True)
    os.environ |= {
        "DATABASE_URL": cluster.start(),
        "JOBBRIDGE_HOME": str(cluster.home),
        "JOBBRIDGE_ENV": "dev",
        "JOBBRIDGE_SMS_CHANNEL": CHANNEL,
        "DJANGO_SETTINGS_MODULE": "jobbridge.config.settings",
    }
    try:
        figures = measure(options, cluster.home)
    finally:
        cluster.stop()
    for name, value in figures.items():
        print(f"{name:28} {value:,}" if isinstance(value, (int, float)) else f"{name:28} {value}")
    print(json.dumps(figures))


def measure(options: argparse.Namespace, home: Path) -> dict[str, Any]:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    figures: dict[str, Any] = {"messages": options.messages, "claimers": options.claimers, "batch": options.batch}
    started = time.perf_counter()
    fill(options.messages)
    figures["queued_per_second"] = round(options.messages / (time.perf_counter() - started))

    def run(name: str, messages: int, *more: str) -> None:
        files = [home / f"{name}{n}" for n in range(options.claimers)]
        figures.update(race(options, files, name, *more))
        for fate, count in tally(files, messages, name).items():
            figures[fate] = count

    run("claims", options.messages, "--only-claim")
    put_back()
    run("passed", options.messages)
    fill(options.small_messages)
    run("small", options.small_messages, "--batch", "25")
    fill(options.peer_messages)
    run("peer_claims", options.peer_messages, "--one-by-one", "--only-claim")
    put_back()
    run("peer_passed", options.peer_messages, "--one-by-one")
    for fate in ("twice", "lost"):
        figures[fate] = figures["claims_" + fate] + figures["passed_" + fate] + figures["small_" + fate]

    figures |= killed(options, home)
    for rate in (20, 50, 100):
        figures[f"hours_for_{NIGHT}_at_{rate}"] = round(NIGHT / rate / 3600, 1)
    return figures


def fill(messages: int) -> None:
    """Empty the outbox and queue new messages, each to a made-up number of its own."""
    from django.db import connection

    from jobbridge.apps.accounts.scope import system_actor
    from jobbridge.apps.messaging.services import queue_many

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE messaging_message, messaging_receipt, messaging_inbound RESTART IDENTITY CASCADE")
    queue_many(actor=system_actor("bench"), drafts=drafts(messages), now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE messaging_message")


def drafts(messages: int) -> Iterator[Any]:
    from jobbridge.apps.messaging.services import Draft

    for number in range(1, messages + 1):
        yield Draft(
            key=f"bench:{number}",
            template="recommend_posts",
            context={
                "name": "陈小满",
                "count": 2,
                "posts": "1.缝纫工，月薪4500元；2.保洁员，月薪3000元",
                "answer": "看详情、选岗位请点 https://jobs.example.cn/w/AbC123 或回复岗位序号",
                "place": "便民中心",
            },
            phone=f"164{number:08d}",
            region_code=f"500235{100 + number % VILLAGES:03d}001",
            person_id=number,
        )


def put_back() -> None:
    """All that the claimers hold goes back to the queue, as after a sender that died before it sent anything."""
    from django.db import connection

    from jobbridge.apps.accounts.scope import system_actor
    from jobbridge.apps.messaging import claims

    claims.recover(actor=system_actor("bench"), channel=Line(idempotent=True), now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE messaging_message")


class Line:
    """As much of a channel as `recover` asks for."""

    name = CHANNEL

    def __init__(self, *, idempotent: bool) -> None:
        self.idempotent = idempotent


# ---------------------------------------------------------------- the race


def start(options: argparse.Namespace, taken: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bench.outbox", "--claimer", taken.name, "--taken", str(taken)]
    command += ["--batch", str(options.batch), *more]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def go(processes: list[subprocess.Popen[str]]) -> None:
    """Let all begin at once, when each has connected."""
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()


def race(options: argparse.Namespace, files: list[Path], name: str, *more: str) -> dict[str, Any]:
    processes = [start(options, file, *more) for file in files]
    server = server_cpu()
    go(processes)
    told = [json.loads(process.communicate()[0]) for process in processes]
    wall = max(one["end"] for one in told) - min(one["begin"] for one in told)
    count = sum(one["claimed"] for one in told)
    cpu = sum(one["cpu"] for one in told) + server_cpu() - server
    return {f"{name}_per_second": round(count / wall), f"{name}_cpu_us_each": round(cpu / count * 1e6)}


def server_cpu() -> float:
    """CPU seconds of the database server's processes that live, and of those that have ended."""
    data = Cluster(Path(os.environ["JOBBRIDGE_HOME"])).data
    pid = int((data / "postmaster.pid").read_text().split()[0])
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(stat.parent.name) == pid:
            ticks += sum(map(int, fields[11:15]))
        elif int(fields[1]) == pid:
            ticks += sum(map(int, fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def tally(files: list[Path], messages: int, name: str) -> dict[str, int]:
    """What the provider got twice, and what it never got."""
    got = Counter(line for file in files if file.exists() for line in file.read_text().split())
    return {f"{name}_twice": sum(n - 1 for n in got.values()), f"{name}_lost": messages - len(got)}


# ---------------------------------------------------------------- kill -9


def killed(options: argparse.Namespace, home: Path) -> dict[str, int]:
    """All claimers killed in the middle, again and again; then the rules for a dead sender, as `sending` has them."""
    from jobbridge.apps.accounts.scope import acting_as, system_actor
    from jobbridge.apps.messaging import claims, conf
    from jobbridge.apps.messaging.channels.base import Receipt
    from jobbridge.apps.messaging.enums import State
    from jobbridge.apps.messaging.models import Message
    from jobbridge.apps.messaging.services import record_receipt

    fill(options.killed_messages)
    actor = system_actor("bench")
    files, kills, held = [], 0, 0
    for share in (0.2, 0.5, 0.8):
        round_files = [home / f"killed{share}-{n}" for n in range(options.claimers)]
        files += round_files
        processes = [start(options, file) for file in round_files]
        go(processes)
        while sum(taken(file) for file in files) < share * options.killed_messages:
            time.sleep(0.002)
        for process in processes:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            kills += process.returncode == -signal.SIGKILL
        await_quiet()
        channel = Line(idempotent=False)
        claims.recover(actor=actor, channel=channel, now=NOW)
        # The provider tells what it has; what it never got goes out again after the wait.
        with acting_as(actor):
            uncertain = dict(Message.objects.claimed(CHANNEL).values_list("id", "recipient_sealed"))
        held += len(uncertain)
        has = {int(line) for file in files for line in file.read_text().split()}
        for message in sorted(has & set(uncertain)):
            receipt = Receipt(f"r{message}", True, phone=f"164{message:08d}")
            record_receipt(actor=actor, channel=CHANNEL, receipt=receipt, now=NOW)
        claims.recover(actor=actor, channel=channel, now=NOW + conf.RECEIPT_WAIT)
    last = home / "killed-last"
    files.append(last)
    processes = [start(options, last)]
    go(processes)
    processes[0].communicate()
    with acting_as(actor):
        open_ = Message.objects.filter(state__in=[State.QUEUED, State.CLAIMED]).count()
    figures = {"kills": kills, "held_by_the_dead": held, "killed_open": open_}
    return figures | tally(files, options.killed_messages, "killed")


def taken(file: Path) -> int:
    return file.read_text().count("\n") if file.exists() else 0


def await_quiet() -> None:
    """Until the server has noticed that the killed clients are gone."""
    from django.db import connection

    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"
            )
            if cursor.fetchone()[0] == 0:
                return
        time.sleep(0.05)


# ---------------------------------------------------------------- a claimer


def claimer(options: argparse.Namespace) -> None:
    """A process of its own: takes batches until nothing is due."""
    import django

    django.setup()
    from django.db import connection

    connection.ensure_connection()
    provider = os.open(options.taken, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    print("ready", flush=True)
    sys.stdin.readline()
    begin, cpu = time.time(), cpu_seconds()
    take = one_by_one if options.one_by_one else in_batches
    claimed = take(options, provider)
    told = {"begin": begin, "end": time.time(), "claimed": claimed, "cpu": cpu_seconds() - cpu}
    print(json.dumps(told))


def in_batches(options: argparse.Namespace, provider: int) -> int:
    from jobbridge.apps.accounts.scope import system_actor
    from jobbridge.apps.messaging import claims
    from jobbridge.apps.messaging.channels.base import Outcome, Result

    actor, claimed = system_actor("bench"), 0
    while True:
        got = claims.claim(actor=actor, channel=CHANNEL, worker=options.claimer, limit=options.batch, now=NOW)
        if not got.examined:
            return claimed
        for first in range(0, len(got.ready), 50):
            os.write(provider, "".join(f"{message.id}\n" for message in got.ready[first : first + 50]).encode())
        claimed += len(got.ready)
        if options.only_claim:
            continue
        results = [Result(message.id, Outcome.ACCEPTED, (f"p{message.id}",)) for message in got.ready]
        claims.record_results(actor=actor, channel=CHANNEL, results=results, now=NOW + timedelta(seconds=1))


def one_by_one(options: argparse.Namespace, provider: int) -> int:
    """The usual queue: a row, its work, the next row."""
    from django.db import connection

    claimed = 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('jb.actor', 'system:bench', false), set_config('jb.lo', '', false),"
                       " set_config('jb.hi', '~', false)")  # fmt: skip
        while True:
            cursor.execute(ONE, {"now": NOW, "worker": options.claimer, "channel": CHANNEL})
            row = cursor.fetchone()
            if row is None:
                return claimed
            os.write(provider, f"{row[0]}\n".encode())
            claimed += 1
            if not options.only_claim:
                cursor.execute(ONE_DONE, [NOW, row[0]])


def cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
