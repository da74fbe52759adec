"""Comparing the agencies' lists with the ledger, and the clerk's word on the doubtful pairs."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import pyarrow as pa
from django.db import connection
from django.utils import timezone

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.accounts.sealing import sealer
from jobbridge.apps.linkage.models import LinkRun, Zone

Report = Callable[..., None]
FETCH = 20_000
LEVELS = ("name", "id", "phone", "village", "sex", "birth")  # what a reviewer is told in words

STEPS = {
    "normalise": "规范姓名与号码",
    "validated ids": "证件号码比对",
    "frequencies": "统计常见程度",
    "rates": "估计差错率",
    "scores": "逐对计分",
    "propagation": "旁证再比",
    "tables": "整理结果",
    "done": "完成",
}

REGISTER = """
SELECT p.id, p.name, p.id_sealed, c.phone_sealed, p.region_code, p.birth_date::text, p.sex, p.household_id
FROM registry_person p LEFT JOIN registry_contactpoint c ON c.person_id = p.id AND c.primary
WHERE p.life = 'alive' ORDER BY p.id
"""
# Decided records stay as they were decided; they still tell the engine about the others, so they come along.
FEED = """
SELECT f.id, f.source, f.name, f.id_sealed, f.phone_sealed, f.village_code, f.sex, f.birth_date::text
FROM linkage_feedrecord f WHERE f.purged_on IS NULL ORDER BY f.id
"""

# What the two queries above read, as one number each: whether to compare again. Made of content, not of row numbers
# and times, which differ after a killed run; the sum does not depend on the order of the rows.
REGISTER_MARK = """
SELECT count(*), coalesce(sum(hashtextextended(
  ROW(p.id_index, p.name, c.phone_index, p.region_code, p.birth_date, p.sex, h.number)::text, 0)), 0)
FROM registry_person p JOIN registry_household h ON h.id = p.household_id
  LEFT JOIN registry_contactpoint c ON c.person_id = p.id AND c.primary
WHERE p.life = 'alive'
"""
FEED_MARK = """
SELECT count(*), coalesce(sum(hashtextextended(content_hash::text, 0)), 0) FROM linkage_feedrecord
WHERE purged_on IS NULL
"""


def link_pending(*, on: date, actor: Actor, progress: Report) -> dict[str, Any]:
    """Compare the whole feed with the whole register, unless neither changed since the last run.

    A person registered after an agency's list came is found too; a reviewer's decision is never overwritten.
    Returns how many records were compared now, the counts by zone, and the engine's time and memory of this run.
    """
    # Here and not above: pages import this module for decisions and need no DuckDB.
    from jobbridge.engines.linkage import link

    with acting_as(actor):
        progress("查看台账与比对数据的变化", 0, 0)
        (_, register_mark), (waiting, feed_mark) = _mark(REGISTER_MARK), _mark(FEED_MARK)
        last = LinkRun.objects.order_by("-pk").first()
        if not waiting or (last and (last.register_mark, last.feed_mark) == (register_mark, feed_mark)):
            return {"compared": 0, **_count()}
        progress("读取台账", 0, 0)
        register = read_register()
        progress("读取比对数据", 0, 0)
        feed = _table(
            FEED,
            ["record_id", "source", "name", "id_number", "phone", "village_code", "sex", "birth_date"],
            {3: "id", 4: "phone"},
        )
        result = link(
            register,
            feed,
            progress=lambda step, done, total: progress(f"比对：{STEPS.get(step, step)}", done, total),
        )
        progress("写入结果", 0, result.links.num_rows)
        run = LinkRun.objects.create(
            on=on,
            register_mark=register_mark,
            feed_mark=feed_mark,
            counts={},
            report=result.report,
            finished_at=timezone.now(),
        )
        _write(result.links, result.weights, run)
        run.counts = counts = {"compared": waiting, **_count()}
        run.save(update_fields=["counts"])
        return counts | {"seconds": result.report["seconds"], "peak_mb": result.report["peak_mb"]}


def read_register() -> pa.Table:
    """The living persons whom the acting actor may see, as the engine reads them: opened, in memory only."""
    return _table(
        REGISTER,
        ["person_id", "name", "id_number", "phone", "village_code", "birth_date", "sex", "household_id"],
        {2: "id", 3: "phone"},
    )


def _mark(query: str) -> tuple[int, str]:
    """Rows counted, and the mark of their content."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        rows, total = cursor.fetchone()
    return rows, f"{rows}:{total}"


def _table(query: str, names: list[str], sealed: dict[int, str]) -> pa.Table:
    """Rows of a query as an Arrow table, the sealed columns opened; it lives in memory only."""
    columns: list[list[Any]] = [[] for _ in names]
    open_ = sealer().open
    with connection.cursor() as cursor:
        cursor.execute(query)
        while rows := cursor.fetchmany(FETCH):
            for at, values in enumerate(zip(*rows, strict=True)):
                field = sealed.get(at)
                columns[at].extend(
                    values if field is None else (None if value is None else open_(value, field) for value in values)
                )
    integers = {"person_id", "record_id", "household_id"}
    return pa.table(
        {
            name: pa.array(
                [value if value != "" else None for value in column], pa.int64() if name in integers else pa.string()
            )
            for name, column in zip(names, columns, strict=True)
        }
    )


def _write(links: pa.Table, weights: pa.Table, run: LinkRun) -> None:
    """Keep the answers; a pair is of the run that last gave it another one."""
    candidates: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in weights.to_pylist():
        candidates[row["record_id"]].append(
            {
                "person_id": row["person_id"],
                "posterior": round(row["posterior"], 4),
                "weights": {
                    name: round(row[name] or 0.0, 2)
                    for name in ("name", "id", "phone", "village", "sex", "birth", "prior")
                },
                "levels": {name: row[f"{name}_level"] for name in LEVELS},
            }
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE t_links (record_id bigint, person_id bigint, posterior float8, zone text, stage text,"
            " hold text, candidates jsonb) ON COMMIT DROP"
        )
        with cursor.copy("COPY t_links FROM STDIN") as copy:
            for row in _rows(links):
                record = row["record_id"]
                shown = [] if row["zone"] == Zone.AUTO and row["stage"] == "A" else candidates.get(record, [])
                answer = (row["person_id"], row["posterior"], row["zone"], row["stage"] or "", row["note"] or "")
                copy.write_row((record, *answer, json.dumps(shown)))
        cursor.execute("ANALYZE t_links")
        cursor.execute(
            """
            INSERT INTO linkage_link (record_id, person_id, posterior, zone, stage, hold, candidates, decision,
              decided_by, region_code, run_id, priority)
            SELECT t.record_id, t.person_id, t.posterior, t.zone, t.stage, t.hold, t.candidates, 'pending', '',
              coalesce(p.region_code, f.region_code), %s, 0
            FROM t_links t JOIN linkage_feedrecord f ON f.id = t.record_id
              LEFT JOIN registry_person p ON p.id = t.person_id
            ORDER BY t.record_id
            ON CONFLICT (record_id) DO UPDATE SET person_id = excluded.person_id, posterior = excluded.posterior,
              zone = excluded.zone, stage = excluded.stage, hold = excluded.hold, candidates = excluded.candidates,
              region_code = excluded.region_code, run_id = excluded.run_id
            WHERE linkage_link.decision = 'pending' AND (linkage_link.person_id, linkage_link.posterior,
              linkage_link.zone, linkage_link.stage, linkage_link.hold, linkage_link.candidates,
              linkage_link.region_code) IS DISTINCT FROM (excluded.person_id, excluded.posterior,
              excluded.zone, excluded.stage, excluded.hold, excluded.candidates, excluded.region_code)
            """,
            [run.pk],
        )
        # Whoever may see the person may see the record that is (perhaps) about them.
        cursor.execute(
            """
            UPDATE linkage_feedrecord f SET region_code = l.region_code FROM linkage_link l
            WHERE l.record_id = f.id AND f.region_code <> l.region_code
            """
        )


def _rows(table: pa.Table) -> Iterable[dict[str, Any]]:
    for batch in table.to_batches(max_chunksize=FETCH):
        yield from batch.to_pylist()


def _count() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FILTER (WHERE zone = 'auto'),
              count(*) FILTER (WHERE zone = 'review' AND decision = 'pending'),
              count(*) FILTER (WHERE zone = 'none'), count(*) FILTER (WHERE decision <> 'pending'),
              count(DISTINCT person_id) FILTER (WHERE f.direction = 'home' AND (decision = 'confirmed' OR
                zone = 'auto'
                AND decision <> 'rejected'))
            FROM linkage_link l JOIN linkage_feedrecord f ON f.id = l.record_id
            """
        )
        auto, review, none, decided, home = cursor.fetchone()
    return {"auto": auto, "review": review, "unmatched": none, "decided": decided, "returnees": home}
