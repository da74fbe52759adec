"""What the definitions say of each person and household today, and since when. Three-valued throughout."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from jobbridge.apps.accounts.scope import Scoped


class LabourStatus(models.TextChoices):
    AWAY = "W", "在外务工"
    LOCAL = "L", "就近就业"
    PLACE_UNKNOWN = "E", "已就业，地点待核实"
    SEEKING = "S", "有意愿未就业"
    NOT_WILLING = "N", "无就业意愿"
    UNKNOWN = "U", "待核实"


# Everybody who works, wherever it is.
EMPLOYED = (LabourStatus.AWAY, LabourStatus.LOCAL, LabourStatus.PLACE_UNKNOWN)


class Group(models.TextChoices):
    ZERO_EMPLOYMENT = "zero_employment", "零就业家庭"
    SEEKING = "seeking", "有意愿未就业人员"
    NOT_WILLING = "not_willing", "无意愿未就业人员"
    MONITORED = "monitored", "监测户"


class PersonStatus(Scoped):
    """One labourer's status on ``as_of``; persons outside the labour force have no row."""

    person = models.OneToOneField("registry.Person", models.CASCADE, related_name="status", verbose_name="人员")
    household = models.ForeignKey("registry.Household", models.CASCADE, related_name="+", verbose_name="户")
    status = models.CharField("劳动力状况", max_length=1, choices=LabourStatus)
    place_text = models.CharField("务工地", max_length=60, blank=True)
    stable = models.BooleanField("稳定就业", default=False)
    contradicted = models.BooleanField("比对与台账不符", default=False)
    tier = models.PositiveSmallIntegerField("优先级", default=2)  # 0 zero household, 1 key group, 2 others
    as_of = models.DateField("数据日期")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "人员状况"
        indexes = [*Scoped.Meta.indexes, models.Index(fields=["status", "region_code", "id"])]
        constraints = [models.CheckConstraint(condition=Q(status__in=LabourStatus.values), name="person_status")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.status}"


class HouseholdStatus(Scoped):
    """A household's line in the ledger: one letter a labourer, its verdicts, and what is urgent."""

    household = models.OneToOneField("registry.Household", models.CASCADE, related_name="status", verbose_name="户")
    members = models.PositiveSmallIntegerField("人口")
    marks = models.CharField("劳动力状况", max_length=20, blank=True)
    zero_employment = models.BooleanField("零就业家庭", null=True)  # null: unknown
    monitored = models.BooleanField("监测户", null=True)
    seeking = models.PositiveSmallIntegerField("有意愿未就业人数", default=0)
    unknown = models.PositiveSmallIntegerField("待核实人数", default=0)
    places = models.CharField("务工地", max_length=120, blank=True)
    last_visit = models.DateField("上次走访", null=True)
    urgency = models.PositiveSmallIntegerField("紧急度", default=0)
    as_of = models.DateField("数据日期")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "户状况"
        indexes = [
            *Scoped.Meta.indexes,
            models.Index(fields=["-urgency", "household"]),
            models.Index(fields=["region_code", "-urgency"]),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} {self.marks}"


class GroupMembership(Scoped):
    """Belonging to a key group from a day to a day; reopening makes a new row, so history stays."""

    group = models.CharField("群体", max_length=16, choices=Group)
    household = models.ForeignKey("registry.Household", models.CASCADE, related_name="groups", verbose_name="户")
    person = models.ForeignKey(
        "registry.Person", models.CASCADE, null=True, related_name="groups", verbose_name="人员"
    )
    since = models.DateField("起")
    until = models.DateField("止", null=True)
    definition = models.CharField("口径", max_length=60)
    reasons = models.JSONField("依据", default=list)

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "重点群体"
        constraints = [
            models.UniqueConstraint(
                fields=["group", "household", "person"],
                condition=Q(until__isnull=True),
                name="group_open_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=models.F("since")), name="group_order"
            ),
        ]
        indexes = [
            *Scoped.Meta.indexes,
            models.Index(fields=["group", "until", "region_code"]),
            # The page of a group: those who wait longest first.
            models.Index(fields=["group", "since", "id"], condition=Q(until__isnull=True), name="membership_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.household_id}"
