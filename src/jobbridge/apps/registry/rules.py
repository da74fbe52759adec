"""Decisions of the ledger: plain values in, plain values out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from jobbridge.apps.registry.enums import WorkArea
from jobbridge.kernel.months import add_months, format_month


def wholly_different(one: str, other: str) -> bool:
    """Whether two names share no character: a typing slip keeps one, another person's number does not."""
    return bool(one and other) and not set(one) & set(other)


class Residence(Enum):
    """Which household a person belongs to after a sheet said so."""

    STAY = "stay"  # the ledger already says the same
    MOVE = "move"  # newer information: the membership closes, a new one opens
    OLDER = "older"  # the sheet is older than the ledger: the ledger stands
    ASK = "ask"  # two sheets of one day disagree: a person decides


def residence(known: str, known_as_of: date, said: str, said_as_of: date, *, decided: bool = False) -> Residence:
    """Compare the household number in the ledger with the one a sheet gives."""
    if known == said:
        return Residence.STAY
    if decided:
        return Residence.MOVE
    if said_as_of == known_as_of:
        return Residence.ASK
    return Residence.MOVE if said_as_of > known_as_of else Residence.OLDER


@dataclass(frozen=True)
class Span:
    """A spell's days ``[start, end)``; ``end`` None goes on. ``stamp`` orders reports: (as-of date, source)."""

    start: date
    end: date | None
    stamp: tuple[date, int] = (date.min, 0)


@dataclass(frozen=True)
class Placed:
    """Where a reported spell goes: ``span`` to store, ``closes`` spells that end at its start, or a ``refusal``."""

    span: Span | None = None
    closes: tuple[Span, ...] = ()
    refusal: str = ""


def place_spell(known: list[Span], new: Span) -> Placed:
    """Fit a reported spell among the person's spells, which never overlap.

    - The same start is the same spell: the end of the newer report holds, a blank one never erases it, and it
      never reaches into the next spell.
    - A spell that still goes on ends where the new one starts.
    - A spell that ended less than a month into the new one was a change of job, written down by months: it ends
      where the new one starts. A longer overlap is refused.
    - A new spell that would run into a later one is refused, unless it overlaps it by less than a month.
    """
    same = next((span for span in known if span.start == new.start), None)
    later = min((span.start for span in known if span.start > new.start), default=None)
    if same:
        end = (new.end or same.end) if new.stamp >= same.stamp else (same.end or new.end)
        if later and (end is None or end > later):
            end = later
        return Placed(span=replace(new, end=end))
    end = new.end
    if later and (end is None or end > later):
        if end is None or end > add_months(later, 1):
            return Placed(refusal=f"与{format_month(later)}开始的已有务工记录重叠，请填写结束时间")
        end = later
    closes = []
    for span in known:
        if span.start > new.start or (span.end and span.end <= new.start):
            continue
        if span.end and span.end > add_months(new.start, 1):
            return Placed(refusal=f"与{format_month(span.start)}开始的已有务工记录重叠，请核对起止时间")
        closes.append(replace(span, end=new.start))
    return Placed(span=replace(new, end=end), closes=tuple(closes))


def work_area(place_code: str, place_text: str, home: str, town: str) -> str:
    """Work area of a place seen from home; "" when the place is not known.

    Parameters
    ----------
    place_code : str
        Six digits, may end in zeros when only the province or city is known.
    place_text : str
        As written; a township named there tells work at home from work elsewhere in the county.
    home : str
        12-digit code of the person's village.
    town : str
        Name of the person's own township without its kind.
    """
    if not place_code:
        return ""
    if place_code == home[:6]:
        return WorkArea.TOWNSHIP if town and town in place_text else WorkArea.COUNTY
    if place_code[:2] == home[:2]:
        return WorkArea.PROVINCE
    return WorkArea.ELSEWHERE
