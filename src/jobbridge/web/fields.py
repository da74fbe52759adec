"""What the fields of forms and addresses say: a day, a whole number, the key of a record."""

from __future__ import annotations

import re
from datetime import date

from django.core.exceptions import BadRequest
from django.http import QueryDict

from jobbridge.kernel.text import squeeze

LARGEST_KEY = 2**63 - 1  # what a key of the database can be
_WHOLE = re.compile("[0-9]{1,9}")
_KEY = re.compile("[1-9][0-9]{0,18}")


def day_of(text: str) -> date | None:
    """The day of a date field; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def number_of(text: str) -> int | None:
    """The whole number that somebody typed, in full-width digits too; None for anything else."""
    plain = squeeze(text)
    return int(plain) if _WHOLE.fullmatch(plain) else None


def whole_of(text: str, blank: int = 0) -> int:
    """The same for a rule that refuses 0: ``blank`` for a field left empty, 0 for what is no number."""
    return (number_of(text) or 0) if squeeze(text) else blank


def key_of(text: str) -> int | None:
    """The key of a record; None for what can be none."""
    return int(text) if _KEY.fullmatch(text) and int(text) <= LARGEST_KEY else None


def chosen_key(form: QueryDict, name: str) -> int | None:
    """The key that was chosen, None for an empty field. Nonsense is no "none of them": BadRequest."""
    text = form.get(name, "")
    key = key_of(text)
    if text and key is None:
        raise BadRequest(name)
    return key
