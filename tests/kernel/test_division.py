import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobbridge.kernel import division

villages = st.from_regex(r"[1-9][0-9](0[1-9]|[1-9][0-9]){2}(00[1-9]|[1-9][0-9]{2}){2}", fullmatch=True)


@pytest.mark.parametrize(("code", "short", "level", "parent"), [
    ("50", "50", 1, None),
    ("500000", "50", 1, None),
    ("5002", "5002", 2, "50"),
    ("500235", "500235", 3, "5002"),
    ("500235000000", "500235", 3, "5002"),
    ("500235001", "500235001", 4, "500235"),
    ("500235001000", "500235001", 4, "500235"),
    ("500235001203", "500235001203", 5, "500235001"),
])
def test_levels(code, short, level, parent):
    assert division.prefix(code) == short
    assert division.level(code) == level
    assert division.parent(code) == parent
    assert division.padded(code) == short.ljust(12, "0")


@pytest.mark.parametrize("bad", ["", "5", "500", "50023500", "50023A", "5002350012034"])
def test_refused(bad):
    with pytest.raises(ValueError, match="division"):
        division.prefix(bad)


def test_bounds_are_a_half_open_range_in_c_collation():
    assert division.bounds("500235000000") == ("500235", "500235:")
    low, high = division.bounds("500235")
    assert low <= "500235" < high
    assert low <= "500235999999" < high
    assert not low <= "500236" < high
    assert not low <= "500234999999" < high


@given(villages, villages)
def test_containment_is_prefix(one, other):
    for outer in [*division.ancestors(one), one]:
        assert division.contains(outer, one)
        assert division.contains(outer, other) == division.prefix(other).startswith(outer)


@given(villages)
def test_ancestors_lead_to_the_parent(code):
    chain = division.ancestors(code)
    assert chain[-1] == division.parent(code)
    assert [division.level(step) for step in chain] == list(range(1, len(chain) + 1))
