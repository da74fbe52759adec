"""Templates, and how a text travels."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobbridge.apps.messaging import segments
from jobbridge.apps.messaging.enums import ReplyKind
from jobbridge.apps.messaging.replies import understand
from jobbridge.apps.messaging.templates import TEMPLATES, TemplateError, signed, template

VISIT = {"name": "陈小满", "broker": "向明", "date": "3月5日上午"}


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("职" * 70, [70]),
        ("职" * 71, [67, 4]),
        ("a" * 71, [67, 4]),
        ("职" * 134, [67, 67]),
        ("职" * 135, [67, 67, 1]),
        ("𠮷" * 35, [70]),  # a surname beyond the basic plane takes two units
        ("𠮷" * 36, [66, 6]),
        ("职" * 66 + "𠮷" + "职" * 4, [66, 6]),  # never cut in two
    ],
)
def test_parts_of_a_text(text, sizes):
    parts = segments.split(text)
    assert [segments.units(part) for part in parts] == sizes
    assert "".join(parts) == text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=400))
def test_parts_fit_and_lose_nothing(text):
    parts = segments.split(text)
    assert "".join(parts) == text
    assert all(0 < segments.units(part) <= (70 if len(parts) == 1 else 67) for part in parts)


def test_a_text_too_long_or_empty_is_refused():
    assert len(segments.split("职" * 67 * 255)) == 255
    with pytest.raises(ValueError, match="256"):
        segments.split("职" * (67 * 255 + 1))
    with pytest.raises(ValueError, match="empty"):
        segments.split("")


def test_the_header_keeps_to_its_bytes():
    assert segments.header(0x1234, 3, 2) == b"\x05\x00\x03\x34\x03\x02"


def test_rendering_signs_and_fills():
    text = template("visit_notice").render(VISIT, signature="云阳就业")
    assert text.startswith("【云阳就业】陈小满您好，就业专员向明将于3月5日上午上门")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"name": None}, "变量 name 为空"),
        ({"name": " \n"}, "变量 name 为空"),
        ({"extra": "x"}, "多出变量 extra"),
        ({"date": "请拨16412345678"}, "手机号或证件号码"),
        ({"date": "很" * 300}, "超过上限3条"),
    ],
)
def test_what_cannot_be_written_says_why(changes, reason):
    context = {name: "" if value is None else value for name, value in (VISIT | changes).items()}
    with pytest.raises(TemplateError, match=reason):
        template("visit_notice").render(context, signature="云阳就业")


def test_a_missing_variable_is_named():
    with pytest.raises(TemplateError, match="缺少变量 broker"):
        template("visit_notice").render({"name": "陈小满", "date": "3月5日"}, signature="云阳就业")


def test_values_cannot_forge_a_signature_break_lines_or_name_other_fields():
    context = VISIT | {"name": "【银行】\r\n{broker}"}
    text = template("visit_notice").render(context, signature="云阳就业")
    assert text.startswith("【云阳就业】［银行］ {broker}您好")
    assert text.count("【") == 1


def test_an_unknown_template_lists_the_known():
    with pytest.raises(TemplateError, match="recommend_posts"):
        template("nothing")


@pytest.mark.parametrize("signature", ["", "云", "【云阳就业】", "云阳 就业", "很" * 13])
def test_bad_signatures(signature):
    with pytest.raises(ValueError, match="签名"):
        signed("您好", signature)


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_fits_with_ordinary_values_and_its_hint_is_understood(name):
    made = template(name)
    text = made.render(dict.fromkeys(made.variables, "十个字长的一般内容吧"), signature="云阳就业")
    assert len(segments.split(text)) <= made.most_parts
    if "拒收请回复" in text:
        assert understand(text.rpartition("拒收请回复")[2]).kind is ReplyKind.OPT_OUT
