"""kill -9 in every stage of the cycle, then the cycle again: the end state of an undisturbed run."""

from __future__ import annotations

import shutil
import signal
import subprocess
from datetime import date

import pytest

from jobbridge.apps.cycle.models import StageName
from jobbridge.demo import write_county
from tests.county import County, databases
from tests.cycle.state import differences, end_state

DAY = date(2026, 11, 21)
PEOPLE = 1_000


@pytest.fixture(scope="module")
def counties(database_server: str, tmp_path_factory: pytest.TempPathFactory):
    """Makes as many equal counties as a test wants: migrated, areas loaded, the same files in the inbox."""
    folder = tmp_path_factory.mktemp("kill")
    write_county(folder / "files", people=PEOPLE, seed=7, on=DAY)
    inbox = folder / "base" / "inbox"
    shutil.copytree(folder / "files", inbox, ignore=shutil.ignore_patterns("truth", "settlements.csv", "done"))
    with databases(database_server) as create:
        base = County(create("kill_base"), folder / "base")
        base.jobbridge("manage", "migrate", "--verbosity", "0")
        base.jobbridge("areas")
        agreed = base.run("tests.cycle.agreements")
        assert agreed.returncode == 0, agreed.stderr

        def make(name: str) -> County:
            shutil.copytree(base.home, folder / name)
            return County(create(f"kill_{name}", "kill_base"), folder / name)

        yield make


def cycle(county: County, fault: str = ":0") -> subprocess.CompletedProcess[str]:
    """The day's cycle in a process of its own, killed where ``fault`` says."""
    return county.run("tests.cycle.driver", DAY.isoformat(), fault)


@pytest.fixture(scope="module")
def undisturbed(counties):
    """End state of a run nobody disturbed, and the steps that each stage reported."""
    county = counties("calm")
    done = cycle(county)
    assert done.returncode == 0, done.stderr
    steps: dict[str, list[str]] = {}
    for line in done.stdout.splitlines():
        stage, _, step = line.partition("\t")
        if step not in steps.setdefault(stage, []):
            steps[stage].append(step)
    assert set(steps) == set(StageName.values)
    state = end_state(county.url)
    for table in (
        "registry_person",
        "linkage_link",
        "casework_case",
        "placements_recommendation",
        "messaging_message",
    ):
        assert state[table][0] > 0, f"{table} is empty: the comparison would prove nothing"
    return county, state, steps


def test_the_same_day_twice_changes_nothing(undisturbed):
    county, state, _ = undisturbed
    again = cycle(county)
    assert again.returncode == 0, again.stderr
    assert end_state(county.url) == state


@pytest.mark.parametrize("where", ["first", "middle", "last"])
def test_killed_in_every_stage_the_end_state_is_the_same(counties, undisturbed, where):
    calm, state, steps = undisturbed
    county = counties(where)
    for stage in StageName.values:
        step = steps[stage][{"first": 0, "middle": len(steps[stage]) // 2, "last": -1}[where]]
        killed = cycle(county, f"{stage}:{step}")
        assert killed.returncode == -signal.SIGKILL, f"{stage}: not killed\n{killed.stderr}"
    finished = cycle(county)
    assert finished.returncode == 0, finished.stderr
    assert end_state(county.url) == state, "\n".join(differences(calm.url, county.url))
