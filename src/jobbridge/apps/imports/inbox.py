"""The watched folder: whatever lies there is taken in once, in the order in which kinds build on each other.

A file that is stored sealed, and proven to open, is taken out of the folder: nobody's numbers lie about in plain
text. What could not be stored stays where it is.
"""

from __future__ import annotations

import hashlib
import logging
import re
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.files import services as files
from jobbridge.apps.imports.columns import learnt, map_sheet, source_of
from jobbridge.apps.imports.models import BatchState, ImportBatch, InboxFile, Kind
from jobbridge.apps.imports.parsing import ORDER
from jobbridge.apps.imports.reading import Unreadable, read_head
from jobbridge.apps.imports.services import ImportRefused, upload

logger = logging.getLogger(__name__)
SUFFIXES = (".xlsx", ".xls", ".csv")
_TEMPORARY = ("~$", ".")  # lock files of open workbooks, half-copied files
# 20261118 or 2026-11-18, 2026.11.18, 2026年11月18日: with nothing that would make it a longer number.
_DAYS = (
    re.compile(r"(?<!\d)(20\d\d)(\d\d)(\d\d)(?!\d)"),
    re.compile(r"(?<!\d)(20\d\d)[-_.年](\d\d?)[-_.月](\d\d?)(?!\d)"),
)
QUIET_SECONDS = 3  # after its last change a file counts as complete
WAITING = (BatchState.UPLOADED, BatchState.VALIDATED, BatchState.MERGING)

Progress = Callable[[str, int, int], None]


def take_inbox(
    *, actor: Actor, folder: Path, as_of: date, progress: Progress | None = None, now: datetime | None = None
) -> list[ImportBatch]:
    """Make a batch of every new file under ``folder`` and give all inbox batches that wait to be merged, in order.

    A file is known by path and content: changed content is a new file, and so is one whose stored copy was deleted on
    schedule. A run that was killed loses nothing, its batches are given again. Files that cannot be opened become
    failed batches that say why. An agency's list is told by its name, or by the folder it lies in.

    Parameters
    ----------
    as_of : date
        The day the files are true for, unless a file's name says an earlier one.
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


def day_of(name: str, today: date) -> date:
    """The day that a file's name says it is true for; ``today`` when it says none, none that exists, or a later one.

    >>> day_of("已外出务工信息_20261118.xlsx", date(2026, 11, 22))
    datetime.date(2026, 11, 18)
    """
    days = []
    for digits in (found for pattern in _DAYS for found in pattern.findall(name)):
        with suppress(ValueError):
            days.append(date(*map(int, digits)))
    return max((day for day in days if day <= today), default=today)


def _take(actor: Actor, folder: Path, path: Path, as_of: date, now: datetime) -> None:
    content = path.read_bytes()
    key = str(path.relative_to(folder))[-300:]
    digest = hashlib.sha256(content).hexdigest()
    with acting_as(actor):
        taken = InboxFile.objects.filter(path=key, sha256=digest).select_related("batch__file").first()
        batch = taken.batch if taken else None
        if taken is None or (batch and batch.file.deleted_on):
            batch = _receive(actor, path, key, digest, content, as_of, now)
    if batch and files.read(batch.file) == content:
        _clear(path, key, content)


def _receive(
    actor: Actor, path: Path, key: str, digest: str, content: bytes, as_of: date, now: datetime
) -> ImportBatch | None:
    kind = _kind(content, path.name)
    folders = (source_of(part) for part in reversed(Path(key).parts[:-1]))
    source = (source_of(path.name) or next(filter(None, folders), "")) if kind == Kind.FEED else ""
    batch = None
    try:
        day = day_of(path.name, as_of)
        batch = upload(actor=actor, name=path.name, content=content, as_of=day, kind=kind, source=source, now=now)
        notes = [batch.message] if batch.message else []
    except ImportRefused as error:
        notes = [str(error)]
    InboxFile.objects.update_or_create(path=key, sha256=digest, defaults={"batch": batch, "notes": notes})
    return batch


def _clear(path: Path, key: str, content: bytes) -> None:
    """Take a safely stored file out of the folder: to where the settings say, or for good.

    One that may still be being written stays for the next run.
    """
    if time.time() - path.stat().st_mtime < QUIET_SECONDS or path.read_bytes() != content:
        return
    if settings.INBOX_TAKEN:
        target = settings.INBOX_TAKEN / key
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, target)
    else:
        path.unlink(missing_ok=True)


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
