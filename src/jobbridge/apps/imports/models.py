"""An import is an object: uploaded, mapped, validated, adjudicated, merged. Nothing of it is lost on the way."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from jobbridge.apps.accounts.scope import Scoped
from jobbridge.apps.files.models import StoredFile
from jobbridge.apps.imports.querysets import BatchQuerySet


class Kind(models.TextChoices):
    ROSTER = "roster", "户与人员名册"
    EMPLOYMENT = "employment", "务工记录"
    SURVEY = "survey", "就业意愿摸底"
    FEED = "feed", "部门比对数据"
    POSTS = "posts", "岗位"
    TARGETS = "targets", "年度目标"
    BROKERS = "brokers", "劳务经纪人"
    VISITS = "visits", "走访记录"


class BatchState(models.TextChoices):
    UPLOADED = "uploaded", "已上传"
    MAPPING = "mapping", "待确认列"
    VALIDATED = "validated", "已校验"
    MERGING = "merging", "并入中"
    MERGED = "merged", "已并入"
    FAILED = "failed", "无法读取"
    CANCELLED = "cancelled", "已取消"


class RowState(models.TextChoices):
    VALID = "valid", "待并入"
    REFUSED = "refused", "有误退回"
    CONFLICT = "conflict", "待裁定"
    CREATED = "created", "新增"
    UPDATED = "updated", "更新"
    UNCHANGED = "unchanged", "无变化"
    DISMISSED = "dismissed", "裁定不采用"
    SKIPPED = "skipped", "不是数据"


OUTCOMES = (RowState.CREATED, RowState.UPDATED, RowState.UNCHANGED)  # of a row that is in the ledger


class ImportBatch(Scoped):
    """One workbook or file on its way into the ledger. ``region_code`` is the area it was handed in for."""

    kind = models.CharField("类型", max_length=12, choices=Kind, blank=True)
    source = models.CharField("数据来源", max_length=20, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="batches", verbose_name="原文件")
    marked = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="marked_batches", verbose_name="标注文件"
    )
    state = models.CharField("状态", max_length=10, choices=BatchState, default=BatchState.UPLOADED)
    as_of = models.DateField("数据日期")
    mapping = models.JSONField("列对应", default=dict)  # sheet -> {header_row, columns: {index: field}}
    counts = models.JSONField("计数", default=dict)
    message = models.CharField("说明", max_length=300, blank=True)
    merged_rows = models.PositiveIntegerField("已并入行", default=0)  # checkpoint for a run that was killed
    created_at = models.DateTimeField("创建时间", default=timezone.now)
    created_by = models.CharField("创建人", max_length=60)
    merged_at = models.DateTimeField("并入时间", null=True)
    keep_until = models.DateField("原文件保存至", null=True)  # null: as long as the ledger

    objects = BatchQuerySet.as_manager()

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "导入批次"
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=BatchState.values), name="batch_state")
        ]

    def __str__(self) -> str:
        return self.file.name


class ImportRow(models.Model):
    """The fate of one row. Values are not kept here, but for rows that wait for a decision (sealed)."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows", verbose_name="批次")
    sheet = models.CharField("工作表", max_length=60)
    row_number = models.PositiveIntegerField("行号")
    state = models.CharField("状态", max_length=10, choices=RowState)
    label = models.CharField("标识", max_length=60, blank=True)  # name and mask, for people to find it again
    subject = models.CharField("所涉户编号", max_length=24, blank=True, db_collation="C")  # whose member is missing
    issues = models.JSONField("问题", default=list)  # [{column, field, code, message}]
    payload_sealed = models.BinaryField("原值（密封）", null=True)
    target_id = models.BigIntegerField("并入记录", null=True)
    decided_by = models.CharField("裁定人", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "导入行"
        constraints = [
            models.UniqueConstraint(fields=["batch", "sheet", "row_number"], name="import_row_once"),
            models.CheckConstraint(condition=models.Q(state__in=RowState.values), name="import_row_state"),
        ]
        indexes = [
            models.Index(fields=["batch", "state", "id"]),
            models.Index(fields=["subject"], condition=~models.Q(subject=""), name="import_row_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.sheet}:{self.row_number}"


class SourceRecord(models.Model):
    """Where a fact comes from: a batch, a visit, a comparison; with its day and whoever verified it."""

    KINDS = [
        ("import", "导入"),
        ("visit", "入户"),
        ("phone", "电话"),
        ("linkage", "比对"),
        ("manual", "人工录入"),
        ("system", "系统"),
    ]

    key = models.CharField("标识", max_length=80, unique=True)
    kind = models.CharField("方式", max_length=8, choices=KINDS)
    label = models.CharField("来源说明", max_length=120)
    as_of = models.DateField("数据日期")
    batch = models.ForeignKey(ImportBatch, models.PROTECT, null=True, verbose_name="批次")
    verified_by = models.CharField("核实人", max_length=60, blank=True)
    created_at = models.DateTimeField("记录时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "数据来源"

    def __str__(self) -> str:
        return self.label


class Sourced(models.Model):
    """Base of every fact: it carries its source and the day it was true."""

    source = models.ForeignKey(SourceRecord, models.PROTECT, related_name="+", verbose_name="来源")
    as_of = models.DateField("数据日期")

    class Meta:
        abstract = True


class ColumnAlias(models.Model):
    """A header that staff matched by hand on the mapping page: known from then on."""

    kind = models.CharField("类型", max_length=12, choices=Kind)
    header = models.CharField("表头", max_length=80)
    field = models.CharField("字段", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "列别名"
        constraints = [models.UniqueConstraint(fields=["kind", "header"], name="column_alias_once")]

    def __str__(self) -> str:
        return self.header


class InboxFile(models.Model):
    """A file of the watched folder that was taken in, so that it is taken once."""

    path = models.CharField("路径", max_length=300)
    sha256 = models.CharField("内容摘要", max_length=64)
    batch = models.ForeignKey(ImportBatch, models.PROTECT, null=True, verbose_name="批次")
    taken_at = models.DateTimeField("取入时间", auto_now_add=True)
    notes = ArrayField(models.CharField(max_length=200), default=list, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "收件文件"
        constraints = [models.UniqueConstraint(fields=["path", "sha256"], name="inbox_file_once")]

    def __str__(self) -> str:
        return self.path
