"""Compiled kernels on disk: never stale, and no hindrance where nothing can be written."""

from __future__ import annotations

import os
import subprocess
import sys

from jobbridge.engines.matching import auction, certificate, compiled, legality, score


def test_a_change_to_any_source_makes_every_cached_kernel_stale():
    for kernel in (certificate._rescan, auction._auction, legality._count, legality._detail, score._terms):
        assert kernel._cache._cache_file._source_stamp == compiled.SOURCES


def test_one_specialisation_of_each_kernel():
    """Two would mean that somebody passes other types, and pays for a second compilation."""
    for kernel in (certificate._rescan, auction._auction, legality._count, legality._detail, score._terms):
        assert len(kernel.signatures) <= 1


KERNELS = """
import importlib, pkgutil, sys
import jobbridge.engines.matching as package
from numba.core.registry import CPUDispatcher
package.warm()
for info in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    for name, one in vars(importlib.import_module(info.name)).items():
        # Those with a cache are kernels; the others are parts of them.
        if isinstance(one, CPUDispatcher) and one.targetoptions.get("nogil") and hasattr(one._cache, "_impl"):
            hits, misses = (sum(count.values()) for count in (one.stats.cache_hits, one.stats.cache_misses))
            print(info.name, name, len(one.signatures), hits, misses)
"""


def test_warming_compiles_every_kernel_and_the_next_process_compiles_none(tmp_path):
    """As after an installation that its users cannot write to: the cache is elsewhere, and is used."""
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    for first in (True, False):
        done = subprocess.run(
            [sys.executable, "-c", KERNELS], env=environment, capture_output=True, text=True, check=True
        )
        kernels = [line.split() for line in done.stdout.splitlines()]
        assert {"_rescan", "_auction", "_count", "_detail", "_terms", "_legal_pairs"} <= {one[1] for one in kernels}
        assert [one[:2] for one in kernels if one[2] == "0"] == []
        if not first:
            assert [one[:2] for one in kernels if one[4] != "0"] == []


def test_without_a_place_to_cache_the_kernel_still_works(monkeypatch):
    def nowhere(**options):
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return lambda function: function

    monkeypatch.setattr(compiled, "njit", nowhere)
    assert compiled.compiled(lambda: 3)() == 3


def test_chunks_come_back_in_order():
    size = compiled.CHUNK_ROWS
    expected = [(0, size), (size, 2 * size), (2 * size, 2 * size + 5)]
    assert compiled.over_chunks(lambda low, high: (low, high), 2 * size + 5, 3) == expected
    assert compiled.over_chunks(lambda low, high: (low, high), 0, 3) == []
