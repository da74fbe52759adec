"""What a reply asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobbridge.apps.messaging.enums import ReplyKind
from jobbridge.apps.messaging.replies import Reply, squash, understand


@pytest.mark.parametrize(
    "text",
    [
        "退订", "退 订", "退订。", "【退订】", "“退订”！！", "退订\u200b", "退訂", "退定", "TD",
        "td", "ｔｄ。", "T", "ｔ", "N", "Ｎ！", "n.", "QX", "0000", "TD退订", "T退订", "回T退订",
        "回复TD", "回复：ＴＤ", "请退订，谢谢", "我要退订了", "退订短信", "退订所有短信", "拒收",
        "取消订阅", "stop", "Unsubscribe", "不要再发了", "别再发短信了", "退订😡", "tuiding",
    ],
)  # fmt: skip
def test_opting_out(text):
    assert understand(text) == Reply(ReplyKind.OPT_OUT, "*")


@pytest.mark.parametrize(
    ("text", "kind", "purpose"),
    [
        ("退订岗位推荐", ReplyKind.OPT_OUT, "recommendation"),
        ("我要退订推荐短信", ReplyKind.OPT_OUT, "recommendation"),
        ("TD退订：政策提醒", ReplyKind.OPT_OUT, "policy"),
        ("订阅", ReplyKind.OPT_IN, "*"),
        ("恢复订阅政策提醒", ReplyKind.OPT_IN, "policy"),
        ("dy", ReplyKind.OPT_IN, "*"),
    ],
)
def test_a_purpose_of_its_own_and_coming_back(text, kind, purpose):
    assert understand(text) == Reply(kind, purpose)


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "1", "1,3", "好", "我要", "不退订", "怎么退订", "退订吗", "退订流量包", "T恤厂还招人吗",
        "N个人能一起去吗", "TDT", "No", "NO", "我想去2号岗位", "T3", "不要忘了发我", "改期", "退订" * 40,
    ],
)  # fmt: skip
def test_everything_else_is_for_a_person(text):
    assert understand(text).kind is ReplyKind.OTHER


@given(st.text(max_size=300))
def test_any_text_is_understood_somehow_and_twice_the_same(text):
    assert understand(text) == understand(squash(text))


def test_a_hostile_text_costs_nothing():
    assert understand("我要" * 15).kind is ReplyKind.OTHER
    assert understand("请" * 100_000).kind is ReplyKind.OTHER
