"""``linkage run --engine spark``: the same comparison on Spark, which reads and writes the files itself.

Only names (to key them) and counts pass through this process; rows do not.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import duckdb
import pyarrow as pa
import pyarrow.csv

from ..files import is_csv, write_table
from ..spark import spark_session
from . import explain
from .columns import FEED, REGISTER, TableShape, view
from .decide import decide
from .normalise import normalise
from .parameters import Parameters
from .run import Clock, Progress, report_of

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

    from .spark import Relation, SparkConnection

ENGINE = "spark-1"


def link_files(
    register: Path,
    feed: Path,
    out: Path,
    weights: Path | None = None,
    *,
    parameters: Parameters | None = None,
    master: str | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Compare two files, parquet or csv by their ending, and write links and, on request, weights.

    Parquet is written by Spark as a folder of parts in the order of the records; csv is one file, which passes
    through this process.

    Parameters
    ----------
    master
        Spark's master; without it this machine, or what spark-submit said.

    Returns
    -------
    dict
        The report of :func:`run.link`; its memory is that of this process, not of Spark's.

    Raises
    ------
    EngineUnavailable
        No pyspark, or no Java.
    ValueError
        A key column is missing, null, repeated or neither integer nor text.
    """
    parameters = parameters or Parameters()
    clock = Clock(progress)
    clock.begin("normalise")
    with spark_session(
        master, threads=parameters.threads, memory_limit=parameters.memory_limit, spill=parameters.spill_directory
    ) as session:
        from .spark import SparkConnection

        with SparkConnection(session) as spark:
            con = cast(duckdb.DuckDBPyConnection, spark)  # all of one that the steps ask for
            rows = {}
            for path, shape in ((register, REGISTER), (feed, FEED)):
                rows[shape.label] = _load(spark, _read(session, path), shape)
                normalise(con, shape)
            estimates = decide(con, parameters, clock.begin)
            clock.begin("tables")
            _write(spark.sql(explain.LINKS), out)
            if weights:
                _write(spark.sql(explain.WEIGHTS), weights)
            report = report_of(con, parameters, estimates, rows)
    return report | {"engine": ENGINE} | clock.end()


def _load(spark: SparkConnection, frame: DataFrame, shape: TableShape) -> int:
    """What :func:`columns.load` does, with the rows where Spark has them; returns how many there are."""
    from pyspark.sql import functions as sf

    integer = _check_key(frame, shape)
    key = sf.col(shape.key).cast("bigint" if integer else "string").alias(shape.key)
    present = [column for column in shape.optional if column in frame.columns]
    chosen = frame.select(key, *(_text(frame, column) for column in present))
    # Sorted over all parts, so the growing numbers follow the key; they have gaps, which nobody minds.
    ranked = chosen.sort(shape.key).withColumn("row_rank", sf.monotonically_increasing_id()).localCheckpoint()
    spark.name(f"{shape.label}_arrow", ranked)
    con = cast(duckdb.DuckDBPyConnection, spark)
    view(con, shape, present, pa.int64() if integer else pa.string())
    return ranked.count()


def _check_key(frame: DataFrame, shape: TableShape) -> bool:
    """Refuse a table as :func:`columns.check_key` does; returns whether the key is an integer."""
    from pyspark.sql import functions as sf

    if shape.key not in frame.columns:
        have = ", ".join(frame.columns) or "none"
        raise ValueError(f"{shape.label}: column {shape.key!r} is missing (columns found: {have})")
    kind = frame.schema[shape.key].dataType.simpleString()
    integer = kind in ("tinyint", "smallint", "int", "bigint", "decimal(20,0)")  # the last: unsigned in the file
    if not (integer or kind == "string"):
        raise ValueError(f"{shape.label}: column {shape.key!r} must be integer or text, not {kind}")
    nulls = frame.where(sf.col(shape.key).isNull()).count()
    if nulls:
        raise ValueError(f"{shape.label}: column {shape.key!r} is null in {nulls} row(s)")
    repeated = frame.groupBy(sf.col(shape.key).cast("string").alias("key")).count().where("count > 1")
    shown = [row[0] for row in repeated.sort("key").limit(3).collect()]
    if shown:
        raise ValueError(
            f"{shape.label}: column {shape.key!r} repeats {repeated.count()} value(s): {', '.join(shown)}"
        )
    return integer


def _text(frame: DataFrame, column: str) -> Column:
    """A column as text; a number with a fraction (an id or phone that went through a worksheet) in plain digits."""
    from pyspark.sql import functions as sf

    kind = frame.schema[column].dataType.simpleString()
    value = sf.col(column).cast("decimal(38, 6)") if kind in ("float", "double") else sf.col(column)
    return value.cast("string").alias(column)


def _read(session: SparkSession, path: Path) -> DataFrame:
    from pyspark.sql import functions as sf

    if not is_csv(path):
        return session.read.parquet(str(path))
    frame = session.read.csv(str(path), header=True, escape='"', enforceSchema=False)
    nothing = pyarrow.csv.ConvertOptions().null_values
    return frame.select(*(sf.when(~sf.col(c).isin(nothing), sf.col(c)).alias(c) for c in frame.columns))


def _write(rows: Relation, path: Path) -> None:
    if is_csv(path):
        write_table(rows.to_arrow_table(), path)
    else:
        rows.frame.write.parquet(str(path), mode="overwrite")
