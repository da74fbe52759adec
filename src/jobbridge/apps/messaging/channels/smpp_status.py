"""What the status codes of SMPP mean for us, and what an administrator should do about them."""

from __future__ import annotations

from smpplib import consts

from .base import Outcome

THROTTLING = frozenset({consts.SMPP_ESME_RTHROTTLED, consts.SMPP_ESME_RMSGQFUL})
#: Faults of the message itself: trying again changes nothing.
PERMANENT = frozenset(
    {
        consts.SMPP_ESME_RINVDSTADR,
        consts.SMPP_ESME_RINVMSGLEN,
        consts.SMPP_ESME_RINVDSTTON,
        consts.SMPP_ESME_RINVDSTNPI,
        consts.SMPP_ESME_RINVEXPIRY,
        consts.SMPP_ESME_RX_P_APPN,
        consts.SMPP_ESME_RX_R_APPN,
        consts.SMPP_ESME_RINVPARLEN,
    }
)
#: Faults of the account: every message would fail the same way, so none must be given up for them.
ACCOUNT = {
    consts.SMPP_ESME_RINVSRCADR: "接入号不被接受：请核对 JOBBRIDGE_SMPP_URL 中的 source",
    consts.SMPP_ESME_RINVSRCTON: "接入号类型不被接受：请向运营商核对接入参数",
    consts.SMPP_ESME_RINVSRCNPI: "接入号类型不被接受：请向运营商核对接入参数",
    consts.SMPP_ESME_RINVSYSTYP: "system_type 不被接受：请核对 JOBBRIDGE_SMPP_URL 中的 system_type",
    consts.SMPP_ESME_RINVSERTYP: "业务类型不被接受：请向运营商核对接入参数",
    consts.SMPP_ESME_RINVESMCLASS: "长短信方式不被接受：请把 JOBBRIDGE_SMPP_URL 中的 long 改为 payload 或 udh",
    consts.SMPP_ESME_ROPTPARNOTALLWD: "长短信方式不被接受：请把 JOBBRIDGE_SMPP_URL 中的 long 改为 udh",
}
_CHECK_LOGIN = "请核对 JOBBRIDGE_SMPP_URL 中的账号和密码（密码最长8位），改好后重新发送"
_BINDING = {
    consts.SMPP_ESME_RINVPASWD: f"短信中心说密码不对。{_CHECK_LOGIN}",
    consts.SMPP_ESME_RINVSYSID: f"短信中心不认识这个账号。{_CHECK_LOGIN}",
    consts.SMPP_ESME_RBINDFAIL: f"短信中心拒绝登录。{_CHECK_LOGIN}；仍不行请运营商核对本机地址是否在白名单",
    consts.SMPP_ESME_RALYBND: "这个账号已在别处登录。请先停掉另一个发送程序，或请运营商断开旧连接",
}


def outcome_of(status: int) -> Outcome:
    """What the status of a submit_sm_resp means for its message."""
    if status == consts.SMPP_ESME_ROK:
        return Outcome.ACCEPTED
    if status in THROTTLING:
        return Outcome.THROTTLED
    if status in ACCOUNT:
        return Outcome.BLOCKED
    return Outcome.REFUSED if status in PERMANENT else Outcome.RETRY


def describe(status: int) -> str:
    """A status for people."""
    known = ACCOUNT.get(status) or consts.DESCRIPTIONS.get(status, "未知代码")
    return f"短信中心返回0x{status:08X}：{known}"


def binding_advice(status: int) -> str:
    """Why logging in failed and what to do."""
    return _BINDING.get(status, f"登录短信中心失败，{describe(status)}。请联系运营商") + "。待发短信都还在队列中。"
