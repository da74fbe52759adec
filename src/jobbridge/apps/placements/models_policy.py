"""How the county matches, as dated data: from a day on, until the next policy begins."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

MOST_EACH, MOST_CANDIDATES, MOST_BONUS = 8, 20, 1_000_000


def default_weights() -> dict[str, int]:
    """Points of the score's terms until the county decides otherwise: those of the engine (a test compares them)."""
    return {
        "first_same": 4000, "second_same": 3400, "first_minor": 2600, "second_minor": 2300, "first_middle": 2000,
        "second_middle": 1800, "general": 1200, "place": 2000, "preferred": 2000, "province": 1300, "elsewhere": 1100,
        "far_km": 50, "home_percent": 80, "lodging": 500, "wage": 2000, "skill": 1500,
    }  # fmt: skip


class MatchPolicy(models.Model):
    """What the engine is told from ``valid_from`` on. Never changed afterwards: a new day, a new policy.

    One that nothing has followed yet may be withdrawn.
    """

    valid_from = models.DateField("生效日", unique=True)
    k = models.PositiveSmallIntegerField("每人推荐数", default=3)
    kappa = models.FloatField("每个名额的人选数", default=3.0)
    bonus_zero = models.PositiveIntegerField("零就业家庭优先分", default=80_000)
    bonus_key = models.PositiveIntegerField("重点群体优先分", default=50_000)
    bonus_other = models.PositiveIntegerField("其他人员优先分", default=20_000)
    bonus_next = models.PositiveIntegerField("第二个推荐的分值", default=5_000)
    wage_percent = models.PositiveSmallIntegerField("月薪下限比例（%）", default=80)
    weights = models.JSONField("分项权重", default=default_weights)
    manual_release = models.BooleanField("人工放行", default=False)
    note = models.CharField("说明", max_length=200, blank=True)
    decided_by = models.CharField("制定人", max_length=60)
    decided_at = models.DateTimeField("制定时间")

    class Meta:
        verbose_name = verbose_name_plural = "撮合口径"
        constraints = [
            models.CheckConstraint(condition=Q(k__gte=1, k__lte=MOST_EACH), name="match_policy_k"),
            models.CheckConstraint(condition=Q(kappa__gt=0, kappa__lte=MOST_CANDIDATES), name="match_policy_kappa"),
            models.CheckConstraint(
                condition=Q(
                    bonus_zero__lte=MOST_BONUS,
                    bonus_zero__gte=F("bonus_key"),
                    bonus_key__gte=F("bonus_other"),
                    bonus_other__gte=F("bonus_next"),
                ),
                name="match_policy_zero_first",
            ),
            models.CheckConstraint(condition=Q(wage_percent__lte=100), name="match_policy_wage"),
        ]

    def __str__(self) -> str:
        return f"{self.valid_from}"
