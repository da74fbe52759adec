"""The stages of the day, in order: who does the work, and what to do when it does not finish."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from django.conf import settings

from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.casework.services import follow_groups
from jobbridge.apps.cycle.models import StageName
from jobbridge.apps.imports.models import BatchState, ImportBatch
from jobbridge.apps.imports.services import merge_waiting, take_inbox
from jobbridge.apps.indicators.services import compute_day
from jobbridge.apps.linkage.services import link_pending
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
    """Take in the watched folder, then merge every batch that is ready."""
    progress("查看收件文件夹")
    taken = take_inbox(actor=actor, folder=settings.INBOX, as_of=on, progress=progress)
    counts = merge_waiting(actor=actor, progress=progress)
    waiting = ImportBatch.objects.filter(state=BatchState.MAPPING).count()
    return {"files": len(taken), **counts, "need_mapping": waiting}


STAGES = [
    Stage(StageName.INTAKE, intake, "到“导入中心”查看未完成的批次，按提示改正文件或列对应后再次运行循环。"),
    Stage(StageName.LINKAGE, link_pending, "比对只读取台账，先前结果仍有效；内存不足时减少一次比对的来源后重试。"),
    Stage(StageName.TARGETING, refresh, "检查口径文件是否被改动（设置—口径），改正后再次运行循环。"),
    Stage(StageName.CASEWORK, follow_groups, "个案没有改动；请把错误信息交给管理员，再次运行即从本阶段继续。"),
    Stage(StageName.MATCHING, match_day, "岗位与人员没有改动；检查岗位的有效期与月薪后再次运行循环。"),
    Stage(StageName.MESSAGING, deliver_day, "未发出的消息仍在发件箱；检查短信通道的地址与密码后再次运行循环。"),
    Stage(StageName.INDICATORS, compute_day, "其余数据已是今天的；再次运行循环只重算指标。"),
]
