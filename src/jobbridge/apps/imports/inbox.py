"""The watched folder: whatever lies there is taken in once, in the order in which kinds build on each other."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from django.utils import timezone

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.imports.columns import learnt, map_sheet
from jobbridge.apps.imports.models import BatchState, ImportBatch, InboxFile, Kind
from jobbridge.apps.imports.parsing import ORDER
from jobbridge.apps.imports.reading import Unreadable, read_head
from jobbridge.apps.imports.services import ImportRefused, upload

logger = logging.getLogger(__name__)
SUFFIXES = (".xlsx", ".xls", ".csv")
_TEMPORARY = ("~$", ".")  # lock files of open workbooks, half-copied files
WAITING = (BatchState.UPLOADED, BatchState.VALIDATED, BatchState.MERGING)

Progress = Callable[[str, int, int], None]


def take_inbox(
    *, actor: Actor, folder: Path, as_of: date, progress: Progress | None = None, now: datetime | None = None
) -> list[ImportBatch]:
    """Make a batch of every new file under ``folder`` and give all inbox batches that wait to be merged, in order.

    A file is known by path and content: changed content is a new file. A run that was killed loses nothing, its
    batches are given again. Files that cannot be opened become failed batches that say why.

    Parameters
    ----------
    as_of : date
        The day the files are true for.
    progress : callable, optional
        Called with (step, done, total).
    """
    report = progress or (lambda step, done, total: None)
    paths = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and path.suffix.lower() in SUFFIXES and not path.name.startswith(_TEMPORARY)
    )
    for done, path in enumerate(paths):
        report("取入文件", done, len(paths))
        try:
            _take(actor, folder, path, as_of, now or timezone.now())
        except Exception:  # one file stops no other; it lies there still for the next run
            logger.exception("inbox file %s could not be taken", path.name)
    report("取入文件", len(paths), len(paths))
    with acting_as(actor):
        batches = list(
            ImportBatch.objects.visible_to(actor)
            .filter(inboxfile__isnull=False, state__in=WAITING)
            .select_related("file")
            .distinct()
            .order_by("id")
        )
    return sorted(batches, key=_rank)


def _take(actor: Actor, folder: Path, path: Path, as_of: date, now: datetime) -> None:
    content = path.read_bytes()
    key = str(path.relative_to(folder))[-300:]
    digest = hashlib.sha256(content).hexdigest()
    if InboxFile.objects.filter(path=key, sha256=digest).exists():
        return
    with acting_as(actor):
        try:
            batch = upload(
                actor=actor, name=path.name, content=content, as_of=as_of, kind=_kind(content, path.name), now=now
            )
            notes = [batch.message] if batch.message else []
        except ImportRefused as error:
            batch, notes = None, [str(error)]
        InboxFile.objects.create(path=key, sha256=digest, batch=batch, notes=notes)


def _kind(content: bytes, name: str) -> str | None:
    """The kind for the order only; what cannot be told is found out, and said, when the batch is staged."""
    try:
        aliases = learnt()
        maps = [map_sheet(sheet, kind=None, aliases=aliases) for sheet in read_head(content, name)]
    except Unreadable:
        return None
    clear = [found.kind for found in maps if found and not found.missing]
    return min(clear, key=lambda kind: ORDER.index(Kind(kind))) if len(set(clear)) == 1 else None


def _rank(batch: ImportBatch) -> tuple[int, int]:
    return (ORDER.index(Kind(batch.kind)) if batch.kind else len(ORDER), batch.pk)
