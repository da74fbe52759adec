"""Pages by key: every row once, in order, forwards and back, whatever the ties."""

from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.areas.models import Area
from jobbridge.web.paging import _decode, _encode, page_of

ORDERS = [("code",), ("-level", "code"), ("name", "-code"), ("-level", "name", "-code")]


@pytest.fixture
def areas(db):
    def fill(rows):
        with acting_as(system_actor("test")):  # what areas grant is under audit
            Area.objects.all().delete()
            Area.objects.bulk_create(
                Area(code=f"{n:012d}", name=name, level=level) for n, (name, level) in enumerate(rows)
            )

    return fill


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(st.sampled_from("甲乙丙"), st.integers(1, 5)), max_size=14),
    size=st.integers(1, 5),
    order=st.sampled_from(ORDERS),
)
def test_walking_forwards_and_back_gives_every_row_once_in_order(areas, rows, size, order):
    areas(rows)
    expected = list(Area.objects.order_by(*order))
    walked, page = [], page_of(Area.objects.all(), order=order, size=size)
    assert page.previous == ""
    pages = [page]
    while page.next:
        page = page_of(Area.objects.all(), order=order, cursor=page.next, size=size)
        pages.append(page)
    for page in pages:
        walked += page.rows
    assert walked == expected
    back, page = list(pages[-1].rows), pages[-1]
    while page.previous:
        page = page_of(Area.objects.all(), order=order, cursor=page.previous, size=size)
        back = page.rows + back
    assert back == expected


FOREIGN = _encode(SimpleNamespace(id=1), ("-id",), False)


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "!!!", "WzAsMV0", "WzAsMV0:a:b", ":::", pytest.param(FOREIGN, id="of another order")],
)
def test_a_foreign_cursor_gives_the_first_page(cursor):
    assert _decode(cursor, ("id",)) == (False, None)


def test_a_cursor_comes_back_as_it_was_made():
    row = SimpleNamespace(since=date(2026, 11, 21), name="覃", id=7)
    for backwards in (False, True):
        cursor = _encode(row, ("since", "name", "id"), backwards)
        assert _decode(cursor, ("since", "name", "id")) == (backwards, ["2026-11-21", "覃", 7])
