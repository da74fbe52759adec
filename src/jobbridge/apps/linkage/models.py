"""Agency feeds and what the comparison made of them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from jobbridge.apps.accounts.scope import Scoped
from jobbridge.apps.files.models import StoredFile
from jobbridge.apps.imports.models import ImportBatch
from jobbridge.apps.linkage.duplicate_models import DuplicateSearch, DuplicateSuspicion
from jobbridge.apps.linkage.enums import FeedField, FeedSource
from jobbridge.apps.linkage.finding_models import Deletion, Outsider, Returnee, Suspicion, SuspicionKind
from jobbridge.apps.linkage.review_models import Lease, LinkDecision, Opinion, VillageQuestion

__all__ = [
    "DataAgreement",
    "Decision",
    "Deletion",
    "DuplicateSearch",
    "DuplicateSuspicion",
    "FeedField",
    "FeedRecord",
    "FeedSource",
    "Hold",
    "Lease",
    "Link",
    "LinkDecision",
    "LinkRun",
    "Opinion",
    "Outsider",
    "Returnee",
    "Suspicion",
    "SuspicionKind",
    "VillageQuestion",
    "Zone",
]


class Zone(models.TextChoices):
    AUTO = "auto", "自动确认"
    REVIEW = "review", "待人工核对"
    NONE = "none", "未比中"


class Hold(models.TextChoices):
    """Why a likely pair waits for a person all the same."""

    OTHER_NAME = "id_other_name", "证件号码相同，姓名完全不同，可能被人冒用"
    HOUSEHOLD_MASK = "household_mask", "姓名打了码，同一户还有人也对得上"
    NAME_ONLY = "name_only", "只有姓名对得上"
    PHONE_ONLY = "phone_only", "没有姓名，只有手机号对得上"


class Decision(models.TextChoices):
    PENDING = "pending", "待核对"
    CONFIRMED = "confirmed", "是同一人"
    REJECTED = "rejected", "不是同一人"


class DataAgreement(models.Model):
    """Under which agreement an agency hands its lists over: on what ground, which fields, for how long."""

    source = models.CharField("来源", max_length=8, choices=FeedSource)
    agency = models.CharField("提供单位", max_length=60)
    legal_ground = models.CharField("法律依据", max_length=120)
    document_number = models.CharField("文号", max_length=60)
    fields = ArrayField(models.CharField(max_length=12, choices=FeedField), verbose_name="许可字段")
    purpose = models.CharField("用途", max_length=120)
    valid_from = models.DateField("生效日")
    valid_until = models.DateField("到期日")
    retention_days = models.PositiveSmallIntegerField("保存天数")
    signed = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="agreements", verbose_name="签署文件"
    )
    registered_by = models.CharField("登记人", max_length=60)
    registered_at = models.DateTimeField("登记时间")
    ended_on = models.DateField("终止日", null=True)
    ended_by = models.CharField("终止人", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "数据协议"
        indexes = [models.Index(fields=["source", "valid_from"])]
        constraints = [
            models.CheckConstraint(condition=Q(source__in=FeedSource.values), name="agreement_source"),
            models.CheckConstraint(condition=Q(valid_until__gte=F("valid_from")), name="agreement_order"),
            models.CheckConstraint(condition=Q(retention_days__gte=1), name="agreement_retention"),
        ]

    def __str__(self) -> str:
        return f"{self.agency} {self.document_number}"


class FeedRecord(Scoped):
    """One row of an agency's list as it came; numbers sealed. ``region_code`` is the county until it is linked.

    After ``keep_until`` the agency's values go; of a record that was linked the day, source and direction stay.
    """

    batch = models.ForeignKey(ImportBatch, models.PROTECT, related_name="feed_records", verbose_name="批次")
    source = models.CharField("来源", max_length=8, choices=FeedSource)
    content_hash = models.BinaryField("内容摘要", unique=True)
    name = models.CharField("姓名", max_length=40, blank=True)
    id_sealed = models.BinaryField("证件号码（密封）", null=True)
    id_mask = models.CharField("证件号码", max_length=20, blank=True)
    phone_sealed = models.BinaryField("手机号（密封）", null=True)
    phone_mask = models.CharField("手机号", max_length=16, blank=True)
    village_code = models.CharField("村代码", max_length=12, blank=True, db_collation="C")
    sex = models.CharField("性别", max_length=1, blank=True)
    birth_date = models.DateField("出生日期", null=True)
    seen_on = models.DateField("出现日期", null=True)
    direction = models.CharField("方向", max_length=6, choices=[("home", "返乡"), ("away", "离开")], blank=True)
    place_note = models.CharField("行程", max_length=60, blank=True)  # a line or station as the agency writes it
    id_index = models.BinaryField("证件号码索引", null=True)  # of whole numbers only: who is the same in two lists
    phone_index = models.BinaryField("手机号索引", null=True)
    keep_until = models.DateField("保存至", null=True)
    purged_on = models.DateField("清除日", null=True)

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "比对记录"
        indexes = [
            *Scoped.Meta.indexes,
            models.Index(fields=["keep_until"], condition=Q(purged_on__isnull=True), name="feed_to_purge"),
            models.Index(fields=["id_index"], condition=Q(id_index__isnull=False), name="feed_same_id"),
        ]
        constraints = [models.CheckConstraint(condition=Q(source__in=FeedSource.values), name="feed_source")]

    def __str__(self) -> str:
        return f"{self.source} {self.name}"


class Link(Scoped):
    """The engine's answer for one feed record, with its weights; a clerk's decision is pinned on it."""

    record = models.OneToOneField(FeedRecord, models.CASCADE, related_name="link", verbose_name="记录")
    person = models.ForeignKey(
        "registry.Person", models.CASCADE, null=True, related_name="links", verbose_name="人员"
    )
    posterior = models.FloatField("后验概率")
    zone = models.CharField("结果", max_length=6, choices=Zone)
    stage = models.CharField("阶段", max_length=1, blank=True)
    hold = models.CharField("待核对原因", max_length=16, blank=True, choices=Hold)
    run = models.ForeignKey("LinkRun", models.PROTECT, null=True, related_name="links", verbose_name="比对批次")
    priority = models.PositiveIntegerField("核对次序", default=0)  # posterior x consequence, see review_rules
    candidates = models.JSONField("候选", default=list)  # [{person_id, posterior, weights: {name, id, ...}}]
    decision = models.CharField("核对", max_length=9, choices=Decision, default=Decision.PENDING)
    decided_by = models.CharField("核对人", max_length=60, blank=True)
    decided_at = models.DateTimeField("核对时间", null=True)

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "比对结果"
        indexes = [
            *Scoped.Meta.indexes,
            models.Index(fields=["zone", "decision", "-posterior", "id"]),
            models.Index(fields=["person", "zone"]),
            # The clerk's queue: what matters most first.
            models.Index(
                fields=["-priority", "id"], condition=Q(zone="review", decision="pending"), name="link_queue"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(zone__in=Zone.values), name="link_zone"),
            models.CheckConstraint(condition=Q(decision__in=Decision.values), name="link_decision"),
            models.CheckConstraint(condition=Q(person__isnull=False) | Q(zone=Zone.NONE), name="link_has_person"),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} {self.zone}"


class LinkRun(models.Model):
    """One run of the comparison, and the marks of what it read: it runs again when one of them is another."""

    on = models.DateField("日期")
    register_mark = models.CharField("台账标记", max_length=60)
    feed_mark = models.CharField("比对数据标记", max_length=60)
    counts = models.JSONField("计数")
    report = models.JSONField("报告")
    finished_at = models.DateTimeField("完成时间")

    class Meta:
        verbose_name = verbose_name_plural = "比对批次"

    def __str__(self) -> str:
        return f"{self.on}"
