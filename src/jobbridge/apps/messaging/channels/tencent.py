"""Text messages over Tencent Cloud's service (腾讯云短信), with its own client.

Messages with the same approved text and values go up to 200 in a call. Receipts and replies are pulled
(PullSmsSendStatus, PullSmsReplyStatus): the county's network takes no calls from outside. What is pulled is gone
from the service, so a receipt can be lost when this process dies just then; its message stays 已提交.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from jobbridge.kernel import phone as phones

from . import cloud
from .approved import ApprovedTexts
from .base import Handler, Incoming, Kind, Outcome, Outgoing, Question, Receipt, Result
from .cloud import CloudSettings
from .tencent_codes import describe, outcome_of

log = logging.getLogger(__name__)

BATCH = 200
#: Entries of one pull, and seconds from one pull to the next.
_PULL, _EVERY = 100, 2.0
_HOST = "sms.tencentcloudapi.com"


class TencentChannel:
    """One application of the service."""

    name = "tencent"
    idempotent = False
    window = 100
    asks = False

    def __init__(self, settings: CloudSettings) -> None:
        self.settings = settings
        self.rate = settings.rate
        self.texts = ApprovedTexts(f"{settings.prefix}_TEMPLATES", settings.templates)
        self._client: Any = None
        self._handler: Handler | None = None
        self._pulled = -_EVERY

    def missing(self, kinds: Collection[Kind]) -> list[Kind]:
        """Templates without an approved text."""
        return self.texts.missing(kinds)

    def open(self, handler: Handler) -> None:
        """Make the client; nothing is called yet."""
        self._handler = handler
        if self._client is not None:
            return
        from tencentcloud.common.credential import Credential
        from tencentcloud.common.profile.client_profile import ClientProfile
        from tencentcloud.common.profile.http_profile import HttpProfile
        from tencentcloud.sms.v20210111.sms_client import SmsClient

        scheme, host = cloud.address(f"{self.settings.prefix}_ENDPOINT", self.settings.endpoint, _HOST)
        http = HttpProfile(protocol=scheme, endpoint=host, reqTimeout=cloud.TIMEOUT, keepAlive=True)
        self._client = SmsClient(
            Credential(self.settings.key_id, self.settings.key_secret),
            self.settings.region or "ap-guangzhou",
            ClientProfile(httpProfile=http),
        )

    def close(self) -> None:
        """Close the connections and forget the client."""
        if self._client is not None:
            self._client.request.conn._session.close()
            self._client = None

    def ask(self, questions: Sequence[Question]) -> None:
        """Nothing: receipts are pulled."""

    # ------------------------------------------------------------ out

    def send(self, batch: Sequence[Outgoing]) -> list[Result]:
        """Offer a batch, several calls at once."""
        results: list[Result] = []
        groups: dict[tuple[Kind, tuple[str, ...]], list[Outgoing]] = defaultdict(list)
        for message in batch:
            text = self.texts[message.kind]
            fault = text.fault(message.variables)
            if fault:
                results.append(Result(message.id, Outcome.REFUSED, error=fault))
            else:
                groups[message.kind, tuple(text.fill(message.variables).values())].append(message)
        calls = [group[at : at + BATCH] for whole in groups.values() for group in _once(whole)
                 for at in range(0, len(group), BATCH)]  # fmt: skip
        for answers in cloud.at_once(self._offer, calls):
            results += answers
        return results

    def _offer(self, group: list[Outgoing]) -> list[Result]:
        from tencentcloud.sms.v20210111.models import SendSmsRequest

        text = self.texts[group[0].kind]
        request = SendSmsRequest()
        request.SmsSdkAppId = self.settings.app_id
        request.SignName = self.settings.signature
        request.TemplateId = text.code
        request.TemplateParamSet = list(text.fill(group[0].variables).values())
        request.PhoneNumberSet = [f"+86{message.phone}" for message in group]
        request.SessionContext = cloud.reference(message.id for message in group)
        try:
            statuses = self._client.SendSms(request).SendStatusSet or []
        except Exception as error:  # the client has many words for a line that broke
            outcome, reason = _failed(error)
            return [Result(message.id, outcome, error=reason) for message in group]
        by_number = {phones.clean(status.PhoneNumber or ""): status for status in statuses}
        return [_result(message, by_number.get(message.phone)) for message in group]

    # ------------------------------------------------------------ in

    def poll(self, seconds: float) -> int:
        """Pull receipts and replies, at most every two seconds, and wait for the rest of the time."""
        pause = self._pulled + _EVERY - time.monotonic()
        time.sleep(max(0.0, min(seconds, pause)))
        if pause > seconds:
            return 0
        self._pulled = time.monotonic()
        came = self._pull("PullSmsSendStatus", self._receipt) + self._pull("PullSmsReplyStatus", self._reply)
        if not came:
            time.sleep(max(0.0, seconds - max(0.0, pause)))
        return came

    def _pull(self, action: str, keep: Callable[[Any], None]) -> int:
        from tencentcloud.sms.v20210111 import models

        came = 0
        while True:
            request = getattr(models, f"{action}Request")()
            request.SmsSdkAppId, request.Limit = self.settings.app_id, _PULL
            try:
                found = getattr(getattr(self._client, action)(request), f"{action}Set") or []
            except Exception as error:
                # Not every account may pull; sending does not depend on it.
                log.warning("%s failed: %s", action, _failed(error)[1])
                return came
            for entry in found:
                keep(entry)
            came += len(found)
            if len(found) < _PULL:
                return came

    def _receipt(self, entry: Any) -> None:
        assert self._handler is not None
        delivered = entry.ReportStatus == "SUCCESS"
        self._handler(
            Receipt(
                entry.SerialNo,
                delivered,
                phones.clean(entry.PhoneNumber or ""),
                "" if delivered else f"未送达：{cloud.without_numbers(entry.Description) or '原因不明'}",
                _time(entry.UserReceiveTime),
                among=cloud.named(entry.SessionContext),
            )
        )

    def _reply(self, entry: Any) -> None:
        assert self._handler is not None
        number, text = phones.clean(entry.PhoneNumber or ""), entry.ReplyContent or ""
        known = hashlib.sha256(f"{number}|{entry.ReplyTime}|{text}".encode()).hexdigest()[:32]
        self._handler(Incoming(known, number, text))


def _result(message: Outgoing, status: Any) -> Result:
    if status is None:
        return Result(message.id, Outcome.UNKNOWN, error="腾讯云的应答中没有这个号码")
    if status.Code == "Ok":
        return Result(message.id, Outcome.ACCEPTED, (status.SerialNo,))
    return Result(message.id, outcome_of(status.Code), error=describe(status.Code, status.Message))


def _once(messages: Sequence[Outgoing]) -> list[list[Outgoing]]:
    """Split so that no number is twice in a call: the answers are told apart by the number."""
    groups: list[dict[str, Outgoing]] = []
    for message in messages:
        free = next((group for group in groups if message.phone not in group), None)
        if free is None:
            groups.append(free := {})
        free[message.phone] = message
    return [list(group.values()) for group in groups]


def _failed(error: Any) -> tuple[Outcome, str]:
    code = getattr(error, "code", None)
    if not code or code in ("ClientNetworkError", "ServerNetworkError"):
        return cloud.without_answer(error)
    return outcome_of(code), describe(code, error.message)


def _time(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
