"""Employers: whoever offers posts."""

from __future__ import annotations

from django.db import models

from jobbridge.apps.imports.models import Sourced


class Employer(Sourced):
    """An employer under its unified social credit code. Not a person: not scoped."""

    name = models.CharField("单位名称", max_length=80)
    credit_code = models.CharField("统一社会信用代码", max_length=18, unique=True, db_collation="C")
    place_code = models.CharField("所在地代码", max_length=12, blank=True, db_collation="C")
    industry = models.CharField("行业", max_length=40, blank=True)
    contact_name = models.CharField("联系人", max_length=40, blank=True)
    phone_sealed = models.BinaryField("联系电话（密封）", null=True)
    phone_mask = models.CharField("联系电话", max_length=16, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "用工单位"

    def __str__(self) -> str:
        return self.name
