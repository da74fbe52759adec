"""A session of Spark for the commands that run on it, and what it takes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_OLDEST_JAVA = 17
# Whatever the cluster: what the engines' SQL relies on, and nothing personal readable on a disk.
_ALWAYS = {
    "spark.io.encryption.enabled": "true",
    "spark.log.level": "ERROR",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "true",
    # Spark 4.3 loses its way when it infers filters across a union of checkpoints.
    "spark.sql.constraintPropagation.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


class EngineUnavailable(Exception):
    """What an engine needs is not on this machine."""


@contextmanager
def spark_session(
    master: str | None, *, threads: int, memory_limit: str, spill: str | None = None
) -> Iterator[SparkSession]:
    """A session that ends with the block, and with it everything it kept.

    Parameters
    ----------
    master
        Spark's master; without it this machine, or what spark-submit said.
    threads, memory_limit, spill
        Of Spark on this machine: cores, memory such as ``4GB``, folder for what does not fit.

    Raises
    ------
    EngineUnavailable
        No pyspark, or no Java.
    """
    _require_java()
    if find_spec("pyspark") is None:
        raise EngineUnavailable("the engine spark needs pyspark: pip install 'jobbridge[spark]'")
    from pyspark.sql import SparkSession

    submitted = "PYSPARK_GATEWAY_PORT" in os.environ
    if master is None and not submitted:
        master = f"local[{threads}]"
    builder = SparkSession.builder.appName("jobbridge")
    for name, value in _ALWAYS.items():
        builder = builder.config(name, value)
    if master:
        builder = builder.master(master)
    with tempfile.TemporaryDirectory(prefix="jobbridge-spark-", dir=spill) as folder:
        if master and master.startswith("local"):
            os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # its workers need our packages
            for name, value in _of_one_machine(threads, memory_limit, folder).items():
                builder = builder.config(name, value)
        session = builder.getOrCreate()
        try:
            yield session
        finally:
            session.stop()


def _of_one_machine(threads: int, memory_limit: str, folder: str) -> dict[str, str]:
    """Settings for Spark within this machine; a cluster's are its owner's business."""
    return {
        "spark.authenticate": "true",
        "spark.network.crypto.enabled": "true",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": memory_limit.strip().lower().removesuffix("b"),
        "spark.local.dir": folder,
        "spark.sql.shuffle.partitions": str(2 * threads),
        "spark.sql.warehouse.dir": str(Path(folder) / "warehouse"),
        "spark.ui.enabled": "false",
    }


def _require_java() -> None:
    wanted = f"the engine spark needs Java {_OLDEST_JAVA} or newer (Debian: openjdk-{_OLDEST_JAVA}-jre-headless)"
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home) / "bin") if home else None)
    if java is None:
        raise EngineUnavailable(f"{wanted}; none was found")
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', told)
    if version is None or int(version[1]) < _OLDEST_JAVA:
        raise EngineUnavailable(f"{wanted}; {java} is {version[1] if version else 'unusable'}")
