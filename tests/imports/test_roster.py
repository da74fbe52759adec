"""From a workbook to households and persons."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from jobbridge.apps.accounts.scope import Actor, Scope, acting_as
from jobbridge.apps.accounts.sealing import sealer
from jobbridge.apps.imports import services
from jobbridge.apps.imports.models import BatchState, ImportBatch, ImportRow, RowState
from jobbridge.apps.registry.models import ContactPoint, Household, Membership, Person, WorkStatement
from tests.imports.conftest import DAY, NOW, codes
from tests.imports.workbooks import HEADER, made_id, made_phone, member, text_table, workbook

BringIn = Callable[..., ImportBatch]


def person(serial: int) -> Person:
    return Person.objects.get(id_index=sealer().index(made_id(serial), "id"))


def test_a_good_row_becomes_a_person_with_everything_around(bring_in: BringIn, everything: Actor) -> None:
    batch = bring_in(workbook([member(1), member(2, 户编号="H0001", 与户主关系="配偶", 姓名="向志英")]))
    assert batch.state == BatchState.MERGED
    assert (batch.counts["created"], batch.counts["refused"]) == (2, 0)
    with acting_as(everything):
        head, wife = person(1), person(2)
        assert head.household == wife.household
        assert head.household.number == "H0001"
        assert head.household.head_name == head.name
        assert head.region_code == head.household.region_code == "500235001001"
        assert (head.sex, head.birth_date) == ("男", date(1985, 3, 2))
        assert head.id_mask == "9902**********" + made_id(1)[-4:]
        assert sealer().open(bytes(head.id_sealed), "id") == made_id(1)
        phone = head.contacts.get()
        assert phone.primary
        assert sealer().open(bytes(phone.phone_sealed), "phone") == made_phone(1)
        membership = head.memberships.get()
        assert (membership.start, membership.end, membership.relation) == (DAY, None, "户主")
        assert head.source.key.startswith("import:")
        assert {head.as_of, phone.as_of, membership.as_of} == {DAY}


def test_the_same_file_again_changes_nothing(bring_in: BringIn, everything: Actor) -> None:
    content = workbook([member(serial) for serial in range(1, 6)])
    bring_in(content)
    with acting_as(everything):
        before = list(Person.objects.order_by("pk").values())
    again = bring_in(content)
    assert "没有变化" in again.message
    assert [again.counts[state] for state in ("created", "updated", "unchanged")] == [0, 0, 5]
    with acting_as(everything):
        assert list(Person.objects.order_by("pk").values()) == before
        assert ContactPoint.objects.count() == Membership.objects.count() == 5


def test_the_same_file_again_does_not_bring_back_what_another_file_corrected(
    bring_in: BringIn, everything: Actor
) -> None:
    first = workbook([member(1)])
    bring_in(first)
    bring_in(workbook([member(1, 姓名="覃平囯", 成员联系电话=made_phone(99))]), "更正.xlsx")
    assert bring_in(first).counts["unchanged"] == 1
    with acting_as(everything):
        assert person(1).name == "覃平囯"
        assert person(1).contacts.get(primary=True).phone_mask.endswith("0099")


def test_newer_wins_older_fills_blanks_and_blank_never_erases(bring_in: BringIn, everything: Actor) -> None:
    bring_in(workbook([member(1, 劳动技能="技能劳动力")]), as_of=date(2026, 6, 1))
    newer = bring_in(workbook([member(1, 劳动技能="", 姓名="覃平囯")]), as_of=date(2026, 9, 1))
    assert newer.counts["updated"] == 1
    header = [*HEADER, "民族"]
    older = workbook([[*member(1, 姓名="覃平", 劳动技能="普通劳动力"), "土家族"]], header)
    assert bring_in(older, as_of=date(2026, 3, 1)).counts["updated"] == 1
    with acting_as(everything):
        found = person(1)
        assert (found.name, found.labour_skill, found.ethnic) == ("覃平囯", "技能劳动力", "土家族")
        assert found.as_of == date(2026, 9, 1)


def test_old_phones_stay_and_the_newest_is_primary(bring_in: BringIn, everything: Actor) -> None:
    bring_in(workbook([member(1)]), as_of=date(2026, 6, 1))
    bring_in(workbook([member(1, 成员联系电话=f"{made_phone(7)}/{made_phone(8)}")]), as_of=date(2026, 9, 1))
    bring_in(workbook([member(1, 成员联系电话=made_phone(6))]), as_of=date(2026, 1, 1))
    with acting_as(everything):
        phones = dict(person(1).contacts.values_list("phone_mask", "primary"))
    assert {mask[-4:]: primary for mask, primary in phones.items()} == {
        "0001": False, "0007": True, "0008": False, "0006": False,
    }  # fmt: skip


def test_a_newer_file_moves_a_person_and_keeps_the_history(bring_in: BringIn, everything: Actor) -> None:
    bring_in(workbook([member(1), member(2)]), as_of=date(2026, 6, 1))
    moved = member(2, 户编号="H0001", 与户主关系="配偶", 乡="双江街道", 村="梨园村")
    bring_in(workbook([moved]), as_of=date(2026, 9, 1))
    with acting_as(everything):
        found = person(2)
        assert found.household.number == "H0001"
        history = list(found.memberships.order_by("start").values_list("household__number", "start", "end"))
        assert history == [("H0002", date(2026, 6, 1), date(2026, 9, 1)), ("H0001", date(2026, 9, 1), None)]


def test_what_hangs_on_a_moved_person_follows_to_the_new_village(bring_in: BringIn, everything: Actor) -> None:
    bring_in(workbook([member(1), member(2)]), as_of=date(2026, 6, 1))
    bring_in(workbook([member(2, 乡="青龙街道", 村="复兴社区")]), as_of=date(2026, 9, 1))
    with acting_as(everything):
        found = person(2)
        rows = [found, found.household, found.contacts.get(), found.memberships.get()]
        assert {row.region_code for row in rows} == {"500235002001"}


def test_two_households_on_one_day_wait_for_a_decision(bring_in: BringIn, everything: Actor, clerk: Actor) -> None:
    bring_in(workbook([member(1), member(2)]), "一.xlsx")
    batch = bring_in(workbook([member(2, 户编号="H0001", 与户主关系="之子")]), "二.xlsx")
    assert codes(batch, everything) == {4: ["two_households"]}
    assert batch.counts["conflict"] == 1
    with acting_as(everything):
        assert person(2).household.number == "H0002"
        row = ImportRow.objects.get(batch=batch)
        assert made_id(2).encode() not in bytes(row.payload_sealed)
        assert made_id(2) not in row.label
    decided = services.decide(actor=clerk, row=row, accept=True)
    assert (decided.state, decided.payload_sealed) == (RowState.UPDATED, None)
    with acting_as(everything):
        assert person(2).household.number == "H0001"
        assert person(2).memberships.get(end=None).household.number == "H0001"
        assert ImportBatch.objects.get(pk=batch.pk).counts["conflict"] == 0


def test_two_households_in_one_file_wait_for_a_decision_too(
    bring_in: BringIn, everything: Actor, clerk: Actor
) -> None:
    rows = [member(1), member(2), member(2, 户编号="H0001", 与户主关系="之子")]
    batch = bring_in(workbook(rows))
    assert codes(batch, everything) == {6: ["two_households"]}
    with acting_as(everything):
        assert person(2).household.number == "H0002"
        row = ImportRow.objects.get(batch=batch, state=RowState.CONFLICT)
        assert row.issues[0]["message"].startswith("第5行已有同一个证件号码")
    services.decide(actor=clerk, row=row, accept=True)
    with acting_as(everything):
        assert person(2).household.number == "H0001"
        assert person(2).memberships.get().household.number == "H0001"


def test_a_conflict_that_is_dismissed_leaves_the_ledger_alone(
    bring_in: BringIn, everything: Actor, clerk: Actor
) -> None:
    bring_in(workbook([member(1)]))
    batch = bring_in(workbook([member(1, 姓名="向秀英")]), "二.xlsx")
    assert codes(batch, everything) == {4: ["name_differs"]}
    with acting_as(everything):
        row = ImportRow.objects.get(batch=batch)
    assert services.decide(actor=clerk, row=row, accept=False).state == RowState.DISMISSED
    with pytest.raises(services.ImportRefused):
        services.decide(actor=clerk, row=row, accept=True)
    with acting_as(everything):
        assert person(1).name == "覃志强"


def test_a_township_takes_in_its_own_villages_only(
    bring_in: BringIn, township: Actor, everything: Actor
) -> None:
    rows = [member(1), member(2, 乡="青龙街道", 村="马沱村")]
    batch = bring_in(workbook(rows), actor=township)
    assert codes(batch, everything) == {5: ["out_of_scope"]}
    assert batch.counts["created"] == 1


def test_a_township_cannot_take_a_person_from_another(
    bring_in: BringIn, township: Actor, everything: Actor
) -> None:
    bring_in(workbook([member(1, 乡="青龙街道", 村="马沱村")]), as_of=date(2026, 6, 1))
    taken = bring_in(workbook([member(1, 户编号="H0100")]), actor=township)
    assert codes(taken, everything) == {4: ["registered_elsewhere"]}
    same_number = bring_in(workbook([member(3, 户编号="H0001")]), "户号.xlsx", actor=township)
    assert codes(same_number, everything) == {4: ["household_elsewhere"]}
    with acting_as(everything):
        assert person(1).region_code == "500235002002"


def test_a_sheet_without_household_numbers_goes_by_the_head(bring_in: BringIn, everything: Actor) -> None:
    header = ["姓名", "身份证号", "户籍地址", "户主身份证号", "本人与户主关系", "是否有就业意向", "采集日期"]
    address = "重庆市云阳县青龙街道马沱村3组"
    rows = [
        ["覃平国", made_id(1), address, made_id(1), "本人", "是", "2026-10-01"],
        ["向志英", made_id(2), address, made_id(1), "妻子", "否", "2026-10-01"],
        ["覃小海", made_id(3), address, "", "长子", "", ""],
    ]
    batch = bring_in(workbook(rows, header, ()), "采集.xlsx")
    assert codes(batch, everything) == {4: ["household_missing"]}
    with acting_as(everything):
        assert Household.objects.count() == 1
        household = Household.objects.get()
        assert household.number == "H" + sealer().index(made_id(1), "id").hex()[:12]
        assert (household.head_name, household.region_code) == ("覃平国", "500235002002")
        assert [person(serial).relation for serial in (1, 2)] == ["户主", "配偶"]
        said = dict(WorkStatement.objects.values_list("person__name", "willing"))
        assert said == {"覃平国": True, "向志英": False}


def test_a_monitored_household_is_told_by_either_column(bring_in: BringIn, everything: Actor) -> None:
    header = [*HEADER, "户类型", "监测对象类别", "是否易地搬迁"]
    rows = [
        [*member(1), "脱贫户", "脱贫不稳定户", "是"],
        [*member(2), "一般农户", "", "否"],
        [*member(3), "脱贫户", "", ""],
    ]
    bring_in(workbook(rows, header))
    with acting_as(everything):
        found = dict(Household.objects.values_list("number", "category"))
        assert found == {"H0001": "lifted_unstable", "H0002": "ordinary", "H0003": "lifted"}
        assert dict(Household.objects.values_list("number", "relocated")) == {
            "H0001": True, "H0002": False, "H0003": None,
        }  # fmt: skip


def test_a_gb18030_csv_is_as_good_as_a_workbook(bring_in: BringIn, everything: Actor) -> None:
    batch = bring_in(text_table([list(HEADER), member(1)]), "名册.csv")
    assert batch.counts["created"] == 1


def test_what_the_number_says_is_noted_where_the_cell_says_otherwise(bring_in: BringIn, everything: Actor) -> None:
    batch = bring_in(workbook([member(1, 性别="女")]))
    assert codes(batch, everything) == {4: ["sex_differs"]}
    assert (batch.counts["created"], batch.counts["notes"]) == (1, 1)
    with acting_as(everything):
        assert person(1).sex == "男"


def test_an_actor_without_a_scope_takes_in_nothing(bring_in: BringIn, everything: Actor) -> None:
    nobody = Actor("user:9", "无", "township", Scope())
    with pytest.raises(services.ImportRefused, match="没有负责的区划"):
        services.upload(actor=nobody, name="a.xlsx", content=b"x", as_of=DAY, now=NOW)
