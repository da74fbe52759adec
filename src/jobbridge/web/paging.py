"""Pages by key instead of by offset: page 1,000 of a ledger costs as much as page 1, and nothing is counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core import signing
from django.db.models import Model, Q, QuerySet

PAGE_SIZE = 20


@dataclass(frozen=True)
class Page:
    """The rows of one page and the keys of its neighbours (empty where there is none)."""

    rows: list[Any]
    next: str
    previous: str

    def __iter__(self):
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def page_of(queryset: QuerySet[Any], *, order: Sequence[str], cursor: str = "", size: int = PAGE_SIZE) -> Page:
    """One page of `queryset` in `order`, starting behind (or, going back, before) the row the cursor names.

    `order` lists never-null fields in the notation of ``order_by``; the last must be unique. A cursor that
    was not made here for this order gives the first page.
    """
    backwards, key = _decode(cursor, order)
    if key is not None:
        queryset = queryset.filter(_beyond(order, key, backwards))
    ordering = [_flip(field) if backwards else field for field in order]
    rows = list(queryset.order_by(*ordering)[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    has_next = bool(rows) and (more or backwards)
    has_previous = bool(rows) and (more if backwards else key is not None)
    return Page(
        rows=rows,
        next=_encode(rows[-1], order, False) if has_next else "",
        previous=_encode(rows[0], order, True) if has_previous else "",
    )


def _flip(field: str) -> str:
    return field[1:] if field.startswith("-") else "-" + field


def _beyond(order: Sequence[str], key: Sequence[Any], backwards: bool) -> Q:
    """Rows after the key in lexicographic order: (a > x) or (a = x and b > y) or ..."""
    condition, equal = Q(), Q()
    for field, value in zip(order, key, strict=True):
        name = field.lstrip("-")
        operator = "lt" if field.startswith("-") != backwards else "gt"
        condition |= equal & Q(**{f"{name}__{operator}": value})
        equal &= Q(**{name: value})
    return condition


def _encode(row: Model, order: Sequence[str], backwards: bool) -> str:
    values = [_plain(_value(row, field.lstrip("-"))) for field in order]
    return signing.dumps([int(backwards), *values], salt=_salt(order))


def _value(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = getattr(row, name)
    return row


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _decode(cursor: str, order: Sequence[str]) -> tuple[bool, list[Any] | None]:
    # Signed, so that the values are known to be of the fields' types.
    try:
        backwards, *key = signing.loads(cursor, salt=_salt(order))
    except signing.BadSignature:
        return False, None
    return backwards == 1, key


def _salt(order: Sequence[str]) -> str:
    return "page:" + ",".join(order)
