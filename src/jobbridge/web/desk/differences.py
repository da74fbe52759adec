"""Where two values contradict each other, character by character. A star may be any character: it hides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby


@dataclass(frozen=True)
class Piece:
    """A run of characters that all agree or all differ; an empty one that differs is a gap: something is missing."""

    text: str
    bad: bool = False


def pieces(said: str, known: str, whole: bool = False) -> list[Piece]:
    """``known`` cut where it contradicts ``said``. Empty says nothing; ``whole`` values differ as one or not at all.

    >>> pieces("覃平国", "覃平果")
    [Piece(text='覃平', bad=False), Piece(text='果', bad=True)]
    """
    if not said or not known:
        return [Piece(known)]
    if whole:
        return [Piece(known, said != known)]
    if len(said) == len(known):
        return _runs(known, [a != b and "*" not in (a, b) for a, b in zip(said, known, strict=True)])
    if "*" in said + known:
        return _runs(known, _edges(said, known))
    return _aligned(said, known)


def differs(said: str, known: str) -> bool:
    """Whether two values contradict each other anywhere."""
    return any(piece.bad for piece in pieces(said, known))


def _runs(text: str, flags: list[bool]) -> list[Piece]:
    grouped = groupby(zip(text, flags, strict=True), key=lambda pair: pair[1])
    return [Piece("".join(character for character, _ in run), bad) for bad, run in grouped]


def _edges(said: str, known: str) -> list[bool]:
    """Masks of different length: only what stands before the first and after the last star can be compared."""
    head = min(len(text.partition("*")[0]) for text in (said, known))
    tail = min(len(text.rpartition("*")[2]) if "*" in text else len(text) - head for text in (said, known))
    flags = [False] * len(known)
    for at in range(head):
        flags[at] = said[at] != known[at]
    for at in range(1, tail + 1):
        flags[-at] = flags[-at] or said[-at] != known[-at]
    return flags


def _aligned(said: str, known: str) -> list[Piece]:
    """Texts of different length without stars, along their longest common parts."""
    found = []
    for tag, _, _, start, end in SequenceMatcher(None, said, known, autojunk=False).get_opcodes():
        found.append(Piece(known[start:end], tag != "equal"))
    return found
