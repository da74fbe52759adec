"""SMPP 3.4 to an operator's message centre (SMSC), one transceiver session.

Built on smpplib for the protocol data units. Its own read loop is not used: it calls the "sent" handler for refused
and throttled messages too, answers nothing to an unbind, and a delivery with an optional parameter it does not list
would stop it for good, since the centre keeps sending that delivery again.
"""

from __future__ import annotations

import logging
import select
import struct
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from smpplib import consts, exceptions, smpp
from smpplib.client import Client

from jobbridge.kernel import phone as phones

from .. import segments
from . import smpp_status, smpp_text
from .base import ChannelError, Handler, Incoming, Kind, Outcome, Outgoing, Question, Receipt, Result
from .smpp_settings import SmppSettings

log = logging.getLogger(__name__)
_WIRE = "jobbridge.smpp.wire"
# smpplib writes every unit to its debug log, password and phone numbers included.
logging.getLogger(_WIRE).setLevel(logging.ERROR)

_LONGEST_UNIT = 70_000
_REFUSED_DELIVERY = consts.SMPP_ESME_RX_R_APPN
_TRY_AGAIN = consts.SMPP_ESME_RX_T_APPN
_PART_TRIES = 5


class _LostError(Exception):
    """The line broke, or cannot be trusted any more."""


class _UnreadableError(Exception):
    """A unit arrived whole but means nothing to smpplib."""

    def __init__(self, command_id: int, sequence: int) -> None:
        super().__init__(f"unreadable unit 0x{command_id:08X}")
        self.command_id = command_id
        self.sequence = sequence


class _Client(Client):
    """smpplib's client, with a reader that survives units it cannot parse."""

    def read_pdu(self):
        head = self._recv_exact(16)
        length, command_id, _, sequence = struct.unpack(">LLLL", head)
        if not 16 <= length <= _LONGEST_UNIT:
            raise exceptions.PDUError(f"unit of {length} bytes")
        raw = head + self._recv_exact(length - 16)
        try:
            pdu = smpp.parse_pdu(raw, client=self, allow_unknown_opt_params=True)
        except (KeyError, IndexError, struct.error, exceptions.UnknownCommandError) as error:
            raise _UnreadableError(command_id, sequence) from error
        if not pdu.is_error():
            self.state = consts.STATE_SETTERS.get(pdu.command, self.state)
        return pdu

    def fileno(self) -> int:
        return self._socket.fileno()


@dataclass(slots=True)
class _Sending:
    """A message under way: its parts, and what is known of each."""

    message: Outgoing
    bodies: list[bytes]
    payload: bool
    status: list[int | None] = field(default_factory=list)
    ids: dict[int, str] = field(default_factory=dict)
    waiting: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.status = [None] * len(self.bodies)

    def open_parts(self) -> list[int]:
        """Parts that still have to be offered: never offered, or refused for a passing reason."""
        passing = (Outcome.THROTTLED, Outcome.RETRY)
        return [
            number
            for number, status in enumerate(self.status)
            if number not in self.waiting and (status is None or smpp_status.outcome_of(status) in passing)
        ]

    def result(self, unsent: Outcome, error: str) -> Result:
        """What to report; ``unsent`` and ``error`` hold when nothing of it ever left."""
        ids = tuple(self.ids[number] for number in sorted(self.ids))
        bad = [status for status in self.status if status]
        if len(ids) == len(self.bodies):
            return Result(self.message.id, Outcome.ACCEPTED, ids)
        if any(smpp_status.outcome_of(status) is Outcome.REFUSED for status in bad):
            reason = smpp_status.describe(bad[0])
            return Result(self.message.id, Outcome.REFUSED, error=f"{reason}{'（部分已发出）' if ids else ''}")
        if ids or self.waiting:
            return Result(self.message.id, Outcome.UNKNOWN, ids, error or "部分未得到短信中心应答")
        if bad:
            return Result(self.message.id, smpp_status.outcome_of(bad[0]), error=smpp_status.describe(bad[0]))
        return Result(self.message.id, unsent, error=error)


class SmppChannel:
    """One session with the centre; connects on `open`, and again on the next `open` after a break."""

    name = "smpp"
    idempotent = False
    asks = False

    def __init__(self, settings: SmppSettings) -> None:
        self.settings = settings
        self.window = settings.window
        self.rate = settings.rate
        self._client: _Client | None = None
        self._handler: Handler | None = None
        self._pending: dict[int, tuple[_Sending, int]] = {}
        self._heard = self._asked = 0.0
        self._hold = False
        self._failure: BaseException | None = None

    # ------------------------------------------------------------ line

    def missing(self, kinds: Collection[Kind]) -> list[Kind]:
        """None: it carries any text."""
        return []

    def ask(self, questions: Sequence[Question]) -> None:
        """Nothing: what there is to know comes by itself."""

    def open(self, handler: Handler) -> None:
        """Connect and log in; ChannelError says what to do when that fails."""
        self._handler = handler
        if self._client is not None:
            return
        own = self.settings
        client = _Client(own.host, own.port, timeout=own.timeout, logger_name=_WIRE, allow_unknown_opt_params=True)
        try:
            client.connect()
            client.bind_transceiver(system_id=own.system_id, password=own.password, system_type=own.system_type)
        except exceptions.PDUError as error:
            client.disconnect()
            status = error.args[1] if len(error.args) > 1 else consts.SMPP_ESME_RUNKNOWNERR
            raise ChannelError(smpp_status.binding_advice(status)) from None
        except (exceptions.ConnectionError, OSError, _UnreadableError) as error:
            client.disconnect()
            raise ChannelError(
                f"连不上短信中心 {own.host}:{own.port}。请检查地址、端口、专线或白名单，恢复后重新发送。"
                "待发短信都还在队列中。"
            ) from error
        self._client = client
        self._heard, self._asked = time.monotonic(), 0.0

    def close(self) -> None:
        """Log out if the line is up, and hang up."""
        if self._client is None:
            return
        try:
            self._client.send_pdu(smpp.make_pdu("unbind", client=self._client))
            deadline = time.monotonic() + 2
            while time.monotonic() < deadline and self._client.state != consts.SMPP_CLIENT_STATE_OPEN:
                self._pump(max(0.0, deadline - time.monotonic()))
        except (_LostError, exceptions.ConnectionError, exceptions.PDUError):
            log.info("the message centre hung up first")
        self._hang_up()

    def _hang_up(self) -> None:
        if self._client is not None:
            self._client.state = consts.SMPP_CLIENT_STATE_OPEN  # else smpplib logs a warning on leaving
            self._client.disconnect()
            self._client = None
        self._pending.clear()

    # ------------------------------------------------------------ out

    def send(self, batch: Sequence[Outgoing]) -> list[Result]:
        """Offer a batch with up to ``window`` units on their way at once."""
        under_way = [self._prepared(message) for message in batch]
        unsent, error = Outcome.UNSENT, "与短信中心的连接已断开"
        if self._client is not None:
            try:
                if self._submit_all(under_way):
                    unsent, error = Outcome.THROTTLED, "短信中心限速"
            except (_LostError, exceptions.ConnectionError, exceptions.PDUError, OSError) as problem:
                log.warning("line to the message centre lost: %s", type(problem).__name__)
                self._hang_up()
        return [sending.result(unsent, error) for sending in under_way]

    def _prepared(self, message: Outgoing) -> _Sending:
        parts = segments.split(message.text)
        if len(parts) == 1 or self.settings.long == "payload":
            return _Sending(message, [message.text.encode("utf-16-be")], payload=len(parts) > 1)
        # The reference is the message's own: a part sent twice replaces itself on the phone.
        bodies = [
            segments.header(message.id, len(parts), number) + part.encode("utf-16-be")
            for number, part in enumerate(parts, start=1)
        ]
        return _Sending(message, bodies, payload=False)

    def _submit_all(self, under_way: list[_Sending]) -> bool:
        """Offer everything; True when the centre throttled or blocked us and the rest was held back."""
        self._hold = False
        for sending in under_way:
            for number in sending.open_parts():
                self._submit(sending, number)
            # Answers that came meanwhile may tell us to stop.
            if self._hold:
                break
        self._await_answers(0)
        self._finish_begun(under_way)
        return self._hold

    def _finish_begun(self, under_way: list[_Sending]) -> None:
        """A long message of which a part was taken is completed here: offered anew, that part would go twice."""
        for attempt in range(1, _PART_TRIES):
            begun = [sending for sending in under_way if sending.ids and sending.open_parts()]
            if not begun:
                return
            self._listen(0.25 * 2**attempt)
            for sending in begun:
                for number in sending.open_parts():
                    self._submit(sending, number)
            self._await_answers(0)

    def _submit(self, sending: _Sending, number: int) -> None:
        self._await_answers(self.settings.window - 1)
        body = sending.bodies[number]
        pdu = smpp.make_pdu(
            "submit_sm",
            client=self._client,
            source_addr=self.settings.source,
            dest_addr_ton=consts.SMPP_TON_INTL if self.settings.prefix else consts.SMPP_TON_UNK,
            dest_addr_npi=consts.SMPP_NPI_ISDN,
            destination_addr=self.settings.prefix + sending.message.phone,
            esm_class=smpp_text.UDH_FLAG if len(sending.bodies) > 1 else 0,
            data_coding=consts.SMPP_ENCODING_ISO10646,
            registered_delivery=1,
            validity_period=smpp_text.validity(sending.message.expires_at),
            **{"message_payload" if sending.payload else "short_message": body},
        )
        self._client.send_pdu(pdu)
        # From here on the centre may have it.
        sending.waiting.add(number)
        self._pending[pdu.sequence] = (sending, number)

    def _await_answers(self, left: int) -> None:
        """Read until at most ``left`` units wait for their answer."""
        deadline = time.monotonic() + self.settings.timeout
        while len(self._pending) > left:
            before = len(self._pending)
            self._pump(max(0.0, deadline - time.monotonic()))
            if len(self._pending) < before:
                deadline = time.monotonic() + self.settings.timeout
            elif time.monotonic() >= deadline:
                raise _LostError

    # ------------------------------------------------------------ in

    def poll(self, seconds: float) -> int:
        """Read for up to ``seconds``, testing a silent line; raises what the handler raised, if it did."""
        if self._client is None:
            raise ChannelError("与短信中心的连接已断开")
        try:
            came = self._listen(seconds)
        except (_LostError, exceptions.ConnectionError, exceptions.PDUError, OSError) as error:
            self._hang_up()
            raise ChannelError("与短信中心的连接已断开") from error
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure
        return came

    def _listen(self, seconds: float) -> int:
        deadline = time.monotonic() + seconds
        came = 0
        while True:
            remaining = max(0.0, deadline - time.monotonic())
            came += self._pump(min(remaining, self.settings.idle))
            self._test_silent_line()
            if not remaining:
                return came

    def _test_silent_line(self) -> None:
        now = time.monotonic()
        if self._asked > self._heard and now - self._asked > self.settings.timeout:
            raise _LostError
        if now - max(self._heard, self._asked) > self.settings.idle:
            self._client.send_pdu(smpp.make_pdu("enquire_link", client=self._client))
            self._asked = now

    def _pump(self, seconds: float) -> int:
        """Wait up to ``seconds`` for one unit, then take all that are there; returns receipts and replies."""
        came = 0
        while self._client is not None and select.select([self._client], [], [], seconds)[0]:
            seconds = 0.0
            try:
                pdu = self._client.read_pdu()
            except _UnreadableError as unit:
                self._answer_unreadable(unit)
                continue
            except TimeoutError as error:  # stopped in the middle of a unit
                raise _LostError from error
            self._heard = time.monotonic()
            came += self._dispatch(pdu)
        return came

    def _dispatch(self, pdu) -> int:
        match pdu.command:
            case "submit_sm_resp" | "generic_nack":
                sending, number = self._pending.pop(pdu.sequence, (None, 0))
                if sending is not None:
                    sending.waiting.discard(number)
                    sending.status[number] = pdu.status
                    self._hold |= smpp_status.outcome_of(pdu.status) in (Outcome.THROTTLED, Outcome.BLOCKED)
                    if not pdu.is_error():
                        sending.ids[number] = _text(pdu.message_id)
            case "deliver_sm":
                self._answer("deliver_sm_resp", pdu.sequence, self._delivered(pdu))
                return 1
            case "enquire_link":
                self._answer("enquire_link_resp", pdu.sequence)
            case "unbind":
                self._answer("unbind_resp", pdu.sequence)
                raise _LostError
        return 0

    def _answer(self, command: str, sequence: int, status: int = consts.SMPP_ESME_ROK) -> None:
        pdu = smpp.make_pdu(command, client=self._client, status=status)
        pdu.sequence = sequence
        self._client.send_pdu(pdu)

    def _answer_unreadable(self, unit: _UnreadableError) -> None:
        log.warning("%s refused", unit)
        if unit.command_id == 0x05:
            self._answer("deliver_sm_resp", unit.sequence, _REFUSED_DELIVERY)

    def _delivered(self, pdu) -> int:
        """Hand a receipt or reply over; the status that tells the centre whether we have it."""
        body = pdu.short_message or pdu.message_payload or b""
        number = phones.clean(_text(pdu.source_addr))
        item: Receipt | Incoming | None
        if smpp_text.is_receipt(pdu.esm_class):
            read = smpp_text.parse_receipt(body.decode("latin-1"), _text(pdu.receipted_message_id), pdu.message_state)
            item = read and Receipt(read[0], read[1], phone=number, error=read[2], at=read[3])
        else:
            text = smpp_text.decode(smpp_text.without_header(body, pdu.esm_class), pdu.data_coding)
            now = datetime.now(UTC)
            provider_id = smpp_text.inbound_id(number, _text(pdu.destination_addr), body, now)
            item = Incoming(provider_id, number, text)
        if item is None:
            return consts.SMPP_ESME_ROK
        try:
            self._handler(item)
        except Exception as error:
            # The centre keeps it; `poll` raises it, `send` must not: its results would be lost.
            self._failure = error
            return _TRY_AGAIN
        return consts.SMPP_ESME_ROK


def _text(value: bytes | None) -> str:
    return (value or b"").decode("latin-1")
