"""A stage that fails says so, keeps what came before, and is where the next run begins."""

from argparse import Namespace
from datetime import date, timedelta

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.cycle import services
from jobbridge.apps.cycle.models import CycleRun, StageName
from jobbridge.apps.cycle.progress import LOCK, CycleBusy
from jobbridge.apps.cycle.services import DayRefused, StageFailed, run_cycle
from jobbridge.apps.cycle.stages import STAGES, Stage
from jobbridge.apps.cycle.tasks import run_cycle_job
from jobbridge.apps.targeting.models import HouseholdStatus
from jobbridge.commands import cycle as command
from tests.factories import make_areas, make_household, make_person

DAY = date(2026, 11, 21)
ACTOR = system_actor("test")


@pytest.fixture
def county(transactional_db, settings, tmp_path):
    settings.INBOX, settings.STATE, settings.CYCLE_TIME = tmp_path / "inbox", tmp_path, "09:30"
    with acting_as(ACTOR):
        make_areas()
        make_person(make_household())


def break_stage(monkeypatch, name: str, error: Exception) -> None:
    def fail(**_):
        raise error

    broken = [Stage(s.name, fail, s.advice) if s.name == name else s for s in STAGES]
    monkeypatch.setattr(services, "STAGES", broken)


def states() -> dict[str, str]:
    return dict(CycleRun.objects.get(on=DAY).stages.values_list("stage", "state"))


def test_an_empty_inbox_is_a_quiet_day(county):
    run = run_cycle(on=DAY, actor=ACTOR)
    assert run.finished_at
    assert set(states().values()) == {"done"}
    assert list(states()) == [stage.name for stage in STAGES] == StageName.values


@pytest.mark.parametrize("stage", StageName.values)
def test_a_failed_stage_keeps_the_earlier_ones_and_says_what_to_do(county, monkeypatch, stage):
    break_stage(monkeypatch, stage, RuntimeError("磁盘已满\n第二行不该出现"))
    with pytest.raises(StageFailed, match="磁盘已满") as caught:
        run_cycle(on=DAY, actor=ACTOR)
    assert "怎么办" in str(caught.value)
    record = CycleRun.objects.get(on=DAY).stages.get(stage=stage)
    assert (record.state, record.error) == ("failed", "磁盘已满")
    assert len(record.advice) > 10
    place = StageName.values.index(stage)
    assert [states()[name] for name in StageName.values[:place]] == ["done"] * place
    assert [states()[name] for name in StageName.values[place + 1 :]] == ["pending"] * (6 - place)
    monkeypatch.undo()
    run_cycle(on=DAY, actor=ACTOR)
    attempts = dict(CycleRun.objects.get(on=DAY).stages.values_list("stage", "attempts"))
    assert attempts[stage] == 2
    assert all(attempts[name] == 1 for name in StageName.values if name != stage)
    with acting_as(ACTOR):
        assert HouseholdStatus.objects.count() == 1


def test_two_cycles_never_run_at_once(county, monkeypatch):
    monkeypatch.setattr("jobbridge.apps.cycle.progress.PATIENCE", 0.3)
    wanted = {"dbname", "user", "password", "host", "port"}
    parameters = {key: value for key, value in connection.get_connection_params().items() if key in wanted}
    with psycopg.connect(**parameters, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        with pytest.raises(CycleBusy, match="另一个进程"):
            run_cycle(on=DAY, actor=ACTOR)
    assert run_cycle(on=DAY, actor=ACTOR).finished_at


def tomorrow() -> date:
    return timezone.localdate() + timedelta(days=1)


REFUSED = [
    (tomorrow, "最晚只能运行今天"),
    (lambda: date(2031, 1, 1), "最晚只能运行今天"),
    (lambda: DAY - timedelta(days=1), "台账状况已算到2026-11-21"),
]


@pytest.mark.parametrize(("day", "why"), REFUSED)
def test_a_day_to_come_or_gone_by_is_refused_before_anything_is_written(county, capsys, day, why):
    run_cycle(on=DAY, actor=ACTOR)
    with pytest.raises(DayRefused, match=why):
        run_cycle(on=day(), actor=ACTOR)
    assert why in run_cycle_job.func(day=day().isoformat(), started_by="test")
    assert command.run(Namespace(date=day(), quiet=True)) == 1
    assert why in capsys.readouterr().err
    assert list(CycleRun.objects.values_list("on", flat=True)) == [DAY]
    with acting_as(ACTOR):
        assert set(HouseholdStatus.objects.values_list("as_of", flat=True)) == {DAY}


def test_an_unfinished_earlier_day_may_be_resumed_until_a_later_one_has_its_statuses(county, monkeypatch):
    break_stage(monkeypatch, StageName.LINKAGE, RuntimeError("停电"))
    for day in (DAY - timedelta(days=1), DAY):
        with pytest.raises(StageFailed):
            run_cycle(on=day, actor=ACTOR)
    monkeypatch.undo()
    assert run_cycle(on=DAY - timedelta(days=1), actor=ACTOR).finished_at
    assert run_cycle(on=DAY, actor=ACTOR).finished_at
    with pytest.raises(DayRefused):
        run_cycle(on=DAY - timedelta(days=1), actor=ACTOR)
