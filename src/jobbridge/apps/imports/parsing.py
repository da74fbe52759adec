"""A batch's file as judged tables. Reading is repeatable: staging and merging see the same rows in the same order."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.files import services as files
from jobbridge.apps.imports.columns import SheetMap, learnt, map_sheet, missing_fields, source_of
from jobbridge.apps.imports.handlers import Context, handler_of
from jobbridge.apps.imports.headers import SEARCHED_ROWS
from jobbridge.apps.imports.models import OUTCOMES, ImportBatch, ImportRow, Kind
from jobbridge.apps.imports.owners import readers_of
from jobbridge.apps.imports.places import PlaceBook, WorkPlaces
from jobbridge.apps.imports.reading import Sheet, read
from jobbridge.apps.imports.tables import Table, build

# What later kinds refer to comes first: brokers and targets stand alone, work and wishes need the persons.
ORDER = (Kind.BROKERS, Kind.TARGETS, Kind.ROSTER, Kind.EMPLOYMENT, Kind.SURVEY, Kind.VISITS, Kind.POSTS, Kind.FEED)


@dataclass
class Parsed:
    """The judged sheets of a file, in the order in which they are merged."""

    tables: list[Table]
    context: Context

    @property
    def total(self) -> int:
        """Data rows of all sheets."""
        return sum(len(table) for table in self.tables)

    def chunk(self, start: int, size: int) -> list[tuple[Table, range]]:
        """Rows ``start`` to ``start + size`` of all sheets laid end to end."""
        pieces, offset = [], 0
        for table in self.tables:
            low, high = max(start - offset, 0), min(start + size - offset, len(table))
            if low < high:
                pieces.append((table, range(low, high)))
            offset += len(table)
        return pieces


@dataclass
class Layout:
    """How the sheets of a file are laid out, and what a person still has to say."""

    sheets: list[Sheet]
    maps: dict[str, SheetMap]
    source: str
    question: str = ""
    withheld: frozenset[str] = frozenset()  # fields that the terms of the source do not permit

    @property
    def kind(self) -> str:
        """The kind of the file: that of its sheet with the most columns known."""
        return max(self.maps.values(), key=lambda layout: len(layout.columns)).kind if self.maps else ""


def lay_out(batch: ImportBatch) -> Layout:
    """Read the file and find out what its sheets are; ``reading.Unreadable`` when it cannot be read.

    What was confirmed before (``batch.mapping``) is taken as it is.
    """
    sheets = [sheet for sheet in read(files.read(batch.file), batch.file.name) if _has_rows(sheet)]
    aliases = learnt()
    maps: dict[str, SheetMap] = {}
    unknown = []
    for sheet in sheets:
        kept = batch.mapping.get(sheet.name)
        if kept is not None:
            found = SheetMap.from_json(kept)
            found.missing = missing_fields(found.kind, set(found.columns.values())) if found.kind else []
        else:
            found = map_sheet(sheet, kind=batch.kind or None, aliases=aliases)
        if found is None:
            unknown.append(sheet)
        else:
            maps[sheet.name] = found
    if not maps:
        maps = {sheet.name: _blank_map(sheet, batch.kind) for sheet in unknown}
    used = {name: found for name, found in maps.items() if found.kind or name in batch.mapping}
    source = batch.source or source_of(batch.file.name) or source_of(*_titles(sheets, used))
    return Layout(sheets, maps, source, _question(maps, source))


def parse(batch: ImportBatch, layout: Layout, *, actor: Actor, source_id: int = 0) -> Parsed:
    """Read all data rows, parse every cell, and judge the rows by the file alone."""
    context = context_of(batch, actor=actor, source=layout.source, source_id=source_id)
    settled = _settled(batch, actor)
    tables = []
    ranked = sorted(
        (sheet for sheet in layout.sheets if sheet.name in layout.maps and layout.maps[sheet.name].kind),
        key=lambda sheet: ORDER.index(Kind(layout.maps[sheet.name].kind)),
    )
    for sheet in ranked:
        kind = layout.maps[sheet.name].kind
        handler = handler_of(kind)
        table = build(sheet, layout.maps[sheet.name].without(layout.withheld), handler.fields(context))
        handler.check(table, context)
        for row, number in enumerate(table.numbers):
            if (table.sheet[:60], number) in settled:
                table.settle(row)
        tables.append(table)
    return Parsed(tables, context)


def _settled(batch: ImportBatch, actor: Actor) -> set[tuple[str, int]]:
    """Rows that a person took in when the same file came before: their facts have that decision as their source."""
    with acting_as(actor):
        same = ImportBatch.objects.filter(file__sha256=batch.file.sha256, as_of=batch.as_of, kind=batch.kind)
        rows = ImportRow.objects.filter(batch__in=same, state__in=OUTCOMES).exclude(decided_by="")
        return set(rows.order_by().values_list("sheet", "row_number"))


def context_of(batch: ImportBatch, *, actor: Actor, source: str = "", source_id: int = 0) -> Context:
    """What the handlers need to know about this batch."""
    uploaded = timezone.localdate(batch.created_at)
    return Context(
        actor=actor,
        county=settings.COUNTY_CODE,
        as_of=batch.as_of,
        # The later of both: a county may load last month's file, and a demo day may lie ahead of the clock.
        today=max(uploaded, batch.as_of),
        received=uploaded,
        places=PlaceBook.load(settings.COUNTY_CODE),
        work_places=WorkPlaces.load(),
        source=source or batch.source,
        region_code=batch.region_code,
        readers=readers_of(batch),
        batch_id=batch.pk,
        source_id=source_id,
    )


def _has_rows(sheet: Sheet) -> bool:
    return any(any(cells) for _, cells in sheet.rows())


def _titles(sheets: list[Sheet], maps: dict[str, SheetMap]) -> list[str]:
    """Sheet names and what stands above the header."""
    texts = []
    for sheet in sheets:
        if sheet.name not in maps:
            continue
        texts.append(sheet.name)
        for number, cells in sheet.rows():
            if number >= maps[sheet.name].header_row:
                break
            texts.append("".join(cells))
    return texts


def _blank_map(sheet: Sheet, kind: str) -> SheetMap:
    """No known header: the fullest of the first rows is shown for people to match its columns."""
    best: tuple[int, int, list[str]] = (0, 1, [])
    for number, cells in sheet.rows():
        if number > SEARCHED_ROWS:
            break
        filled = sum(bool(cell) and not cell.isdecimal() for cell in cells)
        if filled > best[0]:
            best = (filled, number, cells)
    headers = {column: cell[:80] for column, cell in enumerate(best[2]) if cell}
    missing = missing_fields(kind, set()) if kind else []
    return SheetMap(kind=kind, header_row=best[1], headers=headers, missing=missing)


def _question(maps: dict[str, SheetMap], source: str) -> str:
    """What keeps the file from being judged, in words; "" when nothing does."""
    if not any(found.kind for found in maps.values()):
        return "没有认出表头，请选择类型并对应各列"
    for name, found in maps.items():
        if found.kind and found.missing:
            return f"工作表“{name}”缺少列：{'、'.join(found.missing)}，请对应后继续"
        if found.kind == Kind.FEED and not source and "source" not in found.columns.values():
            return "认不出这份比对数据来自哪个部门，请选择数据来源"
    return ""
