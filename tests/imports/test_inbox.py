"""The watched folder: everything once, in the order in which it builds on each other."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from jobbridge.apps.accounts.scope import Actor, acting_as, system_actor
from jobbridge.apps.imports import services
from jobbridge.apps.imports.inbox import day_of, take_inbox
from jobbridge.apps.imports.models import InboxFile
from jobbridge.apps.registry.models import EmploymentSpell, Person
from tests.imports.conftest import DAY, NOW
from tests.imports.workbooks import encrypted, made_id, member, workbook

WORK = ["证件号码", "开始时间", "结束时间", "务工所在县", "务工月收入", "是否已务工"]


def fill(folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "a务工.xlsx").write_bytes(workbook([[made_id(1), "2026-03-01", "", "", "", "是"]], WORK))
    (folder / "sub" / "名册.xlsx").write_bytes(workbook([member(1)]))
    (folder / "加密.xlsx").write_bytes(encrypted())
    (folder / "~$名册.xlsx").write_bytes(b"lock")
    (folder / "说明.txt").write_text("不取")


def test_files_are_taken_once_and_in_order(county: object, tmp_path: Path) -> None:
    actor = system_actor("cycle")
    folder = tmp_path / "inbox"
    folder.mkdir()
    fill(folder)
    steps: list[tuple[str, int, int]] = []
    batches = take_inbox(
        actor=actor, folder=folder, as_of=DAY, progress=lambda *step: steps.append(step), now=NOW
    )
    assert [batch.file.name for batch in batches] == ["名册.xlsx", "a务工.xlsx", "加密.xlsx"]
    assert steps[-1] == ("取入文件", 3, 3)
    for batch in batches:
        services.merge(actor=actor, batch=batch, now=NOW)
    with acting_as(actor):
        assert (Person.objects.count(), EmploymentSpell.objects.count()) == (1, 1)
    assert take_inbox(actor=actor, folder=folder, as_of=DAY, now=NOW) == []
    (folder / "a务工.xlsx").write_bytes(workbook([[made_id(1), "2026-03-01", "2026-05-01", "", "", "否"]], WORK))
    changed = take_inbox(actor=actor, folder=folder, as_of=DAY, now=NOW)
    assert [batch.kind for batch in changed] == ["employment"]
    assert InboxFile.objects.count() == 4


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("已外出务工信息_20260218.xlsx", date(2026, 2, 18)),
        ("名册2026-2-8.xlsx", date(2026, 2, 8)),
        ("名册（2026年2月18日）.csv", date(2026, 2, 18)),
        ("2026.02.18 至 2026.02.20.csv", date(2026, 2, 20)),
        ("务工月监测_202602.xlsx", None),
        ("名册_20260231.xlsx", None),  # no such day
        ("名册_20260302.xlsx", None),  # not yet
        ("500235202602180011.xlsx", None),
        ("名册.xlsx", None),
    ],
)
def test_the_day_in_a_name(name: str, day: date | None) -> None:
    assert day_of(name, date(2026, 3, 1)) == (day or date(2026, 3, 1))


def test_a_file_is_true_for_the_day_in_its_name(county: object, tmp_path: Path) -> None:
    actor = system_actor("cycle")
    earlier = DAY - timedelta(days=4)
    (tmp_path / f"名册_{earlier:%Y%m%d}.xlsx").write_bytes(workbook([member(1)]))
    (batch,) = take_inbox(actor=actor, folder=tmp_path, as_of=DAY, now=NOW)
    assert batch.as_of == earlier


def test_a_run_that_was_killed_gets_its_batches_again(county: object, tmp_path: Path) -> None:
    actor = system_actor("cycle")
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "名册.xlsx").write_bytes(workbook([member(1)]))
    first = take_inbox(actor=actor, folder=folder, as_of=DAY, now=NOW)
    assert take_inbox(actor=actor, folder=folder, as_of=DAY, now=NOW) == first


def test_only_what_an_actor_may_see_is_given(county: object, township: Actor, tmp_path: Path) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "名册.xlsx").write_bytes(workbook([member(1)]))
    assert len(take_inbox(actor=system_actor("cycle"), folder=folder, as_of=DAY, now=NOW)) == 1
    assert take_inbox(actor=township, folder=folder, as_of=DAY, now=NOW) == []
