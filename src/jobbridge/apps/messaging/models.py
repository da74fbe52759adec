"""The outbox, what became of its messages, what came back, and who wants no more.

A number is kept sealed, with a blind index to find it and a mask to show it; the field name is that of the contact
points, so both can be joined. A body may hold a name, never a phone or id number (`Template.render` sees to it).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from jobbridge.apps.accounts.scope import Scoped

from .enums import Priority, Purpose, ReceiptState, ReplyKind, State
from .querysets import InboundQuerySet, MessageQuerySet, ReceiptQuerySet

#: Name under which phone numbers are sealed and indexed everywhere.
PHONE = "phone"
#: Name under which a follower's id of the WeChat official account is sealed.
OPENID = "openid"


class Message(Scoped):
    """One message to one number: queued once under its key, sent at most once on purpose."""

    idempotency_key = models.CharField("幂等键", max_length=120, unique=True)
    purpose = models.CharField("用途", max_length=16, choices=Purpose)
    template = models.CharField("模板", max_length=40)
    template_version = models.PositiveSmallIntegerField("模板版本")
    person_id = models.BigIntegerField("人员", null=True)
    employer_id = models.BigIntegerField("用工单位", null=True)
    recipient_sealed = models.BinaryField("接收号码（密文）")
    recipient_index = models.BinaryField("接收号码（索引）")
    recipient_mask = models.CharField("接收号码", max_length=20)
    body = models.TextField("正文")
    variables = models.JSONField("模板变量", default=dict)
    parts = models.PositiveSmallIntegerField("计费条数")
    channel = models.CharField("通道", max_length=12)
    priority = models.PositiveSmallIntegerField("优先级", choices=Priority, default=Priority.NORMAL)
    state = models.CharField("状态", max_length=10, choices=State, default=State.QUEUED)
    not_before = models.DateTimeField("最早发送")
    next_try_at = models.DateTimeField("下次发送")
    expires_at = models.DateTimeField("有效期至")
    tries = models.PositiveSmallIntegerField("失败次数", default=0)
    claimed_by = models.CharField("发送进程", max_length=60, blank=True)
    claimed_at = models.DateTimeField("领取时间", null=True)
    uncertain_at = models.DateTimeField("结果不明自", null=True)
    resent = models.BooleanField("结果不明后重发", default=False)
    provider_id = models.CharField("通道编号", max_length=80, blank=True)
    error = models.CharField("原因", max_length=200, blank=True)
    queued_by = models.CharField("提交人", max_length=60)
    created_at = models.DateTimeField("提交时间")
    sent_at = models.DateTimeField("发送时间", null=True)
    delivered_at = models.DateTimeField("送达时间", null=True)

    objects = MessageQuerySet.as_manager()

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "消息"
        indexes = [
            *Scoped.Meta.indexes,
            models.Index(
                fields=["channel", "priority", "next_try_at", "id"],
                condition=Q(state=State.QUEUED),
                name="message_due",
            ),
            models.Index(fields=["channel"], condition=Q(state=State.CLAIMED), name="message_claimed"),
            models.Index(fields=["recipient_index", "purpose"], name="message_recipient"),
            models.Index(fields=["person_id", "id"], condition=Q(person_id__isnull=False), name="message_person"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="message_state"),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="message_purpose"),
            models.CheckConstraint(
                condition=Q(state=State.CLAIMED, claimed_at__isnull=False)
                | (~Q(state=State.CLAIMED) & Q(claimed_at__isnull=True, uncertain_at__isnull=True)),
                name="message_claimed_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.SENT, State.DELIVERED]) | Q(sent_at__isnull=False),
                name="message_sent_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state=State.DELIVERED, delivered_at__isnull=False)
                | (~Q(state=State.DELIVERED) & Q(delivered_at__isnull=True)),
                name="message_delivered_has_time",
            ),
            models.CheckConstraint(condition=~Q(state=State.FAILED) | ~Q(error=""), name="message_failed_has_reason"),
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("not_before")), name="message_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.recipient_mask} {self.get_state_display()}"


class Receipt(models.Model):
    """One part that a provider took. Its receipt may come before we noted that it was taken: either makes the row."""

    channel = models.CharField("通道", max_length=12)
    provider_id = models.CharField("通道编号", max_length=80)
    message = models.ForeignKey(Message, models.CASCADE, null=True, related_name="receipts", verbose_name="消息")
    state = models.CharField("状态", max_length=10, choices=ReceiptState, default=ReceiptState.WAITING)
    error = models.CharField("原因", max_length=200, blank=True)
    at = models.DateTimeField("时间")

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "回执"
        constraints = [
            models.UniqueConstraint(fields=["channel", "provider_id"], name="receipt_once"),
            models.CheckConstraint(condition=Q(state__in=ReceiptState.values), name="receipt_state"),
        ]
        # What a channel that has to ask for receipts asks about, the longest unasked first.
        indexes = [models.Index(fields=["channel", "at"], condition=Q(state="waiting"), name="receipt_waiting")]

    def __str__(self) -> str:
        return f"{self.channel}:{self.provider_id} {self.get_state_display()}"


class Inbound(Scoped):
    """What somebody wrote back. The region is that of the message answered, else the whole county's."""

    channel = models.CharField("通道", max_length=12)
    provider_id = models.CharField("通道编号", max_length=80)
    sender_sealed = models.BinaryField("来信号码（密文）")
    sender_index = models.BinaryField("来信号码（索引）")
    sender_mask = models.CharField("来信号码", max_length=20)
    text = models.TextField("内容")
    kind = models.CharField("含义", max_length=8, choices=ReplyKind)
    answers = models.ForeignKey(
        Message, models.SET_NULL, null=True, related_name="replies", verbose_name="所回复的消息"
    )
    received_at = models.DateTimeField("收到时间")
    handled_at = models.DateTimeField("处理时间", null=True)
    handled_by = models.CharField("处理人", max_length=60, blank=True)

    objects = InboundQuerySet.as_manager()

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "来信"
        indexes = [
            *Scoped.Meta.indexes,
            models.Index(fields=["region_code", "id"], condition=Q(handled_at__isnull=True), name="inbound_open"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["channel", "provider_id"], name="inbound_once"),
            models.CheckConstraint(condition=Q(kind__in=ReplyKind.values), name="inbound_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.sender_mask} {self.received_at:%Y-%m-%d %H:%M}"


class OptOut(models.Model):
    """A number that wants no messages of a purpose (``*``: of none).

    No region: a refusal holds for whoever sends, wherever the person is counted. It shows no more than a mask.
    """

    recipient_index = models.BinaryField("号码（索引）")
    recipient_mask = models.CharField("号码", max_length=20)
    purpose = models.CharField("用途", max_length=16, choices=[("*", "全部"), *Purpose.choices])
    at = models.DateTimeField("时间")
    source = models.CharField("来源", max_length=60)

    class Meta:
        verbose_name = verbose_name_plural = "退订"
        constraints = [
            models.UniqueConstraint(fields=["recipient_index", "purpose"], name="opt_out_once"),
            models.CheckConstraint(condition=Q(purpose__in=["*", *Purpose.values]), name="opt_out_purpose"),
        ]

    def __str__(self) -> str:
        return f"{self.recipient_mask} {self.get_purpose_display()}"


class WeChatBinding(models.Model):
    """A person who follows the county's WeChat official account, and the id by which it may write to them."""

    person_id = models.BigIntegerField("人员", unique=True)
    openid_sealed = models.BinaryField("微信标识（密文）")
    bound_at = models.DateTimeField("绑定时间")
    source = models.CharField("来源", max_length=60)

    class Meta:
        verbose_name = verbose_name_plural = "微信绑定"

    def __str__(self) -> str:
        return f"{self.person_id} {self.bound_at:%Y-%m-%d}"
