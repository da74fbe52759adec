"""The cycle's part: a batch that waits is merged on behalf of whoever handed it in."""

from __future__ import annotations

import logging
from datetime import datetime

import psycopg
from django.db import OperationalError

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.imports.models import BatchState, ImportBatch
from jobbridge.apps.imports.owners import owner_of
from jobbridge.apps.imports.services import Progress, merge

logger = logging.getLogger(__name__)
NOBODY = "上传人已停用或没有负责的区划，请由负责本区划的经办人并入"


def merge_for_owner(*, batch: ImportBatch, now: datetime, progress: Progress | None = None) -> ImportBatch:
    """Merge a batch as its maker, who may not write outside their areas; files of the inbox are the county's own.

    The batch of somebody who left waits for a colleague, and says so. An error of the batch is logged and ends as a
    failed batch, not as an exception: the county's day goes on.
    """
    owner = owner_of(batch)
    if owner is None:
        return _noted(batch, message=NOBODY)
    try:
        return merge(actor=owner, batch=batch, now=now, progress=progress)
    except (OperationalError, psycopg.OperationalError):  # the server's trouble, not the file's: the stage stops
        raise
    except Exception as error:
        logger.exception("batch %s failed", batch.pk)
        # The error's own words may hold a number of somebody.
        message = f"并入时出错（{type(error).__name__}），已并入的行仍有效；请重新校验后再并入，仍不行请联系管理员"
        return _noted(batch, state=BatchState.FAILED, message=message)


def _noted(batch: ImportBatch, **values: str) -> ImportBatch:
    with acting_as(system_actor("imports")):
        ImportBatch.objects.filter(pk=batch.pk).update(**values)
        return ImportBatch.objects.select_related("file").get(pk=batch.pk)
