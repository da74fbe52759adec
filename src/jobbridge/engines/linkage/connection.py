"""A private DuckDB for one run."""

from __future__ import annotations

import duckdb

from .parameters import Parameters


def connect(parameters: Parameters) -> duckdb.DuckDBPyConnection:
    """A private in-memory database; without a spill directory nothing personal touches the disk."""
    con = duckdb.connect(
        config={
            "threads": parameters.threads,
            "memory_limit": parameters.memory_limit,
            "temp_directory": parameters.spill_directory or "",
            "preserve_insertion_order": False,
        }
    )
    con.execute("set enable_progress_bar = false")  # the run tells its own progress
    return con
