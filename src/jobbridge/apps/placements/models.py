"""Matching runs, the recommendations they make, and what becomes of each."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from jobbridge.apps.accounts.scope import Scoped


class MatchRun(models.Model):
    """One run of the matching engine with its certificate."""

    on = models.DateField("日期", db_index=True)
    seekers = models.PositiveIntegerField("求职人数")
    posts = models.PositiveIntegerField("岗位数")
    recommendations = models.PositiveIntegerField("推荐数")
    gap = models.FloatField("最优差距")  # certified, as a share of the score
    report = models.JSONField("报告")
    finished_at = models.DateTimeField("完成时间")

    class Meta:
        verbose_name = verbose_name_plural = "撮合批次"

    def __str__(self) -> str:
        return f"{self.on}"


class RecommendationState(models.TextChoices):
    RECOMMENDED = "recommended", "已推荐"
    SENT = "sent", "已发送"
    DELIVERED = "delivered", "已送达"
    INTERESTED = "interested", "有意向"
    REFUSED = "refused", "不合适"
    PLACED = "placed", "已到岗"
    EXPIRED = "expired", "已过期"


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
    refusal = models.CharField("不合适原因", max_length=100, blank=True)

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
        ]

    def __str__(self) -> str:
        return f"{self.person_id}→{self.post_id}"
