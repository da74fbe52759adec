"""Engines: columns in, columns out. No Django here; DuckDB and numba do the work."""
