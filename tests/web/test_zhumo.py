"""The tags: official notation, status glyphs, escaping, links that keep the filters."""

from decimal import Decimal

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from jobbridge.apps.targeting.models import LabourStatus
from jobbridge.web.templatetags import zhumo


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0, "人", "0人"),
        (1235, "人", "1,235人"),
        (9999, "户", "9,999户"),
        (10000, "人", "1.00万人"),
        (50512, "人", "5.05万人"),
        (Decimal("159000000"), "元", "1.59亿元"),
        (-20000, "人", "-2.00万人"),
    ],
)
def test_official_notation(value, unit, text):
    rendered = zhumo.wan(value, unit)
    import re

    assert re.sub(r"<[^>]+>", "", rendered) == text
    assert f'title="{int(value):,} {unit}"' in rendered


def test_no_value_is_a_dash_and_not_a_nought():
    assert "—" in zhumo.wan(None)
    assert zhumo.comma(None) == zhumo.percent(None) == "—"


def test_glyphs_put_the_urgent_first_and_say_it_in_words():
    rendered = zhumo.glyphs("WSLX")
    assert rendered.index("glyph-seeking") < rendered.index("glyph-away") < rendered.index("glyph-near")
    assert 'aria-label="有意愿未就业 1 人、在外务工 1 人、就近就业 1 人"' in rendered
    assert "—" in zhumo.glyphs("")


def test_every_status_has_its_glyph_word_and_place_in_the_order():
    assert set(zhumo.STATUS) == set(zhumo.URGENT_FIRST) == set(LabourStatus.values)
    for letter, word in LabourStatus.choices:
        assert zhumo.STATUS[letter][1] == word
        assert f'<li><i class="glyph glyph-{zhumo.STATUS[letter][0]}"></i>{word}' in legend()


def legend():
    return Template("{% load zhumo %}{% legend %}").render(Context())


def test_an_unknown_status_is_to_be_verified():
    assert "待核实" in zhumo.status("?")


def test_names_from_the_outside_are_escaped():
    assert "<script>" not in zhumo.icon("<script>")
    assert "<script>" not in zhumo.wan(1, "<script>")


@pytest.mark.parametrize("values", [[], [1], [None, 3]])
def test_a_line_needs_two_points(values):
    assert zhumo.spark(values) == ""


def test_a_bar_shows_its_target_and_whether_it_is_behind():
    assert "bullet-behind" in zhumo.bullet(99.9)
    assert "bullet-behind" not in zhumo.bullet(100)
    assert "bullet-tick" in zhumo.bullet(None)
    assert 'width="100.0"' in zhumo.bullet(500)


def test_changing_a_filter_keeps_the_others_and_starts_at_the_first_page():
    request = RequestFactory().get("/?view=zero&town=500235001&after=abc")
    link = Template("{% qs view='late' town='' q='覃&' %}").render(Context({"request": request}))
    assert link == "?view=late&amp;q=%E8%A6%83%26"


@pytest.mark.parametrize(("days", "text"), [(None, "从未"), (-1, "今天"), (0, "今天"), (3, "3 天前")])
def test_days_ago(days, text):
    assert zhumo.days_ago(days) == text


@pytest.mark.parametrize(("seconds", "text"), [(0.44, "0.4 秒"), (12.3, "12 秒"), (185, "3 分 05 秒")])
def test_duration(seconds, text):
    assert zhumo.duration(seconds) == text


@pytest.mark.parametrize(
    ("value", "places", "text"), [(38, 0, "+38"), (-38, 0, "−38"), (Decimal("0.5"), 2, "+0.50"), (0, 0, "0")]
)
def test_signed(value, places, text):
    assert zhumo.signed(value, places) == text
