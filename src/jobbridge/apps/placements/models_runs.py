"""What a run says of each post and each seeker, who let it go, and what would have come of other settings."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from jobbridge.apps.accounts.scope import Scoped
from jobbridge.apps.placements.enums import RunState


class RunPost(models.Model):
    """A post in a run: how crowded it was. The price is what a place was worth to the last one in, in points."""

    run = models.ForeignKey("placements.MatchRun", models.CASCADE, related_name="posts_of_run", verbose_name="批次")
    post = models.ForeignKey("vacancies.Post", models.CASCADE, related_name="+", verbose_name="岗位")
    openings = models.PositiveIntegerField("名额")  # still to be filled on that day
    capacity = models.PositiveIntegerField("可推荐人数")
    candidates = models.PositiveIntegerField("人选")
    short = models.PositiveIntegerField("缺人选")
    price = models.PositiveIntegerField("拥挤价")

    class Meta:
        verbose_name = verbose_name_plural = "批次中的岗位"
        constraints = [
            models.UniqueConstraint(fields=["run", "post"], name="run_post_once"),
            models.CheckConstraint(condition=Q(candidates__lte=F("capacity")), name="run_post_not_over_full"),
        ]
        indexes = [models.Index(fields=["run", "-short", "id"]), models.Index(fields=["run", "-price", "id"])]

    def __str__(self) -> str:
        return f"{self.run_id} {self.post_id}"


class RunSeeker(Scoped):
    """A seeker in a run, as they were on that day: what they could have got, what they got, and why not more.

    With `Recommendation` (shown, seen, applied, hired, stayed) it is what the weights are later fitted to.
    """

    run = models.ForeignKey("placements.MatchRun", models.CASCADE, related_name="seekers_of_run", verbose_name="批次")
    person = models.ForeignKey("registry.Person", models.CASCADE, related_name="match_notes", verbose_name="人员")
    tier = models.PositiveSmallIntegerField("优先级")
    sex = models.CharField("性别", max_length=1, blank=True)
    age = models.PositiveSmallIntegerField("年龄")
    disabled = models.BooleanField("残疾", null=True)  # null: unknown
    legal = models.PositiveIntegerField("合适岗位")
    given = models.PositiveSmallIntegerField("推荐数")
    limit = models.CharField("主要原因", max_length=12, blank=True)  # why nothing: a limit of the engine, or full
    missed = ArrayField(models.CharField(max_length=120), default=list, verbose_name="人选已满的岗位")
    changes = ArrayField(models.CharField(max_length=120), default=list, verbose_name="可以改变的")
    training = ArrayField(models.CharField(max_length=120), default=list, verbose_name="最近的培训")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "批次中的求职者"
        constraints = [models.UniqueConstraint(fields=["run", "person"], name="run_seeker_once")]
        indexes = [
            *Scoped.Meta.indexes,
            models.Index(fields=["run", "tier", "id"]),
            models.Index(fields=["person", "-run"]),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.person_id}"


class RunDecision(models.Model):
    """Who let a draft run go to the people, or threw it away."""

    run = models.OneToOneField("placements.MatchRun", models.CASCADE, related_name="decision", verbose_name="批次")
    state = models.CharField("决定", max_length=9, choices=RunState)
    note = models.CharField("说明", max_length=200, blank=True)
    decided_by = models.CharField("决定人", max_length=60)
    decided_at = models.DateTimeField("决定时间")

    class Meta:
        verbose_name = verbose_name_plural = "批次放行"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["released", "discarded"]), name="run_decision_state"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.state}"


class WhatIf(models.Model):
    """A trial: the whole county matched with other settings beside the present ones. Nobody is recommended anything.

    One that has no end and that nobody is at was cut off.
    """

    on = models.DateField("日期")
    present = models.JSONField("现行口径")
    trial = models.JSONField("试算口径")
    result = models.JSONField("结果", null=True)  # {present, trial}: as whatif.brief says
    started_by = models.CharField("发起人", max_length=60)
    started_at = models.DateTimeField("开始时间")
    finished_at = models.DateTimeField("完成时间", null=True)
    step = models.CharField("步骤", max_length=60, blank=True)
    done = models.PositiveIntegerField("已完成", default=0)
    total = models.PositiveIntegerField("总数", default=0)
    error = models.CharField("错误", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "撮合试算"

    def __str__(self) -> str:
        return f"{self.started_at}"
