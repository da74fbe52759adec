import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobbridge.kernel import names
from jobbridge.kernel.names import Fault


@pytest.mark.parametrize(("typed", "clean"), [
    ("向 明 轩", "向明轩"), ("　向明轩 ", "向明轩"),
    ("张?", "张*"), ("张■", "张*"), ("张·", "张*"), ("张×", "张*"),
    ("阿卜杜拉•买买提", "阿卜杜拉·买买提"), ("阿卜杜拉.买买提", "阿卜杜拉·买买提"),
    ("李四（户主）", "李四"), ("李四(已故", "李四"),
    ("𬭎", "𬭎"), (None, ""), ("張三", "張三"), ("\u200b李四", "李四"),
])
def test_clean(typed, clean):
    assert names.clean(typed) == clean


@pytest.mark.parametrize(("typed", "fault"), [
    (None, Fault.EMPTY), ("不详", Fault.PLACEHOLDER), ("合 计", Fault.PLACEHOLDER), ("张3", Fault.CHARACTERS),
    ("张", Fault.TOO_SHORT), ("张*", Fault.MASKED), ("张" * 31, Fault.TOO_LONG),
    ("王𬭎", None), ("欧阳明轩", None),
    ("阿卜杜拉·买买提", None),
])
def test_faults(typed, fault):
    assert names.fault_of(typed) is fault
    assert fault is None or fault.message


def test_masked_names_pass_where_the_source_masks():
    assert names.is_valid("张**", masked_ok=True)
    assert not names.is_valid("张**")


@pytest.mark.parametrize(("name", "masked"), [("向明轩", "向**"), ("向明", "向*"), ("", ""), (None, "")])
def test_mask(name, masked):
    assert names.mask(name) == masked


@given(st.text(max_size=12))
def test_cleaning_twice_is_cleaning_once(text):
    once = names.clean(text)
    assert " " not in once
    if names.is_valid(text):
        assert names.clean(once) == once
