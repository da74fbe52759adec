"""What the engine asks of a DuckDB connection, answered by Spark.

What a statement makes is computed at once and kept by Spark as a checkpoint, so that no later step computes it again
and plans stay short (an update costs nothing and is done where it is read); a table is never changed but replaced.
Tables are temporary views of the session.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
from sqlglot import exp

from .spark_sql import HASH, Macro, parse, spark_sql

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


class SparkConnection:
    """Runs the engine's SQL in a session; the tables end with the connection, the session does not."""

    def __init__(self, session: SparkSession) -> None:
        self._session = session
        self._macros: dict[str, Macro] = {}
        self._tables: dict[str, DataFrame] = {}
        self._rows: list[tuple[Any, ...]] = []
        _register_hash(self._session)

    def execute(self, sql: str, values: Sequence[Any] = ()) -> SparkConnection:
        """Run one or more statements; the rows of a query can be fetched after it."""
        for statement in parse(sql, values):
            self._run(statement)
        return self

    def fetchall(self) -> list[tuple[Any, ...]]:
        """All rows of the last query."""
        return self._rows

    def fetchone(self) -> tuple[Any, ...] | None:
        """The first row of the last query."""
        return self._rows[0] if self._rows else None

    def sql(self, query: str) -> Relation:
        """A query whose rows are wanted as a table."""
        return Relation(self._query(parse(query)[0]))

    def register(self, name: str, table: pa.Table) -> None:
        """Give an Arrow table a name; what is neither integer nor text comes as DuckDB writes it."""
        self.name(name, self._session.createDataFrame(_written(table)))

    def name(self, name: str, frame: DataFrame) -> None:
        """Give a frame of Spark's a name."""
        frame.createOrReplaceTempView(name)
        self._tables[name] = frame

    def unregister(self, name: str) -> None:
        """Forget a name."""
        del self._tables[name]
        self._session.catalog.dropTempView(name)

    def __enter__(self) -> SparkConnection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in list(self._tables):
            self.unregister(name)

    def _run(self, statement: exp.Expr) -> None:
        match statement:
            case exp.Create():
                self._create(statement)
            case exp.Insert():
                self._insert(statement)
            case exp.Update() | exp.Delete():
                self._change(statement)
            case exp.Alter():
                self._alter(statement)
            case exp.Drop():
                for table in statement.args["tables"]:
                    self.unregister(table.name)
            case exp.Query():
                self._rows = [tuple(row) for row in self._query(statement).collect()]
            case _:
                told = statement.sql(dialect="duckdb")
                raise ValueError(f"the engine spark cannot run this statement, the engine duckdb can: {told}")

    def _query(self, statement: exp.Expr) -> DataFrame:
        return self._session.sql(spark_sql(statement, self._macros))

    def _create(self, statement: exp.Create) -> None:
        if statement.kind == "MACRO":
            self._macros[statement.this.this.name.lower()] = Macro(statement)
            return
        name = statement.find(exp.Table).name  # type: ignore[union-attr]
        if statement.args.get("exists") and name in self._tables:
            return
        if statement.expression is None:
            columns = ", ".join(
                f"{spark_sql(exp.cast(exp.null(), column.kind), {})} as {column.name}"
                for column in statement.this.expressions
            )
            frame = self._session.sql(f"select {columns} where false")
        elif statement.kind == "VIEW":
            frame = self._query(statement.expression)
        else:
            frame = self._query(statement.expression).localCheckpoint()
        self.name(name, frame)

    def _insert(self, statement: exp.Insert) -> None:
        """New rows take the names and types of the table's columns, by their places."""
        table = self._tables[statement.this.name]
        rows = self._query(statement.expression).toDF(*table.columns)
        typed = rows.select([rows[field.name].cast(field.dataType) for field in table.schema])
        told = isinstance(statement.expression, exp.Values)
        self.name(statement.this.name, table.union(typed if told else typed.localCheckpoint()))

    def _change(self, statement: exp.Update | exp.Delete) -> None:
        """All rows anew: those that fit the condition with other values, or without them."""
        name, where = statement.this.name, statement.args["where"].this
        if isinstance(statement, exp.Delete):
            rest = exp.select("*").from_(name).where(exp.Not(this=where))
            self.name(name, self._query(rest).localCheckpoint())
        else:
            new = {change.this.name: change.expression for change in statement.expressions}
            changed = exp.select(
                *(
                    exp.alias_(exp.Case().when(where.copy(), new[column]).else_(exp.column(column)), column)
                    if column in new
                    else exp.column(column, quoted=True)
                    for column in self._tables[name].columns
                )
            ).from_(name)
            self.name(name, self._query(changed))

    def _alter(self, statement: exp.Alter) -> None:
        name, table = statement.this.name, self._tables[statement.this.name]
        for action in statement.args["actions"]:
            if isinstance(action, exp.AlterRename):
                self.unregister(name)
                self.name(action.this.name, table)
            else:
                column = action.this.name
                self.name(name, table.withColumn(column, table[column].cast(action.args["dtype"].sql("spark"))))


class Relation:
    """A query not run yet."""

    def __init__(self, frame: DataFrame) -> None:
        self.frame = frame

    def to_arrow_table(self) -> pa.Table:
        """Run it and bring all rows here."""
        return self.frame.toArrow()


def _written(table: pa.Table) -> pa.Table:
    """The columns as integers of 64 bits or as text."""
    kinds = ("bigint" if pa.types.is_integer(field.type) else "varchar" for field in table.schema)
    columns = (f'"{name}"::{kind} as "{name}"' for name, kind in zip(table.column_names, kinds, strict=True))
    return duckdb.from_arrow(table).project(", ".join(columns)).to_arrow_table()


def _register_hash(session: SparkSession) -> None:
    """DuckDB's own hash: the engine draws its samples by it, and both engines are to draw the same."""
    from pyspark.sql.pandas import functions

    arrow_udf: Any = functions.arrow_udf  # its overloads want types of pandas

    def duckdb_hash(values: pa.Array) -> pa.Array:  # nested, so that it travels to the workers whole
        import duckdb
        import pyarrow as pa

        hashed = duckdb.from_arrow(pa.table({"v": values})).project("hash(v)::decimal(20, 0) as h")
        return hashed.to_arrow_table()["h"].combine_chunks()

    session.udf.register(HASH, arrow_udf(duckdb_hash, "decimal(20, 0)"))
