"""The daily cycle as an object: a run a day, its stages with progress, counts and what to do when one fails."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class StageName(models.TextChoices):
    INTAKE = "intake", "收取数据"
    LINKAGE = "linkage", "数据比对"
    TARGETING = "targeting", "识别重点群体"
    CASEWORK = "casework", "建档与服务计划"
    MATCHING = "matching", "人岗匹配"
    MESSAGING = "messaging", "推送消息"
    INDICATORS = "indicators", "计算指标"


class StageState(models.TextChoices):
    PENDING = "pending", "等待"
    RUNNING = "running", "进行中"
    DONE = "done", "完成"
    FAILED = "failed", "未完成"


class CycleRun(models.Model):
    """The cycle of one day."""

    on = models.DateField("日期", unique=True)
    started_by = models.CharField("发起人", max_length=60)
    created_at = models.DateTimeField("创建时间", auto_now_add=True)
    finished_at = models.DateTimeField("完成时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "每日循环"

    def __str__(self) -> str:
        return f"{self.on}"


class StageRun(models.Model):
    """One stage of a day's cycle. A stage that fails keeps the earlier ones valid and says what to do."""

    run = models.ForeignKey(CycleRun, models.CASCADE, related_name="stages", verbose_name="循环")
    stage = models.CharField("阶段", max_length=12, choices=StageName)
    position = models.PositiveSmallIntegerField("次序")
    state = models.CharField("状态", max_length=8, choices=StageState, default=StageState.PENDING)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    started_at = models.DateTimeField("开始", null=True)
    finished_at = models.DateTimeField("结束", null=True)
    step = models.CharField("步骤", max_length=60, blank=True)
    done = models.BigIntegerField("已处理", default=0)
    total = models.BigIntegerField("总数", default=0)
    counts = models.JSONField("计数", default=dict)
    error = models.CharField("错误", max_length=300, blank=True)
    advice = models.CharField("怎么办", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "循环阶段"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["run", "stage"], name="stage_once"),
            models.CheckConstraint(condition=Q(state__in=StageState.values), name="stage_state"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.stage}"
