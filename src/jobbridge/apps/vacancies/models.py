"""Posts that employers offer."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from jobbridge.apps.employers.models import Employer
from jobbridge.apps.imports.models import Sourced


class Post(Sourced):
    """One post with its open places. Limits of sex and age need a recorded legal ground."""

    STATES = [("active", "招聘中"), ("closed", "已停止")]

    key = models.CharField("标识", max_length=64, unique=True)
    employer = models.ForeignKey(Employer, models.PROTECT, related_name="posts", verbose_name="用工单位")
    title = models.CharField("岗位", max_length=60)
    occupation = models.CharField("职业代码", max_length=16, blank=True, db_collation="C")
    place_code = models.CharField("工作地代码", max_length=12, db_collation="C")
    place_text = models.CharField("工作地点", max_length=80)
    openings = models.PositiveIntegerField("招聘人数")
    wage_min = models.PositiveIntegerField("月薪下限")
    wage_max = models.PositiveIntegerField("月薪上限")
    age_min = models.PositiveSmallIntegerField("年龄下限", default=16)
    age_max = models.PositiveSmallIntegerField("年龄上限", default=65)
    sex_limit = models.CharField("性别限制", max_length=1, blank=True)
    limit_ground = models.CharField("限制依据", max_length=120, blank=True)
    education_min = models.PositiveSmallIntegerField("学历下限", default=0)
    health_min = models.PositiveSmallIntegerField("体力要求", default=1)
    skills = ArrayField(models.CharField(max_length=40), default=list, blank=True, verbose_name="技能要求")
    lodging = models.BooleanField("包住", default=False)
    shift = models.CharField("班次", max_length=20, blank=True)
    state = models.CharField("状态", max_length=6, choices=STATES, default="active")
    expires_on = models.DateField("有效期至")

    class Meta:
        verbose_name = verbose_name_plural = "岗位"
        indexes = [models.Index(fields=["state", "expires_on"]), models.Index(fields=["place_code", "id"])]
        constraints = [
            models.CheckConstraint(condition=Q(wage_max__gte=F("wage_min")), name="post_wage_order"),
            models.CheckConstraint(condition=Q(age_max__gte=F("age_min"), age_min__gte=16), name="post_ages"),
            models.CheckConstraint(condition=Q(sex_limit="") | ~Q(limit_ground=""), name="post_limit_needs_ground"),
        ]

    def __str__(self) -> str:
        return self.title
