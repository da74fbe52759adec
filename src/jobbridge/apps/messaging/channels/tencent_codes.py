"""What the codes of Tencent Cloud's text message service mean for us, and what to do about them."""

from __future__ import annotations

from .base import Outcome
from .cloud import without_numbers

_THROTTLING = (
    "RequestLimitExceeded",
    "LimitExceeded.DeliveryFrequencyLimit",
    "LimitExceeded.GlobalSmsSendingRateLimit",
)
#: Faults of the account or its settings, by how their codes begin.
_ACCOUNT = {
    "AuthFailure": "密钥不对或没有权限：请核对 JOBBRIDGE_SMS_KEY_ID 和 JOBBRIDGE_SMS_KEY_SECRET",
    "UnauthorizedOperation.RequestIpNotInWhitelist": "本机地址不在白名单：请在腾讯云短信控制台加上",
    "UnauthorizedOperation.ServiceSuspendDueToArrears": "已欠费停机：请充值",
    "UnauthorizedOperation": "账号没有短信权限：请核对 JOBBRIDGE_SMS_APP_ID 和账号权限",
    "InvalidParameterValue.SdkAppIdNotExist": "应用不存在：请核对 JOBBRIDGE_SMS_APP_ID",
    "InvalidParameter.AppidAndBizId": "应用不存在：请核对 JOBBRIDGE_SMS_APP_ID",
    "FailedOperation.InsufficientBalanceInSmsPackage": "套餐包余量不足：请购买",
    "FailedOperation.ProhibitSubAccountUse": "子账号不能发送：请核对账号权限",
    "FailedOperation.SignatureIncorrectOrUnapproved": "签名不对或未审核通过：请核对 JOBBRIDGE_SMS_SIGNATURE",
    "FailedOperation.MissingSignature": "签名不对或未审核通过：请核对 JOBBRIDGE_SMS_SIGNATURE",
    "FailedOperation.Template": "模板不存在、未审核通过或变量对不上：请核对 JOBBRIDGE_SMS_TEMPLATES",
    "InvalidParameterValue.UnsupportedTemplateVariable": "模板变量对不上：请核对 JOBBRIDGE_SMS_TEMPLATES",
    "LimitExceeded.App": "今日发送量已达上限：请在腾讯云调高或明日再发",
    "LimitExceeded.DailyLimit": "今日发送量已达上限：请在腾讯云调高或明日再发",
}
#: Faults of the message itself: trying again changes nothing.
_PERMANENT = {
    "InvalidParameterValue.IncorrectPhoneNumber": "号码格式不对",
    "FailedOperation.PhoneNumberParseFail": "号码格式不对",
    "FailedOperation.PhoneNumberInBlacklist": "号码在服务商的黑名单中（本人曾退订）",
    "FailedOperation.ContainSensitiveWord": "内容含敏感词",
    "InvalidParameter.DirtyWordFound": "内容含敏感词",
    "InvalidParameterValue.ContentLengthLimit": "内容超过长度上限",
    "InvalidParameterValue.TemplateParameterFormatError": "变量格式不对",
    "InvalidParameterValue.TemplateParameterLengthLimit": "变量超过长度上限",
    "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter": "变量中不能有网址",
}
#: The service did not hear from its own parts: the message may be on its way.
_UNKNOWN = ("InternalError.Timeout", "InternalError.SendAndRecvFail", "InternalError.RequestTimeException")


def outcome_of(code: str) -> Outcome:
    """What a code other than Ok means for its message."""
    if code.startswith(_THROTTLING):
        return Outcome.THROTTLED
    if code in _PERMANENT:
        return Outcome.REFUSED
    if _account(code):
        return Outcome.BLOCKED
    return Outcome.UNKNOWN if code in _UNKNOWN else Outcome.RETRY


def describe(code: str, message: str | None) -> str:
    """A code for people."""
    return f"腾讯云返回 {code}：{_PERMANENT.get(code) or _account(code) or without_numbers(message)}"


def _account(code: str) -> str:
    return next((advice for start, advice in _ACCOUNT.items() if code.startswith(start)), "")
