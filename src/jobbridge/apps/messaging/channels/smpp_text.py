"""The texts inside SMPP: receipts, inbound messages, times. Bytes in, plain values out."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime

from ..rules import CHINA

UDH_FLAG = 0x40
_TYPE_BITS, _RECEIPT = 0x3C, 0x04
_ENCODINGS = {8: "utf-16-be", 15: "gb18030", 4: "utf-8"}

_FIELD = re.compile(r"(id|stat|err|done date):([^\s]*)", re.IGNORECASE)
_STATES = {2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 7: "UNKNOWN", 8: "REJECTD"}
_REASONS = {
    "EXPIRED": "超过有效期未送达",
    "DELETED": "被短信中心删除",
    "UNDELIV": "无法送达",
    "REJECTD": "被短信中心拒绝",
    "UNKNOWN": "状态不明",
}


def is_receipt(esm_class: int) -> bool:
    """Whether a deliver_sm is a delivery receipt rather than somebody's message."""
    return esm_class & _TYPE_BITS == _RECEIPT


def without_header(body: bytes, esm_class: int) -> bytes:
    """The body behind its user data header, if it has one."""
    return body[1 + body[0] :] if esm_class & UDH_FLAG and body else body


def decode(body: bytes, data_coding: int) -> str:
    """Text of an inbound message. Signs that cannot be read become U+FFFD: a person will see the rest."""
    return body.decode(_ENCODINGS.get(data_coding, "latin-1"), errors="replace")


def parse_receipt(
    text: str, message_id: str | None, message_state: int | None
) -> tuple[str, bool, str, datetime | None] | None:
    """Read a receipt: ``(provider_id, delivered, error, at)``.

    The optional parameters ``message_id`` and ``message_state`` win over the text, whose form is only customary.
    None for an intermediate state (ENROUTE, ACCEPTD) and for a receipt that names no message.
    """
    fields = {name.lower(): value for name, value in _FIELD.findall(text)}
    provider_id = message_id or fields.get("id", "")
    state = _STATES.get(message_state, "") if message_state is not None else fields.get("stat", "").upper()
    if not provider_id or (state != "DELIVRD" and state not in _REASONS):
        return None
    error = ""
    if state != "DELIVRD":
        code = fields.get("err", "")
        error = _REASONS[state] + (f"（代码{code}）" if code.strip("0") else "")
    return provider_id, state == "DELIVRD", error, _done_at(fields.get("done date", ""))


def _done_at(text: str) -> datetime | None:
    form = {10: "%y%m%d%H%M", 12: "%y%m%d%H%M%S"}.get(len(text))
    if form is None:
        return None
    try:
        return datetime.strptime(text, form).replace(tzinfo=CHINA)
    except ValueError:
        return None


def inbound_id(phone: str, destination: str, body: bytes, at: datetime) -> str:
    """An id for an inbound message, which SMPP 3.4 does not give it.

    A message whose acknowledgement was lost comes again within minutes and must not count twice; the same person
    sending the same text an hour later must. So the id is of sender, content and the ten minutes it came in.
    """
    window = int(at.timestamp()) // 600
    return hashlib.sha256(f"{phone}|{destination}|{window}|".encode() + body).hexdigest()[:32]


def validity(at: datetime | None) -> str:
    """Absolute time as SMPP writes it, in UTC; empty for the provider's default."""
    return "" if at is None else at.astimezone(UTC).strftime("%y%m%d%H%M%S") + "000+"
