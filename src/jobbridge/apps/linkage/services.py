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
from jobbridge.apps.imports.upserts import keep_statistics
from jobbridge.apps.linkage.comparison import compare, forget_store
from jobbridge.apps.linkage.models import LinkRun
from jobbridge.apps.linkage.reading import FETCH, feed_mark, register_mark

Report = Callable[..., None]
LEVELS = ("name", "id", "phone", "village", "sex", "birth")  # what a reviewer is told in words
WEIGHTS = (*LEVELS, "prior")  # bits that add up to the total

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


def link_pending(*, on: date, actor: Actor, progress: Report) -> dict[str, Any]:
    """Compare the feed with the register: what changed since the last run and what that touches, or everything.

    A person registered after an agency's list came is found too; a reviewer's decision is never overwritten.
    Returns how many records were compared, how many of them got their answer now (the others keep theirs), the counts
    by zone, and the engine's time and memory of this run.
    """
    with acting_as(actor):
        progress("查看台账与比对数据的变化", 0, 0)
        people, (waiting, records) = register_mark(), feed_mark()
        last = LinkRun.objects.order_by("-pk").first()
        if not waiting:
            forget_store()
        if not waiting or (last and (last.register_mark, last.feed_mark) == (people, records)):
            return {"compared": 0, **_count()}
        found = compare(
            on=on,
            last=last,
            read=lambda words: progress(words, 0, 0),
            progress=lambda step, done, total: progress(f"比对：{STEPS.get(step, step)}", done, total),
        )
        report, compared = found.result.report, found.result.links.num_rows
        progress("写入结果", 0, compared)
        run = LinkRun.objects.create(
            on=on,
            register_mark=people,
            feed_mark=records,
            counts={},
            report=report | {"whole": found.whole},
            finished_at=timezone.now(),
        )
        _write(found.result.links, found.result.weights, run)
        run.counts = counts = {"compared": waiting, "renewed": compared, **_count()}
        run.report["rows"] = {"register": int(people.partition(":")[0]), "feed": waiting, "decided": compared}
        run.report["expected"] |= _expected()
        found.keep(run)
        run.save(update_fields=["counts", "report"])
        return counts | {"seconds": report["seconds"], "peak_mb": report["peak_mb"]}


def _write(links: pa.Table, weights: pa.Table, run: LinkRun) -> None:
    """Keep the answers; a pair is of the run that last gave it another one."""
    candidates: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in weights.to_pylist():
        candidates[row["record_id"]].append(
            {
                "person_id": row["person_id"],
                "posterior": round(row["posterior"], 4),
                "total": row["total"],
                "weights": {name: row[name] or 0.0 for name in WEIGHTS},
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
                shown = candidates.get(record, [])
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
    keep_statistics("linkage_link")


def _rows(table: pa.Table) -> Iterable[dict[str, Any]]:
    for batch in table.to_batches(max_chunksize=FETCH):
        yield from batch.to_pylist()


def _expected() -> dict[str, Any]:
    """What the engine promises of all automatic links, those of earlier runs too."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(sum(posterior::numeric), 0)::float8 FROM linkage_link l"
            " JOIN linkage_feedrecord f ON f.id = l.record_id WHERE l.zone = 'auto' AND f.purged_on IS NULL"
        )
        auto, right = cursor.fetchone()
    return {"auto": auto, "right_auto": round(right, 1)}


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
