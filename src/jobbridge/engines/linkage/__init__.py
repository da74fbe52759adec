"""Linkage: which person of the register is each row of an agency's feed about?

Columns in, columns out (:mod:`columns`).  :func:`link` tells the story from the top.
"""

from .parameters import Parameters
from .run import LinkResult, link

__all__ = ["LinkResult", "Parameters", "link"]
