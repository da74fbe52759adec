"""A made-up county on disk: real places, made-up people, employers and feeds, and the truth beside them.

`write_county` writes what a county office has in its folders; `truth/` holds what only the maker knows and is for
tests and benchmarks. The same seed, size and day give the same files byte for byte.
"""

from .county import write_county

__all__ = ["write_county"]
