"""The condition language: a small whitelisted part of SQL boolean expressions, read once and type-checked.

    AND OR NOT  =  <>  <  <=  >  >=  IN (...)  BETWEEN  IS [NOT] NULL  + - *  TRUE FALSE NULL
    CASE WHEN known THEN value END        the value counts only while `known` holds, else it is unknown
    :name                                 a dated parameter; a list only as `x IN (:name)`
    verdict.other_definition              the answer of another definition about the same person or household

What is left out is left out on purpose. COALESCE, ELSE and IS TRUE would turn unknown into no. Functions,
casts, division and LIKE answer differently in the three databases. With what remains (and no IS NULL) an
answer can only become more certain when an unknown fact becomes known: it never flips.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from .errors import RuleError
from .facts import Fact, ValueType

MAX_LENGTH = 1000
MAX_PARENTHESES = 20
MAX_DEPTH = 100  # of the tree: far below Python's own limit, also under a web framework's stack
MAX_CONSTANT = 10**9  # times a 32-bit fact it still fits 64 bits
VERDICT = "verdict"

_NUMBER = re.compile(r"[0-9]{1,10}(\.[0-9]{1,4})?")
_NUMERIC = (ValueType.INTEGER, ValueType.NUMBER)
_ORDERED = (exp.LT, exp.LTE, exp.GT, exp.GTE)
_EQUAL = (exp.EQ, exp.NEQ)
_LOGIC = (exp.And, exp.Or)
_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul)

# Every node that may occur, with the arguments it may carry: sqlglot hangs rarer grammar (BETWEEN SYMMETRIC,
# IN (SELECT ...), CASE ... ELSE) on further arguments of the same nodes.
_BINARY = frozenset({"this", "expression"})
_ALLOWED: dict[type[exp.Expr], frozenset[str]] = {
    **dict.fromkeys((*_ORDERED, *_EQUAL, *_LOGIC, *_ARITHMETIC, exp.Is), _BINARY),
    **dict.fromkeys((exp.Not, exp.Paren, exp.Neg, exp.Boolean, exp.Placeholder), frozenset({"this"})),
    exp.Null: frozenset(),
    exp.Literal: frozenset({"this", "is_string"}),
    exp.Column: frozenset({"this", "table"}),
    exp.Identifier: frozenset({"this"}),
    exp.In: frozenset({"this", "expressions"}),
    exp.Between: frozenset({"this", "low", "high"}),
    exp.Case: frozenset({"ifs"}),
    exp.If: frozenset({"this", "true"}),
}


@dataclass(frozen=True, slots=True)
class ParameterType:
    """The type of a parameter's values; a list may only stand inside IN (...)."""

    type: ValueType
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression.

    Attributes
    ----------
    text : str
        As written.
    tree : sqlglot expression
        Parsed and checked; parameters and verdicts not yet filled in. Never changed in place.
    type : ValueType
        Of the result.
    facts, parameters, verdicts : frozenset of str
        The names used.
    monotone : bool
        Whether more knowledge can only make the answer more certain (no IS NULL inside).
    """

    text: str
    tree: exp.Expr = field(compare=False, repr=False)
    type: ValueType
    facts: frozenset[str]
    parameters: frozenset[str]
    verdicts: frozenset[str]
    monotone: bool


def parse(
    text: str,
    *,
    where: str,
    facts: Mapping[str, Fact],
    parameters: Mapping[str, ParameterType],
    verdicts: Collection[str],
) -> Expression:
    """Read and check one expression.

    Parameters
    ----------
    text : str
        The expression.
    where : str
        Named in errors.
    facts, parameters, verdicts
        The names that may be used.

    Raises
    ------
    RuleError
        ``syntax``, ``not_allowed``, ``unknown_fact``, ``unknown_parameter``, ``unknown_definition`` or
        ``type_mismatch``.
    """
    checker = _Checker(where, text, facts, parameters, verdicts)
    tree = checker.read()
    kind = checker.type_of(tree)
    if kind is None:
        raise checker.error("type_mismatch", "整个条件恒为未知（NULL）")
    return Expression(
        text=text,
        tree=tree,
        type=kind,
        facts=frozenset(checker.used_facts),
        parameters=frozenset(checker.used_parameters),
        verdicts=frozenset(checker.used_verdicts),
        monotone=not checker.asks_for_null,
    )


class _Checker:
    """One pass over one expression: whitelist, names and types together."""

    def __init__(
        self,
        where: str,
        text: str,
        facts: Mapping[str, Fact],
        parameters: Mapping[str, ParameterType],
        verdicts: Collection[str],
    ) -> None:
        self.where, self.text = where, text
        self.facts, self.parameters, self.verdicts = facts, parameters, verdicts
        self.used_facts: set[str] = set()
        self.used_parameters: set[str] = set()
        self.used_verdicts: set[str] = set()
        self.asks_for_null = False

    def error(self, code: str, message: str) -> RuleError:
        return RuleError(code, self.where, f"{message}，见“{self.text[:80]}”")

    def read(self) -> exp.Expr:
        if len(self.text) > MAX_LENGTH or self.text.count("(") > MAX_PARENTHESES:
            raise self.error("syntax", f"条件过长（最多{MAX_LENGTH}个字符、{MAX_PARENTHESES}对括号）")
        if "$" in self.text or "?" in self.text:
            raise self.error("not_allowed", "不允许使用 $ 和 ?（参数写作 :名称）")
        try:
            statements = sqlglot.parse(self.text)
        except (SqlglotError, RecursionError) as error:
            raise self.error("syntax", "条件无法解析") from error
        if len(statements) != 1 or statements[0] is None:
            raise self.error("syntax", "必须是一个条件，不能为空，也不能用分号连写")
        tree = statements[0]
        if max(node.depth for node in tree.walk()) > MAX_DEPTH:
            raise self.error("syntax", f"条件嵌套过深（最多{MAX_DEPTH}层）")
        return tree

    def type_of(self, node: exp.Expr) -> ValueType | None:
        """The type of a node after checking it and all below it; None for the NULL literal."""
        self._allow(node)
        match node:
            case exp.Paren():
                return self.type_of(node.this)
            case exp.Null():
                return None
            case exp.Boolean():
                return ValueType.BOOLEAN
            case exp.Literal():
                return self._literal(node)
            case exp.Column():
                return self._column(node)
            case exp.Placeholder():
                return self._parameter(node, in_list=False).type
            case exp.Not():
                self._boolean(node.this, may_be_null=False)
                return ValueType.BOOLEAN
            case exp.Is():
                return self._is_null(node)
            case exp.In():
                return self._in(node)
            case exp.Between():
                for bound in (node.this, node.args["low"], node.args["high"]):
                    self._number(bound)
                return ValueType.BOOLEAN
            case exp.Case():
                return self._known(node)
            case exp.Neg():
                return self._number(node.this)
        if isinstance(node, _LOGIC):
            self._boolean(node.this, may_be_null=True)
            self._boolean(node.expression, may_be_null=True)
        elif isinstance(node, _ORDERED):
            self._number(node.this)
            self._number(node.expression)
        elif isinstance(node, _EQUAL):
            self._comparable(self.type_of(node.this), self.type_of(node.expression))
        elif isinstance(node, _ARITHMETIC):
            return self._arithmetic(node)
        else:  # allowed only as a part of something else: IF(...) is no CASE
            raise self.error("not_allowed", f"不允许使用 {type(node).__name__}")
        return ValueType.BOOLEAN

    def _allow(self, node: exp.Expr) -> None:
        allowed = _ALLOWED.get(type(node))
        if allowed is None:
            raise self.error("not_allowed", f"不允许使用 {type(node).__name__}")
        carried = {name for name, value in node.args.items() if value not in (None, False, [])}
        if not carried <= allowed:
            names = "、".join(sorted(carried - allowed))
            raise self.error("not_allowed", f"不允许使用 {type(node).__name__} 的 {names}")
        if node.comments:
            raise self.error("not_allowed", "条件里不允许写注释")

    def _literal(self, node: exp.Literal) -> ValueType:
        if node.is_string:
            return ValueType.TEXT
        if not _NUMBER.fullmatch(node.name) or float(node.name) > MAX_CONSTANT:
            raise self.error("not_allowed", f"数字 {node.name} 不可用（最多10亿、4位小数）")
        return ValueType.NUMBER if "." in node.name else ValueType.INTEGER

    def _column(self, node: exp.Column) -> ValueType:
        name = node.name
        for part in (node.this, node.args.get("table")):
            if part is None:
                continue
            if isinstance(part, exp.Identifier) and part.args.get("quoted"):
                raise self.error("unknown_fact", f"“{part.name}”加了双引号：文字用单引号，事实不加引号")
            self._allow(part)
        if node.table:
            if node.table != VERDICT or name not in self.verdicts:
                raise self.error("unknown_definition", f"没有名为“{node.table}.{name}”的定义")
            self.used_verdicts.add(name)
            return ValueType.BOOLEAN
        if name not in self.facts:
            near = difflib.get_close_matches(name, self.facts, n=1)
            hint = f"，是否想用“{near[0]}”" if near else ""
            raise self.error("unknown_fact", f"没有名为“{name}”的事实{hint}")
        self.used_facts.add(name)
        return self.facts[name].type

    def _parameter(self, node: exp.Placeholder, *, in_list: bool) -> ParameterType:
        self._allow(node)
        name = node.name
        if name not in self.parameters:
            raise self.error("unknown_parameter", f"没有名为“{name}”的参数")
        kind = self.parameters[name]
        if kind.is_list and not in_list:
            raise self.error("type_mismatch", f"参数“{name}”是一组值，只能写作 IN (:{name})")
        self.used_parameters.add(name)
        return kind

    def _boolean(self, node: exp.Expr, *, may_be_null: bool) -> None:
        kind = self.type_of(node)
        if kind is not ValueType.BOOLEAN and not (kind is None and may_be_null):
            raise self.error("type_mismatch", f"“{node.sql()}”不是可判断真假的条件")

    def _number(self, node: exp.Expr) -> ValueType:
        kind = self.type_of(node)
        if kind not in _NUMERIC:
            raise self.error("type_mismatch", f"“{node.sql()}”不是数字")
        return kind

    def _comparable(self, left: ValueType | None, right: ValueType | None) -> None:
        if left is None or right is None:
            raise self.error("type_mismatch", "与 NULL 比较永远未知，请用 IS NULL")
        if left is not right and not (left in _NUMERIC and right in _NUMERIC):
            raise self.error("type_mismatch", f"{left} 不能与 {right} 比较")

    def _is_null(self, node: exp.Is) -> ValueType:
        if not isinstance(node.expression, exp.Null):
            raise self.error("not_allowed", "IS 只能用于 IS NULL 和 IS NOT NULL")
        if self.type_of(node.this) is None:
            raise self.error("type_mismatch", "NULL IS NULL 没有意义")
        self.asks_for_null = True
        return ValueType.BOOLEAN

    def _in(self, node: exp.In) -> ValueType:
        subject = self.type_of(node.this)
        for item in node.expressions:
            if isinstance(item, exp.Placeholder):
                kind: ValueType | None = self._parameter(item, in_list=True).type
            else:
                kind = self.type_of(item)
            self._comparable(subject, kind)
        if not node.expressions:
            raise self.error("syntax", "IN 后面没有值")
        return ValueType.BOOLEAN

    def _known(self, node: exp.Case) -> ValueType:
        branches = node.args["ifs"]
        if len(branches) != 1:
            raise self.error("not_allowed", "CASE 只能有一个 WHEN，且不能有 ELSE")
        self._allow(branches[0])
        self._boolean(branches[0].this, may_be_null=False)
        kind = self.type_of(branches[0].args["true"])
        if kind is None:
            raise self.error("type_mismatch", "CASE 的结果恒为未知（NULL）")
        return kind

    def _arithmetic(self, node: exp.Expr) -> ValueType:
        if isinstance(node, exp.Mul):
            # One factor at most holds a fact, and no product is multiplied again: 64 bits never overflow.
            if any(side.find(exp.Mul) for side in (node.this, node.expression)):
                raise self.error("not_allowed", "乘积不能再相乘")
            if all(side.find(exp.Column) for side in (node.this, node.expression)):
                raise self.error("not_allowed", "两个事实不能相乘")
        kinds = {self._number(node.this), self._number(node.expression)}
        return ValueType.NUMBER if ValueType.NUMBER in kinds else ValueType.INTEGER
