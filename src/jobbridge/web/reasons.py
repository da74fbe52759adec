"""Why a post suits somebody, as the engine has put it, apart from what speaks against it."""

from __future__ import annotations

import re
from collections.abc import Iterable

_AGAINST = re.compile("^不足|低于您的期望$")


def against(reason: str) -> bool:
    """Whether a reason of the engine does not speak for the post."""
    return bool(_AGAINST.search(reason))


def sides(reasons: Iterable[str]) -> tuple[list[str], list[str]]:
    """What speaks for the post, and what against."""
    told = list(reasons)
    return [reason for reason in told if not against(reason)], [reason for reason in told if against(reason)]
