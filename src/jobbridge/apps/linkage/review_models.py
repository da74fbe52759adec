"""What people say about doubtful pairs: the log of decisions, second opinions, questions to the village, leases."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from jobbridge.apps.accounts.scope import Scoped


class Verdict(models.TextChoices):
    CONFIRMED = "confirmed", "是同一人"
    REJECTED = "rejected", "不是同一人"
    REOPENED = "reopened", "撤回重核"


class Via(models.TextChoices):
    """On what ground the word was given."""

    DESK = "desk", "核对"
    THIRD = "third", "裁定"
    VILLAGE = "village", "村里答复"


class OpinionState(models.TextChoices):
    WAITING = "waiting", "待复核"
    AGREED = "agreed", "一致"
    DIFFERS = "differs", "不一致"
    SETTLED = "settled", "已裁定"
    DROPPED = "dropped", "已作废"


class QuestionState(models.TextChoices):
    OPEN = "open", "待答复"
    ANSWERED = "answered", "已答复"
    EXPIRED = "expired", "过期未答"
    WITHDRAWN = "withdrawn", "已撤回"


class Answer(models.TextChoices):
    YES = "yes", "是"
    NO = "no", "不是"
    UNSURE = "unsure", "不认识"


class LinkDecision(Scoped):
    """One word of a person about a pair; rows are added, never changed or deleted (a trigger sees to it).

    The comparison that the reviewer had before them is kept with it: engine, digest of the parameters, mark of the
    register, batch of the record. ``link`` keeps its number when the pair's time is up, ``person`` when the person
    is merged away.
    """

    link = models.ForeignKey(
        "linkage.Link", models.DO_NOTHING, db_constraint=False, related_name="decisions", verbose_name="比对结果"
    )
    person = models.ForeignKey(
        "registry.Person", models.DO_NOTHING, null=True, db_constraint=False, related_name="+", verbose_name="人员"
    )
    verdict = models.CharField("决定", max_length=9, choices=Verdict)
    via = models.CharField("方式", max_length=7, choices=Via, default=Via.DESK)
    by = models.CharField("核对人", max_length=60)
    at = models.DateTimeField("时间")
    reason = models.CharField("理由", max_length=200, blank=True)
    posterior = models.FloatField("后验概率")
    stage = models.CharField("阶段", max_length=1, blank=True)
    engine = models.CharField("引擎", max_length=20, blank=True)
    parameters = models.CharField("参数摘要", max_length=16, blank=True)
    snapshot = models.CharField("台账标记", max_length=60, blank=True)
    batch = models.ForeignKey(
        "imports.ImportBatch", models.DO_NOTHING, db_constraint=False, related_name="+", verbose_name="批次"
    )

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "核对经过"
        indexes = [*Scoped.Meta.indexes, models.Index(fields=["link", "id"]), models.Index(fields=["by", "-at"])]
        constraints = [
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="linkdecision_verdict"),
            models.CheckConstraint(condition=Q(via__in=Via.values), name="linkdecision_via"),
        ]

    def __str__(self) -> str:
        return f"{self.link_id} {self.verdict}"


class Opinion(Scoped):
    """A decided pair shown to another clerk who does not know what was decided."""

    link = models.ForeignKey("linkage.Link", models.CASCADE, related_name="opinions", verbose_name="比对结果")
    decision = models.OneToOneField(LinkDecision, models.CASCADE, related_name="opinion", verbose_name="第一次核对")
    first_by = models.CharField("第一核对人", max_length=60)
    state = models.CharField("状态", max_length=8, choices=OpinionState, default=OpinionState.WAITING)
    same = models.BooleanField("复核意见：是同一人", null=True)
    person = models.ForeignKey(
        "registry.Person", models.DO_NOTHING, null=True, db_constraint=False, related_name="+", verbose_name="人员"
    )
    given_by = models.CharField("复核人", max_length=60, blank=True)
    given_at = models.DateTimeField("复核时间", null=True)
    settled_by = models.CharField("裁定人", max_length=60, blank=True)
    settled_at = models.DateTimeField("裁定时间", null=True)

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "复核意见"
        indexes = [*Scoped.Meta.indexes, models.Index(fields=["state", "id"])]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=OpinionState.values), name="opinion_state"),
            models.CheckConstraint(condition=~Q(given_by=F("first_by")), name="opinion_of_another"),
            models.CheckConstraint(
                condition=Q(settled_by="") | (~Q(settled_by=F("first_by")) & ~Q(settled_by=F("given_by"))),
                name="opinion_settled_by_a_third",
            ),
            models.UniqueConstraint(
                fields=["link"], condition=Q(state__in=["waiting", "differs"]), name="opinion_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.link_id} {self.state}"


class VillageQuestion(Scoped):
    """这是您村的张三吗: asked of a village's broker, with the masked facts as they were shown."""

    link = models.ForeignKey("linkage.Link", models.CASCADE, related_name="questions", verbose_name="比对结果")
    person = models.ForeignKey("registry.Person", models.CASCADE, related_name="+", verbose_name="人员")
    facts = models.JSONField("所示内容", default=dict)  # {name, sex, birth_year, phone_tail, source, seen_on, ...}
    state = models.CharField("状态", max_length=9, choices=QuestionState, default=QuestionState.OPEN)
    asked_by = models.CharField("提问人", max_length=60)
    asked_at = models.DateTimeField("提问时间")
    expires_on = models.DateField("答复期限")
    answer = models.CharField("答复", max_length=6, choices=Answer, blank=True)
    note = models.CharField("补充", max_length=200, blank=True)
    answered_by = models.CharField("答复人", max_length=60, blank=True)
    answered_by_name = models.CharField("答复人姓名", max_length=40, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True)

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "问村里"
        indexes = [*Scoped.Meta.indexes, models.Index(fields=["state", "id"])]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=QuestionState.values), name="question_state"),
            models.CheckConstraint(
                condition=Q(state=QuestionState.ANSWERED, answer__in=Answer.values)
                | (~Q(state=QuestionState.ANSWERED) & Q(answer="")),
                name="question_answered_has_answer",
            ),
            models.UniqueConstraint(fields=["link"], condition=Q(state="open"), name="question_open_once"),
        ]

    def __str__(self) -> str:
        return f"{self.link_id} {self.state}"


class Lease(models.Model):
    """A pair that lies before a clerk for some minutes, so that two clerks do not work on the same one."""

    link = models.OneToOneField(
        "linkage.Link", models.CASCADE, primary_key=True, related_name="lease", verbose_name="比对结果"
    )
    holder = models.CharField("核对人", max_length=60)
    until = models.DateTimeField("至")

    class Meta:
        verbose_name = verbose_name_plural = "核对占用"

    def __str__(self) -> str:
        return f"{self.link_id} {self.holder}"
