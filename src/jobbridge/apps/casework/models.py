"""Cases with their service plans, the tasks that brokers carry out, and their visits."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from jobbridge.apps.accounts.scope import Scoped


class CaseKind(models.TextChoices):
    ZERO_EMPLOYMENT = "zero_employment", "零就业家庭"
    SEEKING = "seeking", "有意愿未就业"


class CaseState(models.TextChoices):
    OPEN = "open", "待见面"
    MEASURES = "measures", "帮扶中"
    WATCH = "watch", "稳定观察"
    CLOSED = "closed", "已结案"


class CaseOutcome(models.TextChoices):
    """How a case ended. Dynamic clearing (动态清零) counts ``cleared`` alone."""

    CLEARED = "cleared", "稳定就业清零"
    INELIGIBLE = "ineligible", "不再符合口径"
    MOVED = "moved", "已迁户"


class Case(Scoped):
    """A household or person that needs work, from the day it was found to the day it was closed."""

    kind = models.CharField("类型", max_length=16, choices=CaseKind)
    household = models.ForeignKey("registry.Household", models.CASCADE, related_name="cases", verbose_name="户")
    person = models.ForeignKey(
        "registry.Person", models.CASCADE, null=True, related_name="cases", verbose_name="人员"
    )
    state = models.CharField("状态", max_length=8, choices=CaseState, default=CaseState.OPEN)
    opened_on = models.DateField("建档日")
    due_on = models.DateField("时限")
    watch_since = models.DateField("观察起", null=True)
    closed_on = models.DateField("结案日", null=True)
    outcome = models.CharField("结案结果", max_length=10, choices=CaseOutcome, blank=True)
    reopen_count = models.PositiveSmallIntegerField("复发次数", default=0)
    evidence = models.JSONField("依据", default=list)

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "帮扶个案"
        indexes = [*Scoped.Meta.indexes, models.Index(fields=["kind", "state", "region_code"])]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "household", "person"],
                condition=~Q(state=CaseState.CLOSED),
                name="case_open_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(state__in=CaseState.values), name="case_state"),
            models.CheckConstraint(
                condition=Q(state=CaseState.CLOSED, closed_on__isnull=False)
                | Q(~Q(state=CaseState.CLOSED), closed_on__isnull=True),
                name="case_closed_has_day",
            ),
            models.CheckConstraint(
                condition=Q(state=CaseState.CLOSED, outcome__in=CaseOutcome.values)
                | Q(~Q(state=CaseState.CLOSED), outcome=""),
                name="case_closed_has_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.household_id}"


class CaseLog(models.Model):
    """Every transition of a case."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="log", verbose_name="个案")
    before = models.CharField("原状态", max_length=8, choices=CaseState, blank=True)
    after = models.CharField("新状态", max_length=8, choices=CaseState)
    on = models.DateField("日期")
    actor = models.CharField("操作人", max_length=60)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "个案经过"
        indexes = [models.Index(fields=["case", "id"])]

    def __str__(self) -> str:
        return f"{self.case_id} {self.after}"


class ServiceKind(models.TextChoices):
    GUIDANCE = "guidance", "职业指导"
    RECOMMENDATION = "recommendation", "岗位推荐"
    TRAINING = "training", "技能培训"


class ServiceItem(Scoped):
    """One item of a person's 311 plan: 1 guidance, 3 recommendations, 1 training offer."""

    STATES = [("planned", "待办"), ("done", "已完成"), ("declined", "本人不需要"), ("cancelled", "已取消")]

    person = models.ForeignKey("registry.Person", models.CASCADE, related_name="services", verbose_name="人员")
    case = models.ForeignKey(Case, models.CASCADE, related_name="services", verbose_name="个案")
    kind = models.CharField("服务", max_length=14, choices=ServiceKind)
    ordinal = models.PositiveSmallIntegerField("次序")
    due_on = models.DateField("时限")
    state = models.CharField("状态", max_length=9, choices=STATES, default="planned")
    done_on = models.DateField("完成日", null=True)
    note = models.CharField("结果", max_length=200, blank=True)
    recommendation_id = models.BigIntegerField("推荐记录", null=True)

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "服务事项"
        indexes = [*Scoped.Meta.indexes, models.Index(fields=["person", "kind", "ordinal"])]
        constraints = [
            models.UniqueConstraint(fields=["case", "person", "kind", "ordinal"], name="service_item_once"),
            models.CheckConstraint(
                condition=Q(state="done", done_on__isnull=False) | ~Q(state="done"),
                name="service_done_has_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind}"


class TaskKind(models.TextChoices):
    MEET = "meet", "48 小时内见面"
    VERIFY = "verify", "核实就业与意愿"
    RETURNEE = "returnee", "核实返乡"
    FOLLOW_UP = "follow_up", "回访"


class Task(Scoped):
    """Something a broker must do at a household; made once for each reason (``key``)."""

    STATES = [("open", "待办"), ("done", "已完成"), ("cancelled", "已取消")]

    key = models.CharField("标识", max_length=80, unique=True)
    kind = models.CharField("事由", max_length=10, choices=TaskKind)
    household = models.ForeignKey("registry.Household", models.CASCADE, related_name="tasks", verbose_name="户")
    person = models.ForeignKey(
        "registry.Person", models.CASCADE, null=True, related_name="tasks", verbose_name="人员"
    )
    broker = models.ForeignKey(
        "brokers.Broker", models.SET_NULL, null=True, related_name="tasks", verbose_name="经纪人"
    )
    reason = models.CharField("说明", max_length=200, blank=True)
    urgency = models.PositiveSmallIntegerField("紧急度", default=0)
    created_on = models.DateField("生成日")
    due_on = models.DateField("时限")
    state = models.CharField("状态", max_length=9, choices=STATES, default="open")
    done_on = models.DateField("完成日", null=True)
    assigned_by = models.CharField("派发人", max_length=60)

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "走访任务"
        indexes = [
            *Scoped.Meta.indexes,
            models.Index(fields=["region_code", "state", "-urgency", "due_on"]),
            models.Index(fields=["state", "-urgency", "due_on", "id"]),  # the county's list, page after page
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["open", "done", "cancelled"]), name="task_state"),
            models.CheckConstraint(condition=Q(due_on__gte=F("created_on")), name="task_due_after_made"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.household_id}"


class Visit(Scoped):
    """A visit or call at a household. ``client_key`` makes a record sent twice count once."""

    MET = [("person", "见到本人"), ("phone", "电话联系"), ("absent", "没见到")]

    client_key = models.UUIDField("客户端标识", unique=True)
    household = models.ForeignKey("registry.Household", models.CASCADE, related_name="visits", verbose_name="户")
    task = models.ForeignKey(Task, models.SET_NULL, null=True, related_name="visits", verbose_name="任务")
    met = models.CharField("见面情况", max_length=6, choices=MET)
    at = models.DateTimeField("时间")
    by = models.CharField("走访人", max_length=60)
    by_name = models.CharField("走访人姓名", max_length=40)
    needs = ArrayField(models.CharField(max_length=10), default=list, blank=True, verbose_name="需要")
    note = models.CharField("情况", max_length=300, blank=True)

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "走访记录"
        indexes = [*Scoped.Meta.indexes, models.Index(fields=["household", "-at"])]

    def __str__(self) -> str:
        return f"{self.household_id} {self.at:%Y-%m-%d}"
