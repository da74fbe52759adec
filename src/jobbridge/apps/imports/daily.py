"""The cycle's part: a batch that waits is merged on behalf of whoever handed it in."""

from __future__ import annotations

from datetime import datetime

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.imports.models import ImportBatch
from jobbridge.apps.imports.owners import owner_of
from jobbridge.apps.imports.services import Progress, merge

NOBODY = "上传人已停用或没有负责的区划，请由负责本区划的经办人并入"


def merge_for_owner(*, batch: ImportBatch, now: datetime, progress: Progress | None = None) -> ImportBatch:
    """Merge a batch as its maker, who may not write outside their areas; files of the inbox are the county's own.

    The batch of somebody who left waits for a colleague, and says so.
    """
    owner = owner_of(batch)
    if owner is None:
        return _noted(batch, message=NOBODY)
    return merge(actor=owner, batch=batch, now=now, progress=progress)


def _noted(batch: ImportBatch, **values: str) -> ImportBatch:
    with acting_as(system_actor("imports")):
        ImportBatch.objects.filter(pk=batch.pk).update(**values)
        return ImportBatch.objects.select_related("file").get(pk=batch.pk)
