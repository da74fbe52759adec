"""Alibaba Cloud's text message service: SendBatchSms and QuerySendDetails behind ACS3-HMAC-SHA256."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from typing import Any
from urllib.parse import parse_qsl, quote

from tests.messaging.providers import KEY_ID, KEY_SECRET, Provider, Request

TEMPLATES = {"SMS_1001": {"name", "count", "place", "code"}, "SMS_1002": {"who", "broker", "day"}}
SIGNATURE = "云阳就业"
SENT_AT = "2026-03-02 10:00:00"


class Aliyun(Provider):
    """``fates`` gives a number its receipt: 1 waiting (default), 2 failed, 3 delivered."""

    def __init__(self) -> None:
        super().__init__()
        self.fates: dict[str, int] = {}
        self.asked: list[str] = []

    def answer(self, request: Request) -> tuple[int, str, bytes] | None:
        fault = _signature_fault(request)
        if fault:
            return self._json(404 if fault.endswith("NotFound") else 400, {"Code": fault, "Message": "no"})
        assert request.headers["x-acs-version"] == "2017-05-25"
        action = request.headers["x-acs-action"]
        given = request.query | dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        self.calls.append({"action": action} | given)
        return self._send(given) if action == "SendBatchSms" else self._details(given)

    def _json(self, status: int, body: dict[str, Any]) -> tuple[int, str, bytes]:
        return status, "application/json;charset=utf-8", json.dumps({"RequestId": "r"} | body).encode()

    def _send(self, given: dict[str, str]) -> tuple[int, str, bytes] | None:
        names = ("PhoneNumber", "SignName", "TemplateParam")
        numbers, signs, values = (json.loads(given[f"{name}Json"]) for name in names)
        if not len(numbers) == len(signs) == len(values) <= 100 or len(given["OutId"]) >= 256:
            return self._json(200, {"Code": "isv.INVALID_PARAMETERS", "Message": "lengths"})
        if set(signs) != {SIGNATURE}:
            return self._json(200, {"Code": "isv.SMS_SIGNATURE_ILLEGAL", "Message": "signature"})
        if given["TemplateCode"] not in TEMPLATES:
            return self._json(200, {"Code": "isv.SMS_TEMPLATE_ILLEGAL", "Message": "template"})
        if any(set(one) != TEMPLATES[given["TemplateCode"]] or not all(one.values()) for one in values):
            return self._json(200, {"Code": "isv.TEMPLATE_MISSING_PARAMETERS", "Message": "variables"})
        if len(set(numbers)) != len(numbers) or not all(re.fullmatch("1[0-9]{10}", number) for number in numbers):
            return self._json(200, {"Code": "isv.MOBILE_NUMBER_ILLEGAL", "Message": "number"})
        code = self.code(*numbers)
        if code:
            status = {"Throttling.User": 400, "InternalError": 500}.get(str(code), 200)
            return self._json(status, {"Code": code, "Message": "as told"})
        ticket = f"{len(self.taken)}^0"
        self.taken += [
            {"phone": number, "values": one, "ticket": ticket, "reference": given["OutId"]}
            for number, one in zip(numbers, values, strict=True)
        ]
        if not self.silent.isdisjoint(numbers):
            return None
        return self._json(200, {"Code": "OK", "Message": "OK", "BizId": ticket})

    def _details(self, given: dict[str, str]) -> tuple[int, str, bytes]:
        number = given["PhoneNumber"]
        self.asked.append(number)
        assert given["SendDate"] == "20260302"
        details = [
            {
                "PhoneNum": number,
                "SendStatus": self.fates.get(number, 1),
                "ErrCode": "MK:0001" if self.fates.get(number) == 2 else "DELIVERED",
                "OutId": sent["reference"],
                "SendDate": SENT_AT,
                "ReceiveDate": "2026-03-02 10:00:09",
            }
            for sent in self.taken
            if sent["phone"] == number and given.get("BizId", sent["ticket"]) == sent["ticket"]
        ]
        body = {"SmsSendDetailDTOs": {"SmsSendDetailDTO": details}, "TotalCount": len(details)}
        return self._json(200, {"Code": "OK", "Message": "OK"} | body)


def _signature_fault(request: Request) -> str:
    """Compute the signature anew from the call; the code of the service when it differs."""
    found = re.fullmatch(
        r"ACS3-HMAC-SHA256 Credential=(.*),SignedHeaders=(.*),Signature=(.*)", request.headers["authorization"]
    )
    if not found:
        return "IncompleteSignature"
    key, signed, signature = found.groups()
    if key != KEY_ID:
        return "InvalidAccessKeyId.NotFound"
    digest = hashlib.sha256(request.body).hexdigest()
    query = "&".join(f"{quote(k, safe='~')}={quote(v, safe='~')}" for k, v in sorted(request.query.items()))
    headers = "".join(f"{name}:{request.headers[name].strip()}\n" for name in signed.split(";"))
    canonical = "\n".join([request.method, request.path, query, headers, signed, digest])
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    wanted = hmac.new(KEY_SECRET.encode(), f"ACS3-HMAC-SHA256\n{hashed}".encode(), hashlib.sha256).hexdigest()
    whole = signature == wanted and request.headers["x-acs-content-sha256"] == digest
    return "" if whole else "SignatureDoesNotMatch"
