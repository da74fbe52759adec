"""How a recommendation went, told by the employer, by staff after a call, and by the broker who met the person."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.audit.models import Unmasking
from jobbridge.apps.casework.models import Case, ServiceItem
from jobbridge.apps.messaging.models import Message
from jobbridge.apps.placements.models import MatchRun, Recommendation, RecommendationLog, RunPost, RunSeeker
from jobbridge.apps.placements.outcomes import move
from jobbridge.apps.registry.models import ContactPoint, EmploymentSpell
from tests.factories import DAY, make_person
from tests.web.conftest import PHONE, make_post
from tests.web.test_language import everything_recorded, in_english, left_in_chinese

TEST = system_actor("test")


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def now_at(item) -> Recommendation:
    with acting_as(TEST):
        return Recommendation.objects.get(pk=item.pk)


def go(item, *path, **values) -> None:
    for after in path:
        move(Recommendation(pk=item.pk), after, actor=TEST, on=timezone.localdate(), **values)


@pytest.fixture
def item(county):
    return county.item


def candidates(county) -> str:
    return reverse("employer:candidates", args=[county.post.pk])


def address(county, name: str) -> str:
    return reverse(f"employer:{name}", args=[county.post.pk, county.item.pk])


# The employer


def test_before_the_consent_an_employer_finds_nobody(signed_in, county, item):
    browser = signed_in("employer")
    shown = text_of(browser.get(candidates(county)))
    assert "覃某" in shown
    assert "等本人答复" in shown
    assert county.person.name not in shown
    assert "164****" not in shown
    assert browser.post(address(county, "candidate_phone"), follow=True).status_code == 200
    browser.post(address(county, "candidate_say"), {"after": "placed"})
    assert now_at(item).state == "recommended"
    with acting_as(TEST):
        assert not Unmasking.objects.exists()


def test_after_the_consent_name_mask_and_number_each_reading_recorded(signed_in, county, item):
    go(item, "interested")
    browser = signed_in("employer")
    shown = text_of(browser.get(candidates(county)))
    assert county.person.name in shown
    assert PHONE[:3] + "****" + PHONE[-4:] in shown
    assert PHONE not in shown
    number = browser.post(address(county, "candidate_phone"))
    assert PHONE in text_of(number)
    with acting_as(TEST):
        read = Unmasking.objects.get()
    assert (read.actor, read.subject) == (f"user:{county.users['employer'].pk}", f"person:{county.person.pk}")


def test_an_employer_tells_the_way_to_work(signed_in, county, item):
    go(item, "interested")
    browser, today = signed_in("employer"), timezone.localdate()
    say = address(county, "candidate_say")
    browser.post(say, {"after": "interview", "note": "周三上午"})
    browser.post(say, {"after": "placed", "day": today.isoformat(), "wage": "4200"})
    placed = now_at(item)
    assert (placed.state, placed.started_on) == ("placed", today)
    with acting_as(TEST):
        assert EmploymentSpell.objects.get(pk=placed.spell_id).monthly_wage == 4200
    assert "已到岗" in text_of(browser.get(candidates(county)))


@pytest.mark.parametrize(
    "form",
    [
        {"after": "left", "note": "走了"}, {"after": "stable_6"}, {"after": "refused", "reason": "far"}, {},
        {"after": "not_hired"}, {"after": "placed", "day": "2031-01-01"}, {"after": "placed", "day": "1999-01-01"},
        {"after": "placed", "wage": "42"}, {"after": "placed", "wage": "很多"},
        {"after": "placed", "wage": "99999999999"},
    ],
)  # fmt: skip
def test_what_an_employer_may_not_say_changes_nothing(signed_in, county, item, form):
    go(item, "interested")
    answer = signed_in("employer").post(address(county, "candidate_say"), form, follow=True)
    assert answer.status_code == 200
    assert "notice-error" in answer.content.decode()
    assert now_at(item).state == "interested"


def test_a_rival_reaches_nobody_not_even_through_a_post_of_their_own(signed_in, county, item):
    go(item, "interested")
    browser = signed_in("rival")
    with acting_as(TEST):
        theirs = county.users["rival"].employer_account.employer.posts.get()
    assert browser.get(candidates(county)).status_code == 404
    for name in ("candidate_say", "candidate_phone"):
        for post in (county.post.pk, theirs.pk):
            url = reverse(f"employer:{name}", args=[post, item.pk])
            assert browser.post(url, {"after": "interview"}).status_code == 404
    assert "覃" not in text_of(browser.get(reverse("employer:candidates", args=[theirs.pk])))
    assert now_at(item).state == "interested"


def test_an_account_tied_to_no_employer_is_turned_away(client, county):
    with acting_as(TEST):
        county.users["rival"].employer_account.delete()
        client.force_login(county.users["rival"])
    assert client.get(candidates(county)).status_code == 403


# Staff


def test_staff_write_down_what_was_said_on_the_phone(signed_in, county, item):
    browser = signed_in("town")
    url = reverse("desk:recommendation_tell", args=[item.pk])
    answer = browser.post(url, {"after": "refused", "reason": "far"})
    assert answer.url == reverse("desk:post", args=[county.post.pk])
    assert (now_at(item).state, now_at(item).refusal) == ("refused", "far")
    page = browser.get(reverse("desk:recommendation", args=[item.pk]))
    shown = text_of(page)
    assert "太远" in shown
    assert "town" in shown  # who told
    assert "改主意：有意向" in shown  # and another reason; nothing else can be said of it
    assert [after for after, word in page.context["says"]] == ["interested", "refused"]
    with acting_as(TEST):
        assert RecommendationLog.objects.get(recommendation=item).actor == f"user:{county.users['town'].pk}"


@pytest.mark.parametrize(
    "form",
    [
        {"after": "refused"}, {"after": "refused", "reason": "nonsense"}, {"after": "stable_1"}, {"after": ""},
        {"after": "expired"}, {"after": "not_hired", "note": "技能不够"}, {"after": "interested", "reason": "far"},
    ],
)  # fmt: skip
def test_forged_steps_change_nothing(signed_in, county, item, form):
    answer = signed_in("county").post(reverse("desk:recommendation_tell", args=[item.pk]), form, follow=True)
    assert "notice-error" in answer.content.decode()
    assert now_at(item).state == "recommended"


def test_staff_bring_somebody_to_work_and_note_when_they_left(signed_in, county, item):
    browser, today = signed_in("town"), timezone.localdate()
    url = reverse("desk:recommendation_tell", args=[item.pk])
    browser.post(url, {"after": "interested", "back": "person"})
    browser.post(url, {"after": "placed", "day": today.isoformat(), "wage": ""})
    assert now_at(item).started_on == today
    browser.post(url, {"after": "left", "day": (today - timedelta(days=1)).isoformat(), "note": "家里有事"})
    assert now_at(item).state == "placed"  # nobody leaves before they came
    answer = browser.post(url, {"after": "left", "note": "家里有事", "back": "person"})
    assert answer.url == reverse("desk:person", args=[county.person.pk])
    assert (now_at(item).state, now_at(item).note) == ("left", "家里有事")


def test_the_neighbour_neither_sees_nor_changes_and_a_leader_only_sees(signed_in, county, item):
    theirs, url = signed_in("neighbour"), reverse("desk:recommendation", args=[item.pk])
    assert theirs.get(url).status_code == 404
    assert theirs.post(url + "tell/", {"after": "interested"}).status_code == 404
    assert county.person.name not in text_of(theirs.get(reverse("desk:post", args=[county.post.pk])))
    leader = signed_in("leader")
    assert "outcome-acts" not in leader.get(url).content.decode()
    assert leader.post(url + "tell/", {"after": "interested"}).status_code == 403
    assert now_at(item).state == "recommended"


def test_a_draft_is_shown_as_one_and_nothing_can_be_said_of_it(signed_in, county, item):
    MatchRun.objects.update(state="draft")
    browser = signed_in("county")
    url = reverse("desk:recommendation", args=[item.pk])
    assert "还没有放行" in text_of(browser.get(url))
    assert browser.post(url + "tell/", {"after": "interested"}).status_code == 404
    assert now_at(item).state == "recommended"


def test_the_post_says_how_crowded_it_was_and_whom_it_talks_with_comes_first(signed_in, county, item):
    with acting_as(TEST):
        RunPost.objects.update(candidates=15, short=0, price=420)
        Recommendation.objects.exclude(pk=item.pk).update(score=9900)
    go(item, "interested")
    page = signed_in("county").get(reverse("desk:post", args=[county.post.pk]))
    assert "抢手，最后一个名额要高出 4.2 分" in text_of(page)
    assert [row.pk for row in page.context["items"]][0] == item.pk


def test_the_person_s_page_says_why_there_was_nothing(signed_in, county):
    with acting_as(TEST):
        RunSeeker.objects.filter(person=county.person).update(given=0, limit="wage")
    shown = text_of(signed_in("county").get(reverse("desk:person", args=[county.person.pk])))
    assert "上次撮合没有岗位：工资低于最低期望" in shown


def test_the_household_s_file_shows_the_plan_with_its_outcomes(signed_in, county, item):
    with acting_as(TEST):
        case = Case.objects.filter(household=county.household).earliest("pk")
        ServiceItem.objects.update_or_create(
            person=county.person, case=case, kind="recommendation", ordinal=1, region_code=county.person.region_code,
            defaults={"due_on": DAY, "state": "done", "done_on": DAY, "recommendation_id": item.pk},
        )  # fmt: skip
    go(item, "refused", reason="wage")
    shown = text_of(signed_in("county").get(reverse("desk:household", args=[county.household.pk])))
    assert "311 服务计划" in shown
    assert "缝纫车工：不合适（工资低）" in shown


def test_what_was_heard_stands_on_the_person_s_page_with_its_end(signed_in, county, item):
    browser, url = signed_in("town"), reverse("desk:person", args=[county.person.pk])
    assert "上次的意见" not in text_of(browser.get(url))
    go(item, "refused", reason="wage")
    shown, until = text_of(browser.get(url)), timezone.localdate() + timedelta(days=180)
    assert "工资高于5200元" in shown
    assert f"{until} 前的推荐都按它" in shown
    browser.post(reverse("desk:recommendation_tell", args=[item.pk]), {"after": "interested", "seen": "refused"})
    assert now_at(item).state == "interested"
    assert "工资高于5200元" not in text_of(browser.get(url))


def test_a_post_that_is_gone_takes_no_yes_from_staff_or_broker(signed_in, county, item):
    with acting_as(TEST):
        county.post.state = "paused"
        county.post.save(update_fields=["state"])
    browser, url = signed_in("town"), reverse("desk:recommendation", args=[item.pk])
    page = browser.get(url)
    assert "这个岗位已招满或停止招聘" in text_of(page)
    assert [after for after, word in page.context["says"]] == ["refused"]
    offers = reverse("field:offers", args=[county.person.pk])
    shown = signed_in("broker").get(offers).content.decode()
    assert "这个岗位已招满或停止招聘" in shown
    assert "card-yes" not in shown
    answer = signed_in("broker").post(offers, {"item": item.pk, "answer": "yes"}, follow=True)
    assert "这个岗位已招满或停止招聘" in text_of(answer)
    assert now_at(item).state == "expired"
    answer = browser.post(url + "tell/", {"after": "interested"}, follow=True)
    assert "这个岗位已招满或停止招聘" in text_of(answer)
    assert now_at(item).state == "expired"


def test_a_second_click_is_no_error_and_a_stale_page_no_decision(signed_in, county, item):
    go(item, "interested")
    say, form = address(county, "candidate_say"), {"after": "interview", "note": "周三", "seen": "interested"}
    browser = signed_in("employer")
    browser.post(say, form)
    again = browser.post(say, form, follow=True)
    assert "已经记过“面试中”" in text_of(again)
    assert "notice-error" not in again.content.decode()
    url = reverse("desk:recommendation_tell", args=[item.pk])
    behind = signed_in("town").post(url, {"after": "refused", "reason": "far", "seen": "interested"}, follow=True)
    assert "刚刚有了变化" in text_of(behind)
    assert now_at(item).state == "interview"
    for page in (candidates(county), reverse("desk:recommendation", args=[item.pk])):
        client = browser if page == candidates(county) else signed_in("town")
        assert 'name="seen" value="interview"' in client.get(page).content.decode()
        assert "改面试时间" in text_of(client.get(page))
    browser.post(say, {"after": "interview", "note": "周五", "seen": "interview"})
    assert now_at(item).note == "周五"


# The broker


@pytest.fixture
def no_phone(county):
    with acting_as(TEST):
        ContactPoint.objects.filter(person=county.person).delete()
    return county.person


def told(browser) -> bool:
    return "当面告知岗位" in text_of(browser.get(reverse("field:today")))


def test_somebody_without_a_phone_is_told_at_the_door(signed_in, county, item, no_phone):
    browser = signed_in("broker")
    assert "没有手机号" in text_of(browser.get(reverse("field:today")))
    url = reverse("field:offers", args=[no_phone.pk])
    assert "缝纫车工" in text_of(browser.get(url))
    browser.post(url, {"answer": "seen"})
    assert now_at(item).state == "seen"
    assert told(browser)  # until they answer
    for _ in range(2):  # a bad line sends it twice
        browser.post(url, {"item": item.pk, "answer": "far"})
    assert (now_at(item).state, now_at(item).refusal, now_at(item).note) == ("refused", "far", "就业专员当面告知")
    assert not told(browser)
    late = browser.post(url, {"item": item.pk, "answer": "yes"}, follow=True)
    assert "没有记下" in text_of(late)
    assert now_at(item).state == "refused"


@pytest.mark.parametrize(("state", "listed"), [("failed", True), ("suppressed", True), ("queued", False)])
def test_who_has_a_phone_is_told_when_no_message_reached_them(signed_in, county, item, state, listed):
    with acting_as(TEST):
        message = Message.objects.create(
            idempotency_key=f"recommend:{item.run_id}:{county.person.pk}:1", template="recommend_posts",
            template_version=1, purpose="recommendation", person_id=county.person.pk, body="岗位", parts=1,
            recipient_sealed=b"0", recipient_index=b"0", recipient_mask="164", channel="file", state=state,
            error="停机" if state == "failed" else "", region_code=county.person.region_code,
            not_before=timezone.now(), next_try_at=timezone.now(), expires_at=timezone.now() + timedelta(days=1),
            queued_by="test", created_at=timezone.now(),
        )  # fmt: skip
    assert told(signed_in("broker")) is listed
    with acting_as(TEST):
        Message.objects.filter(pk=message.pk).update(idempotency_key=f"recommend:{item.run_id}9:1:1")
    assert not told(signed_in("broker"))  # a message of another run says nothing of this one


def test_the_visit_form_asks_after_the_job(signed_in, county, item):
    go(item, "interested")
    go(item, "placed")
    browser, today = signed_in("broker"), timezone.localdate().isoformat()
    url = reverse("field:visit", args=[county.household.pk])
    assert "经推荐到样例服饰做缝纫车工" in text_of(browser.get(url))
    key = county.person.pk
    form = {"key": "6f1c1f52-6d0e-4b8e-8b3c-444444444444", "met": "person"}
    form |= {f"job-{key}": "left", f"left-{key}": today}
    refused = browser.post(url, form)
    assert refused.status_code == 400
    assert "离岗要写明原因" in text_of(refused)
    browser.post(url, form | {f"why-{key}": "身体原因"})
    assert (now_at(item).state, now_at(item).note) == ("left", "身体原因")
    assert "经推荐到" not in text_of(browser.get(url))


def test_the_broker_next_door_reaches_nobody_here(signed_in, county, item, no_phone):
    stranger = signed_in("stranger")
    url = reverse("field:offers", args=[no_phone.pk])
    assert stranger.get(url).status_code == 404
    assert stranger.post(url, {"item": item.pk, "answer": "yes"}).status_code == 404
    with acting_as(TEST):
        theirs = Recommendation.objects.get(person=county.seeker)
    browser = signed_in("broker")
    assert browser.post(url, {"item": theirs.pk, "answer": "yes"}).status_code == 404
    for form in ({"item": item.pk}, {"item": item.pk, "answer": "placed"}, {"item": "x", "answer": "yes"}):
        assert browser.post(url, form).status_code == 400
    assert (now_at(item).state, now_at(theirs).state) == ("recommended", "recommended")


def test_pages_cost_as_many_queries_for_many_as_for_few(signed_in, county, django_assert_max_num_queries):
    with acting_as(TEST):
        for number in range(20):
            who = make_person(county.household, f"人选{number}")
            made = Recommendation.objects.create(
                run=county.run, person=who, post=county.post, region_code=who.region_code, rank=1, score=5000,
                terms={}, reasons=["同工种"], state_on=DAY,
            )  # fmt: skip
            if number % 2:
                go(made, "interested")
    pages = [("employer", candidates(county)), ("broker", reverse("field:today"))]
    pages += [("county", reverse("desk:post", args=[county.post.pk]))]
    for name, url in pages:
        browser = signed_in(name)
        with django_assert_max_num_queries(40):
            assert browser.get(url).status_code == 200


def test_an_agency_sees_the_people_of_the_posts_it_handed_in(signed_in, county, item):
    go(item, "interested")
    with acting_as(TEST):
        agency = county.users["rival"].employer_account.employer
        county.post.agency = agency
        county.post.save(update_fields=["agency"])
        other = make_post("p9", title="保安")
    browser = signed_in("rival")
    assert county.person.name in text_of(browser.get(candidates(county)))
    assert browser.get(reverse("employer:candidates", args=[other.pk])).status_code == 404


def test_these_pages_speak_english_too(signed_in, county, item, no_phone):
    with acting_as(TEST):
        for user in county.users.values():
            in_english(user)
    pages = [
        ("broker", reverse("field:offers", args=[no_phone.pk])),
        ("employer", candidates(county)),
        ("town", reverse("desk:recommendation", args=[item.pk])),
    ]
    for after in ("interested", "placed"):
        records = everything_recorded() + "\n覃某\n梁某"
        for name, url in pages:
            assert left_in_chinese(signed_in(name).get(url).content.decode(), records) == set(), url
        go(item, after)
