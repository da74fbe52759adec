"""One person or household, without a database: walks the same checked expressions in plain Python.

Used where a page answers "what if" about a single row, and as the independent check on the SQL: it shares the
parsed expressions with `compile`, but none of its code.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlglot import exp

from .compile import Answer, Reason
from .definition import Definition, Scalar, Value, pick, render
from .errors import RuleError
from .facts import VOCABULARY, Fact, ValueType

_COMPARE: dict[type[exp.Expr], Callable[[Any, Any], Any]] = {
    exp.EQ: operator.eq,
    exp.NEQ: operator.ne,
    exp.LT: operator.lt,
    exp.LTE: operator.le,
    exp.GT: operator.gt,
    exp.GTE: operator.ge,
    exp.Add: operator.add,
    exp.Sub: operator.sub,
    exp.Mul: operator.mul,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer about one row: the verdict (None is unknown), why, and the amount in yuan if any."""

    verdict: bool | None
    reasons: tuple[Reason, ...]
    amount: Decimal | None = None


def evaluate_one(
    definition: Definition,
    facts: Mapping[str, object],
    on: date,
    overrides: Mapping[str, Value] | None = None,
) -> Outcome:
    """Answer a definition for one row of facts.

    Parameters
    ----------
    definition : Definition
    facts : mapping
        Fact name to value; a fact left out or None is unknown.
    on : date
        Chooses parameter values and versions.
    overrides : mapping, optional
        What-if values by parameter name.

    Raises
    ------
    RuleError
        ``unknown_fact`` or ``type_mismatch`` for the facts; else as for `compile.compile_definition`.
    """
    row = _row(definition, facts)
    values = definition.parameters_on(on, overrides)
    walker = _Walker(definition, on, row, values)
    answers = [walker.truth(condition.when.tree) for condition in definition.conditions]
    verdict = _all(answers)
    amount = None
    if verdict and definition.amount is not None:
        raw = walker.value(definition.amount.tree)
        amount = None if raw is None else _round(Decimal(raw), "0.01")
    return Outcome(
        verdict=verdict,
        reasons=tuple(
            Reason(condition.id, Answer.of(answer), render(condition.text, values))
            for condition, answer in zip(definition.conditions, answers, strict=True)
        ),
        amount=amount,
    )


def _all(answers: list[bool | None]) -> bool | None:
    if any(answer is False for answer in answers):
        return False
    return None if any(answer is None for answer in answers) else True


def _row(definition: Definition, facts: Mapping[str, object]) -> dict[str, Scalar | None]:
    vocabulary = VOCABULARY[definition.unit]
    row: dict[str, Scalar | None] = dict.fromkeys(vocabulary)
    for name, value in facts.items():
        if name not in vocabulary:
            raise RuleError("unknown_fact", definition.version, f"没有名为“{name}”的事实")
        row[name] = None if value is None else _fact(vocabulary[name], value, definition.version)
    return row


def _fact(fact: Fact, value: object, where: str) -> Scalar:
    match fact.type, value:
        case ValueType.BOOLEAN, bool():
            return value
        case ValueType.TEXT, str():
            return value
        case ValueType.INTEGER, int() if not isinstance(value, bool):
            return value
        case ValueType.NUMBER, int() | float() | Decimal() if not isinstance(value, bool):
            return _round(Decimal(str(value)), "0.0001")
    raise RuleError("type_mismatch", where, f"{fact.label}（{fact.name}）不能是 {value!r}")


def _round(value: Decimal, places: str) -> Decimal:
    return value.quantize(Decimal(places), ROUND_HALF_UP)


class _Walker:
    """Three-valued evaluation of expressions over one row."""

    def __init__(
        self, root: Definition, on: date, row: Mapping[str, Scalar | None], values: Mapping[str, Value]
    ) -> None:
        self.root, self.on, self.row, self.values = root, on, row, values
        self.known: dict[str, bool | None] = {}

    def truth(self, node: exp.Expr) -> bool | None:
        value = self.value(node)
        assert value is None or isinstance(value, bool)
        return value

    def verdict(self, name: str) -> bool | None:
        if name not in self.known:
            definition = pick(self.root.related[name], name, self.on)
            self.known[name] = _all([self.truth(condition.when.tree) for condition in definition.conditions])
        return self.known[name]

    def value(self, node: exp.Expr) -> Any:
        match node:
            case exp.Paren():
                return self.value(node.this)
            case exp.Null():
                return None
            case exp.Boolean():
                return bool(node.this)
            case exp.Literal():
                if node.is_string:
                    return node.name
                return Decimal(node.name) if "." in node.name else int(node.name)
            case exp.Placeholder():
                return self.values[node.name]
            case exp.Column():
                return self.verdict(node.name) if node.table else self.row[node.name]
            case exp.Not():
                inner = self.truth(node.this)
                return None if inner is None else not inner
            case exp.Is():
                return self.value(node.this) is None
            case exp.Case():
                branch = node.args["ifs"][0]
                return self.value(branch.args["true"]) if self.truth(branch.this) else None
            case exp.Neg():
                inner = self.value(node.this)
                return None if inner is None else -inner
            case exp.And():
                return _all([self.truth(node.this), self.truth(node.expression)])
            case exp.Or():
                sides = [self.truth(node.this), self.truth(node.expression)]
                return True if True in sides else None if None in sides else False
            case exp.In():
                return self._in(node)
            case exp.Between():
                low = self._pair(operator.ge, node.this, node.args["low"])
                return _all([low, self._pair(operator.le, node.this, node.args["high"])])
        return self._pair(_COMPARE[type(node)], node.this, node.expression)

    def _pair(self, do: Callable[[Any, Any], Any], left: exp.Expr, right: exp.Expr) -> Any:
        first, second = self.value(left), self.value(right)
        return None if first is None or second is None else do(first, second)

    def _in(self, node: exp.In) -> bool | None:
        subject = self.value(node.this)
        items: list[Any] = []
        for item in node.expressions:
            value = self.value(item)
            items.extend(value if isinstance(value, tuple) else [value])
        if subject is None:
            return None
        return True if subject in items else None if None in items else False
