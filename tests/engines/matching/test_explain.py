"""Reasons in words."""

from __future__ import annotations

import pytest

from jobbridge.engines.matching import reasons

from .counties import post, seeker

ROW = {"nearness": "first_same", "place_kind": "county", "distance_km": 6.2}


def test_example():
    offer = post(wage_min=3800, wage_max=4500, skills=["叉车证", "电工证"])
    assert reasons(ROW, seeker(wage_floor=3500, skills=["电工证"]), offer) == [
        "同工种", "距家约6公里", "月薪3800-4500，高于您的期望", "包住", "不足：无叉车证",
    ]  # fmt: skip


def test_nothing_missing_and_no_lodging():
    assert reasons(ROW, seeker(skills=None), post(lodging=False, skills=None))[3:] == []


def test_skill_without_certificate():
    assert reasons(ROW, seeker(), post(skills=["焊接", "焊接", "叉车证"]))[-1] == "不足：缺焊接、无叉车证"


@pytest.mark.parametrize(
    ("floor", "low", "high", "text"),
    [
        (None, 3800, 4500, "月薪3800-4500"),
        (3800, 3800, 4500, "月薪3800-4500，符合您的期望"),
        (4500, 3800, 4500, "月薪3800-4500，符合您的期望"),
        (4600, 3800, 4500, "月薪3800-4500，低于您的期望"),
        (3000, 3800, 3800, "月薪3800，高于您的期望"),
        (4000, None, 3800, "月薪3800，低于您的期望"),
        (4000, None, None, "月薪面议"),
    ],
)
def test_wage(floor, low, high, text):
    assert reasons(ROW, seeker(wage_floor=floor), post(wage_min=low, wage_max=high))[2] == text


@pytest.mark.parametrize(
    ("kind", "km", "text"),
    [
        ("county", 0.4, "距家不到1公里"), ("county", None, "在本县"), ("town", 0.0, "在本乡镇"),
        ("preferred", None, "在您想去的地区"), ("province", None, "在本省"), ("elsewhere", None, "在外省"),
    ],
)  # fmt: skip
def test_place(kind, km, text):
    assert reasons({**ROW, "place_kind": kind, "distance_km": km}, seeker(), post())[1] == text


def test_at_most_one_thing_speaks_against_a_post():
    said = reasons(ROW, seeker(wage_floor=5000), post(wage_min=3800, wage_max=4500, skills=["叉车证"]))
    assert said[2] == "月薪3800-4500"
    assert said[-1] == "不足：无叉车证"
