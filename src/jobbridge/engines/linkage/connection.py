"""A private DuckDB for one run."""

from __future__ import annotations

import duckdb

from .parameters import Parameters


def connect(parameters: Parameters) -> duckdb.DuckDBPyConnection:
    """A private in-memory database; without a spill directory nothing personal touches the disk."""
    return duckdb.connect(
        config={
            "threads": parameters.threads,
            "memory_limit": parameters.memory_limit,
            "temp_directory": parameters.spill_directory or "",
            "preserve_insertion_order": False,
        }
    )
