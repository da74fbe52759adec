"""Where the facts of a batch come from, and who vouches for them."""

from __future__ import annotations

from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.imports.columns import kind_label
from jobbridge.apps.imports.models import ImportBatch, ImportRow, SourceRecord


def source_of_batch(batch: ImportBatch, *, kind: str, actor: Actor) -> SourceRecord:
    """One source for one content and day: the same file again is the same source, not a newer one.

    Verified by the first person who merges it: by hand, or through the cycle, which merges for whoever handed it in.
    Nobody vouches for what the inbox brought.
    """
    source, _ = SourceRecord.objects.get_or_create(
        key=_key(batch),
        defaults={
            "kind": "import",
            "label": f"{kind_label(kind)}：{batch.file.name}"[:120],
            "as_of": batch.as_of,
            "batch": batch,
        },
    )
    if not source.verified_by and actor.is_person:
        source.verified_by = actor.key
        source.save(update_fields=["verified_by"])
    return source


def known_source(batch: ImportBatch) -> SourceRecord | None:
    """The source of a batch that has begun to merge."""
    return SourceRecord.objects.filter(key=_key(batch)).first()


def source_of_decision(batch: ImportBatch, row: ImportRow, *, actor: Actor) -> SourceRecord:
    """The source of one row that a person decided to take in: they vouch for it, not whoever merged the file."""
    return SourceRecord.objects.create(
        key=f"decision:{row.pk}",
        kind="manual",
        label=f"裁定：{batch.file.name}第{row.row_number}行"[:120],
        as_of=batch.as_of,
        batch=batch,
        verified_by=actor.key,
    )


def _key(batch: ImportBatch) -> str:
    return f"import:{batch.file.sha256[:40]}:{batch.as_of:%Y-%m-%d}"
