"""Who it is that opens a page inside WeChat (网页授权, scope snsapi_base): only the id by which the account writes.

The browser goes to WeChat with where to come back to, and comes back with a code that is good once for five minutes.
"""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings

from .channels import cloud
from .channels.base import ChannelError
from .channels.wechat import HOST
from .channels.wechat_codes import refusal
from .conf import wechat_channel

_CONSENT = "https://open.weixin.qq.com/connect/oauth2/authorize"


def in_use() -> bool:
    """Whether the county has an official account that messages can go over."""
    try:
        return wechat_channel() is not None
    except ChannelError:
        return False


def offered() -> bool:
    """Whether people can bind: there is an account, and an address of ours that WeChat can send back to."""
    return bool(settings.PUBLIC_URL) and in_use()


def consent_url(path: str, state: str) -> str:
    """Where WeChat asks the browser who it is; ``path`` is ours to come back to, ``state`` comes back unchanged."""
    query = {
        "appid": settings.WECHAT_ACCOUNT["KEY_ID"],
        "redirect_uri": settings.PUBLIC_URL + path,
        "response_type": "code",
        "scope": "snsapi_base",
        "state": state,
    }
    return f"{_CONSENT}?{urlencode(query)}#wechat_redirect"


def openid_of(given: str) -> str:
    """The id for a code; ChannelError when WeChat refuses it or does not answer."""
    import requests

    account = cloud.CloudSettings.read("JOBBRIDGE_WECHAT", settings.WECHAT_ACCOUNT)
    scheme, host = cloud.address("JOBBRIDGE_WECHAT_ENDPOINT", account.endpoint, HOST)
    asked = {
        "appid": account.key_id, "secret": account.key_secret, "code": given, "grant_type": "authorization_code",
    }  # fmt: skip
    try:
        got = requests.get(f"{scheme}://{host}/sns/oauth2/access_token", params=asked, timeout=cloud.TIMEOUT).json()
    except (OSError, ValueError) as error:  # the error's own words may repeat the address, and the secret in it
        raise ChannelError(cloud.without_answer(error)[1]) from None
    if not isinstance(got, dict) or not isinstance(got.get("openid"), str) or not got["openid"]:
        told = got if isinstance(got, dict) else {}
        code = told.get("errcode", -1)
        raise ChannelError(refusal(code if isinstance(code, int) else -1, str(told.get("errmsg", ""))))
    return got["openid"]
