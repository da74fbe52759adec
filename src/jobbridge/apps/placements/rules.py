"""The key of a digest names its run, its person and the ranks of the posts it lists.

So the fate of the message is read back by joining, and a number sent back means the same post however many of the
others have meanwhile been answered or have expired.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_KEY = re.compile(r"recommend:(\d+):\d+:([1-9]+)")
_CHOICE = re.compile(r"\s*([1-9１-９])[\s。.、号]*")


def digest_key(run: int, person: int, ranks: Sequence[int]) -> str:
    """The key of the message that lists these ranks (1 to 9 each), in the order of its numbers."""
    return f"recommend:{run}:{person}:{''.join(map(str, ranks))}"


def chosen(key: str, text: str) -> tuple[int, int] | None:
    """Run and rank of the post that the answer ``text`` chooses; None when it is no number of the message ``key``."""
    digest, choice = _KEY.fullmatch(key), _CHOICE.fullmatch(text)
    if digest is None or choice is None or int(choice[1]) > len(digest[2]):
        return None
    return int(digest[1]), int(digest[2][int(choice[1]) - 1])
