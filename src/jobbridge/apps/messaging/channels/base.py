"""What every channel promises.

A channel takes a batch and says of each message what surely happened to it. The difference that matters is
between *surely not taken* (it may be offered again at once) and *unknown* (it may be on somebody's phone).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

#: A template by name and version.
Kind = tuple[str, int]


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
    ELSEWHERE = "elsewhere"  # this channel does not reach the person: the text message channel may


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message as a channel sees it. ``key`` is the same at every try.

    Channels that may only fill in approved texts take ``kind`` (template and version) and ``variables`` instead of
    ``text``; those that know people by another name than their phone take ``address``.
    """

    id: int
    key: str
    phone: str
    text: str
    expires_at: datetime | None = None
    kind: Kind = ("", 0)
    variables: Mapping[str, str] = field(default_factory=dict)
    address: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """Outcome of one message; ``provider_ids`` has one id for each part that was taken.

    ``gone`` says of an `ELSEWHERE` that the address leads nowhere any more.
    """

    id: int
    outcome: Outcome
    provider_ids: tuple[str, ...] = ()
    error: str = ""
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """Final word of the network about one part. ``phone`` is the number the message went to.

    ``among`` are the messages that our own reference, given back by the provider, stands for: the receipt is of the
    one that went to ``phone``.
    """

    provider_id: str
    delivered: bool
    phone: str = ""
    error: str = ""
    at: datetime | None = None
    among: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """A message whose answer was lost is with the provider after all."""

    id: int
    provider_id: str


@dataclass(frozen=True, slots=True)
class Question:
    """A message that may have a receipt. ``provider_id`` is empty when its answer was lost."""

    id: int
    phone: str
    provider_id: str
    sent_on: date


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message from a person. The same one delivered twice has the same ``provider_id``."""

    provider_id: str
    phone: str
    text: str


Item = Receipt | Incoming | Taken
Handler = Callable[[Item], None]


class Channel(Protocol):
    """A way out of the house. Not shared between threads."""

    name: str
    #: Whether a message offered twice under one key is still sent once.
    idempotent: bool
    #: Most messages of one `send`.
    window: int
    #: Agreed rate in messages a second.
    rate: float
    #: Whether receipts have to be asked for, message by message, with `ask`.
    asks: bool

    def missing(self, kinds: Collection[Kind]) -> list[Kind]:
        """Those templates that cannot be sent because no approved text of the provider is set for them."""

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

    def ask(self, questions: Sequence[Question]) -> None:
        """Ask what became of messages; the handler gets what is known. ChannelError when asking is refused."""

    def close(self) -> None:
        """Leave cleanly. May be called at any time, and twice."""
