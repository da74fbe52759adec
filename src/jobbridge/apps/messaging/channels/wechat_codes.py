"""What the codes of WeChat's template messages mean for us, and what to do about them."""

from __future__ import annotations

from .base import Outcome
from .cloud import without_numbers

#: Why a message was not taken: the token had ended.
TOKEN = "微信令牌失效"
_TOKEN = frozenset({40001, 40014, 42001})
#: The person does not follow the account, or not any more.
GONE = frozenset({40003, 43004})
#: This message does not reach this person over WeChat.
_ELSEWHERE = {43101: "本人拒收公众号消息", 47003: "变量不合模板的要求", 43116: "该模板不能发给此人"}
_ACCOUNT = {
    40013: "公众号编号不对：请核对 JOBBRIDGE_WECHAT_KEY_ID",
    40125: "公众号密钥不对：请核对 JOBBRIDGE_WECHAT_KEY_SECRET",
    40164: "本机地址不在白名单：请在公众平台加上",
    40037: "模板编号不对：请核对 JOBBRIDGE_WECHAT_TEMPLATES",
    48001: "公众号没有模板消息权限：请在公众平台开通",
    50002: "公众号被限制：请在公众平台查看",
    45009: "今日调用次数已达上限：明日再发",
}


def outcome_of(code: int) -> Outcome:
    """What a code other than 0 means for its message."""
    if code in _TOKEN:
        return Outcome.UNSENT
    if code == 45011:
        return Outcome.THROTTLED
    if code in GONE or code in _ELSEWHERE:
        return Outcome.ELSEWHERE
    return Outcome.BLOCKED if code in _ACCOUNT else Outcome.RETRY


def describe(code: int, message: str) -> str:
    """A code for people."""
    if code in _TOKEN:
        return TOKEN
    if code in GONE:
        return "本人没有关注或已取消关注公众号"
    return _ELSEWHERE.get(code) or f"微信返回 {code}：{_ACCOUNT.get(code) or without_numbers(message)}"


def refusal(code: int, message: str) -> str:
    """Why no token was given, for people. The code of an ended token here means a wrong key."""
    return describe(40125 if code in _TOKEN else code, message)
