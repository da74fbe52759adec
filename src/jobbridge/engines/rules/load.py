"""Reads definitions from YAML and refuses what is wrong with them, before any of them answers a question."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from . import expression
from .definition import PLACE, Condition, Definition, Parameter, Period, Value, common_type, parameter_type
from .errors import RuleError
from .facts import VOCABULARY, Unit, ValueType
from .households import ROLES

MAX_NAME = 48  # with the prefix c_ it still fits PostgreSQL's 63 bytes
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_REQUIRED = {"id", "name", "unit", "valid", "document", "conditions"}
_OPTIONAL = {"params", "amount", "note", "variant_of", "members"}


class _Loader(yaml.SafeLoader):
    """Plain YAML, but a key written twice is an error and not a silent replacement."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise RuleError("duplicate", f"第{key.start_mark.line + 1}行", f"“{key.value}”写了两次")
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def load(source: str | Path) -> list[Definition]:
    """Read and check definitions.

    Parameters
    ----------
    source : str or Path
        A file, or the YAML text itself (any string with a line break).

    Returns
    -------
    list of Definition
        In the order written; they refer to one another by ``verdict.id``.

    Raises
    ------
    RuleError
        With a stable ``code`` and one sentence that names the definition and the word at fault.
    """
    if isinstance(source, Path) or "\n" not in source:
        source = Path(source).read_text(encoding="utf-8")
    try:
        rows = yaml.load(source, _Loader)
    except yaml.YAMLError as error:
        raise RuleError("syntax", "YAML", str(error).replace("\n", " ")) from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise RuleError("syntax", "YAML", "应当是一组定义（每个以“- id:”开头）")
    units = {str(row.get("id")): str(row.get("unit")) for row in rows}
    related: dict[str, list[Definition]] = {}
    found = [_definition(row, units, related) for row in rows]
    for each in found:
        related.setdefault(each.id, []).append(each)
    for each in found:
        _check_among_others(each, related)
    return found


def _definition(
    row: Mapping[str, Any], units: Mapping[str, str], related: Mapping[str, list[Definition]]
) -> Definition:
    where = str(row.get("id", "定义"))
    if missing := _REQUIRED - row.keys():
        raise RuleError("missing", where, f"缺少 {'、'.join(sorted(missing))}")
    if extra := row.keys() - _REQUIRED - _OPTIONAL:
        raise RuleError("unknown_key", where, f"不认识 {'、'.join(sorted(map(str, extra)))}")
    name = _name(row["id"], where)
    if row["unit"] not in list(Unit):
        raise RuleError("unknown_unit", where, f"unit 只能是 {'、'.join(Unit)}，不能是 {row['unit']!r}")
    unit = Unit(row["unit"])
    parameters = _parameters(row.get("params") or {}, where)
    names: dict[str, Any] = {
        "facts": VOCABULARY[unit],
        "parameters": {each.name: each.kind for each in parameters.values()},
        "verdicts": {other for other, kind in units.items() if kind == unit},
    }
    amount = None
    if "amount" in row:
        amount = expression.parse(_text(row["amount"], f"{where}.amount"), where=f"{where}.amount", **names)
        if amount.type not in (ValueType.INTEGER, ValueType.NUMBER):
            raise RuleError("type_mismatch", f"{where}.amount", "金额必须是数字")
    return Definition(
        id=name,
        name=_text(row["name"], where),
        unit=unit,
        valid=_period(row["valid"], where),
        document=_text(row["document"], where),
        note=str(row.get("note", "")),
        conditions=tuple(_conditions(row["conditions"], where, names)),
        parameters=parameters,
        amount=amount,
        variant_of=str(row.get("variant_of", "")),
        members=dict(row.get("members") or {}),
        related=related,
    )


def _conditions(rows: object, where: str, names: Mapping[str, Any]) -> Iterator[Condition]:
    if not isinstance(rows, list) or not rows:
        raise RuleError("missing", where, "至少要有一个条件")
    seen: set[str] = set()
    for row in rows:
        if not isinstance(row, dict) or row.keys() != {"id", "text", "when"}:
            raise RuleError("syntax", where, f"条件应当恰有 id、text、when：{row!r}")
        name = _name(row["id"], where)
        here = f"{where}.{name}"
        if name in seen:
            raise RuleError("duplicate", where, f"条件“{name}”写了两次")
        seen.add(name)
        when = expression.parse(_text(row["when"], here), where=here, **names)
        if when.type is not ValueType.BOOLEAN:
            raise RuleError("type_mismatch", here, f"“{when.text}”不是可判断真假的条件")
        yield Condition(name, _text(row["text"], here), when)


def _parameters(rows: object, where: str) -> dict[str, Parameter]:
    if not isinstance(rows, dict):
        raise RuleError("syntax", where, "params 应当是“名称: 取值”")
    found = {}
    for key, series in rows.items():
        name = _name(key, where)
        here = f"{where}.{name}"
        if not isinstance(series, list) or not series:
            raise RuleError("missing", here, "至少要有一个 {from, value}")
        values: list[tuple[Period, Value]] = []
        for item in series:
            if not isinstance(item, dict) or "value" not in item:
                raise RuleError("syntax", here, f"取值应当写作 {{from, to, value}}：{item!r}")
            period = _period({key: item[key] for key in item.keys() - {"value"}}, here)
            if clash := next((other for other, _ in values if other.overlaps(period)), None):
                raise RuleError("overlap", here, f"{period} 与 {clash} 重叠")
            values.append((period, _value(item["value"], here)))
        kind = common_type(value for _, value in values)
        if kind is None:
            raise RuleError("type_mismatch", here, "各期取值的类型不一致")
        found[name] = Parameter(name, kind, tuple(values))
    return found


def _value(raw: object, where: str) -> Value:
    items = tuple(_plain(item) for item in raw) if isinstance(raw, list) else _plain(raw)
    if parameter_type(items) is None:  # type: ignore[arg-type]
        raise RuleError(
            "type_mismatch",
            where,
            f"取值 {raw!r} 不可用（数字最多10亿、4位小数，文字，true/false，或同类的一组）",
        )
    return items  # type: ignore[return-value]


def _plain(raw: object) -> object:
    """YAML reads 0.02 as a binary fraction; what was written is meant."""
    return Decimal(str(raw)) if isinstance(raw, float) else raw


def _period(raw: object, where: str) -> Period:
    if not isinstance(raw, dict) or "from" not in raw or raw.keys() - {"from", "to"}:
        raise RuleError("missing", where, f"有效期应当写作 {{from: 日期, to: 日期}}：{raw!r}")
    start = _day(raw["from"], where)
    end = None if raw.get("to") is None else _day(raw["to"], where)
    if end is not None and end < start:
        raise RuleError("syntax", where, f"有效期 {start} 至 {end} 不成立")
    return Period(start, end)


def _day(raw: object, where: str) -> date:
    if not isinstance(raw, date) or isinstance(raw, datetime):
        raise RuleError("syntax", where, f"{raw!r} 不是日期")
    return raw


def _name(raw: object, where: str) -> str:
    if not isinstance(raw, str) or not _NAME.fullmatch(raw) or len(raw) > MAX_NAME:
        raise RuleError("bad_name", where, f"名称 {raw!r} 不可用（小写字母开头，字母、数字、下划线）")
    return raw


def _text(raw: object, where: str) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise RuleError("syntax", where, f"应当是文字，不能是 {raw!r}")
    return raw.strip()


def _check_among_others(each: Definition, related: Mapping[str, list[Definition]]) -> None:
    for other in related[each.id]:
        if other is not each and other.valid.overlaps(each.valid):
            raise RuleError("overlap", each.id, f"两个版本的有效期重叠：{each.valid} 与 {other.valid}")
        if other.unit is not each.unit:
            raise RuleError("unknown_unit", each.id, "同一定义的各版本 unit 必须相同")
    if each.variant_of and each.variant_of not in related:
        raise RuleError("unknown_definition", each.id, f"variant_of 所指的“{each.variant_of}”不存在")
    reachable = _reachable(each, related, ())
    owners: dict[str, str] = {}
    for other in reachable:
        for name in other.parameters:
            if owners.setdefault(name, other.id) != other.id:
                raise RuleError("duplicate", each.id, f"参数“{name}”在{owners[name]}和{other.id}中都有")
    for condition in each.conditions:
        for name in PLACE.findall(condition.text):
            if name not in owners:
                raise RuleError("unknown_parameter", f"{each.id}.{condition.id}", f"文字里的“{name}”不是参数")
    _check_members(each, related)


def _reachable(
    each: Definition, related: Mapping[str, list[Definition]], path: tuple[str, ...]
) -> list[Definition]:
    if each.id in path:
        raise RuleError("circular", each.id, f"定义互相引用：{' → '.join((*path, each.id))}")
    found = [each]
    for name in sorted(each.verdicts):
        for other in related[name]:
            found.extend(_reachable(other, related, (*path, each.id)))
    return found


def _check_members(each: Definition, related: Mapping[str, list[Definition]]) -> None:
    if each.members and each.unit is not Unit.HOUSEHOLD:
        raise RuleError("not_allowed", each.id, "members 只用于家庭定义")
    for role, name in each.members.items():
        if role not in ROLES:
            raise RuleError("bad_name", each.id, f"members 里的“{role}”不是 {'、'.join(ROLES)} 之一")
        if name not in related or related[name][0].unit is not Unit.PERSON:
            raise RuleError("unknown_definition", each.id, f"members 里的“{name}”不是个人定义")
