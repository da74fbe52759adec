"""Tencent Cloud's text message service: SendSms and the two pulls behind TC3-HMAC-SHA256."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from datetime import UTC, datetime
from typing import Any

from tests.messaging.providers import KEY_ID, KEY_SECRET, Provider, Request

APP_ID, SIGNATURE = "1400000001", "云阳就业"
TEMPLATES = {"2001": 5, "2002": 3}


class Tencent(Provider):
    """``receipts`` and ``replies`` wait to be pulled, once."""

    def __init__(self) -> None:
        super().__init__()
        self.receipts: list[dict[str, Any]] = []
        self.replies: list[dict[str, Any]] = []

    def answer(self, request: Request) -> tuple[int, str, bytes] | None:
        fault = _signature_fault(request)
        if fault:
            return self._json({"Error": {"Code": fault, "Message": "no"}})
        assert request.headers["x-tc-version"] == "2021-01-11"
        action, given = request.headers["x-tc-action"], json.loads(request.body)
        self.calls.append({"action": action} | given)
        if given["SmsSdkAppId"] != APP_ID:
            return self._error("UnauthorizedOperation.SmsSdkAppIdVerifyFail")
        if action == "SendSms":
            return self._send(given)
        assert given["Limit"] <= 100
        waiting = self.receipts if action == "PullSmsSendStatus" else self.replies
        pulled, waiting[:] = waiting[: given["Limit"]], waiting[given["Limit"] :]
        return self._json({f"{action}Set": pulled})

    def _json(self, body: dict[str, Any]) -> tuple[int, str, bytes]:
        return 200, "application/json", json.dumps({"Response": {"RequestId": "r"} | body}).encode()

    def _error(self, code: str) -> tuple[int, str, bytes]:
        return self._json({"Error": {"Code": code, "Message": "as told"}})

    def _send(self, given: dict[str, Any]) -> tuple[int, str, bytes] | None:
        numbers = given["PhoneNumberSet"]
        if given["SignName"] != SIGNATURE:
            return self._error("FailedOperation.SignatureIncorrectOrUnapproved")
        if len(given["TemplateParamSet"]) != TEMPLATES.get(given["TemplateId"]):
            return self._error("FailedOperation.TemplateParamSetNotMatchApprovedTemplate")
        assert len(numbers) <= 200
        assert len(given["SessionContext"]) < 512
        code = self.code()
        if code:
            return self._error(str(code))
        statuses, silent = [], False
        for number in numbers:
            assert re.fullmatch(r"\+861[0-9]{10}", number)
            plain = number[3:]
            code, serial = self.code(plain), f"serial:{len(self.taken)}"
            if code is None:
                self.taken.append(
                    {"phone": plain, "serial": serial, "context": given["SessionContext"],
                     "values": given["TemplateParamSet"]}
                )  # fmt: skip
            silent |= plain in self.silent
            statuses.append({"PhoneNumber": number, "SerialNo": "" if code else serial, "Code": code or "Ok",
                             "Message": "as told", "SessionContext": given["SessionContext"]})  # fmt: skip
        return None if silent else self._json({"SendStatusSet": statuses})

    def report(self, phone: str, status: str = "SUCCESS", *, context: bool = True) -> None:
        """The network says what became of what was sent to this number."""
        for sent in self.taken:
            if sent["phone"] == phone:
                self.receipts.append(
                    {"PhoneNumber": f"+86{phone}", "SerialNo": sent["serial"], "ReportStatus": status,
                     "Description": "停机", "UserReceiveTime": 1772416809,
                     "SessionContext": sent["context"] if context else ""}
                )  # fmt: skip

    def reply(self, phone: str, text: str, at: int = 1772416900) -> None:
        """Somebody writes back."""
        self.replies.append({"PhoneNumber": f"+86{phone}", "ReplyContent": text, "ReplyTime": at})


def _signature_fault(request: Request) -> str:
    found = re.fullmatch(
        r"TC3-HMAC-SHA256 Credential=(.*)/(.*)/sms/tc3_request, SignedHeaders=(.*), Signature=(.*)",
        request.headers["authorization"],
    )
    if not found:
        return "AuthFailure.InvalidAuthorization"
    key, day, signed, signature = found.groups()
    at = request.headers["x-tc-timestamp"]
    if key != KEY_ID:
        return "AuthFailure.SecretIdNotFound"
    if day != datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%d"):
        return "AuthFailure.SignatureExpire"
    headers = "".join(f"{name}:{request.headers[name]}\n" for name in signed.split(";"))
    digest = hashlib.sha256(request.body).hexdigest()
    canonical = "\n".join([request.method, request.path, "", headers, signed, digest])
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    secret = f"TC3{KEY_SECRET}".encode()
    for part in (day, "sms", "tc3_request"):
        secret = hmac.new(secret, part.encode(), hashlib.sha256).digest()
    text = f"TC3-HMAC-SHA256\n{at}\n{day}/sms/tc3_request\n{hashed}"
    wanted = hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
    return "" if signature == wanted else "AuthFailure.SignatureFailure"
