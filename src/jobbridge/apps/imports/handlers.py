"""Who takes in which kind of sheet. The apps above register their handlers when they start."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, Protocol

from jobbridge.apps.accounts.scope import Actor, Scope
from jobbridge.apps.imports.fields import Field
from jobbridge.apps.imports.places import PlaceBook, WorkPlaces
from jobbridge.apps.imports.tables import Table


class Fate(NamedTuple):
    """What became of a row: a ``RowState`` and the record it went into."""

    state: str
    target: int | None = None


@dataclass
class Context:
    """What a handler needs to know about the import at hand."""

    actor: Actor
    county: str
    as_of: date
    today: date
    received: date  # the day on which the file was handed in
    places: PlaceBook
    work_places: WorkPlaces
    source: str = ""  # the agency of a feed
    region_code: str = ""  # area the batch was handed in for
    readers: tuple[Scope, ...] = ()  # of those who will read what is written about the rows
    batch_id: int = 0
    source_id: int = 0  # SourceRecord; 0 while staging
    forced: bool = False  # a person decided: conflicts are over
    seen: dict[Any, tuple[str, int]] = field(default_factory=dict)  # keys met in this file -> sheet, row number
    memory: dict[str, Any] = field(default_factory=dict)  # what a handler remembers from row to row

    def may_tell(self, region_code: str) -> bool:
        """Whether a row's message may tell what the ledger knows of somebody there.

        Not whenever the actor may see it: the county merges a township's file, and the township reads the messages.
        """
        return all(scope.contains(region_code) for scope in (self.actor.scope, *self.readers))

    def first_seen(self, key: Any, table: Table, row: int) -> str:
        """"" when ``key`` is new in this file, else the words for where it stood before."""
        here = (table.sheet, table.numbers[row])
        sheet, number = self.seen.setdefault(key, here)
        if (sheet, number) == here:
            return ""
        return f"第{number}行" if sheet == table.sheet else f"工作表“{sheet}”第{number}行"


@dataclass(frozen=True)
class Terms:
    """On what terms a file of a kind and source may be taken in."""

    refusal: str = ""  # why it may not; "" when it may
    withheld: frozenset[str] = frozenset()  # fields that are not to be read
    keep_until: date | None = None  # after which the file is deleted; None: it is kept


class Handler(Protocol):
    """Takes in one kind of sheet. ``tables`` are those it writes."""

    tables: tuple[str, ...]

    def fields(self, context: Context) -> tuple[Field, ...]:
        """The fields with their parsers."""

    def check(self, table: Table, context: Context) -> None:
        """Judge rows by the file alone: places, duplicates, what contradicts itself."""

    def adjudicate(self, table: Table, rows: Sequence[int], context: Context) -> None:
        """Judge good rows against the ledger: what needs a person's decision becomes a conflict."""

    def merge(self, table: Table, rows: Sequence[int], context: Context) -> dict[int, Fate]:
        """Write the good rows, inside the caller's transaction; the same rows again change nothing."""


TermsOf = Callable[[str, date], Terms]

_handlers: dict[str, Handler] = {}
_county_only: set[str] = set()
_terms: dict[str, TermsOf] = {}


def register(kind: str, handler: Handler, *, county_only: bool = False, terms: TermsOf | None = None) -> None:
    """Make ``handler`` responsible for ``kind``.

    Parameters
    ----------
    county_only : bool
        Its records are the county's, not a township's.
    terms : callable, optional
        Gives the terms for a source and the day on which a file was received; without it any file may be taken in.
    """
    _handlers[kind] = handler
    if terms:
        _terms[kind] = terms
    if county_only:
        _county_only.add(kind)


def is_county_only(kind: str) -> bool:
    """Whether only somebody who answers for the county may hand in this kind."""
    return kind in _county_only


def terms_of(kind: str, source: str, received: date) -> Terms:
    """The terms on which a file of this kind and source is taken in."""
    return _terms[kind](source, received) if kind in _terms else Terms()


def handler_of(kind: str) -> Handler:
    """The handler of a kind; KeyError for a kind nobody takes."""
    return _handlers[kind]
