from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobbridge.kernel import citizen_id
from jobbridge.kernel.citizen_id import Fault

VALID = "99012319900101221" + citizen_id.check_character("99012319900101221")

births = st.dates(date(1900, 1, 1), date(2026, 1, 1))
first17 = st.builds(
    lambda region, birth, order: f"99{region:04d}{birth:%Y%m%d}{order:03d}",
    st.integers(0, 9999), births, st.integers(0, 999),
)
numbers = first17.map(lambda digits: digits + citizen_id.check_character(digits))


def test_check_character_of_the_standard():
    # The example printed in GB 11643-1999.
    assert citizen_id.check_character("11010519491231002") == "X"
    assert citizen_id.check_character("44052418800101001") == "4"


def test_parse_reads_birth_sex_and_region():
    person = citizen_id.parse(VALID)
    assert (person.region, person.birth, person.sex) == ("990123", date(1990, 1, 1), "男")


@pytest.mark.parametrize(("text", "fault"), [
    (None, Fault.EMPTY),
    ("  ", Fault.EMPTY),
    ("9901**********2213", Fault.MASKED),
    ("9.90123E+17", Fault.SCIENTIFIC),
    ("9.90123199001012E17", Fault.SCIENTIFIC),
    ("9901231990010122", Fault.LENGTH),
    ("9901231990010122134", Fault.LENGTH),
    ("99012319900101O213", Fault.CHARACTERS),
    ("X90123199001012213", Fault.CHARACTERS),
    ("990123199002302213", Fault.BIRTH_DATE),
    ("990123179002012213", Fault.BIRTH_DATE),
    (VALID[:17] + ("1" if VALID[17] != "1" else "2"), Fault.CHECKSUM),
])
def test_faults(text, fault):
    assert citizen_id.fault_of(text) is fault
    assert "身份证号" in fault.message


def test_birth_after_today_is_a_fault():
    assert citizen_id.fault_of(VALID, today=date(1989, 12, 31)) is Fault.FUTURE_BIRTH
    assert citizen_id.fault_of(VALID, today=date(1990, 1, 1)) is None


@pytest.mark.parametrize("typed", [
    "99 0123 19900101 221", "９９０１２３１９９００１０１２２１",
    "'99012319900101221", "99-0123-19900101-221",
    "\u200b99012319900101221",
])
def test_clean_gives_what_was_meant(typed):
    assert citizen_id.clean(typed) == "99012319900101221"


@pytest.mark.parametrize("last", ["x", "X", "ｘ", "×", "Х"])
def test_every_kind_of_x_is_read(last):
    assert citizen_id.parse("11010519491231002" + last).number == "11010519491231002X"


def test_old_number_and_disability_number():
    old = VALID[:6] + VALID[8:17]
    assert citizen_id.parse(old).number == VALID
    disabled = citizen_id.parse(VALID + "43")
    assert (disabled.number, disabled.disability_kind, disabled.disability_level) == (VALID, 4, 3)
    assert citizen_id.fault_of(VALID + "99") is Fault.LENGTH


@pytest.mark.parametrize("bad", ["", "12345678901234", "12345678901234X"])
def test_from_15_refuses_other_shapes(bad):
    with pytest.raises(ValueError, match="15"):
        citizen_id.from_15(bad)


@given(numbers)
def test_made_numbers_are_valid_and_masked(number):
    assert citizen_id.is_valid(number)
    masked = citizen_id.mask(number)
    assert len(masked) == 18
    assert masked[:4] + masked[-4:] == number[:4] + number[-4:]
    assert masked.count("*") == 10


@given(numbers, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(number, place, shift):
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1:]
    assert not citizen_id.is_valid(wrong)


@given(numbers, st.integers(0, 15))
def test_two_swapped_digits_are_always_found(number, place):
    if number[place] != number[place + 1]:
        swapped = number[:place] + number[place + 1] + number[place] + number[place + 2:]
        assert not citizen_id.is_valid(swapped)


@given(st.text(max_size=30))
def test_any_text_gets_an_answer(text):
    assert citizen_id.fault_of(text) is None or citizen_id.fault_of(text).message


@given(st.text("0123456789xXｘ×０１９ \u3000\u200b'’-.*", max_size=24))
def test_cleaning_twice_is_cleaning_once(text):
    assert citizen_id.clean(citizen_id.clean(text)) == citizen_id.clean(text)


@pytest.mark.parametrize(("number", "masked"), [
    ("990123199001012213", "9901**********2213"), ("", ""), (None, ""), ("12345", "*****"),
])
def test_mask(number, masked):
    assert citizen_id.mask(number) == masked
