"""Whatever is done to a sheet, every row that says something has a fate, and good rows are never lost."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.imports import services
from jobbridge.apps.imports.models import BatchState, ImportRow
from jobbridge.apps.registry.models import Membership, Person
from tests.imports.conftest import DAY, NOW
from tests.imports.workbooks import HEADER, Formula, made_id, member, workbook

junk: st.SearchStrategy[Any] = st.one_of(
    st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=12),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.sampled_from(["", "/", "合计", "=1+1", "#N/A", "2026-02-30", "９９０２３５", made_id(1), "群益社区", "其他"]),
    st.just(Formula("=A1")),
)
damage = st.lists(
    st.one_of(
        st.tuples(st.just("cell"), st.integers(0, 11), st.integers(0, len(HEADER) - 1), junk),
        st.tuples(st.just("copy"), st.integers(0, 11), st.integers(0, 11), st.none()),
        st.tuples(st.just("blank"), st.integers(0, 11), st.just(0), st.none()),
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage)
def test_no_damage_loses_a_row(clerk: Actor, everything: Actor, wounds: list[tuple[str, int, int, Any]]) -> None:
    rows = [member(serial) for serial in range(1, 13)]
    for kind, row, other, value in wounds:
        if kind == "cell":
            rows[row][other] = value
        elif kind == "copy":
            rows[row] = list(rows[other])
        else:
            rows[row] = [""] * len(HEADER)
    batch = services.upload(actor=clerk, name="名册.xlsx", content=workbook(rows), as_of=DAY, now=NOW)
    batch = services.merge(actor=clerk, batch=batch, now=NOW)
    assert batch.state == BatchState.MERGED
    told = sum(any(_says_something(cell) for cell in row) for row in rows)
    counts = batch.counts
    assert counts["total"] == told
    states = ("created", "updated", "unchanged", "refused", "conflict", "skipped")
    assert sum(counts[state] for state in states) == told
    with acting_as(everything):
        recorded = ImportRow.objects.filter(batch=batch).values_list("state", flat=True)
        assert sum(state == "refused" for state in recorded) == counts["refused"]
        assert Membership.objects.filter(end=None).count() == Person.objects.count()
    again = services.upload(actor=clerk, name="名册.xlsx", content=workbook(rows), as_of=DAY, now=NOW)
    again = services.merge(actor=clerk, batch=again, now=NOW)
    assert (again.counts["created"], again.counts["updated"]) == (0, 0)


def _says_something(cell: Any) -> bool:
    if isinstance(cell, Formula):
        return False  # the reader sees an empty cell
    return bool(cell.strip()) if isinstance(cell, str) else True


@pytest.mark.usefixtures("county")
def test_a_row_with_nothing_but_an_empty_formula_is_blank(clerk: Actor) -> None:
    content = workbook([member(1), [Formula("=A1")] + [""] * (len(HEADER) - 1)])
    batch = services.upload(actor=clerk, name="名册.xlsx", content=content, as_of=DAY, now=NOW)
    assert services.merge(actor=clerk, batch=batch, now=NOW).counts["total"] == 1
