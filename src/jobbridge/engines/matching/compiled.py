"""The one way this engine compiles a kernel, and the one way it spreads one over threads."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import njit
from numba.core.caching import IndexDataCacheFile

F = TypeVar("F", bound=Callable[..., Any])
R = TypeVar("R")

# Everything that a compiled kernel may contain. numba looks at the file of the kernel alone, and would run a
# stale one after a change to a function inlined from another file, with arrays in the wrong places.
SOURCES = hashlib.sha256(
    b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
).hexdigest()

# Small enough that a slow chunk does not leave the other core idle at the end.
CHUNK_ROWS = 2048


def _cached(function: Callable[..., Any]) -> Any:
    try:
        kernel: Any = njit(cache=True, nogil=True)(function)
    except RuntimeError:  # no directory to cache in: slower to start, right all the same
        return njit(nogil=True)(function)
    cache, index = kernel._cache, cast(Any, IndexDataCacheFile)
    cache._cache_file = index(cache.cache_path, cache._impl.filename_base, SOURCES)
    return kernel


def compiled(function: F) -> F:
    """Compile with numba, cached on disk, without the interpreter lock.

    numba's own ``parallel=True`` is not used: it multiplies the compile time, and its default threading
    layer aborts the process when two threads of one server enter a kernel together.
    """
    return cast(F, _cached(function))


def inlined(function: F) -> F:
    """Compile a small function that is always inlined into the kernels that call it.

    Left to itself the compiler passes the dozens of arrays of a county by value at every call, once a pair:
    50 times slower.
    """
    return cast(F, njit(nogil=True, forceinline=True)(function))


def usable_cores() -> int:
    """Return how many cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def over_chunks(work: Callable[[int, int], R], rows: int, threads: int) -> list[R]:
    """Call ``work(low, high)`` for consecutive row ranges, on several threads, results in row order.

    Parameters
    ----------
    work
        Handles rows ``low`` to ``high - 1``; it may write those rows of shared arrays and no others.
    rows
        Number of rows in all.
    threads
        How many threads; the result does not depend on it.
    """
    starts = range(0, rows, CHUNK_ROWS)
    if threads == 1 or len(starts) < 2:
        return [work(low, min(low + CHUNK_ROWS, rows)) for low in starts]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(lambda low: work(low, min(low + CHUNK_ROWS, rows)), starts))
