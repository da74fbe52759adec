"""The engine's SQL, written for DuckDB, said in Spark's words.

There is one text of every rule: it is parsed, what Spark says otherwise is replaced, and it is written out again.
What is handled here is what that text uses, not all of DuckDB.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlglot
from sqlglot import exp

HASH = "duckdb_hash"
_DATE_SIGNS = {"%Y": "y", "%m": "M", "%d": "d"}
# DuckDB's unsigned and 128-bit integers.
_WIDE_TYPES = {exp.DType.UBIGINT: "decimal(20, 0)", exp.DType.INT128: "decimal(38, 0)"}


class Macro:
    """A named expression; Spark knows none that may be used everywhere, so the text is put in its place."""

    def __init__(self, created: exp.Create) -> None:
        self._names = [parameter.name for parameter in created.this.expressions]
        self._body = created.expression

    def applied(self, arguments: Sequence[exp.Expr]) -> exp.Expr:
        """The body with the arguments in the place of its parameters."""
        given = dict(zip(self._names, arguments, strict=True))

        def put(node: exp.Expr) -> exp.Expr:
            if isinstance(node, exp.Column) and not node.table and node.name in given:
                return exp.paren(given[node.name].copy(), copy=False)
            return node

        return exp.paren(self._body.copy().transform(put), copy=False)


def parse(sql: str, values: Sequence[Any] = ()) -> list[exp.Expr]:
    """The statements of a text, its question marks replaced by the values."""
    statements = [statement for statement in sqlglot.parse(sql, read="duckdb") if statement is not None]
    left = iter(values)
    for statement in statements:
        for mark in list(statement.find_all(exp.Placeholder, bfs=False)):
            mark.replace(exp.convert(next(left)))
    return statements


def spark_sql(statement: exp.Expr, macros: dict[str, Macro]) -> str:
    """A query or an expression as Spark reads it; the statement itself is used up."""
    root = exp.paren(statement, copy=False)  # so that the statement itself can be replaced, too
    _expand(root, macros)
    for kind, rewrite in _REWRITES.items():
        for node in reversed(list(root.find_all(kind))):  # the innermost first
            new = rewrite(node)
            if new is not node:
                node.replace(new)
    return str(root.this.sql(dialect="spark"))


def _expand(root: exp.Expr, macros: dict[str, Macro]) -> None:
    """Put the macros' texts in, those inside macros as well."""
    while calls := [call for call in root.find_all(exp.Anonymous) if call.name.lower() in macros]:
        for call in reversed(calls):
            call.replace(macros[call.name.lower()].applied(call.expressions))


def _function(node: exp.Expr) -> exp.Expr:
    """Functions that have another name, or none."""
    assert isinstance(node, exp.Anonymous)
    given = node.expressions
    match node.name.lower():
        case "try_strptime":
            formats = given[1].expressions if isinstance(given[1], exp.Array) else [given[1]]
            tries = [exp.func("try_to_timestamp", given[0].copy(), _date_format(f.name)) for f in formats]
            return tries[0] if len(tries) == 1 else exp.func("coalesce", *tries)
        case "damerau_levenshtein":
            return _edits(*given)
        case "hash":
            return exp.Anonymous(this=HASH, expressions=given)
    return node


def _whole(node: exp.Expr) -> exp.Expr:
    """The pattern must fit from beginning to end."""
    return exp.RegexpLike(this=node.this, expression=exp.Literal.string(rf"\A(?:{node.expression.name})\z"))


def _date_format(text: str) -> exp.Expr:
    """Java's letters: any number of digits, as in DuckDB, but where nothing parts them."""
    for sign, letters in _DATE_SIGNS.items():
        text = text.replace(sign, letters)
    return exp.Literal.string("yyyyMMdd" if text == "yMd" else text)


def _edits(a: exp.Expr, b: exp.Expr) -> exp.Expr:
    """Edits between two short ASCII texts, neighbours exchanged counting as one; exact up to one edit.

    Spark's own distance counts such an exchange as two.
    """
    sql = """levenshtein({a}, {b}) - case
        when levenshtein({a}, {b}) = 2 and length({a}) = length({b}) and exists(sequence(1, length({a}) - 1), k ->
            left({a}, k - 1) || substr({a}, k + 1, 1) || substr({a}, k, 1) || substr({a}, k + 2) = {b})
        then 1 else 0 end"""
    return exp.paren(sqlglot.parse_one(sql.format(a=a.sql("spark"), b=b.sql("spark")), read="spark"), copy=False)


def _byte_edits(node: exp.Expr) -> exp.Expr:
    """DuckDB counts edits of bytes, Spark of characters: read the bytes as characters."""
    for side in ("this", "expression"):
        text = exp.func("encode", node.args[side], exp.Literal.string("UTF-8"))
        node.set(side, exp.func("decode", text, exp.Literal.string("ISO-8859-1")))
    return node


def _left(node: exp.Expr) -> exp.Expr:
    """A negative length leaves so many off the end."""
    length = node.args["expression"]
    if not isinstance(length, exp.Neg):
        return node
    shorter = exp.Sub(this=exp.func("length", node.this.copy()), expression=length.this)
    return exp.func("left", node.this, shorter)


def _cast(node: exp.Expr) -> exp.Expr:
    """A product of fractions becomes an integer by rounding, which Spark would cut off."""
    wide = _WIDE_TYPES.get(node.args["to"].this)
    if wide:
        node.set("to", exp.DataType.build(wide))
    inner = node.this.unnest()
    if isinstance(inner, exp.Mul) and node.args["to"].this in exp.DataType.INTEGER_TYPES:
        node.set("this", exp.func("rint", inner))
    return node


def _number(node: exp.Expr) -> exp.Expr:
    """A number with a point is a double to us; Spark would count in decimals."""
    if node.args["is_string"] or "." not in node.name or isinstance(node.parent, exp.Cast):
        return node
    return exp.cast(node.copy(), exp.DType.DOUBLE)


def _not_in(node: exp.Expr) -> exp.Expr:
    """``x not in (query)`` as an anti join, which Spark spreads over machines; neither side has nulls in our SQL."""
    inside = node.this.unnest()
    if not (isinstance(inside, exp.In) and inside.args.get("query")):
        return node
    outer = inside.this.expressions if isinstance(inside.this, exp.Tuple) else [inside.this]
    names = [f"_there{i}" for i in range(len(outer))]
    there = exp.Subquery(
        this=inside.args["query"].unnest(),
        alias=exp.TableAlias(this=exp.to_identifier("_there"), columns=[exp.to_identifier(name) for name in names]),
    )
    same = [
        exp.EQ(this=exp.column(name, "_there"), expression=value) for name, value in zip(names, outer, strict=True)
    ]
    return exp.Not(this=exp.Exists(this=exp.select("1").from_(there).where(*same)))


def _qualify(node: exp.Expr) -> exp.Expr:
    """``qualify`` as a condition on a query around; windows in it become columns that are left out again."""
    qualify = node.args.get("qualify")
    if not qualify:
        return node
    assert isinstance(node, exp.Select)
    node.set("qualify", None)
    condition = exp.paren(qualify.this, copy=False)
    added: list[str] = []
    for window in list(condition.find_all(exp.Window)):
        added.append(f"_window{len(added)}")
        node.append("expressions", exp.alias_(window.copy(), added[-1]))
        window.replace(exp.column(added[-1]))
    ctes = node.args.get("with_")
    node.set("with_", None)
    star = exp.Star(except_=[exp.to_identifier(name) for name in added]) if added else exp.Star()
    around = exp.select(star).from_(exp.Subquery(this=node.copy(), alias=exp.TableAlias(this="_all")))
    around = around.where(condition.this)
    around.set("with_", ctes)
    return around


def _named(node: exp.Expr) -> exp.Expr:
    """Every query in the place of a table needs a name, or Spark takes a following ``where (`` for one."""
    if isinstance(node.parent, exp.From | exp.Join) and not node.args.get("alias"):
        node.set("alias", exp.TableAlias(this=exp.to_identifier("_query")))
    return node


def _plain_cte(node: exp.Expr) -> exp.Expr:
    node.set("materialized", None)
    return node


# In this order: what one makes may be what another changes.
_REWRITES: dict[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    exp.CTE: _plain_cte,
    exp.Left: _left,
    exp.Levenshtein: _byte_edits,
    exp.RegexpFullMatch: _whole,
    exp.Anonymous: _function,
    exp.Literal: _number,
    exp.Cast: _cast,
    exp.Not: _not_in,
    exp.Select: _qualify,
    exp.Subquery: _named,
}
