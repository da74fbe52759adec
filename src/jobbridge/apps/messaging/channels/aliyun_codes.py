"""What the codes of Alibaba Cloud's text message service mean for us, and what to do about them."""

from __future__ import annotations

from .base import Outcome
from .cloud import without_numbers

_THROTTLING = ("Throttling", "isv.SMS_OVER_LIMIT")
#: Faults of the account or its settings: every message would fail the same way.
_ACCOUNT = {
    "InvalidAccessKeyId": "密钥编号不对：请核对 JOBBRIDGE_SMS_KEY_ID",
    "SignatureDoesNotMatch": "密钥不对：请核对 JOBBRIDGE_SMS_KEY_SECRET",
    "IncompleteSignature": "密钥不对：请核对 JOBBRIDGE_SMS_KEY_SECRET",
    "Forbidden": "账号没有短信权限：请在阿里云给这个账号短信服务的权限",
    "NoPermission": "账号没有短信权限：请在阿里云给这个账号短信服务的权限",
    "isp.RAM_PERMISSION_DENY": "账号没有短信权限：请在阿里云给这个账号短信服务的权限",
    "isv.DENY_IP_RANGE": "本机地址不在白名单：请在阿里云短信控制台加上",
    "isv.AMOUNT_NOT_ENOUGH": "账户余额不足：请充值",
    "isv.OUT_OF_SERVICE": "业务已停机：请充值或联系阿里云",
    "isv.PRODUCT_UN_SUBSCRIPT": "还没有开通短信服务：请在阿里云开通",
    "isv.PRODUCT_UNSUBSCRIBE": "还没有开通短信服务：请在阿里云开通",
    "isv.ACCOUNT_NOT_EXISTS": "账户不存在：请核对 JOBBRIDGE_SMS_KEY_ID",
    "isv.ACCOUNT_ABNORMAL": "账户异常：请联系阿里云",
    "isv.SMS_TEMPLATE_ILLEGAL": "模板不存在或未审核通过：请核对 JOBBRIDGE_SMS_TEMPLATES",
    "isv.TEMPLATE_MISSING_PARAMETERS": "模板变量对不上：请核对 JOBBRIDGE_SMS_TEMPLATES 中的 params",
    "isv.TEMPLATE_PARAMS_ILLEGAL": "模板变量对不上：请核对 JOBBRIDGE_SMS_TEMPLATES 中的 params",
    "isv.SMS_SIGNATURE_ILLEGAL": "签名不存在或未审核通过：请核对 JOBBRIDGE_SMS_SIGNATURE",
    "isv.SMS_SIGN_ILLEGAL": "签名不存在或未审核通过：请核对 JOBBRIDGE_SMS_SIGNATURE",
    "isv.SMS_SIGNATURE_SCENE_ILLEGAL": "签名与模板的类型不合：请在阿里云核对",
    "isv.DAY_LIMIT_CONTROL": "今日发送量已达账户上限：请在阿里云调高或明日再发",
    "isv.MONTH_LIMIT_CONTROL": "本月发送量已达账户上限：请在阿里云调高",
}
#: Faults of the message itself: trying again changes nothing.
_PERMANENT = {
    "isv.MOBILE_NUMBER_ILLEGAL": "号码格式不对",
    "isv.MOBILE_COUNT_OVER_LIMIT": "号码数量超过上限",
    "isv.INVALID_PARAMETERS": "参数不对",
    "isv.INVALID_JSON_PARAM": "参数不对",
    "isv.BLACK_KEY_CONTROL_LIMIT": "变量中有禁用词",
    "isv.PARAM_LENGTH_LIMIT": "变量超过长度上限",
    "isv.PARAM_NOT_SUPPORT_URL": "变量中不能有网址",
    "isv.PHONE_BLACK": "号码在服务商的黑名单中",
    "isv.BLACK_PHONE": "号码在服务商的黑名单中",
}
_PER_NUMBER = "isv.BUSINESS_LIMIT_CONTROL"


def outcome_of(code: str) -> Outcome:
    """What a code other than OK means for the messages of its call."""
    if code.startswith(_THROTTLING):
        return Outcome.THROTTLED
    if _account(code):
        return Outcome.BLOCKED
    return Outcome.REFUSED if code in _PERMANENT else Outcome.RETRY


def of_one(code: str) -> bool:
    """Whether one message may have brought the code upon its whole call."""
    return code in _PERMANENT or code == _PER_NUMBER


def describe(code: str, message: str | None) -> str:
    """A code for people."""
    if code == _PER_NUMBER:
        return "该号码当日接收已达上限（isv.BUSINESS_LIMIT_CONTROL）"
    known = _account(code) or _PERMANENT.get(code) or without_numbers(message).partition(" request id")[0]
    return f"阿里云返回 {code}：{known}"


def _account(code: str) -> str:
    # Codes of the platform have a detail behind a dot: "InvalidAccessKeyId.NotFound".
    return _ACCOUNT.get(code) or ("" if code.startswith("is") else _ACCOUNT.get(code.partition(".")[0], ""))


def receipt_error(code: str | None) -> str:
    """Why a message did not arrive, as the operator says it."""
    return f"未送达（运营商代码 {code or '不明'}）"
