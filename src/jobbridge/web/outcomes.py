"""The form that tells how a recommendation went, as employers and staff fill it in."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobbridge.apps.placements.flows import Refused
from jobbridge.kernel.text import squeeze
from jobbridge.web.fields import whole_of

# Why somebody was not taken on, offered as words; whoever fills it in may write others.
NOT_HIRED = (
    gettext_lazy("技能或经验不够"), gettext_lazy("没来面试"), gettext_lazy("联系不上"), gettext_lazy("待遇没谈拢"),
    gettext_lazy("岗位已招满"),
)  # fmt: skip
LEFT = (
    gettext_lazy("工资待遇"), gettext_lazy("家里有事"), gettext_lazy("身体原因"), gettext_lazy("单位辞退"),
    gettext_lazy("换了工作"),
)  # fmt: skip


def said_of(refusal: Refused) -> str:
    """Why something was not written down, in the reader's language."""
    return _(refusal.message).format(**{name: _(label) for name, label in refusal.labels.items()})


def wage_of(text: str) -> int | None:
    """The monthly wage of a field; None when it was left empty. Raises Refused for anything that is no number."""
    if not squeeze(text):
        return None
    if wage := whole_of(text):
        return wage
    raise Refused("月薪请填写每月多少元")
