"""Engines: columns in, columns out. No Django here; DuckDB and numba do the work."""

import pyarrow as pa

# Arrow's own pool keeps what was given back to it: 100 MB and more while a county is matched.
pa.set_memory_pool(pa.system_memory_pool())
