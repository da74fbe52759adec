"""Whose a batch is: the area it is handed in for, who may open it, and for whom the cycle merges it."""

from __future__ import annotations

import pytest

from jobbridge.apps.accounts.scope import Actor, Scope, acting_as
from jobbridge.apps.imports import services
from jobbridge.apps.imports.models import BatchState, ImportBatch
from jobbridge.kernel.division import bounds
from tests.imports.conftest import DAY, NOW
from tests.imports.workbooks import member, workbook

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
