"""What sheets report about a person's work and wishes: fields, judgement, rows to write. Shared by the kinds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from jobbridge.apps.imports.fields import (
    Bad,
    Field,
    full_date,
    one_of,
    period_end,
    phones,
    short,
    words,
    yes_no,
    yuan,
)
from jobbridge.apps.imports.handlers import Context
from jobbridge.apps.imports.places import town_core
from jobbridge.apps.imports.tables import Table
from jobbridge.apps.registry import lookup
from jobbridge.apps.registry.merging import merge_contacts, merge_spells, merge_statements
from jobbridge.apps.registry.rules import Placed, Span, place_spell, work_area
from jobbridge.apps.registry.words import EMPLOYED, NEEDS, SPELL_KINDS, TRAVEL, WILLING, reluctance
from jobbridge.kernel.months import age_on
from jobbridge.kernel.text import squeeze

WORKING_AGE = 16
WISHES = ("employed", "willing", "reluctance", "travel", "wish", "wish_1", "wish_2", "wish_3", "wage_floor",
          "available_from", "skills", "needs")
_NO_MATTER = frozenset({"随时", "面议", "不限", "均可", "无要求", "随时可以"})


def work_fields(context: Context) -> tuple[Field, ...]:
    """Columns about a period of work."""
    return (
        Field("start", partial(full_date, latest=context.today)),
        Field("end", period_end),
        Field("work_place", short(60), soft=True),
        Field("work_province", short(20), soft=True),
        Field("work_city", short(20), soft=True),
        Field("employer", short(80), soft=True),
        Field("industry", short(40), soft=True),
        Field("occupation", short(40), soft=True),
        Field("monthly_wage", yuan, soft=True),
        Field("spell_kind", one_of(SPELL_KINDS, "就业形式"), soft=True),
        Field("channel", short(20), soft=True),
        Field("organised_by", short(60), soft=True),
        Field("is_working", yes_no, soft=True),
    )


def wish_fields(context: Context) -> tuple[Field, ...]:
    """Columns about willingness, wishes and needs."""
    return (
        Field("employed", one_of(EMPLOYED, "就业状态"), soft=True),
        Field("willing", one_of(WILLING, "就业意愿"), soft=True),
        Field("reluctance", lambda text: reluctance(squeeze(text)), soft=True),
        Field("travel", one_of(TRAVEL, "意向地区"), soft=True),
        Field("preferred_place", short(60), soft=True),
        *(Field(name, words, soft=True) for name in ("wish", "wish_1", "wish_2", "wish_3", "skills")),
        Field("wage_floor", partial(_open, parse=yuan), soft=True),
        Field("available_from", partial(_open, parse=full_date), soft=True),
        Field("needs", _needs, soft=True),
        Field("stated_by", short(40), soft=True),
        Field("stated_on", partial(full_date, latest=context.today), soft=True),
    )


def contact_fields() -> tuple[Field, ...]:
    """Columns with the person's phones."""
    return (Field("phone", phones, soft=True, repeats=False),)


def _open(text: str, parse: Any) -> Any:
    """A cell that may say that it does not matter."""
    return None if squeeze(text) in _NO_MATTER else parse(text)


def _needs(text: str) -> tuple[str, ...] | Bad:
    found = words(text)
    if isinstance(found, Bad):
        return found
    known = tuple(dict.fromkeys(NEEDS[word] for word in found if word in NEEDS))
    return known or Bad("not_listed", "服务需求认不出，请填介绍岗位、培训、补贴或返岗车")


def check_work(table: Table, row: int, born: date | None, *, soft: bool) -> None:
    """A period of work against itself: order of its days, age at its start."""
    start, end = table.get("start", row), table.get("end", row)
    mark = table.note if soft else table.refuse
    fault = None
    if start and end and end <= start:
        fault = ("end", "end_before_start", "结束时间早于开始时间")
    elif start and born and age_on(born, max(start, born)) < WORKING_AGE:
        fault = ("start", "start_under_16", "开始务工时未满16周岁，请核对")
    if fault:
        mark(row, *fault)
        table.values["start"][row] = None  # without a start there is no period to store


def judge_spells(
    table: Table, people: Mapping[int, int], context: Context, *, soft: bool
) -> dict[int, Placed]:
    """Fit the reported periods (``people``: row -> person id) among those known, in the order of their start."""
    rows = [row for row in people if table.get("start", row)]
    planned: dict[int, list[Span]] = context.memory.setdefault("spans", {})
    missing = {people[row] for row in rows} - planned.keys()
    known = lookup.spans(missing)
    for person in missing:
        planned[person] = known.get(person, [])
    placed = {}
    stamp = (context.as_of, context.source_id)
    for row in sorted(rows, key=lambda row: (people[row], table.get("start", row), row)):
        spans = planned[people[row]]
        result = place_spell(spans, Span(table.get("start", row), table.get("end", row), stamp))
        if result.span is None:
            (table.note if soft else table.refuse)(row, "start", "spell_overlap", result.refusal)
            continue
        placed[row] = result
        changed = {span.start: span for span in [*spans, *result.closes, result.span]}
        planned[people[row]] = [changed[start] for start in sorted(changed)]
    return placed


def write_spells(
    table: Table,
    placed: Mapping[int, Placed],
    people: Mapping[int, int],
    regions: Mapping[int, str],
    context: Context,
) -> dict[int, str]:
    """Store judged periods. Gives the state of each row's record."""
    final: dict[tuple[int, date], int] = {}  # two rows may tell of the same spell; the later one counts
    closes = {}
    for row in sorted(placed):
        final[people[row], placed[row].span.start] = row
        for span in placed[row].closes:
            closes[people[row], span.start] = span.end
    rows = []
    for (person, start), row in final.items():
        rows.append(_spell(table, row, person, placed[row].span, regions[row], context))
        if (person, start) in closes:  # ended by a later row of the same sheet
            rows[-1][-3] = closes[person, start]
    states = merge_spells(rows, [(person, start, end) for (person, start), end in closes.items()])
    by_key = {key: state for key, (_, state) in zip(final, states, strict=True)}
    return {row: by_key[people[row], placed[row].span.start] for row in placed}


def _spell(table: Table, row: int, person: int, span: Span, region: str, context: Context) -> list[Any]:
    def get(name: str) -> Any:
        return table.get(name, row) or ""

    text = "".join(dict.fromkeys(filter(None, (get("work_province"), get("work_city"), get("work_place")))))
    code = context.work_places.find(text) if text else ""
    town = town_core(context.places.names.get(region[:9] + "000", ""))
    kind = get("spell_kind") or SPELL_KINDS.get(get("channel"), "")
    return [
        person, span.start, kind, get("employer"), get("occupation"), get("industry"), code, text[:60],
        work_area(code, text, region, town), get("channel"), get("organised_by"), region,
        table.get("monthly_wage", row), span.end, context.as_of, context.source_id,
    ]


def write_statements(
    table: Table, rows: Sequence[int], people: Mapping[int, int], regions: Mapping[int, str], context: Context
) -> dict[int, str]:
    """Store what people said. Rows without an answer write nothing."""
    told = [row for row in rows if any(table.get(name, row) not in (None, ()) for name in WISHES)]
    states = merge_statements([_statement(table, row, people[row], regions[row], context) for row in told])
    return {row: state for row, (_, state) in zip(told, states, strict=True)}


def _statement(table: Table, row: int, person: int, region: str, context: Context) -> list[Any]:
    willing = table.get("willing", row)
    wishes = [word for name in ("wish", "wish_1", "wish_2", "wish_3") for word in table.get(name, row) or ()]
    place = table.get("preferred_place", row)
    return [
        person, context.source_id, table.get("employed", row), willing,
        (table.get("reluctance", row) or "") if willing is False else "",
        table.get("travel", row) or "", context.work_places.find(place) if place else "",
        list(dict.fromkeys(wishes)), table.get("wage_floor", row), table.get("available_from", row),
        list(table.get("skills", row) or ()), list(table.get("needs", row) or ()),
        table.get("stated_by", row) or "", region, table.get("stated_on", row) or context.as_of,
    ]


def write_contacts(
    table: Table, rows: Sequence[int], people: Mapping[int, int], regions: Mapping[int, str], context: Context
) -> set[int]:
    """Store the phones of the ``phone`` column. Gives the rows that changed something."""
    numbers = {people[row]: (table.get("phone", row), regions[row]) for row in rows if table.get("phone", row)}
    changed = merge_contacts(numbers, context.as_of, context.source_id)
    return {row for row in rows if people[row] in changed}
