"""Where a post is, from the words of whoever offers it."""

from __future__ import annotations

from jobbridge.apps.imports.places import PlaceBook, UnknownPlace, WorkPlaces


def place_of(text: str, *, county: str, book: PlaceBook, work_places: WorkPlaces) -> str:
    """12-digit code: county-level from the name, township-level inside the own county; "" when it names none."""
    found = work_places.find(text)
    if not found or found == county:
        rest = text.split(book.name)[-1] if book.name else text
        for attempt in (book.find_in_address, book.town_code):
            try:
                return attempt(rest)
            except UnknownPlace:
                continue
    return found.ljust(12, "0") if found else ""
