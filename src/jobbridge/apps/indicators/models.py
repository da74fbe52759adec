"""Figures of a day against their targets; each names its definition, period and population."""

from __future__ import annotations

from django.db import models

from jobbridge.apps.areas.models import Area


class Target(models.Model):
    """A year's target of one indicator for one area."""

    indicator = models.CharField("指标", max_length=40)
    year = models.PositiveSmallIntegerField("年度")
    area = models.ForeignKey(Area, models.PROTECT, verbose_name="区划")
    value = models.DecimalField("目标值", max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = verbose_name_plural = "年度目标"
        constraints = [models.UniqueConstraint(fields=["indicator", "year", "area"], name="target_once")]

    def __str__(self) -> str:
        return f"{self.indicator} {self.year}"


class IndicatorValue(models.Model):
    """One figure of one area on one day."""

    indicator = models.CharField("指标", max_length=40)
    on = models.DateField("日期")
    area = models.ForeignKey(Area, models.PROTECT, verbose_name="区划")
    value = models.DecimalField("值", max_digits=14, decimal_places=2, null=True)  # null: nobody to count
    numerator = models.BigIntegerField("分子", null=True)
    denominator = models.BigIntegerField("分母", null=True)
    target = models.DecimalField("目标", max_digits=14, decimal_places=2, null=True)
    definition = models.CharField("口径", max_length=60)

    class Meta:
        verbose_name = verbose_name_plural = "指标值"
        constraints = [models.UniqueConstraint(fields=["indicator", "on", "area"], name="indicator_once")]
        indexes = [models.Index(fields=["on", "indicator"])]

    def __str__(self) -> str:
        return f"{self.indicator} {self.on}"
