"""``matching run --engine spark``: the steps of :mod:`province`, each part's on a worker of Spark.

The seekers stay where Spark has them. The posts, one vector a post and step, and the pairs that were chosen pass
through the starting process; the recommendations do not: every part writes its own file.
"""

from __future__ import annotations

import datetime as dt
import pickle
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from ..linkage.parameters import Parameters as SparkParameters
from ..linkage.spark_run import _session as spark_session
from .columns import SEEKER_COLUMNS, missing_columns
from .compiled import usable_cores
from .parameters import Parameters
from .province import SAMPLE_RANGE, Task, conduct, finish

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

ANSWER = "part int, answer binary"


def match_files(
    seekers: Path, posts: pa.Table, out: Path, *, parts: int, master: str | None = None,
    excluded: pa.Table | None = None, places: pa.Table | None = None, parameters: Parameters | None = None,
    on: dt.date,
) -> dict[str, Any]:  # fmt: skip
    """Match the seekers of a parquet file (or folder) in parts; ``out`` becomes a folder of a file a part.

    Returns
    -------
    dict
        The report of :func:`province.match_in_parts`, and ``seconds``.

    Raises
    ------
    EngineUnavailable
        No pyspark, or no Java.
    ValueError
        The input is not as documented.
    """
    if parts < 1:
        raise ValueError("partitions must be at least 1")
    began = time.perf_counter()
    parameters = parameters or Parameters()
    with spark_session(SparkParameters(threads=usable_cores()), master) as session:
        frame = session.read.parquet(str(seekers))
        missing_columns(frame.columns, SEEKER_COLUMNS, "seekers")
        frame = frame.select(*SEEKER_COLUMNS)
        share = parameters.sample_share if frame.count() >= parameters.sample_from else 1.0
        within = f"crc32(cast(person_id as string)) % {SAMPLE_RANGE} < {share * SAMPLE_RANGE}"
        sampled = frame.where(within).toArrow()
        split = frame.selectExpr("*", f"cast(crc32(substring(region_code, 1, 9)) % {parts} as int) as part")
        split = split.repartition(parts, "part").cache()
        # A worker is one core of Spark's: it takes no second one.
        task = Task(posts, excluded, places, replace(parameters, threads=1), on)
        out.mkdir(parents=True, exist_ok=True)
        each = _runner(split, task, parts, sampled.slice(0, 0), out)
        _, report = conduct(task, sampled, share, each)
    report["seconds"] = round(time.perf_counter() - began, 3)
    return report


def _runner(
    split: DataFrame, task: Task, parts: int, nobody: pa.Table, out: Path
) -> Callable[..., list[Any]]:
    """What calls a step for every part on Spark."""
    context = split.sparkSession.sparkContext

    def each(step: Callable[..., Any], *words: Any) -> list[Any]:
        shared = context.broadcast((task, words))

        def on_worker(table: pa.Table) -> pa.Table:
            part = table["part"][0].as_py()
            common, given = shared.value
            answer = _of_part(step, common, table.drop_columns(["part"]), part, given, out)
            return pa.table({"part": pa.array([part], pa.int32()), "answer": pa.array([answer], pa.binary())})

        rows = split.groupBy("part").applyInArrow(on_worker, ANSWER).collect()
        answers = {row["part"]: bytes(row["answer"]) for row in rows}
        shared.unpersist()
        # Spark calls nothing for a part without seekers.
        for part in set(range(parts)) - answers.keys():
            answers[part] = _of_part(step, task, nobody, part, words, out)
        return [pickle.loads(answers[part]) for part in range(parts)]

    return each


def _of_part(
    step: Callable[..., Any], task: Task, seekers: pa.Table, part: int, words: tuple[Any, ...], out: Path
) -> bytes:
    """Call a step for a part; what it returns, but for recommendations: these are written."""
    answer = step(task, seekers, *(word[part] if isinstance(word, list) else word for word in words))
    if step is finish:
        pq.write_table(answer[0], out / f"part-{part:05d}.parquet")
        answer = None, answer[1]
    return pickle.dumps(answer)
