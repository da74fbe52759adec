"""The whole comparison, from two raw tables to links."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import duckdb
import pyarrow as pa

from . import explain
from .columns import FEED, REGISTER, check_key, load
from .connection import connect
from .decide import decide
from .estimates import Estimates
from .normalise import normalise
from .parameters import Parameters

ENGINE = "duckdb-1"
Progress = Callable[[str, int, int], None]
_STEPS = ("normalise", "validated ids", "frequencies", "rates", "scores", "propagation", "tables")


@dataclass(frozen=True, slots=True)
class LinkResult:
    """Links, weights and report of one run; columns as described in :mod:`columns`."""

    links: pa.Table
    weights: pa.Table
    report: dict[str, Any]


def link(
    register: pa.Table,
    feed: pa.Table,
    *,
    parameters: Parameters | None = None,
    progress: Progress | None = None,
    exclude_self: bool = False,
) -> LinkResult:
    """Find out which person of the register each feed row is about.

    Parameters
    ----------
    register, feed
        Tables as described in :mod:`columns`; neither is changed.
    parameters
        Thresholds, beliefs, threads and memory; the defaults when omitted.
    progress
        Called with (step, steps done, steps in all) as the run goes on.
    exclude_self
        The feed is the register itself, under the same keys: no row is linked with itself.

    Returns
    -------
    LinkResult
        The same for the same rows in any order.

    Raises
    ------
    ValueError
        A key column is missing, null, repeated or neither integer nor text.
    """
    parameters = parameters or Parameters()
    keys = check_key(register, REGISTER), check_key(feed, FEED)
    rows = {"register": register.num_rows, "feed": feed.num_rows}
    clock = Clock(progress)
    with connect(parameters) as con:
        clock.begin("normalise")
        load(con, register, REGISTER, keys[0])
        # A caller who kept no name for the tables has their memory back now.
        del register
        normalise(con, REGISTER)
        load(con, feed, FEED, keys[1])
        del feed
        normalise(con, FEED)
        pa.default_memory_pool().release_unused()
        estimates = decide(con, parameters, clock.begin, exclude_self=exclude_self)
        clock.begin("tables")
        links, weights = explain.links_table(con), explain.weights_table(con)
        report = report_of(con, parameters, estimates, rows)
    return LinkResult(links, weights, report | clock.end())


def report_of(
    con: duckdb.DuckDBPyConnection, parameters: Parameters, estimates: Estimates, rows: dict[str, int]
) -> dict[str, Any]:
    """What is told of a run besides its time."""
    return {
        "engine": ENGINE,
        "parameters": asdict(parameters),
        "rows": rows,
        **explain.counts(con),
        "rates": explain.rates(con, estimates),
    }


class Clock:
    """Seconds by step, and the caller's progress."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._seconds: dict[str, float] = {}
        self._step: str | None = None
        self._since = time.perf_counter()

    def begin(self, step: str) -> None:
        self._close()
        self._step = step
        if self._progress:
            self._progress(step, _STEPS.index(step), len(_STEPS))

    def end(self) -> dict[str, Any]:
        """Seconds by step, and the largest resident size of this process so far in MB."""
        self._close()
        if self._progress:
            self._progress("done", len(_STEPS), len(_STEPS))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return {
            "seconds": {**self._seconds, "total": round(sum(self._seconds.values()), 3)},
            "peak_mb": round(peak),
        }

    def _close(self) -> None:
        now = time.perf_counter()
        if self._step:
            self._seconds[self._step] = round(self._seconds.get(self._step, 0.0) + now - self._since, 3)
        self._since = now
