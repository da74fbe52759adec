"""What changed, who did it, and who looked behind a mask. Written by triggers and never edited."""

from __future__ import annotations

from django.db import models


class AuditEntry(models.Model):
    """One row changed. Inserts keep no image: the row itself and the later ``before`` images tell it."""

    OPERATIONS = [("I", "新增"), ("U", "修改"), ("D", "删除")]

    table_name = models.CharField("表", max_length=60)
    row_id = models.CharField("行", max_length=40)
    operation = models.CharField("操作", max_length=1, choices=OPERATIONS)
    actor = models.CharField("操作人", max_length=60)
    at = models.DateTimeField("时间")
    before = models.JSONField("修改前", null=True)
    after = models.JSONField("修改后", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "审计记录"
        indexes = [models.Index(fields=["table_name", "row_id", "at"]), models.Index(fields=["actor", "at"])]

    def __str__(self) -> str:
        return f"{self.table_name}:{self.row_id}:{self.operation}"


class Unmasking(models.Model):
    """Somebody read a number in full, and why."""

    actor = models.CharField("查看人", max_length=60)
    at = models.DateTimeField("时间", auto_now_add=True)
    subject = models.CharField("对象", max_length=60)
    field = models.CharField("字段", max_length=20)
    reason = models.CharField("理由", max_length=120)

    class Meta:
        verbose_name = verbose_name_plural = "查看原文记录"
        indexes = [models.Index(fields=["subject", "at"])]
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="unmasking_needs_reason")]

    def __str__(self) -> str:
        return f"{self.actor} {self.subject} {self.field}"
