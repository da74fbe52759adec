"""Words of the message box: what a message is for, how urgent it is, where it stands."""

from __future__ import annotations

from django.db import models


class Purpose(models.TextChoices):
    """Why somebody is written to. Caps, quiet hours and opt-outs are kept by purpose."""

    RECOMMENDATION = "recommendation", "岗位推荐"
    SHORTLIST = "shortlist", "用工推荐"
    VISIT = "visit", "走访通知"
    POLICY = "policy", "政策提醒"
    SERVICE = "service", "业务办理"


class Priority(models.IntegerChoices):
    """A lower number leaves first."""

    URGENT = 1, "紧急"
    NORMAL = 5, "普通"
    BULK = 9, "批量"


class State(models.TextChoices):
    """Where a message stands; the allowed moves are in `flows`."""

    QUEUED = "queued", "待发送"
    CLAIMED = "claimed", "发送中"
    SENT = "sent", "已提交"
    DELIVERED = "delivered", "已送达"
    FAILED = "failed", "发送失败"
    EXPIRED = "expired", "已过期"
    CANCELLED = "cancelled", "已取消"
    SUPPRESSED = "suppressed", "未发（已退订）"


class ReceiptState(models.TextChoices):
    """What the network says became of one part of a message."""

    WAITING = "waiting", "等待回执"
    DELIVERED = "delivered", "已送达"
    FAILED = "failed", "未送达"


class ReplyKind(models.TextChoices):
    """What an inbound text asks for."""

    OPT_OUT = "opt_out", "退订"
    OPT_IN = "opt_in", "恢复接收"
    OTHER = "other", "其他"
