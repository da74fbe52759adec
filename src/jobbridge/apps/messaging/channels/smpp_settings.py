"""The address of a message centre and what was agreed with its operator."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from .base import ChannelError


@dataclass(frozen=True, slots=True)
class SmppSettings:
    """How to reach the centre.

    Parameters
    ----------
    source
        Our number, as agreed with the operator.
    prefix
        Put before every mobile number ("86" where the operator wants it).
    long
        ``udh``: parts with a user data header; ``payload``: one unit with message_payload.
    window
        Units on their way without an answer.
    rate
        Messages a second, as agreed.
    timeout
        Seconds to wait for an answer.
    idle
        Seconds of silence after which the line is tested.
    """

    host: str
    port: int
    system_id: str
    password: str = field(repr=False)
    source: str = ""
    prefix: str = ""
    system_type: str = ""
    long: str = "udh"
    window: int = 10
    rate: float = 20.0
    timeout: float = 10.0
    idle: float = 30.0

    def __post_init__(self) -> None:
        # smpplib cuts longer ones off without a word, and the centre then says that the password is wrong.
        if not self.system_id or len(self.system_id) > 15 or len(self.password) > 8:
            raise ChannelError("JOBBRIDGE_SMPP_URL：账号应为1至15位，密码最长8位")
        if self.long not in ("udh", "payload"):
            raise ChannelError("JOBBRIDGE_SMPP_URL：long 应为 udh 或 payload")
        if self.window < 1 or self.rate <= 0:
            raise ChannelError("JOBBRIDGE_SMPP_URL：window 和 rate 应大于0")

    @classmethod
    def from_url(cls, url: str) -> SmppSettings:
        """Read ``smpp://account:password@host:port?source=…&rate=20&window=10&prefix=86&long=udh``."""
        parts = urlsplit(url)
        if parts.scheme != "smpp" or not parts.hostname:
            raise ChannelError("JOBBRIDGE_SMPP_URL 应形如 smpp://账号:密码@地址:端口?source=接入号&rate=20")
        kinds = {"source": str, "prefix": str, "system_type": str, "long": str, "window": int}
        kinds |= {"rate": float, "timeout": float, "idle": float}
        options = {}
        for name, value in parse_qsl(parts.query):
            try:
                options[name] = kinds[name](value)
            except (KeyError, ValueError):
                raise ChannelError(f"JOBBRIDGE_SMPP_URL：参数 {name} 不认识或不是数字") from None
        return cls(
            host=parts.hostname,
            port=parts.port or 2775,
            system_id=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            **options,
        )
