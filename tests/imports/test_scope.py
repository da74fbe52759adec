"""Whose a batch is: the area it is handed in for, who may open it, and for whom the cycle merges it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jobbridge.apps.accounts.models import Role
from jobbridge.apps.accounts.scope import Actor, Scope, acting_as
from jobbridge.apps.imports import services
from jobbridge.apps.imports.models import BatchState, ImportBatch, ImportRow
from jobbridge.apps.imports.owners import owner_of
from jobbridge.kernel.division import bounds
from tests.factories import make_user
from tests.imports.conftest import DAY, NOW
from tests.imports.workbooks import made_id, member, workbook

pytestmark = pytest.mark.usefixtures("county")


def actor_of(*codes: str, key: str = "user:9") -> Actor:
    return Actor(key, "经办", "township", Scope.of(bounds(code) for code in codes))


def upload(actor: Actor, content: bytes, name: str = "名册.xlsx", **more: str) -> ImportBatch:
    return services.upload(actor=actor, name=name, content=content, as_of=DAY, now=NOW, **more)


def seen_by(actor: Actor, batch: ImportBatch) -> tuple[bool, bool]:
    """Through the filter, and by row-level security alone."""
    with acting_as(actor):
        return (
            ImportBatch.objects.visible_to(actor).filter(pk=batch.pk).exists(),
            ImportBatch.objects.filter(pk=batch.pk).exists(),
        )


@pytest.mark.parametrize(
    ("codes", "area"),
    [
        (["500235001001"], "500235001001"),
        (["500235001"], "500235001000"),
        (["500235001001", "500235001002"], "500235001000"),
        (["500235001", "500235002"], "500235000000"),
        (["500235001001", "500235002002"], "500235000000"),
        (["500235"], "500235000000"),
        (["50"], "500235000000"),
        (["500235", "500236"], "500235000000"),
    ],
)
def test_a_batch_is_handed_in_for_the_smallest_area_around_the_scope(codes: list[str], area: str) -> None:
    assert upload(actor_of(*codes), workbook([member(1)])).region_code == area


def test_the_clerk_of_one_township_does_not_open_the_file_of_two(clerk: Actor, township: Actor) -> None:
    both = actor_of("500235001", "500235002")
    content = workbook([member(1), member(2, 乡="青龙街道", 村="复兴社区")])
    batch = services.stage(actor=both, batch=upload(both, content))
    assert batch.counts["valid"] == 2
    assert seen_by(both, batch) == (True, True)
    assert seen_by(clerk, batch) == (True, True)
    assert seen_by(township, batch) == (False, False)
    assert services.merge(actor=both, batch=batch, now=NOW).state == BatchState.MERGED


def test_a_user_without_areas_no_longer_sees_what_they_handed_in(township: Actor) -> None:
    batch = upload(township, workbook([member(1)]))
    assert seen_by(Actor(township.key, township.name, township.role, Scope()), batch) == (False, False)


def issues(batch: ImportBatch, actor: Actor) -> list[tuple[str, str, str]]:
    """Label, code and message of every row on record."""
    with acting_as(actor):
        rows = ImportRow.objects.filter(batch=batch).order_by("row_number")
        return [(row.label, issue["code"], issue["message"]) for row in rows for issue in row.issues]


def test_a_county_clerk_who_merges_shows_the_maker_no_name_from_elsewhere(
    clerk: Actor, everything: Actor, bring_in: Callable[..., ImportBatch]
) -> None:
    with acting_as(everything):
        maker = make_user("town", Role.TOWNSHIP, "500235001000").actor()
    bring_in(workbook([member(2, 姓名="冉秘密", 乡="青龙街道", 村="复兴社区")]))
    batch = upload(maker, workbook([member(2, 姓名="覃三"), member(3, 姓名="梁四", 乡="青龙街道", 村="复兴社区")]))
    services.merge(actor=clerk, batch=batch, now=NOW)
    found = issues(batch, everything)
    assert [code for _, code, _ in found] == ["name_differs"]
    assert "另一个姓名" in found[0][2]


def test_the_number_of_a_household_elsewhere_is_not_told_either(
    clerk: Actor, everything: Actor, bring_in: Callable[..., ImportBatch]
) -> None:
    with acting_as(everything):
        maker = make_user("town", Role.TOWNSHIP, "500235001000").actor()
    bring_in(workbook([member(2, 户编号="SECRET1", 乡="青龙街道", 村="复兴社区")]))
    batch = upload(maker, workbook([member(2)]))
    services.merge(actor=clerk, batch=batch, now=NOW)
    assert [code for _, code, _ in issues(batch, everything)] == ["two_households"]
    assert "SECRET1" not in issues(batch, everything)[0][2]


def test_a_row_from_elsewhere_is_labelled_without_a_name(township: Actor) -> None:
    batch = upload(township, workbook([member(1, 姓名="冉秘密", 乡="青龙街道", 村="复兴社区")]))
    services.stage(actor=township, batch=batch)
    [(label, code, _)] = issues(batch, township)
    assert code == "out_of_scope"
    assert "冉秘密" not in label
    assert label.endswith(made_id(1)[-4:])


@pytest.mark.parametrize(
    ("made_by", "doer"),
    [("user:{pk}", "user:{pk}"), ("user:999999", None), ("user:{gone}", None), ("system:cycle", "system:cycle")],
)
def test_who_stands_behind_a_batch(everything: Actor, made_by: str, doer: str | None) -> None:
    with acting_as(everything):
        user = make_user("town", Role.TOWNSHIP, "500235001000")
        gone = make_user("gone", Role.TOWNSHIP, "500235001000")
        gone.is_active = False
        gone.save()
    names = {"pk": user.pk, "gone": gone.pk}
    found = owner_of(ImportBatch(created_by=made_by.format(**names)))
    assert (found.key if found else None) == (doer.format(**names) if doer else None)
    if found and found.user_id:
        assert found.scope == user.actor().scope


FEED = f"姓名,身份证号,到达时间,方向\n覃平国,{made_id(1)},2026-11-01,返乡\n".encode()


def test_an_agency_s_list_is_for_the_county_to_hand_in(clerk: Actor, township: Actor) -> None:
    batch = upload(township, FEED, "铁路返乡.csv")
    batch = services.stage(actor=township, batch=batch)
    assert batch.state == BatchState.MAPPING
    assert batch.message.startswith("部门比对数据涉及全县，请交县级经办人导入")
    assert services.merge(actor=township, batch=batch, now=NOW).state == BatchState.MAPPING
    assert services.stage(actor=clerk, batch=batch).state == BatchState.VALIDATED
    assert services.merge(actor=township, batch=batch, now=NOW).state == BatchState.MAPPING
