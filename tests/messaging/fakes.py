"""A channel that does as it is told, and drafts to send over it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from jobbridge.apps.messaging.channels.base import (
    ChannelError,
    Handler,
    Incoming,
    Kind,
    Outcome,
    Outgoing,
    Question,
    Receipt,
    Result,
)
from jobbridge.apps.messaging.rules import CHINA
from jobbridge.apps.messaging.services import Draft

#: A Monday, ten in the morning: no quiet hour.
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=CHINA)
VILLAGE = "500235100001"

CONTEXT = {
    "recommend_posts": {
        "name": "陈小满",
        "count": 2,
        "posts": "1.缝纫工，月薪4500元；2.保洁员，月薪3000元",
        "answer": "看详情、选岗位请点 https://jobs.example.cn/w/AbC123 或回复岗位序号",
        "place": "便民中心",
    },
    "visit_notice": {"name": "陈小满", "broker": "向明", "date": "3月5日"},
    "policy_notice": {"name": "陈小满", "programme": "求职补贴", "place": "便民中心", "until": "4月1日"},
}


def draft(
    number: int, *, key: str = "", template: str = "recommend_posts", phone: int | None = None, **more
) -> Draft:
    """A draft to the made-up phone 164 and ``phone`` (default: ``number``)."""
    return Draft(
        key=key or f"test:{number}",
        template=template,
        context=CONTEXT[template],
        phone=f"164{phone or number:08d}",
        region_code=more.pop("region_code", VILLAGE),
        **more,
    )


class FakeChannel:
    """Answers by a script: ``decide(message)`` gives an outcome, a result, or raises as a killed process would."""

    def __init__(
        self,
        decide: Callable[[Outgoing], Outcome | Result] = lambda message: Outcome.ACCEPTED,
        *,
        idempotent: bool = False,
        window: int = 10,
        rate: float = 100_000.0,
        name: str = "file",
    ) -> None:
        self.decide = decide
        self.idempotent = idempotent
        self.window = window
        self.rate = rate
        self.name = name
        self.taken: list[Outgoing] = []
        self.opened = 0
        self.waited: list[float] = []
        self.inbox: list[Receipt | Incoming] = []
        self.refuses_to_open = ""
        self.asks = False
        self.lacks: list[Kind] = []

    def missing(self, kinds: Collection[Kind]) -> list[Kind]:
        return [kind for kind in self.lacks if kind in kinds]

    def ask(self, questions: Sequence[Question]) -> None:
        """Nothing to ask."""

    def open(self, handler: Handler) -> None:
        if self.refuses_to_open:
            raise ChannelError(self.refuses_to_open)
        self.opened += 1
        self.handler = handler

    def send(self, batch: Sequence[Outgoing]) -> list[Result]:
        results = []
        for message in batch:
            answer = self.decide(message)
            if isinstance(answer, Outcome):
                ids = (f"p{message.id}",) if answer is Outcome.ACCEPTED else ()
                answer = Result(message.id, answer, ids, error="" if ids else f"because {answer.value}")
            if answer.provider_ids or answer.outcome in (Outcome.DELIVERED, Outcome.UNKNOWN):
                self.taken.append(message)
            results.append(answer)
        return results

    def poll(self, seconds: float) -> int:
        self.waited.append(seconds)
        came = 0
        while self.inbox:
            self.handler(self.inbox[0])
            del self.inbox[0]
            came += 1
        return came

    def close(self) -> None:
        """Nothing to leave."""
