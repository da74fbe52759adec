"""What fields of forms and addresses say, and what they cannot say."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import BadRequest
from django.http import QueryDict

from jobbridge.web.fields import chosen_key, day_of, key_of, number_of, whole_of


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026-11-22", date(2026, 11, 22)), ("", None), ("2026-02-30", None), ("22.11.2026", None), ("２０２６", None)],
)
def test_a_day(text: str, day: date | None):
    assert day_of(text) == day


@pytest.mark.parametrize(
    ("text", "number", "whole"),
    [("30", 30, 30), (" ３ ０ ", 30, 30), ("0", 0, 0), ("", None, 16), (" ", None, 16), ("-3", None, 0),
     ("3.5", None, 0), ("1e3", None, 0), ("9" * 10, None, 0), ("九", None, 0)],
)  # fmt: skip
def test_a_number_that_somebody_typed(text: str, number: int | None, whole: int):
    assert number_of(text) == number
    assert whole_of(text, 16) == whole


@pytest.mark.parametrize(
    ("text", "key"),
    [("7", 7), (str(2**63 - 1), 2**63 - 1), (str(2**63), None), ("0", None), ("07", None), ("²", None), ("٣", None),
     ("-1", None), ("7 ", None), ("7\n", None), ("", None)],
)  # fmt: skip
def test_the_key_of_a_record(text: str, key: int | None):
    assert key_of(text) == key


def test_nonsense_is_not_none_of_them():
    assert chosen_key(QueryDict("person="), "person") is None
    assert chosen_key(QueryDict("person=12"), "person") == 12
    with pytest.raises(BadRequest):
        chosen_key(QueryDict("person=0"), "person")
