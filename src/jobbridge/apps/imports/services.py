"""The life of an import: uploaded, staged, mapped, merged, decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.files import services as files
from jobbridge.apps.imports import fates, marking
from jobbridge.apps.imports.columns import SheetMap, kind_label, kind_tables, missing_fields
from jobbridge.apps.imports.handlers import handler_of, is_county_only, terms_of
from jobbridge.apps.imports.headers import normalise
from jobbridge.apps.imports.models import (
    OUTCOMES,
    BatchState,
    ColumnAlias,
    ImportBatch,
    ImportRow,
    RowState,
)
from jobbridge.apps.imports.owners import area_of
from jobbridge.apps.imports.parsing import Layout, Parsed, context_of, lay_out, parse
from jobbridge.apps.imports.reading import Unreadable
from jobbridge.apps.imports.sources import known_source, source_of_batch, source_of_decision
from jobbridge.apps.imports.tables import Table
from jobbridge.apps.imports.tables import parse as parse_columns
from jobbridge.apps.imports.upserts import keep_statistics
from jobbridge.kernel.division import padded
from jobbridge.sealing import SealError

CHUNK = 5_000
LOST = "原文件丢失或被改动，请重新上传"
Progress = Callable[[str, int, int], None]
OPEN_STATES = (BatchState.UPLOADED, BatchState.MAPPING, BatchState.VALIDATED, BatchState.FAILED)


class ImportRefused(ValueError):
    """The step is not possible now; the message says why."""


def upload(
    *,
    actor: Actor,
    name: str,
    content: bytes,
    as_of: date,
    now: datetime,
    kind: str | None = None,
    source: str | None = None,
) -> ImportBatch:
    """Keep a file as a new batch. The same content again is a new batch; merging it will change nothing.

    Raises ImportRefused when the file is larger than the settings allow, or the actor answers for no area.
    """
    if len(content) > settings.UPLOAD_LIMIT:
        raise ImportRefused(f"文件超过{settings.UPLOAD_LIMIT >> 20} MB，请拆分后上传")
    if not actor.scope.ranges:
        raise ImportRefused("您还没有负责的区划，请联系管理员")
    with acting_as(actor):
        stored = files.store(actor=actor, name=name, content=content)
        before = (
            ImportBatch.objects.visible_to(actor)
            .filter(file__sha256=stored.sha256, state=BatchState.MERGED)
            .order_by("merged_at")
            .first()
        )
        again = f"同样的文件已于{timezone.localdate(before.merged_at)}并入过，再次并入不会改变台账" if before else ""
        return ImportBatch.objects.create(
            file=stored,
            kind=kind or "",
            source=source or "",
            as_of=as_of,
            region_code=area_of(actor),
            message=again,
            created_by=actor.key,
            created_at=now,
        )


def stage(*, actor: Actor, batch: ImportBatch) -> ImportBatch:
    """Read, map, validate and adjudicate; nothing enters the ledger yet.

    Leaves the batch validated, or waiting for its columns, or failed with a message. May be repeated.
    """
    with acting_as(actor):
        batch = _locked(batch, actor)
        if batch.state not in OPEN_STATES:
            raise ImportRefused(f"批次{batch.get_state_display()}，不能重新校验")
        layout = _prepare(batch, actor)
        if layout:
            parsed = parse(batch, layout, actor=actor)
            _judge(batch, parsed)
            marking.refresh(batch, layout.sheets, parsed.tables, actor=actor)
        batch.save()
    return batch


def confirm_mapping(
    *,
    actor: Actor,
    batch: ImportBatch,
    mapping: dict[str, dict[str, Any]],
    kind: str | None = None,
    source: str | None = None,
    remember: bool = True,
) -> ImportBatch:
    """Take what a person said about the columns, then stage again.

    Parameters
    ----------
    mapping : dict
        Sheet -> ``{"columns": {index: field or ""}, "kind": ..., "header_row": ...}``; what is left out stays as
        found. A sheet of kind "" is left out of the import.
    kind, source : str, optional
        For the whole file; ``source`` is the agency of a feed.
    remember : bool
        Know the matched headers from now on.
    """
    with acting_as(actor):
        batch = _locked(batch, actor)
        if batch.state not in OPEN_STATES:
            raise ImportRefused(f"批次{batch.get_state_display()}，不能再改列对应")
        batch.kind = kind if kind is not None else batch.kind
        batch.source = source if source is not None else batch.source
        if kind is not None and not mapping:
            batch.mapping = {}  # another kind: let the columns be found anew
        for sheet, given in mapping.items():
            batch.mapping[sheet] = _confirmed(batch, sheet, given, remember=remember)
        batch.save()
    return stage(actor=actor, batch=batch)


def merge(
    *, actor: Actor, batch: ImportBatch, now: datetime, progress: Progress | None = None
) -> ImportBatch:
    """Bring the good rows into the ledger, ``CHUNK`` rows a transaction, each with its checkpoint.

    Killed at any moment and called again, it goes on after the last finished chunk. A batch that was only uploaded
    is staged first; when its columns are not clear it comes back unmerged, with the message that says so.
    """
    report = progress or (lambda step, done, total: None)
    with acting_as(actor):
        batch = _locked(batch, actor)
        if batch.state == BatchState.MERGED:
            return batch
        if batch.state not in (BatchState.UPLOADED, BatchState.VALIDATED, BatchState.MERGING):
            return batch
        report("读取文件", 0, 0)
        layout = _prepare(batch, actor)
        if layout is None:
            batch.save()
            return batch
        source_id = source_of_batch(batch, kind=layout.kind, actor=actor).pk
        batch.state = BatchState.MERGING
        batch.save()
    parsed = parse(batch, layout, actor=actor, source_id=source_id)
    while batch.merged_rows < parsed.total:
        batch = _merge_chunk(batch, parsed, actor)
        report("并入台账", batch.merged_rows, parsed.total)
    with acting_as(actor):
        batch = _locked(batch, actor)
        if batch.state == BatchState.MERGING:
            _finish(batch, now)
            # After a restart the tables know only the later chunks; the rows on record know them all.
            marking.refresh(batch, layout.sheets, parsed.tables, actor=actor)
            batch.save()
    return batch


def decide(*, actor: Actor, row: ImportRow, accept: bool, now: datetime | None = None) -> ImportRow:
    """A person settles a conflict: take the row in as it stands, or leave it out.

    Raises ImportRefused when the row does not wait for a decision, or still cannot go in.
    """
    with acting_as(actor):
        batch = _locked(row.batch, actor)
        row = ImportRow.objects.select_for_update().get(pk=row.pk)
        if row.state != RowState.CONFLICT:
            raise ImportRefused("这一行不在待裁定状态")
        if accept:
            fate = _take_in(batch, row, actor)
            row.state, row.target_id = fate.state, fate.target
        else:
            row.state = RowState.DISMISSED
        row.decided_by, row.payload_sealed = actor.key, None
        row.save()
        batch.counts = {
            **batch.counts,
            RowState.CONFLICT: max(batch.counts.get(RowState.CONFLICT, 1) - 1, 0),
            row.state: batch.counts.get(row.state, 0) + 1,
        }
        batch.save()
    return row


def cancel(*, actor: Actor, batch: ImportBatch) -> ImportBatch:
    """Give up a batch that has not begun to merge."""
    with acting_as(actor):
        batch = _locked(batch, actor)
        if batch.state not in OPEN_STATES:
            raise ImportRefused(f"批次{batch.get_state_display()}，不能取消")
        batch.state = BatchState.CANCELLED
        batch.save()
    return batch


def _prepare(batch: ImportBatch, actor: Actor) -> Layout | None:
    """Find the columns; None, with state and message set, when the file cannot be judged yet."""
    try:
        layout = lay_out(batch)
    except Unreadable as error:
        batch.state, batch.message = BatchState.FAILED, str(error)[:300]
        return None
    except SealError:
        batch.state, batch.message = BatchState.FAILED, LOST
        return None
    batch.kind, batch.source = layout.kind or batch.kind, layout.source if layout.kind == "feed" else batch.source
    refusal = _agree(batch, layout)
    batch.mapping = {name: found.as_json() for name, found in layout.maps.items()}
    question = layout.question or _beyond(layout, actor) or refusal
    if question:
        batch.state, batch.message = BatchState.MAPPING, question[:300]
        return None
    return layout


def _agree(batch: ImportBatch, layout: Layout) -> str:
    """Bind the batch to the terms of its source; why it may not be taken in, "" when it may."""
    terms = terms_of(layout.kind, layout.source, timezone.localdate(batch.created_at))
    batch.keep_until, layout.withheld = terms.keep_until, terms.withheld
    for found in layout.maps.values():
        found.withheld = [found.headers[at] for at, name in found.columns.items() if name in terms.withheld]
    return terms.refusal


def _beyond(layout: Layout, actor: Actor) -> str:
    """Why this actor cannot hand in a sheet of that kind; "" when they can."""
    for found in layout.maps.values():
        if is_county_only(found.kind) and not actor.scope.contains(padded(settings.COUNTY_CODE)):
            return f"{kind_label(found.kind)}涉及全县，请交县级经办人导入；如果类型认错了，请改选"
    return ""


def _judge(batch: ImportBatch, parsed: Parsed) -> None:
    ImportRow.objects.filter(batch=batch, decided_by="").delete()
    counts: Counter[str] = Counter()
    for start in range(0, parsed.total, CHUNK):
        pieces = parsed.chunk(start, CHUNK)
        for table, rows in pieces:
            handler_of(table.layout.kind).adjudicate(table, rows, parsed.context)
        counts += fates.record(batch, [(table, rows, {}) for table, rows in pieces])
    batch.counts = {"total": parsed.total, **_counted(counts, (RowState.VALID, RowState.UNCHANGED))}
    batch.merged_rows = 0  # one that broke off midway begins anew: what is in already changes nothing
    batch.state = BatchState.VALIDATED
    batch.message = batch.message if batch.message.startswith("同样的文件") else ""


def _merge_chunk(batch: ImportBatch, parsed: Parsed, actor: Actor) -> ImportBatch:
    with acting_as(actor):
        batch = _locked(batch, actor)
        pieces = parsed.chunk(batch.merged_rows, CHUNK)
        written = []
        for table, rows in pieces:
            handler = handler_of(table.layout.kind)
            handler.adjudicate(table, rows, parsed.context)
            written.append((table, rows, handler.merge(table, rows, parsed.context)))
            keep_statistics(*handler.tables)
        counts = fates.record(batch, written)
        if batch.merged_rows == 0:
            batch.counts = {"total": parsed.total}
        batch.counts = {
            **batch.counts,
            **{
                state: batch.counts.get(state, 0) + count
                for state, count in _counted(counts, OUTCOMES).items()
            },
        }
        batch.merged_rows += sum(len(rows) for _, rows in pieces)
        batch.save()
    return batch


def _finish(batch: ImportBatch, now: datetime) -> None:
    batch.state, batch.merged_at = BatchState.MERGED, now
    batch.counts["valid"] = sum(batch.counts.get(state, 0) for state in OUTCOMES)
    if not batch.counts.get(RowState.CREATED) and not batch.counts.get(RowState.UPDATED):
        batch.message = "与台账一致，没有变化" if batch.counts["valid"] else "没有可并入的行"
    else:
        batch.message = ""


def _counted(counts: Counter[str], outcomes: tuple[str, ...]) -> dict[str, int]:
    kept = (*outcomes, RowState.REFUSED, RowState.CONFLICT, RowState.SKIPPED, "notes")
    return {str(state): counts.get(state, 0) for state in kept}


def _confirmed(
    batch: ImportBatch, sheet: str, given: dict[str, Any], *, remember: bool
) -> dict[str, Any]:
    kept = batch.mapping.get(sheet)
    if kept is None:
        raise ImportRefused(f"没有工作表“{sheet}”")
    layout = SheetMap.from_json(kept)
    layout.kind = given.get("kind", batch.kind or layout.kind)
    layout.header_row = int(given.get("header_row", layout.header_row))
    if layout.kind and layout.kind not in kind_tables():
        raise ImportRefused(f"没有类型“{layout.kind}”")
    labels = kind_tables()[layout.kind].labels if layout.kind else {}
    for column, name in given.get("columns", {}).items():
        if name and name not in labels:
            raise ImportRefused(f"{kind_label(layout.kind)}没有字段“{name}”")
        index = int(column)
        if not name:
            layout.columns.pop(index, None)
            continue
        # A field has one column: the one just chosen.
        layout.columns = {at: field for at, field in layout.columns.items() if field != name} | {index: name}
        if remember and (header := normalise(layout.headers.get(index, ""))):
            ColumnAlias.objects.update_or_create(
                kind=layout.kind, header=header[:80], defaults={"field": name}
            )
    layout.missing = missing_fields(layout.kind, set(layout.columns.values())) if layout.kind else []
    return layout.as_json()


def _take_in(batch: ImportBatch, row: ImportRow, actor: Actor) -> Any:
    kept = fates.payload_of(row)
    if known_source(batch) is None:
        raise ImportRefused("请先并入本批次，再裁定")
    source = source_of_decision(batch, row, actor=actor)
    context = context_of(batch, actor=actor, source_id=source.pk)
    context.forced = True
    layout = SheetMap.from_json(batch.mapping[kept["sheet"]])
    handler = handler_of(kept["kind"])
    table = Table(kept["sheet"], layout, [row.row_number], {name: [text] for name, text in kept["cells"].items()})
    parse_columns(table, handler.fields(context))
    handler.check(table, context)
    handler.adjudicate(table, [0], context)
    if table.fates:
        raise ImportRefused("；".join(issue["message"] for issue in table.issues[0] if not issue["soft"]))
    return handler.merge(table, [0], context)[0]


def _locked(batch: ImportBatch, actor: Actor) -> ImportBatch:
    assert transaction.get_connection().in_atomic_block
    rows = ImportBatch.objects.visible_to(actor).select_related("file").select_for_update(of=("self",))
    return rows.get(pk=batch.pk)
