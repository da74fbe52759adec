"""Linkage: which person of the register is each row of an agency's feed about?

Columns in, columns out (:mod:`columns`).  :func:`link` tells the story from the top.  :func:`dedupe` asks the
same of the register alone; :mod:`fields` declares other columns than those of a Chinese person.
"""

from .dedupe import DedupeResult, dedupe
from .fields import Field, FieldSet, Key, Level
from .fields_file import read_fields
from .generic import link_fields
from .parameters import Parameters
from .run import LinkResult, link

__all__ = [
    "DedupeResult",
    "Field",
    "FieldSet",
    "Key",
    "Level",
    "LinkResult",
    "Parameters",
    "dedupe",
    "link",
    "link_fields",
    "read_fields",
]
