"""Village labour brokers: who visits which village."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from jobbridge.apps.accounts.scope import Scoped


class Broker(Scoped):
    """A labour broker; ``region_code`` is the village. A village keeps one active broker."""

    name = models.CharField("姓名", max_length=40)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="账号")
    phone_sealed = models.BinaryField("手机号（密封）", null=True)
    phone_mask = models.CharField("手机号", max_length=16, blank=True)
    active = models.BooleanField("在任", default=True)

    class Meta(Scoped.Meta):
        verbose_name = verbose_name_plural = "劳务经纪人"
        constraints = [
            models.UniqueConstraint(
                fields=["region_code"], condition=models.Q(active=True), name="broker_one_active_per_village"
            )
        ]

    def __str__(self) -> str:
        return self.name
