"""Decisions of the ledger, as tables."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobbridge.apps.registry.rules import Residence, Span, place_spell, residence, wholly_different, work_area

OLD, NEW = date(2026, 1, 1), date(2026, 6, 1)


def span(start: str, end: str = "", stamp: int = 0) -> Span:
    day = date.fromisoformat
    return Span(day(f"2026-{start}"), day(f"2026-{end}") if end else None, (OLD, stamp))


@pytest.mark.parametrize(
    ("one", "other", "answer"),
    [("覃平国", "覃平囯", False), ("覃平国", "向志英", True), ("覃平国", "谭平", False), ("", "向志英", False)],
)
def test_wholly_different(one: str, other: str, answer: bool) -> None:
    assert wholly_different(one, other) is answer


@pytest.mark.parametrize(
    ("known_as_of", "said", "said_as_of", "decided", "way"),
    [
        (OLD, "H1", OLD, False, Residence.STAY),
        (NEW, "H1", OLD, False, Residence.STAY),
        (OLD, "H2", NEW, False, Residence.MOVE),
        (NEW, "H2", OLD, False, Residence.OLDER),
        (OLD, "H2", OLD, False, Residence.ASK),
        (OLD, "H2", OLD, True, Residence.MOVE),
    ],
)
def test_residence(known_as_of: date, said: str, said_as_of: date, decided: bool, way: Residence) -> None:
    assert residence("H1", known_as_of, said, said_as_of, decided=decided) is way


@pytest.mark.parametrize(
    ("known", "new", "stored", "closed"),
    [
        ([], span("03-01"), ("03-01", ""), []),
        # the same start is the same spell; blank never erases the end
        ([span("03-01", "05-01")], span("03-01"), ("03-01", "05-01"), []),
        ([span("03-01", "05-01")], span("03-01", "06-01"), ("03-01", "06-01"), []),
        # an older report does not bring back an older end
        ([span("03-01", "05-01", stamp=2)], span("03-01", "06-01", stamp=1), ("03-01", "05-01"), []),
        # ... and never reaches into the next one
        ([span("03-01", "05-01"), span("06-01")], span("03-01", "09-01"), ("03-01", "06-01"), []),
        # one that goes on ends where the new one starts
        ([span("01-01")], span("03-01"), ("03-01", ""), ["01-01"]),
        # a change of job inside a month
        ([span("01-01", "04-01")], span("03-15"), ("03-15", ""), ["01-01"]),
        # told afterwards: fits in front of a later one
        ([span("06-01")], span("01-01", "03-01"), ("01-01", "03-01"), []),
        ([span("06-01")], span("01-01", "06-20"), ("01-01", "06-01"), []),
    ],
)
def test_spells_that_fit(known: list[Span], new: Span, stored: tuple[str, str], closed: list[str]) -> None:
    placed = place_spell(known, new)
    want = span(*stored)
    assert placed.span is not None
    assert (placed.span.start, placed.span.end) == (want.start, want.end)
    assert [one.start for one in placed.closes] == [date.fromisoformat(f"2026-{start}") for start in closed]
    assert all(one.end == new.start for one in placed.closes)


@pytest.mark.parametrize(
    ("known", "new"),
    [
        ([span("01-01", "06-01")], span("03-01")),
        ([span("06-01")], span("01-01")),
        ([span("06-01")], span("01-01", "09-01")),
    ],
)
def test_spells_that_overlap_are_refused(known: list[Span], new: Span) -> None:
    placed = place_spell(known, new)
    assert placed.span is None
    assert "重叠" in placed.refusal


days = st.integers(0, 700).map(lambda offset: date.fromordinal(date(2025, 1, 1).toordinal() + offset))


@given(st.lists(st.tuples(days, st.none() | st.integers(1, 300)), max_size=8))
def test_whatever_is_reported_spells_never_overlap(reports: list[tuple[date, int | None]]) -> None:
    known: list[Span] = []
    for start, length in reports:
        end = date.fromordinal(start.toordinal() + length) if length else None
        placed = place_spell(known, Span(start, end))
        if placed.span is None:
            continue
        changed = {one.start: one for one in [*known, *placed.closes, placed.span]}
        known = [changed[key] for key in sorted(changed)]
        assert place_spell(known, Span(start, end)).span is not None  # the same report again is welcome
        for one, after in zip(known, known[1:], strict=False):
            assert one.end is not None
            assert one.start < one.end <= after.start


@pytest.mark.parametrize(
    ("code", "text", "area"),
    [
        ("500235", "重庆市云阳县双江街道", "1"),
        ("500235", "重庆市云阳县", "2"),
        ("500101", "重庆市万州区", "3"),
        ("330782", "浙江省义乌市", "4"),
        ("330000", "浙江省", "4"),
        ("", "外地", ""),
    ],
)
def test_work_area(code: str, text: str, area: str) -> None:
    assert work_area(code, text, "500235001001", "双江") == area
