"""What this county agreed on for its messages, read from the settings."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from .channels.base import Channel, ChannelError
from .channels.file import FileChannel
from .channels.smpp import SmppChannel
from .channels.smpp_settings import SmppSettings
from .enums import Purpose
from .rules import Policy, QuietHours

_DAY = timedelta(days=1)

QUIET_HOURS = QuietHours()
#: After this a message is no longer worth sending.
LIFETIME = 7 * _DAY
#: How long a receipt may take to tell what became of a message whose answer was lost.
RECEIPT_WAIT = timedelta(hours=2)
#: How long after a message a reply still counts as an answer to it.
REPLY_WINDOW = 30 * _DAY

POLICIES: dict[str, Policy] = {
    Purpose.RECOMMENDATION: Policy(cap=3, window=7 * _DAY),
    Purpose.SHORTLIST: Policy(cap=10, window=_DAY),
    Purpose.VISIT: Policy(cap=2, window=_DAY, optional=False),
    Purpose.POLICY: Policy(cap=2, window=30 * _DAY),
    Purpose.SERVICE: Policy(cap=5, window=_DAY, optional=False),
}

CHANNELS = ("file", "smpp")


def configured_channel() -> Channel:
    """The channel that ``SMS_CHANNEL`` names; ChannelError when it or its address is wrong."""
    if settings.SMS_CHANNEL == "file":
        return FileChannel(settings.STATE / "sms")
    if settings.SMS_CHANNEL == "smpp":
        return SmppChannel(SmppSettings.from_url(settings.SMPP_URL))
    raise ChannelError(f"JOBBRIDGE_SMS_CHANNEL={settings.SMS_CHANNEL} 不认识，可选：{'、'.join(CHANNELS)}")
