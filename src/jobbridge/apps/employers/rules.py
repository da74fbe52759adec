"""Decisions about employers: plain values in, plain values out."""

from __future__ import annotations


def names_agree(said: str, known: str) -> bool:
    """Whether a name may stand for the one on record: the same, a part of it or more of it; "" says nothing else.

    Both squeezed. People leave out the place before a name and the form of business behind it.
    """
    return said in known or known in said
