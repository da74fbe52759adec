"""A definition: one dated answer to one question about a person or a household, as data.

Definitions come from `load.load`, which checks them; nothing here is meant to be built by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from .errors import RuleError
from .expression import MAX_CONSTANT, Expression, ParameterType
from .facts import Unit, ValueType

if TYPE_CHECKING:
    from .compile import Compiled

Scalar = bool | int | Decimal | str
Value = Scalar | tuple[Scalar, ...]
PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")  # a parameter's place in a condition's text


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day of validity, both included; an open end is None."""

    start: date
    end: date | None = None

    def __contains__(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day <= self.end)

    def overlaps(self, other: Period) -> bool:
        return self.start <= (other.end or date.max) and other.start <= (self.end or date.max)

    def __str__(self) -> str:
        return f"{self.start} 至 {self.end or '今'}"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named value that changes over time; the periods do not overlap, but may leave gaps."""

    name: str
    kind: ParameterType
    values: tuple[tuple[Period, Value], ...]

    def at(self, day: date) -> Value | None:
        """The value on a day, or None when none is valid then."""
        return next((value for period, value in self.values if day in period), None)


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must hold, and how it is said: the text may carry ``{parameter}``."""

    id: str
    text: str
    when: Expression


@dataclass(frozen=True, eq=False)
class Definition:
    """One version of a definition.

    Attributes
    ----------
    id, name : str
        ``seeking``, 有意愿未就业.
    unit : Unit
        What a row of facts is about.
    valid : Period
        Days for which this version answers; versions of one id never overlap.
    document : str
        Number or name of the document it rests on.
    note : str
        What a reader must know beside it, may be empty.
    conditions : tuple of Condition
        All must hold.
    parameters : mapping of str to Parameter
    amount : Expression or None
        What follows in yuan when all conditions hold.
    variant_of : str
        Id of the definition this one can stand in for, or empty.
    members : mapping of str to str
        For a household: which person definition answers each role when its members are counted
        (see `households`).
    related : mapping of str to sequence of Definition
        Every definition loaded together with this one, by id: what ``verdict.x`` refers to.
    """

    id: str
    name: str
    unit: Unit
    valid: Period
    document: str
    note: str
    conditions: tuple[Condition, ...]
    parameters: Mapping[str, Parameter]
    amount: Expression | None
    variant_of: str
    members: Mapping[str, str]
    related: Mapping[str, Sequence[Definition]] = field(repr=False)

    @property
    def version(self) -> str:
        """Names this version beside a figure: ``seeking@2025-01-01``."""
        return f"{self.id}@{self.valid.start}"

    @property
    def verdicts(self) -> frozenset[str]:
        """Ids of the definitions whose answers this one uses."""
        return frozenset().union(*(condition.when.verdicts for condition in self.conditions))

    def expressions(self) -> Iterator[Expression]:
        """Every expression of the definition: its conditions, then its amount."""
        for condition in self.conditions:
            yield condition.when
        if self.amount is not None:
            yield self.amount

    def closure(self, on: date) -> list[Definition]:
        """This definition and all it uses, each as valid on the day, itself first.

        Raises
        ------
        RuleError
            ``not_valid`` when one of them has no version for that day.
        """
        if on not in self.valid:
            raise RuleError("not_valid", self.version, f"{on} 不在有效期内（{self.valid}）")
        found: dict[str, Definition] = {self.id: self}
        waiting = sorted(self.verdicts)
        while waiting:
            name = waiting.pop(0)
            if name not in found:
                found[name] = pick(self.related[name], name, on)
                waiting.extend(sorted(found[name].verdicts))
        return list(found.values())

    def monotone(self, on: date) -> bool:
        """Whether learning an unknown fact can never turn yes into no or no into yes."""
        return all(part.when.monotone for each in self.closure(on) for part in each.conditions)

    def parameters_on(self, on: date, overrides: Mapping[str, Value] | None = None) -> dict[str, Value]:
        """The values of all parameters in the closure on a day, what-if values laid over them.

        Raises
        ------
        RuleError
            ``no_value`` when a parameter has no value that day, ``unknown_parameter`` or ``type_mismatch``
            for an override that fits none.
        """
        overrides = overrides or {}
        values: dict[str, Value] = {}
        known: dict[str, Parameter] = {}
        for each in self.closure(on):
            for name, parameter in each.parameters.items():
                known[name] = parameter
                value = overrides.get(name, parameter.at(on))
                if value is None:
                    raise RuleError("no_value", each.version, f"参数“{name}”在 {on} 没有有效的值")
                values[name] = value
        for name, value in overrides.items():
            if name not in known:
                raise RuleError("unknown_parameter", self.version, f"没有名为“{name}”的参数")
            if not fits(value, known[name].kind):
                raise RuleError("type_mismatch", self.version, f"参数“{name}”不能取值 {value!r}")
        return values

    def compile(
        self,
        on: date,
        *,
        facts: str,
        dialect: str,
        key: str,
        overrides: Mapping[str, Value] | None = None,
    ) -> Compiled:
        """Write the definition as one SELECT: see `compile.compile_definition`."""
        from .compile import compile_definition  # which itself reads definitions

        return compile_definition(self, on, facts=facts, dialect=dialect, key=key, overrides=overrides)


def pick(definitions: Iterable[Definition], name: str, on: date) -> Definition:
    """The version of a definition that is valid on a day.

    Raises
    ------
    RuleError
        ``unknown_definition`` or ``not_valid``.
    """
    versions = [each for each in definitions if each.id == name]
    if not versions:
        raise RuleError("unknown_definition", name, "没有这个定义")
    for each in versions:
        if on in each.valid:
            return each
    known = "；".join(str(each.valid) for each in versions)
    raise RuleError("not_valid", name, f"没有在 {on} 有效的版本（有：{known}）")


def parameter_type(value: Value) -> ParameterType | None:
    """The type of a parameter's value; None when it is not usable.

    Not usable are empty and mixed lists, types a rule does not have, and numbers beyond a thousand million or
    with more than four decimal places.
    """
    if not isinstance(value, tuple):
        kind = _scalar_type(value)
        return None if kind is None else ParameterType(kind)
    kind = _widest({_scalar_type(item) for item in value})
    return None if kind is None else ParameterType(kind, is_list=True)


def common_type(values: Iterable[Value]) -> ParameterType | None:
    """The one type of a parameter's values over time; whole numbers and others make numbers."""
    kinds = [parameter_type(value) for value in values]
    kind = _widest({None if each is None else each.type for each in kinds})
    lists = {each is not None and each.is_list for each in kinds}
    return None if kind is None or len(lists) != 1 else ParameterType(kind, is_list=lists.pop())


def fits(value: Value, kind: ParameterType) -> bool:
    """Whether a what-if value can stand for a parameter of that type."""
    given = parameter_type(value)
    if given is None or given.is_list != kind.is_list:
        return False
    return given.type is kind.type or {given.type, kind.type} == _NUMERIC


_NUMERIC = {ValueType.INTEGER, ValueType.NUMBER}


def _widest(kinds: set[ValueType | None]) -> ValueType | None:
    if kinds == _NUMERIC:
        return ValueType.NUMBER
    return kinds.pop() if len(kinds) == 1 else None


def _scalar_type(value: object) -> ValueType | None:
    match value:
        case bool():
            return ValueType.BOOLEAN
        case int():
            return ValueType.INTEGER if abs(value) <= MAX_CONSTANT else None
        case Decimal():
            usable = value.is_finite() and abs(value) <= MAX_CONSTANT and round(value, 4) == value
            return ValueType.NUMBER if usable else None
        case str():
            return ValueType.TEXT
    return None


def render(text: str, values: Mapping[str, Value]) -> str:
    """Fill a condition's text: ``年满{min_age}周岁`` becomes 年满16周岁; lists are joined by 、."""

    def shown(value: Value) -> str:
        if isinstance(value, tuple):
            return "、".join(shown(item) for item in value)
        if isinstance(value, bool):
            return "是" if value else "否"
        return str(value)

    return PLACE.sub(lambda found: shown(values[found[1]]), text)
