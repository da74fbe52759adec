"""Deleting what an agreement lets the county keep no longer: rows of the lists, and the files they came in.

A record that was linked stays as an outcome: person, day, source, direction and who decided. Everything the agency
wrote about the person goes. The log of decisions stays whole, also of pairs that are deleted. One batch a
transaction; killed at any moment, the next day goes on with the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import Q

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.files.services import discard
from jobbridge.apps.imports.models import BatchState, ImportBatch, ImportRow
from jobbridge.apps.linkage.models import Decision, Deletion, FeedRecord, Opinion, VillageQuestion, Zone
from jobbridge.apps.linkage.review_models import OpinionState, QuestionState

Report = Callable[..., None]

# A decided pair, and one that the engine linked by itself, is an outcome; the others were never anybody's.
OUTCOME = ~Q(link__decision=Decision.PENDING) | Q(link__zone=Zone.AUTO)
NOTHING: dict[str, Any] = {
    **dict.fromkeys(("name", "id_mask", "phone_mask", "village_code", "sex", "place_note"), ""),
    **dict.fromkeys(("id_sealed", "phone_sealed", "birth_date", "id_index", "phone_index")),
}


def delete_expired(*, on: date, actor: Actor, progress: Report) -> dict[str, int]:
    """Delete rows and files whose time was up before ``on``; counted in the log. Again changes nothing."""
    with acting_as(actor):
        due = list(
            ImportBatch.objects.filter(
                Q(feed_records__keep_until__lt=on, feed_records__purged_on=None)
                | Q(keep_until__lt=on, file__deleted_on=None)
            )
            .order_by("pk")
            .values_list("pk", flat=True)
            .distinct()
        )
    counts = {"deleted_records": 0, "emptied_records": 0, "deleted_files": 0}
    for done, pk in enumerate(due):
        progress("删除到期的部门数据", done, len(due))
        with acting_as(actor):
            batches = ImportBatch.objects.select_related("file", "marked").select_for_update(of=("self",))
            log = _delete(batches.get(pk=pk), on)
        counts["deleted_records"] += log.records
        counts["emptied_records"] += log.emptied
        counts["deleted_files"] += log.file
    return counts


def _delete(batch: ImportBatch, on: date) -> Deletion:
    due = FeedRecord.objects.filter(batch=batch, keep_until__lt=on, purged_on=None)
    outcomes = list(due.filter(OUTCOME, link__isnull=False).values_list("pk", flat=True))
    _, deleted = due.exclude(pk__in=outcomes).delete()
    # What a village was asked shows the agency's words; without them nobody can answer, or look a second time.
    asked = VillageQuestion.objects.filter(link__record__in=outcomes)
    asked.filter(state=QuestionState.OPEN).update(state=QuestionState.EXPIRED)
    asked.update(facts={})
    unseen = Opinion.objects.filter(link__record__in=outcomes, state=OpinionState.WAITING)
    unseen.update(state=OpinionState.DROPPED)
    emptied = FeedRecord.objects.filter(pk__in=outcomes).update(**NOTHING, purged_on=on)
    records, rows, file = deleted.get(FeedRecord._meta.label, 0), 0, False
    if batch.keep_until and batch.keep_until < on and not batch.file.deleted_on:
        rows, _ = ImportRow.objects.filter(batch=batch).delete()
        for stored in filter(None, (batch.file, batch.marked)):
            discard(stored, on=on)
        file = True
        if batch.state not in (BatchState.MERGED, BatchState.CANCELLED):
            batch.state, batch.message = BatchState.CANCELLED, "保存期已满，原文件已删除"
        batch.marked = None
        batch.save(update_fields=["state", "message", "marked"])
    return Deletion.objects.create(batch=batch, on=on, records=records, emptied=emptied, rows=rows, file=file)
