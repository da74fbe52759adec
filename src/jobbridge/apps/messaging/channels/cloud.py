"""What the channels over a provider's web interface have in common: its settings, its address, several calls at once.

The clients of the providers are imported when a channel is opened: a county that sends over SMPP never loads them.
"""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlsplit

from .base import ChannelError, Outcome

#: Calls under way at once. A call takes about a tenth of a second: eight keep up with 80 messages a second alone.
CALLS = 8
#: Seconds until a call without an answer is given up; the message is then `Outcome.UNKNOWN`.
TIMEOUT = 10
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
# The clients write calls with numbers and keys to their debug logs.
for _name in ("tencentcloud_sdk_common", "alibabacloud", "urllib3"):
    logging.getLogger(_name).setLevel(logging.WARNING)

_LONG_NUMBER = re.compile(r"[0-9]{13,}[Xx]|[0-9]{7,}(?=[0-9]{4})")

_Got = TypeVar("_Got")
_Put = TypeVar("_Put")


@dataclass(frozen=True, slots=True)
class CloudSettings:
    """An account with a provider.

    Parameters
    ----------
    prefix
        Of the environment variables it comes from (``JOBBRIDGE_SMS``), for messages about them.
    key_id, key_secret
        Of an account that may do nothing but send and ask.
    app_id
        Tencent's application (SdkAppId).
    endpoint
        Another address than the provider's; plain http only on this machine, for tests.
    rate
        Messages a second, as agreed.
    """

    prefix: str
    key_id: str
    key_secret: str = field(repr=False)
    templates: str = ""
    signature: str = ""
    app_id: str = ""
    region: str = ""
    endpoint: str = ""
    rate: float = 20.0

    @classmethod
    def read(cls, prefix: str, values: Mapping[str, str], *, signature: str = "", app: bool = False) -> CloudSettings:
        """Read what the environment says; ChannelError names what is missing or wrong."""
        needed = ["KEY_ID", "KEY_SECRET", "TEMPLATES", *(["APP_ID"] if app else [])]
        missing = [f"{prefix}_{name}" for name in needed if not values.get(name)]
        if missing:
            raise ChannelError(f"请设置 {'、'.join(missing)}")
        try:
            rate = float(values.get("RATE") or 20)
        except ValueError:
            rate = 0.0
        if rate <= 0:
            raise ChannelError(f"{prefix}_RATE 应为大于0的数（每秒条数）")
        address(f"{prefix}_ENDPOINT", values.get("ENDPOINT", ""), "")
        names = ("KEY_ID", "KEY_SECRET", "TEMPLATES", "APP_ID", "REGION", "ENDPOINT")
        rest = {name.lower(): values.get(name, "") for name in names}
        return cls(prefix=prefix, signature=signature, rate=rate, **rest)


def address(setting: str, endpoint: str, default: str) -> tuple[str, str]:
    """``(scheme, host with port)`` of an endpoint; plain http is refused anywhere but on this machine."""
    parts = urlsplit(endpoint if "//" in endpoint else f"https://{endpoint or default}")
    if parts.scheme not in ("https", "http") or (parts.scheme == "http" and parts.hostname not in _LOOPBACK):
        raise ChannelError(f"{setting} 应为 https 地址，如 https://{default or '域名'}")
    return parts.scheme, parts.netloc


def at_once(call: Callable[[_Put], _Got], items: Iterable[_Put]) -> Iterator[_Got]:
    """Call for every item, several at a time; results in order."""
    items = list(items)
    if len(items) < 2:
        yield from map(call, items)
        return
    with ThreadPoolExecutor(min(CALLS, len(items)), thread_name_prefix="sms") as pool:
        yield from pool.map(call, items)


def without_answer(error: BaseException) -> tuple[Outcome, str]:
    """What a call that ended without an answer means: it never left, or nobody knows."""
    with contextlib.suppress(ImportError):
        from requests.exceptions import ConnectTimeout, ProxyError, SSLError
        from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

        never_left = (ConnectTimeout, ConnectTimeoutError, NewConnectionError, ProxyError, SSLError)
        if any(isinstance(cause, never_left) for cause in _causes(error)):
            return Outcome.UNSENT, "连不上服务商：请检查本机到服务商接口的网络"
    return Outcome.UNKNOWN, "服务商未应答"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all that led to it, those hidden in libraries' own fields included."""
    waiting, seen = [error], set()
    while waiting:
        cause = waiting.pop()
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        inner = [cause.__cause__, cause.__context__, getattr(cause, "inner_exception", None)]
        inner += [getattr(cause, "reason", None), *cause.args]
        waiting += [other for other in inner if isinstance(other, BaseException)]


def without_numbers(text: str | None) -> str:
    """A provider's own words without the phone and id numbers that some repeat: they are kept, shown and logged.

    >>> without_numbers("+8616400000001 is invalid")
    '+****0001 is invalid'
    """
    return _LONG_NUMBER.sub("****", text or "")


def reference(ids: Iterable[int]) -> str:
    """Our own name for the messages of one call, which the provider gives back."""
    return ",".join(map(short, ids))


def named(text: str | None) -> tuple[int, ...]:
    """The messages that a `reference` names; none when it is not ours."""
    try:
        return tuple(int(part, 36) for part in (text or "").split(",") if part)
    except ValueError:
        return ()


def short(number: int) -> str:
    """A message's number to base 36.

    >>> short(600_000), int("cuyo", 36)
    ('cuyo', 600000)
    """
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"
