"""Template messages of the county's WeChat official account (公众号模板消息).

Plain HTTPS, no client of anyone's. A message carries its own id (client_msg_id), which WeChat sends once within ten
minutes: a call without an answer is repeated at once, and only when that has no answer either nobody knows. Whether
a message arrived WeChat tells to an address on the internet, which a county's network has not: it stays 已提交.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Sequence
from typing import Any

from . import cloud
from .approved import ApprovedTexts
from .base import ChannelError, Handler, Kind, Outcome, Outgoing, Question, Result
from .cloud import CloudSettings
from .wechat_codes import GONE, TOKEN, describe, outcome_of, refusal

HOST = "api.weixin.qq.com"
#: A token is renewed this many seconds before it ends.
_EARLY = 300
_TRIES = 3


class _NoAnswerError(Exception):
    """A call ended without an answer."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome


class WeChatChannel:
    """One official account."""

    name = "wechat"
    idempotent = False
    window = 50
    asks = False

    def __init__(self, settings: CloudSettings) -> None:
        self.settings = settings
        self.rate = settings.rate
        self.texts = ApprovedTexts(f"{settings.prefix}_TEMPLATES", settings.templates)
        self._session: Any = None
        self._token, self._until = "", 0.0

    def missing(self, kinds: Collection[Kind]) -> list[Kind]:
        """Templates without an approved text."""
        return self.texts.missing(kinds)

    def open(self, handler: Handler) -> None:
        """Get a token; ChannelError when the account is refused or WeChat does not answer."""
        if self._session is None:
            import requests

            scheme, host = cloud.address(f"{self.settings.prefix}_ENDPOINT", self.settings.endpoint, HOST)
            self._base = f"{scheme}://{host}/cgi-bin"
            self._session = requests.Session()
            adapter = requests.adapters.HTTPAdapter(pool_maxsize=cloud.CALLS)
            self._session.mount(f"{scheme}://", adapter)
        if time.monotonic() >= self._until:
            self._renew()

    def close(self) -> None:
        """Close the connections; the token is kept for the next `open`."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _renew(self, refused: str = "") -> None:
        """A token of its own kind (stable_token): renewing it never takes another program's away.

        ``refused`` is the token that WeChat did not take: it is asked for a really new one.
        """
        body = {
            "grant_type": "client_credential",
            "appid": self.settings.key_id,
            "secret": self.settings.key_secret,
            "force_refresh": bool(refused) and refused == self._token,
        }
        try:
            got = self._post("stable_token", body)
        except _NoAnswerError as error:
            raise ChannelError(f"微信未应答：{error}") from None
        if not got.get("access_token"):
            raise ChannelError(refusal(int(got.get("errcode", -1)), got.get("errmsg", "")))
        self._token = got["access_token"]
        self._until = time.monotonic() + max(60, int(got.get("expires_in", 7200)) - _EARLY)

    def _post(self, path: str, body: dict[str, Any], token: str = "") -> dict[str, Any]:
        try:
            answer = self._session.post(
                f"{self._base}/{path}",
                params={"access_token": token} if token else {},
                data=json.dumps(body, ensure_ascii=False).encode(),
                headers={"Content-Type": "application/json"},
                timeout=cloud.TIMEOUT,
            )
            got = answer.json()
        except (OSError, ValueError) as error:
            raise _NoAnswerError(*cloud.without_answer(error)) from None
        if not isinstance(got, dict):
            raise _NoAnswerError(Outcome.UNKNOWN, "微信的应答无法识别")
        return got

    # ------------------------------------------------------------ out

    def send(self, batch: Sequence[Outgoing]) -> list[Result]:
        """Offer a batch, several calls at once; a token that ended early is renewed once."""
        token = self._token
        results = list(cloud.at_once(lambda message: self._offer(message, token), batch))
        again = {result.id for result in results if result.error == TOKEN}
        if again:
            try:
                self._renew(refused=token)
            except ChannelError as error:
                return [Result(r.id, Outcome.BLOCKED, error=str(error)) if r.id in again else r for r in results]
            fresh = self._token
            repeated = cloud.at_once(lambda m: self._offer(m, fresh), [m for m in batch if m.id in again])
            results = [result for result in results if result.id not in again] + list(repeated)
        return results

    def _offer(self, message: Outgoing, token: str) -> Result:
        text = self.texts[message.kind]
        body = {
            "touser": message.address,
            "template_id": text.code,
            "data": {
                theirs: {"value": value if not text.longest else value[: text.longest]}
                for theirs, value in text.fill(message.variables).items()
            },
            "client_msg_id": f"jb{message.id}",
        }
        link = text.link.value(message.variables) if text.link else ""
        if link:
            body["url"] = link
        for _ in range(_TRIES):
            try:
                got = self._post("message/template/send", body, token)
                break
            except _NoAnswerError as error:
                lost = Result(message.id, error.outcome, error=str(error))
                if error.outcome is Outcome.UNSENT:
                    return lost
        else:
            return lost
        code = int(got.get("errcode", -1))
        if code == 0:
            return Result(message.id, Outcome.ACCEPTED, (f"{got.get('msgid', '')}#{cloud.short(message.id)}",))
        error = describe(code, got.get("errmsg", ""))
        return Result(message.id, outcome_of(code), error=error, gone=code in GONE)

    # ------------------------------------------------------------ in

    def poll(self, seconds: float) -> int:
        """Only wait: nothing comes."""
        time.sleep(seconds)
        return 0

    def ask(self, questions: Sequence[Question]) -> None:
        """Nothing to be asked."""
