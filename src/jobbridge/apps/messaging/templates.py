"""The texts that are sent: named, versioned, with the variables each needs.

The finished text is kept with the message, so changing a template never changes what was said. A changed text
gets a higher version. No template asks for ``N`` or ``T`` as an answer: these mean 退订.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter

from .enums import Purpose
from .rules import has_private_number
from .segments import split

_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_SIGNATURE = re.compile(r"[^【】\s]{2,12}")


class TemplateError(ValueError):
    """A message cannot be written; the text says which variable or rule."""


@dataclass(frozen=True, slots=True)
class Template:
    """One text.

    Parameters
    ----------
    most_parts
        Upper limit of parts it may be billed as, signature included.
    """

    name: str
    version: int
    purpose: Purpose
    text: str
    most_parts: int = 3

    @property
    def kind(self) -> tuple[str, int]:
        """Name and version."""
        return self.name, self.version

    @property
    def ordered(self) -> tuple[str, ...]:
        """Names that `render` requires, in the order of the text."""
        return tuple(dict.fromkeys(name for _, name, _, _ in Formatter().parse(self.text) if name))

    @property
    def variables(self) -> frozenset[str]:
        """Names that `render` requires."""
        return frozenset(self.ordered)

    def values(self, context: Mapping[str, object]) -> dict[str, str]:
        """The variables as they are sent; TemplateError for a missing, empty or unknown one."""
        missing, unknown = self.variables - set(context), set(context) - self.variables
        if missing or unknown:
            raise TemplateError(
                f"模板 {self.name}：缺少变量 {'、'.join(sorted(missing)) or '无'}，"
                f"多出变量 {'、'.join(sorted(unknown)) or '无'}"
            )
        values = {name: _CONTROL.sub(" ", str(value)).strip() for name, value in context.items()}
        empty = sorted(name for name, value in values.items() if not value)
        if empty:
            raise TemplateError(f"模板 {self.name}：变量 {'、'.join(empty)} 为空")
        # Brackets in a value would pass for a second signature, which operators reject.
        return {name: value.replace("【", "［").replace("】", "］") for name, value in values.items()}

    def render(self, context: Mapping[str, object], *, signature: str) -> str:
        """The finished text, signature first as the operators require.

        Raises TemplateError as `values` does, for a mobile or id number in the text, and for a text longer than
        ``most_parts``.
        """
        body = signed(self.text.format_map(self.values(context)), signature)
        if has_private_number(body):
            raise TemplateError(f"模板 {self.name}：正文含有手机号或证件号码，不得发送")
        parts = len(split(body))
        if parts > self.most_parts:
            raise TemplateError(f"模板 {self.name}：正文需拆成{parts}条，超过上限{self.most_parts}条")
        return body


def signed(text: str, signature: str) -> str:
    """``text`` behind 【signature】; ValueError when the signature is not 2 to 12 plain characters."""
    if not _SIGNATURE.fullmatch(signature):
        raise ValueError("短信签名应为2至12个字，不含括号和空格")
    return f"【{signature}】{text}"


_ALL = (
    Template(
        "recommend_posts",
        2,
        Purpose.RECOMMENDATION,
        "{name}您好，为您推荐{count}个岗位：{posts}。{answer}，或到{place}咨询。拒收请回复TD",
        most_parts=5,
    ),
    Template(
        "shortlist_ready",
        1,
        Purpose.SHORTLIST,
        "{employer}：贵单位岗位“{post}”已有{count}名推荐人选，请于{until}前联系{place}查看名单并反馈。拒收请回复TD",
    ),
    Template(
        "visit_notice",
        1,
        Purpose.VISIT,
        "{name}您好，就业专员{broker}将于{date}上门了解就业需求，请在家等候；时间不便请回复“改期”。",
    ),
    Template(
        "policy_notice",
        1,
        Purpose.POLICY,
        "{name}您好，您可能符合“{programme}”的条件，请带身份证到{place}咨询，截止{until}。拒收请回复TD",
    ),
    Template(
        "service_result",
        1,
        Purpose.SERVICE,
        "{name}您好，您申请的“{matter}”已于{date}办理：{result}。如有疑问请到{place}咨询。",
    ),
)
TEMPLATES: Mapping[str, Template] = {template.name: template for template in _ALL}


def template(name: str) -> Template:
    """The template of that name; TemplateError naming the known ones otherwise."""
    try:
        return TEMPLATES[name]
    except KeyError:
        raise TemplateError(f"没有名为 {name} 的短信模板，可用：{'、'.join(TEMPLATES)}") from None
