"""The stages of the day, in order: who does the work, and what to do when it does not finish."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from django.conf import settings
from django.db import connection
from django.utils import timezone

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.casework.services import follow_groups
from jobbridge.apps.cycle.models import CycleRun, StageName
from jobbridge.apps.imports.daily import merge_for_owner
from jobbridge.apps.imports.inbox import WAITING, take_inbox
from jobbridge.apps.imports.models import BatchState, ImportBatch, ImportRow, RowState
from jobbridge.apps.indicators.services import compute_day
from jobbridge.apps.linkage.daily import compare_day
from jobbridge.apps.linkage.queue import prioritise
from jobbridge.apps.linkage.suspicions import keep_suspicions
from jobbridge.apps.placements.delivery import deliver_day
from jobbridge.apps.placements.services import match_day
from jobbridge.apps.targeting.services import refresh

Report = Callable[..., None]


class Work(Protocol):
    def __call__(self, *, on: date, actor: Actor, progress: Report) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Stage:
    """One stage: its work returns the counts that the cycle page shows."""

    name: StageName
    run: Work
    advice: str


def intake(*, on: date, actor: Actor, progress: Report) -> dict[str, Any]:
    """Take in the watched folder, then merge every batch that is ready, each for whoever handed it in.

    One that fails stops no other.
    """
    progress("查看收件文件夹")
    batches = take_inbox(actor=actor, folder=settings.INBOX, as_of=on, progress=progress)
    with acting_as(actor):
        known = {batch.pk for batch in batches}
        ready = ImportBatch.objects.filter(state__in=WAITING)
        batches += [batch for batch in ready.select_related("file").order_by("pk") if batch.pk not in known]
    for at, batch in enumerate(batches, 1):
        merge_for_owner(batch=batch, now=timezone.now(), progress=_of_batch(progress, at, len(batches), batch))
    with acting_as(actor):
        # The later stages join what has just been loaded; without fresh statistics their plans are guesses.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        return _intake_counts(CycleRun.objects.get(on=on))


def _of_batch(progress: Report, at: int, total: int, batch: ImportBatch) -> Report:
    return lambda step, done=0, of=0: progress(f"{at}/{total} {batch.file.name[:40]}：{step}", done, of)


def _intake_counts(run: CycleRun) -> dict[str, Any]:
    """What came in since the day's cycle began, and why rows were sent back."""
    merged = ImportBatch.objects.filter(state=BatchState.MERGED, merged_at__gte=run.created_at)
    counts: Counter[str] = Counter()
    for batch in merged.order_by("pk"):
        counts.update({key: value for key, value in batch.counts.items() if isinstance(value, int)})
    refused = ImportRow.objects.filter(batch__in=merged, state__in=[RowState.REFUSED, RowState.CONFLICT])
    reasons: Counter[str] = Counter()
    for issues in refused.order_by("pk").values_list("issues", flat=True):
        reasons.update({issue["code"] for issue in issues})
    waiting = ImportBatch.objects.filter(state=BatchState.MAPPING).count()
    failed = ImportBatch.objects.filter(state=BatchState.FAILED).count()
    names = ("created", "updated", "unchanged", "refused", "conflict")
    return {
        "batches": merged.count(),
        "rows": counts["total"],
        **{name: counts[name] for name in names},
        "need_mapping": waiting,
        "unreadable": failed,
        "reasons": {code: n for code, n in reasons.most_common()},
    }


def targeting(*, on: date, actor: Actor, progress: Report) -> dict[str, Any]:
    """The statuses of the day, where they and the agencies do not agree, and which doubtful pairs matter most."""
    counts = refresh(on=on, actor=actor, progress=progress)
    counts |= keep_suspicions(on=on, actor=actor, progress=progress)
    progress("排列待核对的人")
    prioritise(on=on, actor=actor)
    return counts


STAGES = [
    Stage(StageName.INTAKE, intake, "到“导入中心”查看未完成的批次，按提示改正文件或列对应后再次运行循环。"),
    Stage(StageName.LINKAGE, compare_day, "比对只读取台账，先前结果仍有效；内存不足时减少一次比对的来源后重试。"),
    Stage(StageName.TARGETING, targeting, "检查口径文件是否被改动（设置—口径），改正后再次运行循环。"),
    Stage(StageName.CASEWORK, follow_groups, "个案没有改动；请把错误信息交给管理员，再次运行即从本阶段继续。"),
    Stage(StageName.MATCHING, match_day, "岗位与人员没有改动；检查岗位的有效期与月薪后再次运行循环。"),
    Stage(StageName.MESSAGING, deliver_day, "未发出的消息仍在发件箱；检查短信通道的地址与密码后再次运行循环。"),
    Stage(StageName.INDICATORS, compute_day, "其余数据已是今天的；再次运行循环只重算指标。"),
]
