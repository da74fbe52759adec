"""kill -9 in every stage of the cycle, then the cycle again: the end state of an undisturbed run."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from jobbridge.apps.cycle.models import StageName
from jobbridge.demo import write_county
from tests.cycle.state import differences, end_state

DAY = date(2026, 11, 21)
PEOPLE = 1_000
ROOT = Path(__file__).resolve().parents[2]


class County:
    """A database and a state folder of its own."""

    def __init__(self, url: str, home: Path) -> None:
        self.url, self.home = url, home

    def run(self, fault: str = ":0") -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "DATABASE_URL": self.url,
            "JOBBRIDGE_HOME": str(self.home),
            "JOBBRIDGE_CYCLE_TIME": "09:30",
        }
        return subprocess.run(
            [sys.executable, "-m", "tests.cycle.driver", DAY.isoformat(), fault],
            cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip


@pytest.fixture(scope="module")
def counties(database_server: str, tmp_path_factory: pytest.TempPathFactory):
    """Makes as many equal counties as a test wants: migrated, areas loaded, the same files in the inbox."""
    folder = tmp_path_factory.mktemp("kill")
    write_county(folder / "files", people=PEOPLE, seed=7, on=DAY)
    base = folder / "base"
    inbox = base / "inbox"
    shutil.copytree(folder / "files", inbox, ignore=shutil.ignore_patterns("truth", "settlements.csv", "done"))
    names: list[str] = []

    def address(name: str) -> str:
        return urlunsplit(urlsplit(database_server)._replace(path=f"/{name}"))

    def create(name: str, template: str | None = None) -> str:
        with psycopg.connect(address("postgres"), autocommit=True) as link:
            link.execute(f"DROP DATABASE IF EXISTS {name}")
            link.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
        names.append(name)
        return address(name)

    url = create("kill_base")
    prepare = (
        "import django; django.setup()\n"
        "from django.core.management import call_command\n"
        "from django.conf import settings\n"
        "from jobbridge.apps.areas.services import load_country, load_villages\n"
        "call_command('migrate', verbosity=0); load_country(); load_villages(settings.COUNTY_CODE)\n"
    )
    environment = {**os.environ, "DATABASE_URL": url, "JOBBRIDGE_HOME": str(base)}
    subprocess.run([sys.executable, "-c", prepare], env=environment, check=True, cwd=ROOT, timeout=300)

    def make(name: str) -> County:
        home = folder / name
        shutil.copytree(base, home)
        return County(create(f"kill_{name}", "kill_base"), home)

    yield make
    with psycopg.connect(address("postgres"), autocommit=True) as link:
        for name in names:
            link.execute(f"DROP DATABASE IF EXISTS {name}")


@pytest.fixture(scope="module")
def undisturbed(counties):
    """End state of a run nobody disturbed, and how many progress reports each stage made."""
    county = counties("calm")
    done = county.run()
    assert done.returncode == 0, done.stderr
    events = Counter(line.split("\t")[0] for line in done.stdout.splitlines())
    assert set(events) == set(StageName.values)
    state = end_state(county.url)
    for table in (
        "registry_person",
        "linkage_link",
        "casework_case",
        "placements_recommendation",
        "messaging_message",
    ):
        assert state[table][0] > 0, f"{table} is empty: the comparison would prove nothing"
    return county, state, events


def test_the_same_day_twice_changes_nothing(undisturbed):
    county, state, _ = undisturbed
    again = county.run()
    assert again.returncode == 0, again.stderr
    assert end_state(county.url) == state


@pytest.mark.parametrize("where", ["first", "middle", "last"])
def test_killed_in_every_stage_the_end_state_is_the_same(counties, undisturbed, where):
    calm, state, events = undisturbed
    county = counties(where)
    for stage in StageName.values:
        event = {"first": 1, "middle": events[stage] // 2 + 1, "last": events[stage]}[where]
        killed = county.run(f"{stage}:{event}")
        assert killed.returncode == -signal.SIGKILL, f"{stage}: not killed\n{killed.stderr}"
    finished = county.run()
    assert finished.returncode == 0, finished.stderr
    assert end_state(county.url) == state, "\n".join(differences(calm.url, county.url))
