"""Distinct titles of posts and wishes with the occupation each stands for."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast


class JobTitleQuerySet(models.QuerySet):
    """Titles as a list shows them."""

    def unsure(self) -> Self:
        """Those a person should look at: something hangs on them and nobody knows for certain."""
        return self.filter(confirmed_at=None, urgency__gt=0)


class JobTitle(models.Model):
    """One title as people write it, once for all posts and wishes that bear it. No person stands in it.

    The engine proposes when the title is first met; what a person confirms holds for all that bear it.
    """

    text = models.CharField("叫法", max_length=60, unique=True)
    proposed = models.CharField("建议职业代码", max_length=16, blank=True, db_collation="C")  # '': it names no trade
    score = models.FloatField("把握")  # how like the proposal it is, 0 to 1; 1 is a name of the classification
    candidates = models.JSONField("候选职业", default=list)  # up to five [code, score], best first
    edition = models.CharField("分类器版本", max_length=16)
    confirmed = models.CharField("核定职业代码", max_length=16, blank=True, db_collation="C")
    confirmed_by = models.CharField("核定人", max_length=60, blank=True)
    confirmed_at = models.DateTimeField("核定时间", null=True)
    posts = models.PositiveIntegerField("岗位数", default=0)
    wishes = models.PositiveIntegerField("求职意向数", default=0)
    # How much hangs on it and how unsure it is: what a person should look at first.
    urgency = models.GeneratedField(
        expression=Cast(F("posts") + F("wishes"), models.FloatField()) * (Value(1.0) - F("score")),
        output_field=models.FloatField(),
        db_persist=True,
        verbose_name="该核对的程度",
    )

    objects = JobTitleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "岗位叫法"
        indexes = [
            models.Index(F("urgency").desc(), "id", name="title_queue", condition=Q(confirmed_at=None, urgency__gt=0))
        ]
        constraints = [
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=1), name="title_score"),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed="", confirmed_by="")
                | Q(confirmed_at__isnull=False) & ~Q(confirmed_by=""),
                name="title_confirmed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def occupation(self) -> str:
        """What is confirmed, else what is proposed; '' when it names no trade."""
        return self.confirmed if self.confirmed_at else self.proposed
