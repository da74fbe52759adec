"""What a post may ask for, what the machine sees of it, and the table of its states."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobbridge.apps.vacancies import flows
from jobbridge.apps.vacancies.enums import PostEvent, PostState
from jobbridge.apps.vacancies.lawful import lawful
from jobbridge.apps.vacancies.rules import (
    AGE_LAW,
    NO_REASON,
    OLDEST,
    OWN_DOUBTS,
    SEX_LAW,
    UNREAD,
    WORKING_AGE,
    Offer,
    approval_fault,
    checks,
    faults,
    limit_fault,
    needs_another_look,
    quality,
)

DAY = date(2026, 11, 21)
LAW = lawful()
WOMEN = "《女职工劳动保护特别规定》附录第一条"
GUARD = "《保安服务管理条例》第十六条"
DRIVER = "《道路运输从业人员管理规定》"


@pytest.mark.parametrize(
    ("limits", "fault"),
    [
        (("", 16, 65, ""), None),
        (("", 16, 70, ""), None),
        (("男", 16, 65, ""), ("sex_limit", "sex_limit_without_ground", SEX_LAW)),
        (("", 18, 65, ""), ("age_min", "age_limit_without_ground", AGE_LAW)),
        (("", 16, 50, "  "), ("age_max", "age_limit_without_ground", AGE_LAW)),
        (("女", 18, 45, ""), ("sex_limit", "sex_limit_without_ground", SEX_LAW)),
        (("", 18, 65, "单位规定"), ("limit_ground", "limit_ground_unnamed")),
        (("男", 16, 65, WOMEN), None),
        (("女", 16, 65, WOMEN), ("limit_ground", "limit_ground_other")),
        (("", 16, 50, WOMEN), ("limit_ground", "limit_ground_other")),
        (("男", 18, 65, WOMEN), ("limit_ground", "limit_ground_other")),
        (("男", 18, 65, f"{WOMEN}；{GUARD}"), None),
        (("", 18, 65, GUARD), None),
        (("", 20, 65, GUARD), ("limit_ground", "limit_ground_other")),
        (("", 16, 63, DRIVER), None),
        (("", 16, 60, DRIVER), ("limit_ground", "limit_ground_other")),
        (("", 21, 63, DRIVER), ("limit_ground", "limit_ground_other")),
        (("女", 30, 45, "《某县女子救援队管理办法》第三条"), None),
        (("", 14, 65, GUARD), ("age_min", "age_child")),
        (("", 60, 20, GUARD), ("age_max", "age_order")),
    ],
)
def test_limits_stand_on_the_law_they_name(limits, fault):
    found = limit_fault(*limits, LAW.grounds)
    assert (found and found[: len(fault or ())]) == fault


@given(
    st.sampled_from(["", "男", "女"]),
    st.integers(10, 90),
    st.integers(10, 90),
    st.text(max_size=30) | st.sampled_from([ground.text for ground in LAW.grounds]),
)
def test_nobody_is_kept_out_without_a_named_ground(sex: str, low: int, high: int, ground: str):
    fault = limit_fault(sex, low, high, ground, LAW.grounds)
    if low < WORKING_AGE or high < low:
        assert fault
    elif not sex and low == WORKING_AGE and high >= OLDEST:
        assert fault is None
    elif fault is None:
        assert "《" in ground
        assert "》" in ground


def test_every_listed_ground_carries_the_limits_it_is_listed_for():
    for ground in LAW.grounds:
        limits = (ground.sex, ground.age_min or WORKING_AGE, ground.age_max or OLDEST)
        assert limits != ("", WORKING_AGE, OLDEST)
        assert limit_fault(*limits, ground.text, LAW.grounds) is None
        assert len(ground.text) <= 120


def offer(**changes) -> Offer:
    return Offer(
        **{
            "title": "缝纫工", "place_code": "500235000000", "place_text": "云阳县", "openings": 2, "wage_min": 3600,
            "wage_max": 4500, "expires_on": DAY + timedelta(days=30), **changes,
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, None),
        ({"title": ""}, "title"),
        ({"place_code": ""}, "place_text"),
        ({"openings": 0}, "openings"),
        ({"openings": 100_001}, "openings"),
        ({"wage_min": 0}, "wage_min"),
        ({"wage_min": 0, "wage_max": 0}, "wage_min"),
        ({"wage_max": 100}, "wage_max"),
        ({"wage_max": 200_001}, "wage_max"),
        ({"title": "工" * 60}, None),
        ({"title": "工" * 61}, "title"),
        ({"sex_limit": "?", "limit_ground": WOMEN}, "sex_limit"),
        ({"education_min": UNREAD}, "education_min"),
        ({"health_min": UNREAD}, "health_min"),
        ({"expires_on": DAY}, None),
        ({"expires_on": DAY - timedelta(days=1)}, "expires_on"),
        ({"expires_on": DAY + timedelta(days=400)}, "expires_on"),
        ({"sex_limit": "女"}, "sex_limit"),
        ({"age_max": 45}, "age_max"),
    ],
)
def test_what_keeps_a_post_from_being_entered(changes, field):
    assert list(faults(offer(**changes), DAY, LAW)) == ([field] if field else [])


def seen(**changes) -> set[str]:
    given_ = {
        "code": "99500235MA00000018", "place_code": "500235000000", "wage_min": 3600, "limits": ("", 16, 65, ""),
        "texts": "缝纫工 会平车", "twins": 0, "on": DAY, "law": LAW, **changes,
    }  # fmt: skip
    return {check.name for check in checks(**given_) if check.ok is False}


@pytest.mark.parametrize(
    ("changes", "alarm"),
    [
        ({"wage_min": 2199}, "最低工资"),
        ({"limits": ("女", 16, 65, "")}, "性别年龄限制"),
        ({"texts": "客服 入职交押金"}, "收费字样"),
        ({"texts": "手机兼职刷单"}, "收费字样"),
        ({"texts": "普工 加微信详谈"}, "私下联系方式"),
        ({"texts": "普工 16400001111"}, "私下联系方式"),
        ({"twins": 1}, "重复岗位"),
        ({"texts": "包装女工"}, "文字里的限制"),
        ({"texts": "普工 限女性"}, "文字里的限制"),
        ({"texts": "普工 45周岁以下"}, "文字里的限制"),
        ({"texts": "普工 乙肝勿扰"}, "文字里的限制"),
        ({"limits": ("女", 16, 65, "《某厂用工规定》")}, "性别年龄限制"),
        ({"limits": ("男", 18, 65, f"{WOMEN}；《某厂用工规定》")}, "性别年龄限制"),
        ({"limits": ("男", 16, 65, WOMEN), "texts": "井下工 限男性"}, None),
    ],
)
def test_what_the_machine_notices(changes, alarm: str | None):
    assert seen(**changes) - {"信用代码"} == ({alarm} if alarm else set())


def test_a_wrong_credit_code_is_noticed_and_an_unknown_minimum_wage_is_not_judged():
    assert "信用代码" in seen(code="99" + "1" * 16)
    wage = next(check for check in checks(
        code="", place_code="650100000000", wage_min=1, limits=("", 16, 65, ""), texts="", twins=0, on=DAY, law=LAW
    ) if check.name == "最低工资")  # fmt: skip
    assert wage.ok is None


@pytest.mark.parametrize(
    ("doubts", "own", "reason", "fault"),
    [
        (False, False, "", None),
        (False, True, "", None),
        (True, False, "", NO_REASON),
        (True, False, " ", NO_REASON),
        (True, False, "已核对", None),
        (True, True, "", OWN_DOUBTS),
        (True, True, "已核对", OWN_DOUBTS),
    ],
)
def test_doubts_are_let_through_by_somebody_else_and_with_a_reason(doubts, own, reason, fault):
    assert approval_fault(doubts=doubts, own=own, reason=reason) == fault


@pytest.mark.parametrize(
    ("changes", "criterion"),
    [
        ({}, None),
        ({"wage_min": 3519}, "工资"),
        ({"place_code": "330782000000", "lodging": False}, "住宿"),
        ({"shift": "三班倒"}, "班次"),
        ({"limited": True}, "限制"),
    ],
)
def test_a_quality_post_meets_every_criterion(changes, criterion):
    given_ = {"wage_min": 3520, "place_code": "500235", "lodging": False, "shift": "长白班", "limited": False}
    failed = [check.name for check in quality(**given_ | changes, on=DAY, law=LAW) if not check.ok]
    assert failed == ([criterion] if criterion else [])


@pytest.mark.parametrize(
    ("changes", "again"),
    [({}, False), ({"openings": 9}, False), ({"expires_on": DAY}, False), ({"shift": "两班倒"}, True),
     ({"place_text": "云阳县 加微信"}, True),
     ({"wage_min": 3000}, True), ({"title": "车工"}, True), ({"skills": ("平车",)}, True),
     ({"note": "包吃"}, True)],
)  # fmt: skip
def test_only_what_was_screened_is_screened_again(changes, again: bool):
    before = {name: getattr(offer(), name) for name in Offer.__dataclass_fields__}
    assert needs_another_look(before, offer(**changes)) is again


def test_the_table_knows_every_state_and_event_and_publishes_nothing_unseen():
    assert set(flows.NEXT) == {"", *PostState.values}
    events = {event for moves in flows.NEXT.values() for event in moves}
    assert events <= set(PostEvent.values)
    assert {state for moves in flows.NEXT.values() for state in moves.values()} == set(PostState.values)
    for before, moves in flows.NEXT.items():
        for event, after in moves.items():
            if after == "active" and before != "active":
                # Only a person's look, or the word of an employer whose post was looked at before.
                assert event == "approved" or (before, event) == ("paused", "confirmed")
    assert flows.NEXT["closed"].keys() == {"submitted", "approved"}


@pytest.mark.parametrize("state", [state for state in PostState.values if state != "closed"])
@pytest.mark.parametrize("looked", [False, True])
@pytest.mark.parametrize("clean", [False, True])
def test_what_a_list_changes_goes_by_the_table_and_publishes_nothing_that_looks_wrong(state, looked, clean):
    after = flows.after(state, flows.listed(state, looked=looked, clean=clean))
    assert after in (state, "pending")
    if looked and not clean:
        assert after not in ("active", "paused")


@given(st.lists(st.sampled_from(PostEvent.values), max_size=12))
def test_any_course_of_events_keeps_to_the_table(events):
    state, seen_by_somebody = "", False
    for event in events:
        try:
            state = flows.after(state, event)
        except flows.Refused:
            continue
        seen_by_somebody |= event == "approved"
        assert seen_by_somebody or state not in ("active", "paused")
