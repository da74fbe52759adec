"""Receipts and inbound messages as bytes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from jobbridge.apps.messaging.channels import smpp_text
from jobbridge.apps.messaging.rules import CHINA

DONE = datetime(2026, 3, 1, 9, 1, tzinfo=CHINA)
FORM = "id:{id} sub:001 dlvrd:001 submit date:2603010900 done date:{done} stat:{stat} err:{err} text:x"


REJECTED = ("a1", False, "被短信中心拒绝", None)


@pytest.mark.parametrize(
    ("text", "message_id", "state", "expected"),
    [
        (FORM.format(id="a1", done="2603010901", stat="DELIVRD", err="000"), "", None, ("a1", True, "", DONE)),
        (FORM.format(id="a1", done="260301090100", stat="DELIVRD", err="0"), "", None, ("a1", True, "", DONE)),
        (
            FORM.format(id="a1", done="soon", stat="UNDELIV", err="045"),
            "",
            None,
            ("a1", False, "无法送达（代码045）", None),
        ),
        # Month 13 is no date.
        (FORM.format(id="a1", done="2613010901", stat="REJECTD", err=""), "", None, REJECTED),
        # The optional parameters win over the text.
        (FORM.format(id="a1", done="2603010901", stat="UNDELIV", err="1"), "b2", 2, ("b2", True, "", DONE)),
        ("", "b2", 3, ("b2", False, "超过有效期未送达", None)),
        # On its way, or about nothing.
        (FORM.format(id="a1", done="2603010901", stat="ENROUTE", err="000"), "", None, None),
        ("", "b2", 6, None),
        ("stat:DELIVRD", "", None, None),
        ("", "", None, None),
    ],
)
def test_receipts(text, message_id, state, expected):
    assert smpp_text.parse_receipt(text, message_id, state) == expected


def test_parts_of_an_inbound_message_lose_their_header():
    body = b"\x05\x00\x03\x01\x02\x01" + "退订".encode("utf-16-be")
    assert smpp_text.decode(smpp_text.without_header(body, 0x40), 8) == "退订"
    assert smpp_text.without_header(b"", 0x40) == b""


def test_signs_that_cannot_be_read_do_not_stop_the_rest():
    assert smpp_text.decode("退订".encode("utf-16-be") + b"\x00", 8) == "退订\ufffd"


def test_the_same_reply_again_is_the_same_and_an_hour_later_another():
    at = datetime(2026, 3, 1, 9, 1, tzinfo=UTC)
    first = smpp_text.inbound_id("16400000001", "1069", b"1", at)
    assert first == smpp_text.inbound_id("16400000001", "1069", b"1", at + timedelta(minutes=5))
    others = {
        smpp_text.inbound_id("16400000001", "1069", b"1", at + timedelta(hours=1)),
        smpp_text.inbound_id("16400000001", "1069", b"2", at),
        smpp_text.inbound_id("16400000002", "1069", b"1", at),
    }
    assert len(others | {first}) == 4
