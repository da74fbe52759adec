"""The division tree of the country and the management areas that counties lay over it."""

from __future__ import annotations

from django.db import models

from jobbridge.apps.areas.querysets import DatedQuerySet
from jobbridge.kernel.division import bounds

LEVELS = [(1, "省"), (2, "市"), (3, "县"), (4, "乡镇"), (5, "村")]
WIDTH = {1: 2, 2: 4, 3: 6, 4: 9, 5: 12}


class Area(models.Model):
    """One division, province to village, under its 12-digit statistical code."""

    code = models.CharField("代码", max_length=12, primary_key=True, db_collation="C")
    name = models.CharField("名称", max_length=60)
    level = models.PositiveSmallIntegerField("层级", choices=LEVELS)
    parent = models.ForeignKey("self", models.PROTECT, null=True, verbose_name="上级", related_name="children")
    valid_from = models.DateField("启用日", null=True, blank=True)
    valid_to = models.DateField("停用日", null=True, blank=True)
    longitude = models.FloatField("经度", null=True, blank=True)
    latitude = models.FloatField("纬度", null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "行政区划"
        constraints = [
            models.CheckConstraint(condition=models.Q(code__regex=r"^\d{12}$"), name="area_code_12_digits"),
            models.CheckConstraint(condition=models.Q(level__gte=1, level__lte=5), name="area_level"),
        ]
        indexes = [models.Index(fields=["level", "name"]), models.Index(fields=["parent"])]

    def __str__(self) -> str:
        return self.name

    @property
    def prefix(self) -> str:
        """The significant digits: every code inside this area begins with them."""
        return self.code[: WIDTH[self.level]]

    @property
    def bounds(self) -> tuple[str, str]:
        """Half-open range of the codes inside this area, in C collation."""
        return bounds(self.prefix)


class AreaAlias(models.Model):
    """Another name or an earlier code under which files mention an area."""

    area = models.ForeignKey(Area, models.CASCADE, related_name="aliases", verbose_name="区划")
    name = models.CharField("别名", max_length=60)
    code = models.CharField("旧代码", max_length=12, blank=True, db_collation="C")
    kind = models.CharField("类型", max_length=10, choices=[("alias", "别名"), ("former", "曾用")])

    class Meta:
        verbose_name = verbose_name_plural = "区划别名"
        constraints = [models.UniqueConstraint(fields=["area", "name", "code"], name="area_alias_once")]
        indexes = [models.Index(fields=["name"])]

    def __str__(self) -> str:
        return self.name


class FormerCode(models.Model):
    """County-level codes of earlier years (GB/T 2260 history); the first six digits of old id numbers."""

    code = models.CharField("代码", max_length=6, db_collation="C")
    name = models.CharField("名称", max_length=60)
    start_year = models.PositiveSmallIntegerField("起", null=True)
    end_year = models.PositiveSmallIntegerField("止", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "历史区划代码"
        constraints = [
            # Many have no first year: they too are listed once however often the list is loaded.
            models.UniqueConstraint(
                fields=["code", "name", "start_year"], name="former_code_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ManagementArea(models.Model):
    """An area of management that cuts across the tree: 毛集 over three townships, a settlement site, a zone."""

    KINDS = [("zone", "实验区"), ("development", "开发区"), ("settlement", "安置点"), ("cluster", "片区")]

    name = models.CharField("名称", max_length=60, unique=True)
    kind = models.CharField("类型", max_length=12, choices=KINDS)
    areas = models.ManyToManyField(Area, related_name="management_areas", verbose_name="所含区划")
    valid_from = models.DateField("启用日", null=True, blank=True)
    valid_to = models.DateField("停用日", null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "管理区域"

    def __str__(self) -> str:
        return self.name
