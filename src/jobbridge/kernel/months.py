"""Days and months: arithmetic, ages, and reading dates as they are typed into Chinese forms.

A month is the `date` of its first day.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from .text import squeeze

# Excel counts days from here (its 1900 leap-year mistake makes every serial after 1900-02-28 fit this base).
_EXCEL_BASE = date(1899, 12, 30)
_EXCEL_SERIAL = range(7_306, 73_051)  # 1920-01-01 .. 2099-12-31: five digits that are no year and month
_PARTED = re.compile(
    r"([0-9]{4})[年./\-]([0-9]{1,2})(?:[月./\-](?:([0-9]{1,2})[日号]?)?)?"
    r"(?:T?[0-9]{1,2}:[0-9:.]+Z?)?"  # a time of day is read over
)
_SOLID = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})?")
_SERIAL = re.compile(r"([0-9]{4,5})(?:\.[0-9]+)?")


def month_of(day: date) -> date:
    """The first day of the day's month."""
    return day.replace(day=1)


def add_months(day: date, months: int) -> date:
    """The day `months` later (earlier when negative); the last day of a shorter month stands in."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def months_between(start: date, end: date) -> int:
    """Calendar months from one month to another, days ignored; negative when `end` is earlier."""
    return (end.year - start.year) * 12 + end.month - start.month


def month_range(start: date, end: date) -> list[date]:
    """Every month from the one of `start` to the one of `end`, both included."""
    first = month_of(start)
    return [add_months(first, step) for step in range(months_between(start, end) + 1)]


def age_on(birth: date, day: date) -> int:
    """Age in full years. Born on 29 February, a year is full on 1 March of a common year.

    Raises
    ------
    ValueError
        When the day is before the birth.
    """
    if day < birth:
        raise ValueError("day before birth")
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def _parts(text: str | None) -> tuple[int, int, int | None] | None:
    """(year, month, day or None) as written, or None when the text is no date."""
    plain = squeeze(text)
    found = _PARTED.fullmatch(plain) or _SOLID.fullmatch(plain)
    if found:
        year, month, day = int(found[1]), int(found[2]), int(found[3]) if found[3] else None
        if 1 <= month <= 12 and 1880 <= year <= 2100 and (
            day is None or 1 <= day <= calendar.monthrange(year, month)[1]
        ):
            return year, month, day
    serial = _SERIAL.fullmatch(plain)
    if serial and int(serial[1]) in _EXCEL_SERIAL:
        day_read = _EXCEL_BASE + timedelta(days=int(serial[1]))
        return day_read.year, day_read.month, day_read.day
    return None


def parse_date(text: str | None) -> date | None:
    """A full date: 2026-03-01, 2026.3.1, 2026年3月1日, 20260301, with a time or not, or an Excel serial.

    None when the text is no date, an impossible one, or only a month.
    """
    parts = _parts(text)
    return date(parts[0], parts[1], parts[2]) if parts and parts[2] is not None else None


def parse_month(text: str | None) -> date | None:
    """The first day of the month of 2026年3月, 2026.03, 2026-03, 202603 or a full date; else None."""
    parts = _parts(text)
    return date(parts[0], parts[1], 1) if parts else None


def format_month(day: date) -> str:
    """The national system's way to write a month: 2026年03月."""
    return f"{day.year:04d}年{day.month:02d}月"
