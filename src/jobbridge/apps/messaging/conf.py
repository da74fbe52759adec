"""What this county agreed on for its messages, read from the settings."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from .channels.aliyun import AliyunChannel
from .channels.base import Channel, ChannelError, Kind
from .channels.cloud import CloudSettings
from .channels.file import FileChannel
from .channels.smpp import SmppChannel
from .channels.smpp_settings import SmppSettings
from .channels.tencent import TencentChannel
from .channels.wechat import WeChatChannel
from .enums import Purpose
from .rules import Policy, QuietHours
from .templates import TEMPLATES

_DAY = timedelta(days=1)

QUIET_HOURS = QuietHours()
#: After this a message is no longer worth sending.
LIFETIME = 7 * _DAY
#: How long a receipt may take to tell what became of a message whose answer was lost.
RECEIPT_WAIT = timedelta(hours=2)
#: A receipt that has to be asked for is asked for this long after the message and after each earlier question …
ASK_AFTER = timedelta(minutes=10)
#: … until the message is this old: operators try no longer.
ASK_UNTIL = 3 * _DAY
#: How long after a message a reply still counts as an answer to it.
REPLY_WINDOW = 30 * _DAY

POLICIES: dict[str, Policy] = {
    Purpose.RECOMMENDATION: Policy(cap=3, window=7 * _DAY),
    Purpose.SHORTLIST: Policy(cap=10, window=_DAY),
    Purpose.VISIT: Policy(cap=2, window=_DAY, optional=False),
    Purpose.POLICY: Policy(cap=2, window=30 * _DAY),
    Purpose.SERVICE: Policy(cap=5, window=_DAY, optional=False),
}

WECHAT = "wechat"
#: Channels of text messages, as JOBBRIDGE_SMS_CHANNEL names them.
CHANNELS = ("file", "smpp", "aliyun", "tencent")


def configured_channel() -> Channel:
    """The channel that ``SMS_CHANNEL`` names; ChannelError when it or its settings are wrong."""
    match settings.SMS_CHANNEL:
        case "file":
            return FileChannel(settings.STATE / "sms")
        case "smpp":
            return SmppChannel(SmppSettings.from_url(settings.SMPP_URL))
        case "aliyun":
            return AliyunChannel(_account())
        case "tencent":
            return TencentChannel(_account(app=True))
    raise ChannelError(f"JOBBRIDGE_SMS_CHANNEL={settings.SMS_CHANNEL} 不认识，可选：{'、'.join(CHANNELS)}")


def _account(*, app: bool = False) -> CloudSettings:
    return CloudSettings.read("JOBBRIDGE_SMS", settings.SMS_ACCOUNT, signature=settings.SMS_SIGNATURE, app=app)


def wechat_channel() -> WeChatChannel | None:
    """The official account, if the county has set one; ChannelError when its settings are wrong."""
    if not settings.WECHAT_ACCOUNT.get("KEY_ID"):
        return None
    return WeChatChannel(CloudSettings.read("JOBBRIDGE_WECHAT", settings.WECHAT_ACCOUNT))


def wechat_kinds() -> set[Kind]:
    """Templates that go over WeChat to those who follow the account; none while its settings are wrong."""
    try:
        channel = wechat_channel()
    except ChannelError:
        return set()
    kinds = {template.kind for template in TEMPLATES.values()}
    return kinds - set(channel.missing(kinds)) if channel else set()


def channels_in_use() -> list[tuple[str, str]]:
    """``(name, fault)`` of every channel that this county has set; the fault is empty when its settings are whole."""
    found = []
    for name, make in ((settings.SMS_CHANNEL, configured_channel), (WECHAT, wechat_channel)):
        try:
            channel, fault = make(), ""
        except ChannelError as error:
            channel, fault = None, str(error)
        if channel is not None or fault:
            found.append((name, fault))
    return found
