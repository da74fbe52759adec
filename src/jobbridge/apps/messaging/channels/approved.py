"""Texts that a provider approved beforehand, and how ours fill them in.

Services of this kind take no text: they take the number of an approved one and its parameters. The setting is JSON,
or the path of a JSON file, by our template's name and version::

    {"visit_notice@1": "SMS_1001",
     "recommend_posts@2": {"id": "SMS_1002", "longest": 35,
                           "params": {"who": "name", "n": "count", "code": "answer~/w/([^/]+)"}}}

``params`` names the variable for each parameter of the provider's (a list where it counts them); without it they
are called as ours. ``variable~pattern`` takes the group of a regular expression out of a variable: where no address
may stand in a parameter, the approved text holds the address and the parameter only its end. ``longest`` is the most
signs allowed in one parameter. ``link`` is the address to open on a tap, where the provider has that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..templates import TEMPLATES
from .base import ChannelError, Kind


@dataclass(frozen=True, slots=True)
class Source:
    """Where the value of a parameter comes from: a variable, or what a pattern finds in it."""

    variable: str
    pattern: re.Pattern[str] | None = None

    @classmethod
    def of(cls, text: str) -> Source:
        """Read ``variable`` or ``variable~pattern``."""
        variable, _, pattern = text.partition("~")
        read = re.compile(pattern) if pattern else None
        if read is not None and read.groups != 1:
            raise ValueError(f"{text} 的表达式应有一个括号")
        return cls(variable, read)

    def value(self, variables: Mapping[str, str]) -> str:
        """The value; empty when the message has none."""
        text = variables.get(self.variable, "")
        if self.pattern is None:
            return text
        found = self.pattern.search(text)
        return (found[1] or "") if found else ""


@dataclass(frozen=True, slots=True)
class Approved:
    """One approved text: its number and the source of each of its parameters, in order."""

    code: str
    params: Mapping[str, Source] = field(default_factory=dict)
    longest: int = 0
    link: Source | None = None

    def fill(self, variables: Mapping[str, str]) -> dict[str, str]:
        """The provider's parameters."""
        return {theirs: source.value(variables) for theirs, source in self.params.items()}

    def fault(self, variables: Mapping[str, str]) -> str:
        """Why these values cannot be sent; empty when they can."""
        for theirs, value in self.fill(variables).items():
            if not value:
                return f"服务商模板的参数 {theirs} 没有值"
            if self.longest and len(value) > self.longest:
                return f"服务商模板的参数 {theirs} 有{len(value)}字，超过上限{self.longest}字"
        return ""


class ApprovedTexts:
    """All approved texts of one provider."""

    def __init__(self, setting: str, value: str) -> None:
        """Read the value of ``setting``; ChannelError says what is wrong in it."""
        try:
            text = value if value.lstrip().startswith("{") else Path(value).read_text(encoding="utf-8")
            self._texts = {_kind(key): _approved(_kind(key), entry) for key, entry in json.loads(text).items()}
        except OSError as error:
            raise ChannelError(f"{setting}：读不到文件 {value}（{error.strerror}）") from error
        except (ValueError, TypeError, KeyError, AttributeError, re.error) as error:
            raise ChannelError(f"{setting}：不是所要的JSON（{error}）") from error

    def __getitem__(self, kind: Kind) -> Approved:
        return self._texts[kind]

    def missing(self, kinds: Collection[Kind]) -> list[Kind]:
        """Those without an approved text."""
        return sorted(set(kinds) - self._texts.keys())


def _kind(key: str) -> Kind:
    name, _, version = key.partition("@")
    if not version.isdigit():
        raise ValueError(f"“{key}”应写作 模板名@版本")
    return name, int(version)


def _approved(kind: Kind, entry: str | int | dict[str, Any]) -> Approved:
    options = dict(entry) if isinstance(entry, dict) else {"id": entry}
    ours = TEMPLATES.get(kind[0])
    known = ours.ordered if ours and ours.version == kind[1] else None
    code, longest, link = str(options.pop("id")), int(options.pop("longest", 0)), options.pop("link", "")
    params = options.pop("params", None if known is None else {name: name for name in known})
    if params is None:
        raise ValueError(f"{kind[0]}@{kind[1]} 不是现行模板，需写明 params")
    listed = {str(at): name for at, name in enumerate(params, 1)} if isinstance(params, list) else params
    approved = Approved(
        code, {theirs: Source.of(text) for theirs, text in listed.items()}, longest, Source.of(link) if link else None
    )
    sources = [*approved.params.values(), *filter(None, [approved.link])]
    unknown = [source.variable for source in sources if known is not None and source.variable not in known]
    if unknown or options:
        raise ValueError(f"{kind[0]}@{kind[1]} 中 {'、'.join([*unknown, *options])} 不认识")
    return approved
