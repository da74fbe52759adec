"""Compiled kernels on disk: never stale, and no hindrance where nothing can be written."""

from __future__ import annotations

from jobbridge.engines.matching import auction, certificate, compiled, legality, score


def test_a_change_to_any_source_makes_every_cached_kernel_stale():
    for kernel in (certificate._rescan, auction._auction, legality._count, legality._detail, score._terms):
        assert kernel._cache._cache_file._source_stamp == compiled.SOURCES


def test_one_specialisation_of_each_kernel():
    """Two would mean that somebody passes other types, and pays for a second compilation."""
    for kernel in (certificate._rescan, auction._auction, legality._count, legality._detail, score._terms):
        assert len(kernel.signatures) <= 1


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
