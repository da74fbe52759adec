"""``matching run --engine spark``: the steps of :mod:`province`, each part's on a worker of Spark.

The seekers stay where Spark has them. The posts, one vector a post and step, and the pairs that were chosen pass
through the starting process; the recommendations do not: every part writes its own file.
"""

from __future__ import annotations

import datetime as dt
import os
import pickle
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from ..files import usable_outputs
from ..spark import spark_session
from .columns import SEEKER_COLUMNS
from .compiled import usable_cores
from .parameters import Parameters
from .province import SAMPLE_RANGE, Task, conduct, finish
from .values import missing_columns

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

ANSWER = "part int, answer binary"
MEMORY = "4GB"  # of Spark on one machine


def match_files(
    seekers: Path, posts: pa.Table, out: Path, *, parts: int, master: str | None = None,
    excluded: pa.Table | None = None, places: pa.Table | None = None, parameters: Parameters | None = None,
    on: dt.date,
) -> dict[str, Any]:  # fmt: skip
    """Match the seekers of a parquet file (or folder) in parts; ``out`` becomes a folder of a file a part.

    A folder that an earlier run made there is replaced, once this run is done.

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
    _usable(seekers, out)
    own = spark_session(master, threads=usable_cores(), memory_limit=MEMORY)
    with _plain_words(), own as session, _appearing_whole(out) as folder:
        frame = session.read.parquet(str(seekers))
        missing_columns(frame.columns, SEEKER_COLUMNS, "seekers")
        frame = frame.select(*SEEKER_COLUMNS)
        share = parameters.sample_share if _counted(frame) >= parameters.sample_from else 1.0
        within = f"crc32(cast(person_id as string)) % {SAMPLE_RANGE} < {share * SAMPLE_RANGE}"
        sampled = frame.where(within).toArrow()
        split = frame.selectExpr("*", f"cast(crc32(substring(region_code, 1, 9)) % {parts} as int) as part")
        split = split.repartition(parts, "part").cache()
        # A worker is one core of Spark's: it takes no second one.
        task = Task(posts, excluded, places, replace(parameters, threads=1), on)
        each = _runner(split, task, parts, sampled.slice(0, 0), folder)
        _, report = conduct(task, sampled, share, each)
    report["seconds"] = round(time.perf_counter() - began, 3)
    return report


def _usable(seekers: Path, out: Path) -> None:
    """Refuse, before Spark is started, a file that it cannot read and a place that is not the run's to replace."""
    if not seekers.exists():
        raise FileNotFoundError(f"{seekers}: there is no such file")
    if seekers.is_file() and seekers.suffix != ".parquet":
        raise ValueError(f"{seekers}: with the engine spark the seekers must be parquet")
    if out.is_dir():
        if out.resolve() in seekers.resolve().parents:
            raise ValueError(f"{out}: the seekers are in this folder, which the run would replace; name another")
        if any(not file.match("part-*.parquet") for file in out.iterdir()):
            raise ValueError(f"{out}: the folder holds other files; name one that does not exist yet")
        return
    if out.exists():
        raise ValueError(f"{out}: with the engine spark this is a folder, and there is a file of that name")
    usable_outputs(texts=[out])


@contextmanager
def _appearing_whole(out: Path) -> Iterator[Path]:
    """A folder that takes the place of ``out`` when the block ends well, and is gone otherwise."""
    draft, old = (out.with_name(f".{os.getpid()}.{kind}.{out.name}") for kind in ("new", "old"))
    draft.mkdir()
    try:
        yield draft
        if out.exists():
            out.rename(old)
        draft.rename(out)
    finally:
        for folder in (draft, old):
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _plain_words() -> Iterator[None]:
    """What Spark, or a part on a worker, could not do: the one sentence that matters of its pages."""
    try:
        yield
    except Exception as problem:
        if not type(problem).__module__.startswith(("pyspark", "py4j")):
            raise
        whole = str(problem)
        of_worker = re.findall(r"^(?:\w+\.)*\w+(?:Error|Invalid|Exception): (.+)$", whole, re.MULTILINE)
        first = next((line for line in whole.splitlines() if line.strip()), type(problem).__name__)
        raise ValueError(of_worker[-1] if of_worker else first) from problem


def _counted(frame: DataFrame) -> int:
    """How many seekers; refuses ids that no part by itself would find missing or twice."""
    rows, known, different, placed = frame.selectExpr(
        "count(*)", "count(person_id)", "count(distinct person_id)", "count(region_code)"
    ).first() or (0, 0, 0, 0)
    if known < rows:
        raise ValueError(f"person_id: {rows - known} rows without an id")
    if different < rows:
        raise ValueError("person_id: ids must be unique")
    if placed < rows:
        raise ValueError("seekers: region_code None must have 6, 9 or 12 digits")
    return int(rows)


def _runner(split: DataFrame, task: Task, parts: int, nobody: pa.Table, out: Path) -> Callable[..., list[Any]]:
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
