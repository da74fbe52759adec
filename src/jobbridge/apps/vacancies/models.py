"""Posts that employers offer, and the log of what happened to each."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from jobbridge.apps.employers.models import Employer
from jobbridge.apps.imports.models import Sourced
from jobbridge.apps.vacancies.enums import PostEvent, PostOrigin, PostState
from jobbridge.apps.vacancies.models_titles import JobTitle
from jobbridge.apps.vacancies.querysets import PostQuerySet
from jobbridge.apps.vacancies.rules import OLDEST, WORKING_AGE

__all__ = ["JobTitle", "Post", "PostEvent", "PostLog", "PostOrigin", "PostState"]


class Post(Sourced):
    """One post with its open places. Limits of sex and age need a recorded legal ground.

    Only an active one that has not expired is matched.
    """

    key = models.CharField("标识", max_length=64, unique=True)
    employer = models.ForeignKey(Employer, models.PROTECT, related_name="posts", verbose_name="用工单位")
    agency = models.ForeignKey(
        Employer, models.PROTECT, null=True, blank=True, related_name="agency_posts", verbose_name="代招机构"
    )
    title = models.CharField("岗位", max_length=60)
    occupation = models.CharField("职业代码", max_length=16, blank=True, db_collation="C")
    # Who chose it for this post alone; without one it follows the title.
    occupation_by = models.CharField("职业选定人", max_length=60, blank=True, db_default="")
    place_code = models.CharField("工作地代码", max_length=12, db_collation="C")
    place_text = models.CharField("工作地点", max_length=80)
    openings = models.PositiveIntegerField("招聘人数")
    wage_min = models.PositiveIntegerField("月薪下限")
    wage_max = models.PositiveIntegerField("月薪上限")
    age_min = models.PositiveSmallIntegerField("年龄下限", default=WORKING_AGE)
    age_max = models.PositiveSmallIntegerField("年龄上限", default=OLDEST)
    sex_limit = models.CharField("性别限制", max_length=1, blank=True)
    limit_ground = models.CharField("限制依据", max_length=120, blank=True)
    education_min = models.PositiveSmallIntegerField("学历下限", default=0)
    health_min = models.PositiveSmallIntegerField("体力要求", default=1)
    skills = ArrayField(models.CharField(max_length=40), default=list, blank=True, verbose_name="技能要求")
    lodging = models.BooleanField("包住", default=False)
    shift = models.CharField("班次", max_length=20, blank=True)
    note = models.CharField("岗位说明", max_length=300, blank=True, db_default="")
    state = models.CharField("状态", max_length=8, choices=PostState, default=PostState.DRAFT)
    origin = models.CharField("收集渠道", max_length=10, choices=PostOrigin, default=PostOrigin.IMPORT)
    collected_on = models.DateField("收集日", default=timezone.localdate)
    screened_on = models.DateField("审核日", null=True)
    screened_by = models.CharField("审核人", max_length=60, blank=True, db_default="")
    quality = models.BooleanField("优质岗位", default=False, db_default=False)
    liaison_city = models.CharField("联络城市", max_length=30, blank=True, db_default="")
    confirmed_on = models.DateField("最近确认日", null=True)
    unanswered = models.PositiveSmallIntegerField("连续未接通", default=0, db_default=0)
    rejection = models.CharField("退回原因", max_length=200, blank=True, db_default="")
    expires_on = models.DateField("有效期至")

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "岗位"
        indexes = [
            models.Index(fields=["state", "expires_on"]),
            models.Index(fields=["place_code", "id"]),
            models.Index(fields=["state", "collected_on", "id"], name="post_queue"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(wage_max__gte=F("wage_min")), name="post_wage_order"),
            models.CheckConstraint(
                condition=Q(age_max__gte=F("age_min"), age_min__gte=WORKING_AGE), name="post_ages"
            ),
            models.CheckConstraint(
                condition=Q(sex_limit="", age_min=WORKING_AGE, age_max__gte=OLDEST) | ~Q(limit_ground=""),
                name="post_limit_needs_ground",
            ),
            models.CheckConstraint(condition=Q(sex_limit__in=["", "男", "女"]), name="post_sex_limit"),
            models.CheckConstraint(condition=Q(state__in=PostState.values), name="post_state"),
            models.CheckConstraint(condition=Q(origin__in=PostOrigin.values), name="post_origin"),
            models.CheckConstraint(
                condition=~Q(state__in=[PostState.ACTIVE, PostState.PAUSED])
                | Q(screened_on__isnull=False) & ~Q(screened_by=""),
                name="post_on_offer_screened",
            ),
            models.CheckConstraint(
                condition=~Q(state=PostState.REJECTED) | ~Q(rejection=""), name="post_rejected_has_reason"
            ),
            models.CheckConstraint(
                condition=~Q(origin=PostOrigin.LIAISON) | ~Q(liaison_city=""), name="post_liaison_has_city"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class PostLog(models.Model):
    """One thing that happened to a post: who, when, from which state to which. Never changed."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="log", verbose_name="岗位")
    event = models.CharField("事件", max_length=10, choices=PostEvent)
    before = models.CharField("原状态", max_length=8, choices=PostState, blank=True)
    after = models.CharField("新状态", max_length=8, choices=PostState)
    at = models.DateTimeField("时间")
    actor = models.CharField("操作人", max_length=60)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "岗位经过"
        indexes = [models.Index(fields=["post", "id"])]
        constraints = [
            models.CheckConstraint(condition=Q(event__in=PostEvent.values), name="post_log_event"),
            models.CheckConstraint(condition=Q(after__in=PostState.values), name="post_log_state"),
        ]

    def __str__(self) -> str:
        return f"{self.post_id} {self.event}"
