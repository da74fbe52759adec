"""Definitions as SQL: the same answer from DuckDB, PostgreSQL and Spark, and the reasons in words.

A definition becomes one SELECT without joins or sub-queries, so the database scans the facts once and can use
all its cores. Comparisons with NULL give NULL in all three databases: that is the third answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from sqlglot import exp

from .definition import Definition, Scalar, Value, pick, render
from .errors import RuleError
from .expression import Expression
from .facts import VOCABULARY, ValueType

DIALECTS = ("duckdb", "postgres", "spark")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RELATION = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")
_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Neg)


class Answer(StrEnum):
    """The three answers."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, verdict: bool | None) -> Answer:
        """The answer a nullable boolean stands for."""
        return cls.UNKNOWN if verdict is None else cls.YES if verdict else cls.NO


@dataclass(frozen=True, slots=True)
class Reason:
    """One condition, its answer, and its text with the parameters of the day filled in."""

    id: str
    verdict: Answer
    text: str


@dataclass(frozen=True, slots=True)
class CompiledCondition:
    """A condition's id, its rendered text and the column that carries its answer."""

    id: str
    text: str
    column: str


@dataclass(frozen=True, slots=True)
class Compiled:
    """A definition written as SQL for one day.

    Attributes
    ----------
    version, document : str
        What to name beside any figure made from it.
    on : date
        The day it answers for.
    sql : str
        A SELECT that yields the key, ``c_<id>`` for each condition, ``verdict`` and, when the definition has
        an amount, ``amount``; booleans are NULL where the answer is unknown.
    params : mapping
        Every parameter value used, those of the definitions it refers to included.
    conditions : tuple of CompiledCondition
    """

    version: str
    document: str
    on: date
    sql: str
    params: Mapping[str, Value]
    conditions: tuple[CompiledCondition, ...]


def compile_definition(
    definition: Definition,
    on: date,
    *,
    facts: str,
    dialect: str,
    key: str,
    overrides: Mapping[str, Value] | None = None,
) -> Compiled:
    """Write one definition as SQL.

    Parameters
    ----------
    definition : Definition
    on : date
        Chooses the parameter values and the versions of the definitions referred to.
    facts : str
        Name of a table or view with one row a person (or household) and one column a fact, or a SELECT that
        yields that. It is trusted: never put what a user typed here.
    dialect : {'duckdb', 'postgres', 'spark'}
    key : str
        Column of `facts` that names the row.
    overrides : mapping, optional
        What-if values by parameter name.

    Returns
    -------
    Compiled

    Raises
    ------
    RuleError
        ``not_valid``, ``no_value``, ``unknown_parameter``, ``type_mismatch``, ``bad_name`` or
        ``unknown_dialect``.
    """
    scope = _Scope(definition, on, definition.parameters_on(on, overrides), _dialect(dialect))
    conditions = tuple(
        CompiledCondition(each.id, render(each.text, scope.values), f"c_{each.id}")
        for each in definition.conditions
    )
    columns = [f"{scope.sql(each.when)} AS c_{each.id}" for each in definition.conditions]
    verdict = " AND ".join(each.column for each in conditions)
    outer = [key_column(key), *(each.column for each in conditions), f"({verdict}) AS verdict"]
    if definition.amount is not None:
        columns.append(f"CAST({scope.sql(definition.amount)} AS DECIMAL(18, 2)) AS amount_if")
        outer.append(f"CASE WHEN {verdict} THEN amount_if END AS amount")
    inner = f"SELECT {', '.join([key_column(key), *columns])} FROM {relation(facts)} AS f"
    return Compiled(
        version=definition.version,
        document=definition.document,
        on=on,
        sql=f"SELECT {', '.join(outer)} FROM ({inner}) AS t",
        params=scope.values,
        conditions=conditions,
    )


def verdicts_sql(
    columns: Mapping[str, Definition | None],
    on: date,
    *,
    facts: str,
    dialect: str,
    keep: Sequence[str],
    overrides: Mapping[str, Value] | None = None,
) -> str:
    """Several definitions in one scan: a SELECT with one nullable boolean for each.

    Parameters
    ----------
    columns : mapping of str to Definition or None
        Column name to the definition that answers it; None gives a column of unknowns.
    on, facts, dialect
        As for `compile_definition`.
    keep : sequence of str
        Columns of `facts` passed through, the key first.
    overrides : mapping, optional
        What-if values; each must be a parameter of at least one of the definitions.
    """
    overrides = overrides or {}
    used: set[str] = set()
    selected = [key_column(name) for name in keep]
    for column, definition in columns.items():
        if definition is None:
            selected.append(f"CAST(NULL AS BOOLEAN) AS {key_column(column)}")
            continue
        names = {name for each in definition.closure(on) for name in each.parameters}
        used |= names
        mine = {name: value for name, value in overrides.items() if name in names}
        scope = _Scope(definition, on, definition.parameters_on(on, mine), _dialect(dialect))
        selected.append(f"{scope.verdict(definition)} AS {key_column(column)}")
    if strange := sorted(overrides.keys() - used):
        raise RuleError("unknown_parameter", "、".join(columns), f"没有名为“{strange[0]}”的参数")
    return f"SELECT {', '.join(selected)} FROM {relation(facts)} AS f"


def explain(compiled: Compiled, row: Mapping[str, object]) -> list[Reason]:
    """Say why: one reason for each condition of a row that the compiled SQL returned.

    Raises
    ------
    KeyError
        When the row lacks one of the ``c_<id>`` columns.
    """
    reasons = []
    for condition in compiled.conditions:
        value = row[condition.column]
        reasons.append(
            Reason(condition.id, Answer.of(None if value is None else bool(value)), condition.text)
        )
    return reasons


def relation(facts: str) -> str:
    """A table name as it is, a query in parentheses."""
    return facts if _RELATION.fullmatch(facts) else f"({facts})"


def key_column(name: str) -> str:
    """A column name that needs no quotes, or an error."""
    if not _IDENTIFIER.fullmatch(name):
        raise RuleError("bad_name", name, "列名只能用字母、数字和下划线")
    return name


def _dialect(name: str) -> str:
    if name not in DIALECTS:
        raise RuleError("unknown_dialect", name, f"只支持 {'、'.join(DIALECTS)}")
    return name


class _Scope:
    """Fills parameters, facts and other definitions' answers into expressions of one closure."""

    def __init__(self, root: Definition, on: date, values: Mapping[str, Value], dialect: str) -> None:
        self.root, self.on, self.values, self.dialect = root, on, values, dialect
        self.types = VOCABULARY[root.unit]

    def sql(self, expression: Expression) -> str:
        return self._bind(expression).sql(dialect=self.dialect, comments=False)

    def verdict(self, definition: Definition) -> str:
        return self._verdict(definition).sql(dialect=self.dialect, comments=False)

    def _verdict(self, definition: Definition) -> exp.Expr:
        bound = [self._bind(condition.when) for condition in definition.conditions]
        joined = bound[0]
        for each in bound[1:]:
            joined = exp.And(this=joined, expression=each)
        return exp.Paren(this=joined)

    def _bind(self, expression: Expression) -> exp.Expr:
        tree = exp.Paren(this=expression.tree.copy())
        for place in list(tree.find_all(exp.Placeholder)):
            value = self.values[place.name]
            # A list stands inside IN (...): sqlglot puts its items where the placeholder stood.
            place.replace([_literal(item) for item in value] if isinstance(value, tuple) else _literal(value))
        for column in list(tree.find_all(exp.Column)):
            if column.table:
                column.replace(self._verdict(pick(self.root.related[column.name], column.name, self.on)))
            elif (target := self._cast(column)) is not None:
                column.replace(exp.cast(column.copy(), target))
        return tree

    def _cast(self, node: exp.Column) -> str | None:
        """Numbers are compared exactly, to four places; whole numbers are reckoned with in 64 bits."""
        kind = self.types[node.name].type
        if kind is ValueType.NUMBER:
            return "DECIMAL(18, 4)"
        parent = node.parent
        while isinstance(parent, exp.Paren | exp.Case | exp.If):
            parent = parent.parent
        return "BIGINT" if kind is ValueType.INTEGER and isinstance(parent, _ARITHMETIC) else None


def _literal(value: Scalar) -> exp.Expr:
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, str):
        return exp.Literal.string(value)
    number = exp.Literal.number(f"{abs(value):f}" if isinstance(value, Decimal) else str(abs(value)))
    return exp.Paren(this=exp.Neg(this=number)) if value < 0 else number
