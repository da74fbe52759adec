"""Hard allocation: one place a person, zero-employment households first, every tier proved as large as can be."""

from .run import Allocation, allocate, allocate_edges

__all__ = ["Allocation", "allocate", "allocate_edges"]
