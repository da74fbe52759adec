"""What every channel promises.

A channel takes a batch and says of each message what surely happened to it. The difference that matters is
between *surely not taken* (it may be offered again at once) and *unknown* (it may be on somebody's phone).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class ChannelError(RuntimeError):
    """The channel cannot be used now. The text tells an administrator what to do; no message is lost."""


class Outcome(StrEnum):
    """What became of one offered message."""

    DELIVERED = "delivered"  # it is where it should be; no receipt will follow
    ACCEPTED = "accepted"  # taken; receipts may follow
    REFUSED = "refused"  # will never be taken: wrong number, text refused
    RETRY = "retry"  # not taken, a fault of the provider that may pass; counts as a try
    THROTTLED = "throttled"  # not taken because we are too fast; counts as nothing
    BLOCKED = "blocked"  # not taken because of our account: stop until an administrator has acted
    UNSENT = "unsent"  # never left this machine
    UNKNOWN = "unknown"  # left this machine, no answer came


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message as a channel sees it. ``key`` is the same at every try."""

    id: int
    key: str
    phone: str
    text: str
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """Outcome of one message; ``provider_ids`` has one id for each part that was taken."""

    id: int
    outcome: Outcome
    provider_ids: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Final word of the network about one part. ``phone`` is the number the message went to."""

    provider_id: str
    delivered: bool
    phone: str = ""
    error: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message from a person. The same one delivered twice has the same ``provider_id``."""

    provider_id: str
    phone: str
    text: str


Handler = Callable[["Receipt | Incoming"], None]


class Channel(Protocol):
    """A way out of the house. Not shared between threads."""

    name: str
    #: Whether a message offered twice under one key is still sent once.
    idempotent: bool
    #: Most messages of one `send`.
    window: int
    #: Agreed rate in messages a second.
    rate: float

    def open(self, handler: Handler) -> None:
        """Connect, or reconnect. Does nothing when connected.

        ``handler`` gets every receipt and reply *before* the provider is told that we have it, so it must
        have stored it when it returns; if it raises, the provider keeps the item and sends it again.
        ChannelError when the channel cannot be used.
        """

    def send(self, batch: Sequence[Outgoing]) -> list[Result]:
        """Offer a batch; exactly one result for each message, whatever happens to the connection."""

    def poll(self, seconds: float) -> int:
        """Take receipts and replies for up to ``seconds``; returns how many came.

        ChannelError when the line broke.
        """

    def close(self) -> None:
        """Leave cleanly. May be called at any time, and twice."""
