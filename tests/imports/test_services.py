"""The life of a batch: damage, interruption, mapping by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.accounts.sealing import sealer
from jobbridge.apps.imports import services
from jobbridge.apps.imports.columns import kind_tables
from jobbridge.apps.imports.handlers import handler_of
from jobbridge.apps.imports.models import BatchState, ColumnAlias, ImportBatch, ImportRow, SourceRecord
from jobbridge.apps.registry import roster
from jobbridge.apps.registry.models import ContactPoint, Household, Membership, Person, WorkStatement
from tests.imports import workbooks
from tests.imports.conftest import DAY, NOW, codes
from tests.imports.workbooks import HEADER, made_id, member, workbook

BringIn = Callable[..., ImportBatch]


def upload(actor: Actor, content: bytes, name: str = "名册.xlsx", **more: Any) -> ImportBatch:
    return services.upload(actor=actor, name=name, content=content, as_of=DAY, now=NOW, **more)


def test_ten_kinds_of_damage_come_back_and_the_rest_goes_in(bring_in: BringIn, everything: Actor) -> None:
    made = workbooks.damaged_roster()
    batch = bring_in(made.content)
    found = codes(batch, everything)
    assert {row: found[row] for row in made.refused} == {row: [code] for row, code in made.refused.items()}
    assert {row: found[row] for row in made.noted} == {row: [code] for row, code in made.noted.items()}
    assert batch.counts["created"] == len(made.good)
    assert batch.counts["refused"] == len(made.refused)
    assert batch.counts["skipped"] == len(made.skipped)
    with acting_as(everything):
        duplicate = next(row for row, code in made.refused.items() if code == "duplicate_person")
        message = ImportRow.objects.get(batch=batch, row_number=duplicate).issues[0]["message"]
        assert message.startswith("与第4行是同一个证件号码")


def test_staging_judges_and_changes_nothing(clerk: Actor, everything: Actor) -> None:
    batch = services.stage(actor=clerk, batch=upload(clerk, workbooks.damaged_roster().content))
    assert batch.state == BatchState.VALIDATED
    assert batch.marked is not None
    assert batch.marked.name == "名册-标注.xlsx"
    assert batch.counts["valid"] + batch.counts["refused"] + batch.counts["skipped"] == batch.counts["total"]
    with acting_as(everything):
        assert Person.objects.count() == 0
    again = services.stage(actor=clerk, batch=batch)
    assert again.counts == batch.counts


def test_a_file_that_cannot_be_read_fails_with_its_reason(clerk: Actor) -> None:
    batch = services.stage(actor=clerk, batch=upload(clerk, workbooks.encrypted(), "加密.xlsx"))
    assert batch.state == BatchState.FAILED
    assert "密码" in batch.message
    assert services.merge(actor=clerk, batch=batch, now=NOW).state == BatchState.FAILED


def test_a_file_that_is_too_large_is_not_kept(clerk: Actor, settings: Any) -> None:
    settings.UPLOAD_LIMIT = 1 << 20
    with pytest.raises(services.ImportRefused, match="1 MB"):
        upload(clerk, bytes(2 << 20))


class Stop(Exception):
    """The process is gone."""


@pytest.mark.parametrize("at", ["households", "persons", "fates", "between"])
def test_killed_between_or_inside_chunks_the_end_is_the_same(
    clerk: Actor, everything: Actor, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    monkeypatch.setattr(services, "CHUNK", 10)
    rows = [member(serial, 户编号=f"H{serial // 3:04d}") for serial in range(1, 36)]
    rows[20][3] = ""
    content = workbook(rows)
    batch = upload(clerk, content)
    calls = 0

    def third_time_stops(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **values: Any) -> Any:
            nonlocal calls
            calls += 1
            result = original(*args, **values)
            if calls == 3:
                raise Stop
            return result

        return call

    with monkeypatch.context() as broken:
        if at in ("households", "persons"):
            name = f"merge_{at}"
            broken.setattr(roster, name, third_time_stops(getattr(roster, name)))
        elif at == "fates":
            broken.setattr(services.fates, "record", third_time_stops(services.fates.record))
        progress = third_time_stops(lambda *_: None) if at == "between" else None
        with pytest.raises(Stop):
            services.merge(actor=clerk, batch=batch, now=NOW, progress=progress)
    with acting_as(everything):
        stopped = ImportBatch.objects.get(pk=batch.pk)
        assert stopped.state == BatchState.MERGING
        assert stopped.merged_rows == 20
    batch = services.merge(actor=clerk, batch=stopped, now=NOW)
    assert batch.state == BatchState.MERGED
    assert (batch.counts["created"], batch.counts["refused"]) == (34, 1)
    with acting_as(everything):
        assert Person.objects.count() == Membership.objects.count() == ContactPoint.objects.count() == 34
        assert Household.objects.count() == 12
    assert services.merge(actor=clerk, batch=batch, now=NOW).counts == batch.counts


def test_an_unknown_column_is_matched_by_hand_and_remembered(clerk: Actor, everything: Actor) -> None:
    header = [*HEADER]
    header[4] = "身份号"
    content = workbook([member(1)], header)
    batch = services.stage(actor=clerk, batch=upload(clerk, content))
    assert batch.state == BatchState.MAPPING
    assert "缺少列：证件号码" in batch.message
    assert [4, "身份号"] in batch.mapping["名册"]["unmapped"]
    batch = services.confirm_mapping(
        actor=clerk, batch=batch, mapping={"名册": {"columns": {"4": "id_number"}}}
    )
    assert (batch.state, batch.counts["valid"]) == (BatchState.VALIDATED, 1)
    assert ColumnAlias.objects.get().field == "id_number"
    second = services.stage(actor=clerk, batch=upload(clerk, content))
    assert second.state == BatchState.VALIDATED


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"别的": {}}, "没有工作表"),
        ({"名册": {"columns": {"4": "shoe_size"}}}, "没有字段"),
        ({"名册": {"kind": "weather"}}, "没有类型"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused(clerk: Actor, mapping: dict[str, Any], words: str) -> None:
    batch = services.stage(actor=clerk, batch=upload(clerk, workbook([member(1)])))
    with pytest.raises(services.ImportRefused, match=words):
        services.confirm_mapping(actor=clerk, batch=batch, mapping=mapping)


def test_a_sheet_nobody_knows_is_shown_for_matching(clerk: Actor) -> None:
    content = workbooks.sheets({"表": [["甲", "乙"], ["覃平国", made_id(1)]]})
    batch = services.stage(actor=clerk, batch=upload(clerk, content))
    assert batch.state == BatchState.MAPPING
    assert batch.mapping["表"]["headers"] == {"0": "甲", "1": "乙"}


def test_a_sheet_can_be_left_out(clerk: Actor) -> None:
    broken = [*HEADER]
    broken[4] = "身份号"
    content = workbooks.sheets({"好": [list(HEADER), member(1)], "坏": [broken, member(2)]})
    batch = services.stage(actor=clerk, batch=upload(clerk, content))
    assert batch.state == BatchState.MAPPING
    batch = services.confirm_mapping(actor=clerk, batch=batch, mapping={"坏": {"kind": ""}})
    assert (batch.state, batch.counts["total"]) == (BatchState.VALIDATED, 1)


def test_sheets_of_several_kinds_are_merged_in_the_order_they_need(bring_in: BringIn, everything: Actor) -> None:
    work = ["证件号码", "开始时间", "结束时间", "务工所在县", "务工月收入", "是否已务工"]
    content = workbooks.sheets(
        {
            "务工": [work, [made_id(1), "2026年03月", "", "浙江省义乌市", "5200", "是"]],
            "人员": [list(HEADER), member(1)],
        }
    )
    batch = bring_in(content)
    assert (batch.counts["created"], batch.counts["refused"]) == (2, 0)


def test_a_batch_of_another_township_is_out_of_reach(clerk: Actor, township: Actor) -> None:
    batch = upload(clerk, workbook([member(1)]))
    with pytest.raises(ImportBatch.DoesNotExist):
        services.stage(actor=township, batch=batch)


def vouchers(actor: Actor) -> list[tuple[str, str]]:
    with acting_as(actor):
        return list(SourceRecord.objects.order_by("pk").values_list("kind", "verified_by"))


def test_whoever_merges_vouches_for_the_facts(clerk: Actor, township: Actor, everything: Actor) -> None:
    content = workbook([member(1)])  # a workbook knows the second it was made in: made anew it is another source
    batch = upload(township, content)
    services.merge(actor=clerk, batch=batch, now=NOW)
    assert vouchers(everything) == [("import", clerk.key)]
    again = upload(township, content)
    services.merge(actor=township, batch=again, now=NOW)
    assert vouchers(everything) == [("import", clerk.key)]


def test_nobody_vouches_for_what_the_system_brought_until_somebody_does(clerk: Actor, everything: Actor) -> None:
    services.merge(actor=everything, batch=upload(everything, workbook([member(1)])), now=NOW)
    assert vouchers(everything) == [("import", "")]
    services.merge(actor=clerk, batch=upload(clerk, workbook([member(1)])), now=NOW)
    assert vouchers(everything) == [("import", clerk.key)]


def test_whoever_decides_vouches_for_the_row(bring_in: BringIn, clerk: Actor, everything: Actor) -> None:
    header = [*HEADER, "就业意愿"]
    bring_in(workbook([member(1), member(2)]))
    content = workbook([[*member(2, 户编号="H0001", 与户主关系="之子"), "有"], [*member(3), "有"]], header)
    batch = bring_in(content, "二.xlsx")
    with acting_as(everything):
        row = ImportRow.objects.get(batch=batch, state="conflict")
    other = Actor("user:7", "复核", "county", clerk.scope)
    services.decide(actor=other, row=row, accept=True)
    with acting_as(everything):
        source = Person.objects.get(id_index=sealer().index(made_id(2), "id")).source
        assert (source.kind, source.verified_by, source.batch) == ("manual", other.key, batch)
        assert Person.objects.get(id_index=sealer().index(made_id(3), "id")).source.verified_by == clerk.key
        assert WorkStatement.objects.count() == 2
    again = bring_in(content, "二.xlsx")
    assert (again.counts["unchanged"], again.counts["conflict"]) == (2, 0)
    with acting_as(everything):
        assert WorkStatement.objects.count() == 2


def test_a_cancelled_batch_stays_out(clerk: Actor) -> None:
    batch = services.cancel(actor=clerk, batch=upload(clerk, workbook([member(1)])))
    assert services.merge(actor=clerk, batch=batch, now=NOW).state == BatchState.CANCELLED
    with pytest.raises(services.ImportRefused):
        services.stage(actor=clerk, batch=batch)


def test_every_kind_has_somebody_who_takes_it_in() -> None:
    for kind in kind_tables():
        assert handler_of(kind).tables
