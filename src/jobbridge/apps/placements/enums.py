"""Words of a recommendation's way: where it stands, why somebody refuses, and whether its run may be sent."""

from __future__ import annotations

from django.db import models


class RunState(models.TextChoices):
    """Only what is released reaches people."""

    DRAFT = "draft", "待放行"
    RELEASED = "released", "已放行"
    DISCARDED = "discarded", "已作废"


class RunKind(models.TextChoices):
    """Whom a run is about."""

    DAY = "day", "每日撮合"
    PERSON = "person", "当场推荐"


class RecommendationState(models.TextChoices):
    """Where a recommendation stands; the allowed steps are in `flows`."""

    RECOMMENDED = "recommended", "已推荐"
    SENT = "sent", "已发送"
    DELIVERED = "delivered", "已送达"
    SEEN = "seen", "已查看"
    INTERESTED = "interested", "有意向"
    REFUSED = "refused", "不合适"
    INTERVIEW = "interview", "面试中"
    OFFERED = "offered", "拟录用"
    PLACED = "placed", "已到岗"
    STABLE_1 = "stable_1", "稳定满1个月"
    STABLE_3 = "stable_3", "稳定满3个月"
    STABLE_6 = "stable_6", "稳定满6个月"
    NOT_HIRED = "not_hired", "未录用"
    LEFT = "left", "已离岗"
    EXPIRED = "expired", "已过期"


class Refusal(models.TextChoices):
    """Why a post does not suit; what each changes in the next runs is in `refusal_rules`."""

    WAGE = "wage", "工资低"
    FAR = "far", "太远"
    KIND = "kind", "工种不合适"
    HOURS = "hours", "班次/时间不合适"
    LODGING = "lodging", "不包住"
    HEALTH = "health", "身体吃不消"
    FAMILY = "family", "要照顾家人"
    EMPLOYED = "employed", "已有工作"
    OTHER = "other", "其他"
