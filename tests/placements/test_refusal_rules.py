"""What a refusal changes: tables of reasons and limits."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobbridge.apps.placements.enums import Refusal
from jobbridge.apps.placements.refusal_rules import (
    FAMILY_DAYS,
    HEARD_DAYS,
    LONGEST_PHRASE,
    Heard,
    Refused,
    adjusted,
    fitting,
    floor_of_engine,
    heard,
    lasting,
    unwanted,
)

DAY = date(2026, 11, 21)
HOME = "500235001001"
SEEKER = {"wage_floor": 3000, "travel": "anywhere", "health": 2, "available_from": None}


def said(reason: str, **values) -> Refused:
    facts = {
        "on": DAY, "title": "缝纫工", "occupation": "6-18-01-01", "region": "500235001", "wage_min": 3500,
        "wage_max": 4500, "health_min": 1, "shift": "",
    }  # fmt: skip
    return Refused(reason=reason, **facts | values)


def post(**values):
    usual = {"region_code": "500235001", "occupation": "4-03-02-05", "shift": "", "lodging": False}
    return usual | {"wage_min": 4000, "wage_max": 6000} | values


def kilometres(one: str, other: str) -> float | None:
    """Townships lie in the order of their codes, ten kilometres apart."""
    return 10.0 * abs(int(one[6:9]) - int(other[6:9])) if len(other) >= 9 and other[:6] == "500235" else None


@pytest.mark.parametrize(
    ("refusals", "changed"),
    [
        ([], {}),
        ([said("other")], {}),
        ([said("employed")], {}),
        ([said("wage")], {"wage_floor": 4501}),
        ([said("wage", wage_max=2500)], {}),  # they asked for more from the start
        ([said("wage"), said("wage", wage_max=5000)], {"wage_floor": 5001}),
        ([said("far", region="330782")], {"travel": "province"}),
        ([said("far", region="500101")], {"travel": "county"}),
        ([said("far", region="500235002")], {"travel": "county"}),
        ([said("far", region="330782"), said("far", region="500101")], {"travel": "county"}),
        ([said("health", health_min=2)], {"health": 1}),
        ([said("health", health_min=1)], {"health": 1}),  # ordinary work is most work: only nothing heavy
        ([said("health", health_min=0)], {"health": 1}),
        ([said("health", health_min=1), said("health", health_min=2)], {"health": 1}),
        ([said("family")], {"travel": "county", "available_from": DAY + timedelta(days=FAMILY_DAYS)}),
        ([said("wage", on=DAY - timedelta(days=HEARD_DAYS))], {}),
        ([said("wage", on=DAY - timedelta(days=HEARD_DAYS - 1))], {"wage_floor": 4501}),
    ],
)
def test_limits_of_a_seeker_are_narrowed(refusals, changed):
    assert adjusted(SEEKER, heard(refusals, home=HOME, on=DAY)) == SEEKER | changed


def test_what_they_said_themselves_is_never_widened():
    narrow = {"wage_floor": 6000, "travel": "county", "health": 0, "available_from": DAY + timedelta(days=90)}
    refusals = [said("wage"), said("far", region="330782"), said("health", health_min=2), said("family")]
    assert adjusted(narrow, heard(refusals, home=HOME, on=DAY)) == narrow


@pytest.mark.parametrize(("percent", "floor"), [(80, 5627), (100, 4501), (0, 4501)])
def test_the_engine_s_floor_refuses_what_was_low(percent, floor):
    limits = heard([said("wage")], home=HOME, on=DAY)
    assert floor_of_engine(adjusted(SEEKER, limits), limits, percent) == floor
    if percent:
        least = -(-floor * percent // 100)
        assert 4500 < least <= 4502


@pytest.mark.parametrize(
    ("reason", "about", "offered", "out"),
    [
        ("kind", {}, {"occupation": "6-18-01-07"}, True),
        ("kind", {}, {"occupation": "6-18-02-01"}, False),
        ("kind", {"occupation": ""}, {"occupation": ""}, False),
        ("health", {}, {"occupation": "6-18-01-07"}, True),
        ("health", {}, {"occupation": "6-18-02-01"}, False),
        ("health", {"health_min": 2}, {"occupation": "6-18-01-07"}, False),
        ("hours", {"shift": "夜班"}, {"shift": "夜班"}, True),
        ("hours", {"shift": "夜班"}, {"shift": "白班"}, False),
        ("hours", {"shift": ""}, {"shift": ""}, False),
        ("lodging", {}, {"region_code": "330782"}, True),
        ("lodging", {}, {"region_code": "330782", "lodging": True}, False),
        ("lodging", {}, {"region_code": "500235002"}, False),
        ("far", {"region": "500235003"}, {"region_code": "500235003"}, True),
        ("far", {"region": "500235003"}, {"region_code": "500235004"}, True),
        ("far", {"region": "500235003"}, {"region_code": "500235002"}, False),
        ("far", {"region": "500235003"}, {"region_code": "500235001"}, False),
        ("far", {"region": "500235"}, {"region_code": "500235004"}, False),  # nobody knows where in the county
        ("far", {"region": "500235001"}, {"region_code": "500235001"}, False),  # nothing is nearer
        ("wage", {}, {}, False),
        ("wage", {}, {"wage_min": 3400, "wage_max": 4600}, True),  # more at best, and on the whole no more
        ("wage", {}, {"wage_min": 3400, "wage_max": 4700}, False),
    ],
)
def test_posts_ruled_out_for_one_person(reason, about, offered, out):
    limits = heard([said(reason, **about)], home=HOME, on=DAY)
    assert unwanted(limits, home=HOME, post=post(**offered), distance=kilometres) is out
    assert limits.bars or not out


@pytest.mark.parametrize(
    ("refusals", "phrase"),
    [
        ([], ""),
        ([said("other")], ""),
        ([said("kind")], "已按您上次的意见：不再推荐缝纫工一类"),
        ([said("health")], "已按您上次的意见：不再推荐缝纫工一类；不要重活"),
        ([said("health", health_min=2)], "已按您上次的意见：活更轻"),
        ([said("wage"), said("far", region="500101")], "已按您上次的意见：工资高于4500元；离家更近"),
    ],
)
def test_the_next_reasons_say_what_was_heard(refusals, phrase):
    assert heard(refusals, home=HOME, on=DAY).phrase == phrase


def test_a_long_phrase_is_shortened_by_whole_words():
    many = [said("kind", title="很长很长的一个岗位名称" * 3, occupation=f"6-1{n}-01-01") for n in range(4)]
    text = heard([said("wage"), *many, said("hours", shift="夜班")], home=HOME, on=DAY).phrase
    assert len(text) <= LONGEST_PHRASE
    kind = "；不再推荐很长很长的一个岗位名称很一类"
    assert text == "已按您上次的意见：工资高于4500元" + kind + kind


def test_nothing_heard_changes_nothing():
    assert heard([], home=HOME, on=DAY) == Heard()
    assert not Heard().bars


REFUSED = st.builds(
    said,
    st.sampled_from(Refusal.values),
    occupation=st.sampled_from(["", "6-18-01-01", "4-03-02-05", "5-01-01-01"]),
    region=st.sampled_from(["500235001", "500235002", "500235", "500101", "330782"]),
    wage_min=st.integers(1000, 4000),
    wage_max=st.integers(4000, 9000),
    health_min=st.integers(0, 2),
    shift=st.sampled_from(["", "夜班"]),
)


@given(REFUSED)
def test_one_refusal_never_closes_every_trade_to_somebody_who_is_fit(refusal):
    limits = heard([refusal], home=HOME, on=DAY)
    seeker = adjusted(SEEKER, limits)
    assert seeker["health"] >= 1  # no post asks for less than ordinary work
    best = {"region_code": HOME[:9], "wage_min": 9000, "wage_max": 10000, "lodging": True, "shift": "白班"}
    for trade in ("6-18-01-07", "4-03-02-05", "5-01-01-02"):
        out = unwanted(limits, home=HOME, post=post(occupation=trade, **best), distance=kilometres)
        assert not out or (trade[:6] == refusal.occupation[:6] and refusal.reason in ("kind", "health"))


def test_what_was_heard_is_told_with_the_day_it_ends():
    later, half_a_year = DAY + timedelta(days=10), timedelta(days=HEARD_DAYS)
    refusals = [said("wage", wage_max=6000), said("wage", on=later), said("far", region="500101", on=later)]
    assert lasting(refusals, home=HOME, on=later) == [
        ("工资高于6000元", DAY + half_a_year),
        ("离家更近", later + half_a_year),
    ]
    assert lasting([], home=HOME, on=DAY) == []


@pytest.mark.parametrize(("lodging", "offered"), [(True, False), (False, True)])
def test_who_is_offered_lodging_does_not_refuse_for_want_of_it(lodging, offered):
    reasons = fitting(Refusal.choices, lodging=lodging)
    assert ("lodging" in dict(reasons)) is offered
    assert len(reasons) == len(Refusal.choices) - lodging
