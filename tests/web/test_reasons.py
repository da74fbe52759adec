"""What speaks for a post and what against, held to the words in which the engine says it."""

import pytest

from jobbridge.engines.matching.explain import BELOW
from jobbridge.web.reasons import against, sides
from jobbridge.web.templatetags.zhumo import tone_of


@pytest.mark.parametrize(
    ("reason", "no"),
    [
        ("同工种", False),
        (f"月薪3000-3500{BELOW}", True),
        ("月薪3800-4500，高于您的期望", False),
        ("不足：无叉车证", True),
        ("已按您上次的意见：工资高于9600元", False),
    ],
)
def test_what_speaks_against_a_post_is_marked(reason, no):
    assert against(reason) is no
    assert tone_of(reason) == ("amber" if no else "blue")


def test_both_sides_keep_their_order():
    told = ["同工种", f"月薪3000-3500{BELOW}", "包住", "不足：无焊工证"]
    assert sides(told) == (["同工种", "包住"], [told[1], told[3]])
