"""Who must act next about a post, and how: plain values in, plain values out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_noop as _

from jobbridge.apps.vacancies.rules import CONFIRM_DAYS, SOON_DAYS


@dataclass(frozen=True)
class Step:
    """What an employer is to do about a post; ``urgent`` when nothing goes on without it."""

    code: str
    text: str
    urgent: bool = False


DRAFT = Step("submit", _("写完后提交审核，通过后开始推荐人选"))
RETURNED = Step("mend", _("按退回原因修改，再次提交"), True)
WAITING = Step("wait", _("等待人社部门审核，现在不用办什么"))
MISSED = Step("confirm", _("几次电话没有联系上，暂停推荐；确认仍在招即恢复"), True)
OVER = Step("confirm", _("已到期，不再推荐；仍在招请确认新的期限"), True)
ENDING = Step("confirm", _("快到期了：还招不招？"), True)
SILENT = Step("confirm", _("一个月没有确认过了：还招不招？"), True)
FULL = Step("confirm", _("名额已满：还招不招？"), True)
ANSWERED = Step("interview", _("有人有意向：看人选，约面试"), True)
SEARCHING = Step("look", _("正在推荐人选，有意向的人会列出来"))
STOPPED = Step("again", _("还要招人时，修改后重新提交"))


def employer_step(state: str, *, expires_on: date, word_of: date, interested: int, full: bool, on: date) -> Step:
    """The next step of an employer with a post in this state; ``word_of`` is the day of their last word."""
    fixed = {"draft": DRAFT, "rejected": RETURNED, "pending": WAITING, "paused": MISSED, "closed": STOPPED}
    if state in fixed:
        return fixed[state]
    if expires_on < on:
        return OVER
    if full:
        return FULL
    if interested:
        return ANSWERED
    if expires_on <= on + timedelta(days=SOON_DAYS):
        return ENDING
    return SILENT if word_of <= on - timedelta(days=CONFIRM_DAYS) else SEARCHING


SOMEBODY = {
    "specialist": _("人社专员：先打电话确认还招不招"),
    "terms": _("人社专员：没有合适人选，和单位商量工资或条件"),
    "broker": _("等本人答复：乡镇打电话问一声，短信送不到的由村劳务经纪人上门"),
    "employer": _("用工单位：约有意向的人面试"),
}


def shortage_step(*, due: bool, candidates: int, interested: int) -> str:
    """Who must act next for a post short of people: a key of ``SOMEBODY``."""
    if due:
        return "specialist"
    if interested:
        return "employer"
    return "broker" if candidates else "terms"
