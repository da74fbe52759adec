"""What the county gets from the comparison: returnees, persons not registered, suspicions; and what was deleted."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from jobbridge.apps.accounts.scope import Scoped
from jobbridge.apps.imports.models import ImportBatch
from jobbridge.apps.linkage.enums import FeedSource


class Returnee(Scoped):
    """One stay at home of one person, as agencies saw it: from the first sighting to the one that saw them leave."""

    STATES = [("home", "在家"), ("left", "再次外出"), ("closed", "已撤销")]

    person = models.ForeignKey("registry.Person", models.CASCADE, related_name="returns", verbose_name="人员")
    first_seen = models.DateField("首次出现")
    last_seen = models.DateField("最近出现")
    left_on = models.DateField("再次外出日", null=True)
    sources = ArrayField(models.CharField(max_length=8, choices=FeedSource), verbose_name="来源")
    sightings = models.PositiveIntegerField("记录数")
    origin = models.CharField("来自", max_length=60, blank=True)
    destination = models.CharField("去往", max_length=60, blank=True)
    recorded_away = models.BooleanField("台账登记在外", default=False)
    state = models.CharField("状态", max_length=6, choices=STATES, default="home")
    reason = models.CharField("撤销原因", max_length=120, blank=True)
    opened_on = models.DateField("建档日")

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "返乡人员"
        indexes = [
            *Scoped.Meta.indexes,
            models.Index(fields=["-last_seen", "id"]),
            models.Index(fields=["person", "first_seen"]),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["home", "left", "closed"]), name="returnee_state"),
            models.CheckConstraint(condition=Q(last_seen__gte=F("first_seen")), name="returnee_order"),
            models.CheckConstraint(
                condition=~Q(state="left") | Q(left_on__isnull=False), name="returnee_left_has_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.first_seen}"


class Outsider(Scoped):
    """Somebody in the agencies' lists whom the register does not have, and who may be one of ours."""

    DECISIONS = [("open", "待核实"), ("registered", "已登记"), ("elsewhere", "不是本村"), ("visited", "已走访")]

    key = models.BinaryField("标识", unique=True)
    name = models.CharField("姓名", max_length=40, blank=True)
    id_mask = models.CharField("证件号码", max_length=20, blank=True)
    phone_mask = models.CharField("手机号", max_length=16, blank=True)
    sources = ArrayField(models.CharField(max_length=8, choices=FeedSource), verbose_name="来源")
    sightings = models.PositiveIntegerField("记录数")
    first_seen = models.DateField("首次出现")
    last_seen = models.DateField("最近出现")
    decision = models.CharField("核实", max_length=10, choices=DECISIONS, default="open")
    decided_by = models.CharField("核实人", max_length=60, blank=True)
    decided_at = models.DateTimeField("核实时间", null=True)

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "疑似未登记人员"
        indexes = [
            *Scoped.Meta.indexes,
            models.Index(fields=["decision", "region_code", "-last_seen", "id"], name="outsider_waiting"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(decision__in=["open", "registered", "elsewhere", "visited"]), name="outsider_decision"
            )
        ]

    def __str__(self) -> str:
        return self.name


class SuspicionKind(models.TextChoices):
    AWAY_HOME = "away_home", "登记在外，见于本县"
    HOME_AWAY = "home_away", "登记在家或未就业，见其外出"
    BENEFIT_DEAD = "benefit_dead", "登记死亡，仍列待遇"
    BENEFIT_AWAY = "benefit_away", "公益性岗位在岗，见其外出"
    DEAD_SEEN = "dead_seen", "登记死亡，仍有出行记录"
    OTHER_NAME = "other_name", "证件号码相同，姓名完全不同"


class Suspicion(Scoped):
    """Two sources that do not agree about a person. Never a verdict: somebody asks, and says what it was."""

    STATES = [("open", "待核实"), ("explained", "已说明"), ("confirmed", "情况属实"), ("lapsed", "依据已消失")]

    kind = models.CharField("类型", max_length=12, choices=SuspicionKind)
    person = models.ForeignKey("registry.Person", models.CASCADE, related_name="suspicions", verbose_name="人员")
    ledger = models.JSONField("台账怎么说")  # {text, place, as_of, source}
    sightings = models.JSONField("比对记录", default=list)  # the newest: [{source, on, direction, file, batch}]
    records = models.PositiveIntegerField("记录数", default=0)  # of all of them
    seen_on = models.DateField("最近依据", null=True)
    state = models.CharField("状态", max_length=9, choices=STATES, default="open")
    opened_on = models.DateField("发现日")
    note = models.CharField("核实说明", max_length=200, blank=True)
    decided_by = models.CharField("核实人", max_length=60, blank=True)
    decided_at = models.DateTimeField("核实时间", null=True)

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "疑点"
        indexes = [*Scoped.Meta.indexes, models.Index(fields=["state", "kind", "-opened_on", "id"])]
        constraints = [
            models.UniqueConstraint(fields=["kind", "person"], name="suspicion_once"),
            models.CheckConstraint(condition=Q(kind__in=SuspicionKind.values), name="suspicion_kind"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "explained", "confirmed", "lapsed"]), name="suspicion_state"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.person_id}"


class Deletion(models.Model):
    """What was deleted because an agreement's time was up; the numbers stay when the rows are gone."""

    batch = models.ForeignKey(ImportBatch, models.PROTECT, related_name="deletions", verbose_name="批次")
    on = models.DateField("日期")
    records = models.PositiveIntegerField("删除记录")
    emptied = models.PositiveIntegerField("清空记录")  # linked ones: day, source and direction stay
    rows = models.PositiveIntegerField("删除导入行")
    file = models.BooleanField("删除原文件")

    class Meta:
        verbose_name = verbose_name_plural = "到期删除"
        indexes = [models.Index(fields=["-on", "id"])]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.on}"
