"""Text messages over Alibaba Cloud's service (阿里云短信服务), with its own client.

Messages of one approved text go up to 40 in a call; the reference (OutId) names them. Receipts are asked for message
by message (QuerySendDetails): the county's network takes no calls from outside. Asking by number and day also finds
messages whose answer was lost. Replies are not to be asked for in this service; a refusal sent to the operator comes
back as a refused number.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..rules import CHINA
from . import cloud
from .aliyun_codes import describe, of_one, outcome_of, receipt_error
from .approved import ApprovedTexts
from .base import ChannelError, Handler, Kind, Outcome, Outgoing, Question, Receipt, Result, Taken
from .cloud import CloudSettings

#: Messages of one call. The service takes 100 numbers, but the reference that names them only 255 signs.
BATCH = 40
_REFERENCE = 255
_HOST = "dysmsapi.aliyuncs.com"
_WAITING, _DELIVERED = 1, 3
#: Stands for the number (BizId) of a call whose answer was lost.
_NO_TICKET = "?"


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a call came to; ``of_one``: one message may have brought it upon all."""

    outcome: Outcome
    error: str = ""
    ticket: str = ""
    of_one: bool = False


class AliyunChannel:
    """One account of the service."""

    name = "aliyun"
    idempotent = False
    window = 100
    asks = True

    def __init__(self, settings: CloudSettings) -> None:
        self.settings = settings
        self.rate = settings.rate
        self.texts = ApprovedTexts(f"{settings.prefix}_TEMPLATES", settings.templates)
        self._client: Any = None
        self._handler: Handler | None = None

    def missing(self, kinds: Collection[Kind]) -> list[Kind]:
        """Templates without an approved text."""
        return self.texts.missing(kinds)

    def open(self, handler: Handler) -> None:
        """Make the client; nothing is called yet."""
        self._handler = handler
        if self._client is not None:
            return
        from alibabacloud_dysmsapi20170525.client import Client
        from alibabacloud_tea_openapi.utils_models import Config

        scheme, host = cloud.address(f"{self.settings.prefix}_ENDPOINT", self.settings.endpoint, _HOST)
        config = Config(
            access_key_id=self.settings.key_id,
            access_key_secret=self.settings.key_secret,
            protocol=scheme,
            endpoint=host,
            region_id=self.settings.region or "cn-hangzhou",
            connect_timeout=cloud.TIMEOUT * 1000,
            read_timeout=cloud.TIMEOUT * 1000,
        )
        self._client = Client(config)

    def close(self) -> None:
        """Forget the client."""
        self._client = None

    # ------------------------------------------------------------ out

    def send(self, batch: Sequence[Outgoing]) -> list[Result]:
        """Offer a batch, several calls at once."""
        results, fit = [], []
        for message in batch:
            fault = self.texts[message.kind].fault(message.variables)
            if fault:
                results.append(Result(message.id, Outcome.REFUSED, error=fault))
            else:
                fit.append(message)
        for answers in cloud.at_once(self._offer, _calls(fit)):
            results += answers
        return results

    def _offer(self, group: list[Outgoing]) -> list[Result]:
        answer = self._send(group)
        if answer.of_one and len(group) > 1:
            # One number or value spoiled the call for all: nothing of it was sent.
            return [result for message in group for result in self._offer([message])]
        if answer.outcome is not Outcome.ACCEPTED:
            return [Result(message.id, answer.outcome, error=answer.error) for message in group]
        ticket = answer.ticket
        return [Result(m.id, Outcome.ACCEPTED, (f"{ticket}#{cloud.short(m.id)}",)) for m in group]

    def _send(self, group: list[Outgoing]) -> _Answer:
        from alibabacloud_dysmsapi20170525.models import SendBatchSmsRequest

        text = self.texts[group[0].kind]
        request = SendBatchSmsRequest(
            phone_number_json=json.dumps([message.phone for message in group]),
            sign_name_json=json.dumps([self.settings.signature] * len(group), ensure_ascii=False),
            template_code=text.code,
            template_param_json=json.dumps([text.fill(m.variables) for m in group], ensure_ascii=False),
            out_id=cloud.reference(message.id for message in group),
        )
        try:
            body = self._client.send_batch_sms(request).body
        except Exception as error:  # the client has many words for a line that broke
            return _failed(error)
        if body.code == "OK":
            return _Answer(Outcome.ACCEPTED, ticket=body.biz_id or _NO_TICKET)
        return _Answer(outcome_of(body.code), describe(body.code, body.message), of_one=of_one(body.code))

    # ------------------------------------------------------------ in

    def poll(self, seconds: float) -> int:
        """Only wait: nothing comes by itself."""
        time.sleep(seconds)
        return 0

    def ask(self, questions: Sequence[Question]) -> None:
        """Ask about each message; what is final is a receipt, what was taken after all is said so."""
        assert self._handler is not None
        for item in cloud.at_once(self._asked, questions):
            if item is not None:
                self._handler(item)

    def _asked(self, question: Question) -> Receipt | Taken | None:
        from alibabacloud_dysmsapi20170525.models import QuerySendDetailsRequest

        ticket = question.provider_id.partition("#")[0].replace(_NO_TICKET, "")
        request = QuerySendDetailsRequest(
            phone_number=question.phone,
            send_date=question.sent_on.strftime("%Y%m%d"),
            page_size=50,
            current_page=1,
            biz_id=ticket or None,
        )
        try:
            body = self._client.query_send_details(request).body
            answer = _Answer(outcome_of(body.code), describe(body.code, body.message))
        except Exception as error:
            body, answer = None, _failed(error)
        if body is None or body.code != "OK":
            if answer.outcome in (Outcome.BLOCKED, Outcome.THROTTLED):
                raise ChannelError(answer.error)
            return None
        found = body.sms_send_detail_dtos.sms_send_detail_dto if body.sms_send_detail_dtos else None
        ours = [detail for detail in found or [] if question.id in cloud.named(detail.out_id)]
        # Sent twice on the same day, the later one counts.
        return _said(question, ours[0]) if ours else None


def _said(question: Question, detail: Any) -> Receipt | Taken | None:
    provider_id = question.provider_id or f"{_NO_TICKET}#{cloud.short(question.id)}"
    if detail.send_status == _WAITING:
        return None if question.provider_id else Taken(question.id, provider_id)
    delivered = detail.send_status == _DELIVERED
    error = "" if delivered else receipt_error(detail.err_code)
    at = _time(detail.receive_date)
    return Receipt(provider_id, delivered, question.phone, error, at, among=(question.id,))


def _time(text: str | None) -> datetime | None:
    try:
        return datetime.strptime(text or "", "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
    except ValueError:
        return None


def _failed(error: Any) -> _Answer:
    """What an exception of the client means: an answer with a code, or none."""
    code = getattr(error, "code", None)
    if not isinstance(code, str) or code == "None":
        return _Answer(*cloud.without_answer(error))
    outcome = outcome_of(code)
    if outcome is Outcome.RETRY and (getattr(error, "status_code", None) or 0) >= 500:
        # A fault inside the service: it may have come after the message was taken.
        outcome = Outcome.UNKNOWN
    return _Answer(outcome, describe(code, error.message), of_one=of_one(code))


def _calls(messages: Sequence[Outgoing]) -> Iterator[list[Outgoing]]:
    """Messages that may go in one call: one approved text, no number twice, a reference that fits."""
    ordered = sorted(messages, key=lambda message: message.kind)
    for _, same in itertools.groupby(ordered, key=lambda message: message.kind):
        group: list[Outgoing] = []
        numbers: set[str] = set()
        for message in same:
            ids = [*(other.id for other in group), message.id]
            full = len(ids) > BATCH or len(cloud.reference(ids)) > _REFERENCE
            if group and (full or message.phone in numbers):
                yield group
                group, numbers = [], set()
            group.append(message)
            numbers.add(message.phone)
        if group:
            yield group
