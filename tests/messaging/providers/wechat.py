"""The WeChat official account: stable tokens, template messages, each client_msg_id once, and who has consented."""

from __future__ import annotations

import json
from typing import Any

from tests.messaging.providers import KEY_ID, KEY_SECRET, Provider, Request

TEMPLATES = {"TM1": {"name", "count", "posts", "place"}, "TM2": {"thing1", "thing2", "time3"}}


class WeChat(Provider):
    """``followers`` may be written to. ``expire`` ends the present token. ``drops``: answers kept back.

    ``consents``: codes, each good once, and whose they are.
    """

    def __init__(self) -> None:
        super().__init__()
        self.followers: set[str] = set()
        self.consents: dict[str, str] = {}
        self.tokens = 0
        self.drops = 0
        self._token = ""
        self._seen: set[tuple[str, str]] = set()

    def expire(self) -> None:
        self._token = ""

    def answer(self, request: Request) -> tuple[int, str, bytes] | None:
        if request.path == "/sns/oauth2/access_token":
            return self._who(request.query)
        given = json.loads(request.body)
        self.calls.append({"path": request.path} | given)
        if request.path == "/cgi-bin/stable_token":
            return self._json(self._new_token(given))
        assert request.path == "/cgi-bin/message/template/send"
        if not self._token or request.query.get("access_token") != self._token:
            return self._json({"errcode": 40001, "errmsg": "invalid credential"})
        answer = self._send(given)
        if self.drops:
            self.drops -= 1
            return None
        return self._json(answer)

    def _json(self, body: dict[str, Any]) -> tuple[int, str, bytes]:
        return 200, "application/json; encoding=utf-8", json.dumps(body).encode()

    def _who(self, query: dict[str, str]) -> tuple[int, str, bytes] | None:
        assert query["grant_type"] == "authorization_code"
        assert (query["appid"], query["secret"]) == (KEY_ID, KEY_SECRET)
        if self.drops:
            self.drops -= 1
            return None
        openid = self.consents.pop(query["code"], "")  # good once
        return self._json({"openid": openid} if openid else {"errcode": 40029, "errmsg": "invalid code"})

    def _new_token(self, given: dict[str, Any]) -> dict[str, Any]:
        assert given["grant_type"] == "client_credential"
        if given["appid"] != KEY_ID:
            return {"errcode": 40013, "errmsg": "invalid appid"}
        if given["secret"] != KEY_SECRET:
            return {"errcode": 40001, "errmsg": "invalid credential"}
        if not self._token or given["force_refresh"]:
            self.tokens += 1
            self._token = f"token{self.tokens}"
        return {"access_token": self._token, "expires_in": 7200}

    def _send(self, given: dict[str, Any]) -> dict[str, Any]:
        code = self.code(given["touser"])
        if code is not None:
            return {"errcode": code, "errmsg": "as told"}
        if given["touser"] not in self.followers:
            return {"errcode": 43004, "errmsg": "require subscribe"}
        if given["template_id"] not in TEMPLATES:
            return {"errcode": 40037, "errmsg": "invalid template_id"}
        if set(given["data"]) != TEMPLATES[given["template_id"]]:
            return {"errcode": 47003, "errmsg": "argument invalid"}
        once = (given["touser"], given["client_msg_id"])
        if once not in self._seen:
            self._seen.add(once)
            self.taken.append({"phone": given["touser"], "data": given["data"], "url": given.get("url", "")})
        return {"errcode": 0, "errmsg": "ok", "msgid": len(self.taken)}
