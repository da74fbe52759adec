"""The real-name ledger: households, persons, and what is known of their work. Every fact carries its source."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext

from jobbridge.apps.accounts.scope import Scoped, ScopedQuerySet
from jobbridge.apps.areas.models import ManagementArea
from jobbridge.apps.imports.models import Sourced
from jobbridge.apps.registry.enums import (
    HouseholdCategory,
    Life,
    Need,
    Reluctance,
    Sex,
    SpellKind,
    Travel,
    WorkArea,
)


class DateRange(Func):
    """``[start, end)``; an open end is unbounded."""

    function = "daterange"


class LedgerQuerySet(ScopedQuerySet):
    """Rows of the ledger."""

    def named(self, field: str, start: str) -> LedgerQuerySet:
        """Names that begin with ``start``, as a range: row-level security keeps LIKE from its index."""
        return self.filter(**{f"{field}__gte": start, f"{field}__lt": start + "\U0010ffff"})


class Household(Scoped, Sourced):
    """A household under its number; ``region_code`` is the village it belongs to."""

    number = models.CharField("户编号", max_length=24, unique=True, db_collation="C")
    head_name = models.CharField("户主", max_length=40, db_collation="C")
    category = models.CharField("户类型", max_length=16, choices=HouseholdCategory, blank=True)
    risk_cleared = models.BooleanField("风险已消除", null=True)
    relocated = models.BooleanField("易地搬迁", null=True)
    settlement = models.ForeignKey(ManagementArea, models.PROTECT, null=True, blank=True, verbose_name="安置点")
    residence = models.CharField(
        "居住地类型", max_length=5, choices=[("urban", "城镇"), ("rural", "农村")], default="rural"
    )
    address = models.CharField("住址", max_length=120, blank=True)

    objects = LedgerQuerySet.as_manager()

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "户"
        indexes = [*Scoped.Meta.indexes, models.Index(fields=["head_name", "id"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(category="") | Q(category__in=HouseholdCategory.values), name="household_category"
            )
        ]

    def __str__(self) -> str:
        return f"{self.called}户"

    @property
    def called(self) -> str:
        """The head's name, or words for one that is not known: a roster's row of the head may have been refused."""
        return self.head_name or gettext("户主待补")


class Person(Scoped, Sourced):
    """One person. The id number is sealed: look-up goes by ``id_index``, lists show ``id_mask``."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="persons", verbose_name="所在户")
    relation = models.CharField("与户主关系", max_length=10, blank=True)
    name = models.CharField("姓名", max_length=40, db_collation="C")
    id_sealed = models.BinaryField("证件号码（密封）")
    id_index = models.BinaryField("证件号码索引", unique=True)
    id_mask = models.CharField("证件号码", max_length=20)
    sex = models.CharField("性别", max_length=1, choices=Sex)
    birth_date = models.DateField("出生日期")
    ethnic = models.CharField("民族", max_length=12, blank=True)
    political = models.CharField("政治面貌", max_length=8, blank=True)
    education = models.CharField("文化程度", max_length=8, blank=True)
    schooling = models.CharField("在校生状况", max_length=12, blank=True)
    labour_skill = models.CharField("劳动技能", max_length=10, blank=True)
    health = models.CharField("健康状况", max_length=20, blank=True)
    disability = models.CharField("残疾类别", max_length=20, blank=True)
    life = models.CharField("状态", max_length=5, choices=Life, default=Life.ALIVE)
    draws_pension = models.BooleanField("领取养老金", null=True)
    serving = models.BooleanField("现役", null=True)
    in_custody = models.BooleanField("服刑羁押", null=True)

    objects = LedgerQuerySet.as_manager()

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "人员"
        indexes = [*Scoped.Meta.indexes, models.Index(fields=["name", "id"])]
        constraints = [
            models.CheckConstraint(condition=Q(sex__in=Sex.values), name="person_sex"),
            models.CheckConstraint(condition=Q(life__in=Life.values), name="person_life"),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(Scoped, Sourced):
    """A person's time in a household; a move closes one row and opens the next."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="memberships", verbose_name="户")
    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships", verbose_name="人员")
    relation = models.CharField("与户主关系", max_length=10, blank=True)
    start = models.DateField("起")
    end = models.DateField("止", null=True, blank=True)

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "户成员"
        constraints = [
            models.CheckConstraint(condition=Q(end__isnull=True) | Q(end__gt=F("start")), name="membership_order"),
            ExclusionConstraint(
                name="membership_one_household_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    (DateRange("start", "end", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}@{self.household_id}"


class EmploymentSpell(Scoped, Sourced):
    """Work from a day to a day (or still going on). One person's spells never overlap; months are derived."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="spells", verbose_name="人员")
    start = models.DateField("开始")
    end = models.DateField("结束", null=True, blank=True)
    kind = models.CharField("就业形式", max_length=12, choices=SpellKind, blank=True)
    employer_name = models.CharField("单位", max_length=80, blank=True)
    occupation = models.CharField("工种", max_length=40, blank=True)
    industry = models.CharField("行业", max_length=40, blank=True)
    place_code = models.CharField("务工地代码", max_length=6, blank=True, db_collation="C")
    place_text = models.CharField("务工地", max_length=60, blank=True)
    work_area = models.CharField("务工区域", max_length=1, choices=WorkArea, blank=True)
    channel = models.CharField("就业渠道", max_length=20, blank=True)
    organised_by = models.CharField("组织方", max_length=60, blank=True)
    monthly_wage = models.PositiveIntegerField("月收入（元）", null=True, blank=True)

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "务工记录"
        indexes = [*Scoped.Meta.indexes, models.Index(fields=["person", "-start"])]
        constraints = [
            # The end is the first day without the work: who left on the day they started has a spell of no day.
            models.CheckConstraint(condition=Q(end__isnull=True) | Q(end__gte=F("start")), name="spell_order"),
            ExclusionConstraint(
                name="spell_no_overlap",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    (DateRange("start", "end", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.start}"


class WorkStatement(Scoped, Sourced):
    """What a person (or a relative) said about work on a day. Empty means not asked: unknown is not no."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="statements", verbose_name="人员")
    employed = models.BooleanField("在业", null=True)
    away = models.BooleanField("在县外", null=True)
    willing = models.BooleanField("有就业意愿", null=True)
    reluctance = models.CharField("不愿就业原因", max_length=8, choices=Reluctance, blank=True)
    travel = models.CharField("意向地区", max_length=8, choices=Travel, blank=True)
    preferred_place = models.CharField("意向地代码", max_length=6, blank=True, db_collation="C")
    wishes = ArrayField(models.CharField(max_length=40), verbose_name="意向工种", default=list, blank=True)
    wage_floor = models.PositiveIntegerField("期望月薪（元）", null=True, blank=True)
    available_from = models.DateField("可到岗日", null=True, blank=True)
    skills = ArrayField(models.CharField(max_length=40), verbose_name="技能证书", default=list, blank=True)
    needs = ArrayField(models.CharField(max_length=10, choices=Need), verbose_name="需要", default=list, blank=True)
    stated_by = models.CharField("采集人", max_length=40, blank=True)

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "就业意愿"
        indexes = [*Scoped.Meta.indexes, models.Index(fields=["person", "-as_of", "-id"])]
        constraints = [models.UniqueConstraint(fields=["person", "source"], name="statement_once_per_source")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.as_of}"


class ContactPoint(Scoped, Sourced):
    """A phone of a person, sealed. Old ones stay: comparison needs them."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="contacts", verbose_name="人员")
    phone_sealed = models.BinaryField("手机号（密封）")
    phone_index = models.BinaryField("手机号索引", db_index=True)
    phone_mask = models.CharField("手机号", max_length=16)
    primary = models.BooleanField("首选", default=False)

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "联系方式"
        constraints = [
            models.UniqueConstraint(fields=["person", "phone_index"], name="contact_once"),
            models.UniqueConstraint(fields=["person"], condition=Q(primary=True), name="contact_one_primary"),
        ]

    def __str__(self) -> str:
        return self.phone_mask
