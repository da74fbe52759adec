"""Matching runs, the recommendations they make, what becomes of each, and the links that show them."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from jobbridge.apps.accounts.scope import Scoped
from jobbridge.apps.placements.enums import RecommendationState, Refusal, RunKind, RunState
from jobbridge.apps.placements.flows import STARTED
from jobbridge.apps.placements.models_policy import MatchPolicy
from jobbridge.apps.placements.models_runs import RunDecision, RunPost, RunSeeker, WhatIf

__all__ = [
    "MatchPolicy", "MatchRun", "Recommendation", "RecommendationLog", "RunDecision", "RunPost", "RunSeeker", "WhatIf",
    "WorkerLink",
]  # fmt: skip


class MatchRun(models.Model):
    """One run of the matching engine with its certificate. A draft is sent to nobody."""

    kind = models.CharField("类别", max_length=6, choices=RunKind, default=RunKind.DAY)
    on = models.DateField("日期", db_index=True)
    seekers = models.PositiveIntegerField("求职人数")
    posts = models.PositiveIntegerField("岗位数")
    recommendations = models.PositiveIntegerField("推荐数")
    gap = models.FloatField("最优差距")  # certified, as a share of the score
    report = models.JSONField("报告")
    finished_at = models.DateTimeField("完成时间")
    state = models.CharField("状态", max_length=9, choices=RunState, default=RunState.RELEASED)

    class Meta:
        verbose_name = verbose_name_plural = "撮合批次"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="match_run_state"),
            models.CheckConstraint(condition=Q(kind__in=RunKind.values), name="match_run_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.on}"


class Recommendation(Scoped):
    """One post recommended to one person, once: pairs already sent are never sent again."""

    run = models.ForeignKey(MatchRun, models.PROTECT, related_name="items", verbose_name="批次")
    person = models.ForeignKey("registry.Person", models.CASCADE, related_name="recommendations", verbose_name="人员")
    post = models.ForeignKey("vacancies.Post", models.PROTECT, related_name="recommendations", verbose_name="岗位")
    rank = models.PositiveSmallIntegerField("次序")
    score = models.PositiveSmallIntegerField("匹配分")
    terms = models.JSONField("分项")
    reasons = ArrayField(models.CharField(max_length=60), verbose_name="理由")
    state = models.CharField("状态", max_length=12, choices=RecommendationState, default="recommended")
    state_on = models.DateField("状态日期")
    refusal = models.CharField("不合适原因", max_length=8, choices=Refusal, blank=True)
    note = models.CharField("说明", max_length=100, blank=True)
    started_on = models.DateField("到岗日", null=True)
    spell = models.ForeignKey(
        "registry.EmploymentSpell", models.SET_NULL, null=True, related_name="+", verbose_name="务工记录"
    )

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "岗位推荐"
        indexes = [
            *Scoped.Meta.indexes,
            models.Index(fields=["post", "-score"]),
            models.Index(fields=["state"]),
        ]
        constraints = [
            models.UniqueConstraint(fields=["person", "post"], name="recommendation_pair_once"),
            models.UniqueConstraint(fields=["run", "person", "rank"], name="recommendation_rank_once"),
            models.CheckConstraint(condition=Q(state__in=RecommendationState.values), name="recommendation_state"),
            models.CheckConstraint(condition=Q(score__lte=10000), name="recommendation_score"),
            models.CheckConstraint(
                condition=Q(state="refused", refusal__in=Refusal.values) | (~Q(state="refused") & Q(refusal="")),
                name="recommendation_refused_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(state__in=STARTED, started_on__isnull=False)
                | (~Q(state__in=STARTED) & Q(started_on__isnull=True)),
                name="recommendation_started_has_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}→{self.post_id}"


class RecommendationLog(Scoped):
    """Every step of a recommendation. Only added to, and it outlasts what it is about; the making is the run's."""

    recommendation = models.ForeignKey(
        Recommendation, models.DO_NOTHING, db_constraint=False, related_name="log", verbose_name="推荐"
    )
    before = models.CharField("原状态", max_length=12, choices=RecommendationState)
    after = models.CharField("新状态", max_length=12, choices=RecommendationState)
    on = models.DateField("日期")
    reason = models.CharField("不合适原因", max_length=8, choices=Refusal, blank=True)
    note = models.CharField("说明", max_length=100, blank=True)
    actor = models.CharField("操作人", max_length=60)
    at = models.DateTimeField("记录时间")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "推荐经过"
        indexes = [*Scoped.Meta.indexes, models.Index(fields=["recommendation", "id"])]

    def __str__(self) -> str:
        return f"{self.recommendation_id} {self.after}"


class WorkerLink(Scoped):
    """The right to open one person's posts without a log-in. The code itself is nowhere but in the message."""

    person = models.ForeignKey("registry.Person", models.CASCADE, related_name="worker_links", verbose_name="人员")
    code_hash = models.BinaryField("链接码（摘要）", unique=True)
    made_at = models.DateTimeField("生成时间")
    expires_at = models.DateTimeField("有效期至")
    revoked_at = models.DateTimeField("停用时间", null=True)
    revoked_by = models.CharField("停用人", max_length=60, blank=True)
    opened_at = models.DateTimeField("首次打开", null=True)
    language = models.CharField("界面语言", max_length=10, default="zh-hans")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "求职者链接"
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="worker_link_expiry"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by="")
                | (Q(revoked_at__isnull=False) & ~Q(revoked_by="")),
                name="worker_link_revoked_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.expires_at:%Y-%m-%d}"

    @property
    def at_counter(self) -> bool:
        """Whether a clerk showed it to be scanned: such a link is good for less than a day."""
        return self.expires_at - self.made_at < timedelta(days=1)
