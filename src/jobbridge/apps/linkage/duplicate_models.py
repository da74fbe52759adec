"""Two entries of the ledger that may be one person, and the searches for them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from jobbridge.apps.accounts.scope import Scoped


class DuplicateSuspicion(Scoped):
    """Two persons of the ledger who may be one. Never merged by itself: somebody asks, and says what it was.

    ``region_code`` is the smallest area that holds both: nobody sees a pair who may not see either of them.
    """

    STATES = [("open", "待核实"), ("same", "确为同一人"), ("different", "确为两人"), ("lapsed", "依据已消失")]

    person_a = models.ForeignKey("registry.Person", models.CASCADE, related_name="+", verbose_name="人员甲")
    person_b = models.ForeignKey("registry.Person", models.CASCADE, related_name="+", verbose_name="人员乙")
    posterior = models.FloatField("同一人的概率")
    hold = models.CharField(
        "需人工核对的原因", max_length=20, blank=True
    )  # as jobbridge.engines.linkage.dedupe notes
    levels = models.JSONField("各项比对")  # {name, id, phone, village, sex, birth: level}
    weights = models.JSONField("各项分值")  # the same and prior: bits
    state = models.CharField("状态", max_length=9, choices=STATES, default="open")
    found_on = models.DateField("发现日")
    note = models.CharField("核实说明", max_length=200, blank=True)
    decided_by = models.CharField("核实人", max_length=60, blank=True)
    decided_at = models.DateTimeField("核实时间", null=True)

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "疑似重复人员"
        indexes = [
            *Scoped.Meta.indexes,
            models.Index(fields=["state", "-posterior", "id"]),
            models.Index(fields=["person_b"]),
        ]
        constraints = [
            models.UniqueConstraint(fields=["person_a", "person_b"], name="duplicate_once"),
            models.CheckConstraint(condition=Q(person_a__lt=F("person_b")), name="duplicate_order"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "same", "different", "lapsed"]), name="duplicate_state"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_a_id} {self.person_b_id}"


class DuplicateSearch(models.Model):
    """One search for persons entered twice; one that has no end and that nobody is at was cut off."""

    started_by = models.CharField("发起人", max_length=60)
    started_at = models.DateTimeField("开始时间")
    finished_at = models.DateTimeField("完成时间", null=True)
    step = models.CharField("步骤", max_length=60, blank=True)
    done = models.PositiveIntegerField("已完成", default=0)
    total = models.PositiveIntegerField("总数", default=0)
    counts = models.JSONField("计数", default=dict)  # as find_duplicates returns them
    error = models.CharField("错误", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "重复人员查找"

    def __str__(self) -> str:
        return f"{self.started_at}"
