"""Employers: whoever offers posts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from jobbridge.apps.employers.querysets import EmployerQuerySet
from jobbridge.apps.imports.models import Sourced


class EmployerKind(models.TextChoices):
    EMPLOYER = "employer", "用工单位"
    AGENCY = "agency", "人力资源机构"


class Employer(Sourced):
    """An employer or staffing agency under its unified social credit code. Not a person: not scoped."""

    name = models.CharField("单位名称", max_length=80)
    credit_code = models.CharField("统一社会信用代码", max_length=18, unique=True, db_collation="C")
    kind = models.CharField(
        "性质", max_length=8, choices=EmployerKind, default=EmployerKind.EMPLOYER, db_default=EmployerKind.EMPLOYER
    )
    place_code = models.CharField("所在地代码", max_length=12, blank=True, db_collation="C")
    industry = models.CharField("行业", max_length=40, blank=True)
    contact_name = models.CharField("联系人", max_length=40, blank=True)
    phone_sealed = models.BinaryField("联系电话（密封）", null=True)
    phone_mask = models.CharField("联系电话", max_length=16, blank=True)
    specialist = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="employers",
        verbose_name="人社专员",
    )

    objects = EmployerQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "用工单位"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=EmployerKind.values), name="employer_kind"),
            models.CheckConstraint(
                condition=Q(credit_code__regex="^[0-9ABCDEFGHJKLMNPQRTUWXY]{18}$"), name="employer_credit_code"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class EmployerAccount(models.Model):
    """The employer for whom a user signs in. A user speaks for one employer; an employer may have several users."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="employer_account", verbose_name="用户"
    )
    employer = models.ForeignKey(Employer, models.PROTECT, related_name="accounts", verbose_name="用工单位")
    opened_by = models.CharField("开通人", max_length=60)
    opened_at = models.DateTimeField("开通时间")

    class Meta:
        verbose_name = verbose_name_plural = "单位账号"

    def __str__(self) -> str:
        return f"{self.user_id} {self.employer_id}"
