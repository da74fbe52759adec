import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobbridge.kernel import phone
from jobbridge.kernel.phone import Fault

numbers = st.integers(0, 99_999_999).map(lambda tail: f"164{tail:08d}")


@pytest.mark.parametrize("typed", [
    "16412342271", "+86 164-1234-2271", "0086 16412342271", "86-164 1234 2271", "１６４１２３４２２７１",
    "16412342271.0", "164 1234 2271", "电话16412342271",
])
def test_clean(typed):
    assert phone.clean(typed) == "16412342271"
    assert phone.is_valid(typed)


@pytest.mark.parametrize(("typed", "fault"), [
    (None, Fault.EMPTY), ("", Fault.EMPTY), ("164****2271", Fault.MASKED), ("1.64123E+10", Fault.SCIENTIFIC),
    ("1641234227", Fault.LENGTH), ("12012342271", Fault.PREFIX), ("02355551234", Fault.PREFIX),
])
def test_faults(typed, fault):
    assert phone.fault_of(typed) is fault
    assert "手机号" in fault.message


@pytest.mark.parametrize(("cell", "found"), [
    ("16412342271/16412342272", ["16412342271", "16412342272"]),
    ("16412342271、+86 164-1234-2272，无", ["16412342271", "16412342272"]),
    ("16412342271;16412342271", ["16412342271"]),
    ("无", []), (None, []),
])
def test_split(cell, found):
    assert phone.split(cell) == found


@given(numbers)
def test_mask_shows_seven_digits(number):
    assert phone.mask(number) == f"164****{number[-4:]}"


@pytest.mark.parametrize(("number", "masked"), [(None, ""), ("", ""), ("123", "***")])
def test_mask_of_no_number(number, masked):
    assert phone.mask(number) == masked
