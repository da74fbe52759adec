"""Understanding of what people answer: who wants no more messages, who wants them back.

Only a text that is nothing but the request counts. "不退订" or "T恤厂还招人吗" contain the same signs, and
taking them for a request would silence somebody who asked for work; all else waits for a person to read it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from .enums import Purpose, ReplyKind
from .rules import EVERY_PURPOSE


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply understood; ``purpose`` is a purpose key or ``*``."""

    kind: ReplyKind
    purpose: str = EVERY_PURPOSE


# Possessive repetitions: a hostile text costs no more than its length.
_POLITE = r"(?:您好|你好|请|麻烦|谢谢|我要|我想|我|要|申请|回复|回|帮我|给我|把)*+"
_ENDING = (
    r"(?:所有|全部|一切)?(?:短信|信息|消息|推送|通知|服务)?"
    r"(?:吧|了|啊|呀|哦|谢谢|多谢|不要再发了?|别再发了?)*+"
)
_OUT_WORD = r"(?:退订|退定|退顶|取消订阅|取消订购|拒收|不要再发|别再发|不要发|TUIDING|STOP|UNSUBSCRIBE|QUIT)"
_OUT_LETTER = r"(?:TD|T|N|QX|0000)"
_IN_WORD = r"(?:恢复订阅|重新订阅|恢复接收|订阅|DY|START)"
# "回T退订", "TD退订", "T" and "TD" alone; a letter followed by anything else is not a request.
_OUT = re.compile(rf"{_POLITE}(?:{_OUT_LETTER}|(?:{_OUT_LETTER})?(?:{_OUT_WORD})+(?P<purpose>.*?){_ENDING})")
_IN = re.compile(rf"{_POLITE}{_IN_WORD}(?P<purpose>.*?){_ENDING}")
_NOISE = re.compile(r"[\W_]+")
_TRADITIONAL = str.maketrans("訂閱復發請謝", "订阅复发请谢")
_PURPOSES = {label: key for key, label in Purpose.choices}
_PURPOSES |= {"": EVERY_PURPOSE, "推荐": Purpose.RECOMMENDATION.value}
_LONGEST = 30


def squash(text: str) -> str:
    """Letters and digits only: half-width, upper case, simplified; no punctuation, space or emoji."""
    plain = unicodedata.normalize("NFKC", text).translate(_TRADITIONAL).upper()
    return _NOISE.sub("", plain)


def understand(text: str) -> Reply:
    """What the reply asks for.

    >>> understand("ｔｄ。").kind.value, understand("退订岗位推荐").purpose, understand("不退订").kind.value
    ('opt_out', 'recommendation', 'other')
    """
    plain = squash(text)
    if len(plain) > _LONGEST:
        return Reply(ReplyKind.OTHER)
    for kind, pattern in ((ReplyKind.OPT_OUT, _OUT), (ReplyKind.OPT_IN, _IN)):
        found = pattern.fullmatch(plain)
        if found:
            purpose = _PURPOSES.get(found["purpose"] or "")
            # A request about something unknown ("退订流量包") is for a person to read.
            return Reply(kind, str(purpose)) if purpose else Reply(ReplyKind.OTHER)
    return Reply(ReplyKind.OTHER)
