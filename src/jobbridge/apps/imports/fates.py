"""Writing down what became of the rows of a batch."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db import connection

from jobbridge.apps.accounts.sealing import sealer
from jobbridge.apps.imports.handlers import Fate
from jobbridge.apps.imports.models import ImportBatch, ImportRow, RowState
from jobbridge.apps.imports.tables import Table

PAYLOAD = "import_row"
_ELSEWHERE = {"out_of_scope", "household_elsewhere", "registered_elsewhere"}
_NOBODY_LACKING = {"duplicate_person", "out_of_scope", "household_elsewhere"}
_COLUMNS = ("sheet", "row_number", "state", "label", "subject", "issues", "payload_sealed", "target_id")


def record(batch: ImportBatch, pieces: Iterable[tuple[Table, Iterable[int], dict[int, Fate]]]) -> Counter[str]:
    """Write the fate of rows; ``pieces`` are (table, rows, fates of the good ones). Gives the count by state.

    Rows that changed nothing and have nothing marked leave no record. A decided row keeps its decision.
    """
    counts: Counter[str] = Counter()
    rows = []
    for table, positions, fates in pieces:
        for row in positions:
            state, target = _fate(table, row, fates)
            counts[state] += 1
            issues = table.issues.get(row)
            if issues and any(issue["soft"] for issue in issues) and state != RowState.SKIPPED:
                counts["notes"] += 1
            rows.append(_line(table, row, state, target, issues))
    _write(batch, rows)
    return counts


def payload_of(row: ImportRow) -> dict[str, Any]:
    """The kept cells of a row that waits for a decision: kind, sheet, mapped cells as they came."""
    return json.loads(sealer().open(bytes(row.payload_sealed), PAYLOAD))


def _fate(table: Table, row: int, fates: dict[int, Fate]) -> tuple[str, int | None]:
    if row in table.fates:
        return str(table.fates[row]), None
    return fates.get(row, Fate(RowState.VALID))


def _line(
    table: Table, row: int, state: str, target: int | None, issues: list[dict[str, Any]] | None
) -> tuple[Any, ...]:
    sealed = None
    if state == RowState.CONFLICT:
        kept = {"kind": table.layout.kind, "sheet": table.sheet, "cells": table.original(row)}
        sealed = sealer().seal(json.dumps(kept, ensure_ascii=False), PAYLOAD)
    plain = state in (RowState.UNCHANGED, RowState.VALID) and not issues
    label = "" if plain else _label(table, row, issues)
    return (
        table.sheet[:60], table.numbers[row], state, label, _subject(table, row, state),
        json.dumps(issues or [], ensure_ascii=False), sealed, target,
    )


def _label(table: Table, row: int, issues: list[dict[str, Any]] | None) -> str:
    """Name and mask; of somebody from outside the scope the mask only."""
    return table.label(row, named=not any(issue["code"] in _ELSEWHERE for issue in issues or ()))


def _subject(table: Table, row: int, state: str) -> str:
    """The household that lacks this row's person; a person who stands in the file twice is not lacking."""
    if state not in (RowState.REFUSED, RowState.CONFLICT) or "_number" not in table.values:
        return ""
    if any(issue["code"] in _NOBODY_LACKING for issue in table.issues.get(row, [])):
        return ""
    return table.values["_number"][row][:24]


def _write(batch: ImportBatch, rows: list[tuple[Any, ...]]) -> None:
    names = ", ".join(_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE stage_fate ON COMMIT DROP AS SELECT {names} FROM imports_importrow WITH NO DATA"
        )
        with cursor.copy(f"COPY stage_fate ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(
            "UPDATE imports_importrow r SET state = n.state, subject = n.subject, issues = n.issues,"
            " payload_sealed = n.payload_sealed,"
            " target_id = n.target_id FROM stage_fate n WHERE r.batch_id = %s AND r.sheet = n.sheet"
            " AND r.row_number = n.row_number AND r.decided_by = ''",
            [batch.pk],
        )
        cursor.execute(
            f"INSERT INTO imports_importrow (batch_id, decided_by, {names})"
            f" SELECT %s, '', {names} FROM stage_fate n"
            " WHERE (state NOT IN ('unchanged', 'valid') OR issues <> '[]'::jsonb) AND NOT EXISTS ("
            "SELECT 1 FROM imports_importrow r WHERE r.batch_id = %s AND r.sheet = n.sheet"
            " AND r.row_number = n.row_number) ORDER BY sheet, row_number",
            [batch.pk, batch.pk],
        )
        cursor.execute("DROP TABLE stage_fate")
