import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobbridge.kernel import credit_code

first17 = st.text(credit_code.ALPHABET, min_size=15, max_size=15).map("99".__add__)


def test_example_of_the_standard():
    assert credit_code.check_character("91350100M000100Y4") == "3"


@given(first17, st.integers(0, 16), st.sampled_from(credit_code.ALPHABET))
def test_one_wrong_character_is_found(head, place, other):
    code = head + credit_code.check_character(head)
    assert credit_code.is_valid(code.lower() + " ")
    if code[place] != other:
        assert not credit_code.is_valid(code[:place] + other + code[place + 1:])


@pytest.mark.parametrize("bad", [None, "", "91350100M000100Y", "91350100M000100YIO"])
def test_refused(bad):
    assert not credit_code.is_valid(bad)
