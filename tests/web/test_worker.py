"""The worker's pages behind a link: three posts, one tap, and nothing of anybody else."""

from __future__ import annotations

import gzip
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.messaging.models import Message
from jobbridge.apps.placements.links import Wanted, links_for, revoke
from jobbridge.apps.placements.models import MatchRun, Recommendation, RecommendationLog, WorkerLink
from jobbridge.apps.placements.outcomes import move
from jobbridge.apps.vacancies.models import Post
from jobbridge.web.worker import door
from tests.factories import DAY, make_person
from tests.web.addresses import BY_LINK
from tests.web.conftest import make_message, make_post

TEST = system_actor("test")
WIRE = 20 * 1024


@pytest.fixture(autouse=True)
def _address(settings):
    settings.PUBLIC_URL = "https://jobs.example"


def code_of(person, *, made=None) -> str:
    with acting_as(TEST):
        key = f"recommend:1:{person.pk}:1"
        (url,) = links_for([Wanted(key, person.pk, person.region_code)], now=made or timezone.now()).values()
    return url.removesuffix("/").rpartition("/")[2]


def item_of(person) -> Recommendation:
    with acting_as(TEST):
        return Recommendation.objects.select_related("post__employer").get(person=person)


def state_of(person) -> tuple[str, str]:
    item = item_of(person)
    return item.state, item.refusal


@pytest.fixture
def code(county) -> str:
    return code_of(county.person)


def page(client, name, *args):
    return client.get(reverse(f"worker:{name}", args=args))


def test_three_posts_with_reasons_open_without_a_log_in(client, county, code):
    answer = page(client, "posts", code)
    text = answer.content.decode()
    assert answer.status_code == 200
    for shown in ("覃先生", "缝纫车工", "样例服饰", "3,200–5,200", "意向工种相符", "有意向", "不合适"):
        assert shown in text
    assert "就是同意这家单位看到您的姓名和电话" in text
    assert not answer.cookies
    assert state_of(county.person) == ("seen", "")
    with acting_as(TEST):
        log = RecommendationLog.objects.get()
        assert (log.before, log.after, log.actor) == ("recommended", "seen", f"worker:{county.person.pk}")


def test_looking_ahead_is_not_having_seen(client, county, code):
    assert client.head(reverse("worker:posts", args=[code])).status_code == 200
    assert state_of(county.person) == ("recommended", "")


def test_it_opens_again_and_the_first_time_is_kept(client, county, code):
    page(client, "posts", code)
    with acting_as(TEST):
        first = WorkerLink.objects.get().opened_at
    assert page(client, "posts", code).status_code == 200
    with acting_as(TEST):
        assert WorkerLink.objects.get().opened_at == first
        assert RecommendationLog.objects.count() == 1


def test_one_tap_is_the_consent_and_says_what_comes_next(client, county, code):
    item = item_of(county.person)
    page(client, "posts", code)
    answer = client.post(reverse("worker:reply", args=[code, item.pk]), {"answer": "yes"}, follow=True)
    text = answer.content.decode()
    assert "已经告诉单位可以联系您" in text
    assert "已同意单位联系您" in text
    assert "单位会打电话给您" in text
    assert state_of(county.person) == ("interested", "")
    again = client.post(reverse("worker:reply", args=[code, item.pk]), {"answer": "yes"}, follow=True)
    assert again.status_code == 200
    with acting_as(TEST):
        assert RecommendationLog.objects.filter(after="interested").count() == 1


def test_a_reason_is_one_tap_of_a_list(client, county, code):
    item = item_of(county.person)
    text = page(client, "reply", code, item.pk).content.decode()
    for reason in ("工资低", "太远", "工种不合适", "不包住", "身体吃不消", "要照顾家人", "已有工作", "其他"):
        assert reason in text
    answer = client.post(reverse("worker:reply", args=[code, item.pk]), {"answer": "far"}, follow=True)
    assert "下次会按您的意见推荐" in answer.content.decode()
    assert "现在没有等您选择的岗位" in answer.content.decode()
    assert state_of(county.person) == ("refused", "far")
    assert "您说不合适" in page(client, "mine", code).content.decode()


def test_an_interest_can_be_taken_back_from_the_list_of_all(client, county, code):
    item = item_of(county.person)
    reply = reverse("worker:reply", args=[code, item.pk])
    client.post(reply, {"answer": "yes"})
    text = page(client, "mine", code).content.decode()
    assert "撤回意向" in text
    assert reply in text
    client.post(reply, {"answer": "family"})
    assert state_of(county.person) == ("refused", "family")
    assert "撤回意向" not in page(client, "mine", code).content.decode()


def test_what_comes_too_late_is_said_so(client, county, code):
    item = item_of(county.person)
    move(item, "expired", actor=TEST, on=DAY)
    answer = client.post(reverse("worker:reply", args=[code, item.pk]), {"answer": "yes"}, follow=True)
    assert "您的选择没有记下" in answer.content.decode()
    assert state_of(county.person) == ("expired", "")


def test_a_yes_to_a_post_that_is_gone_gives_nothing_away(client, county, code):
    item = item_of(county.person)
    assert "有意向" in page(client, "posts", code).content.decode()
    with acting_as(TEST):
        Post.objects.filter(pk=item.post_id).update(state="paused")
    for _ in range(2):
        answer = client.post(reverse("worker:reply", args=[code, item.pk]), {"answer": "yes"}, follow=True)
        assert "这个岗位已招满或停止招聘" in answer.content.decode()
    assert state_of(county.person) == ("expired", "")


def test_a_post_that_is_gone_is_not_offered(client, county, code):
    item = item_of(county.person)
    with acting_as(TEST):
        Post.objects.filter(pk=item.post_id).update(state="closed")
    assert "现在没有等您选择的岗位" in page(client, "posts", code).content.decode()
    assert "这个岗位已招满或停止招聘" in page(client, "mine", code).content.decode()


def test_a_mind_may_change_as_long_as_the_post_is_there(client, county, code):
    item, reply = item_of(county.person), reverse("worker:reply", args=[code, item_of(county.person).pk])
    client.post(reply, {"answer": "far"})
    text = page(client, "mine", code).content.decode()
    assert "改主意：有意向" in text
    assert "就是同意这家单位看到您的姓名和电话" in text
    assert "改原因" in text
    client.post(reply, {"answer": "wage"})
    assert state_of(county.person) == ("refused", "wage")
    client.post(reply, {"answer": "yes"})
    assert state_of(county.person) == ("interested", "")
    client.post(reply, {"answer": "family"})
    with acting_as(TEST):
        Post.objects.filter(pk=item.post_id).update(state="closed")
    text = page(client, "mine", code).content.decode()
    assert "改主意" not in text
    assert "改原因" in text
    gone = client.post(reply, {"answer": "yes"}, follow=True)
    assert "已招满或停止招聘" in gone.content.decode()
    assert state_of(county.person) == ("refused", "family")


def test_lodging_that_there_is_cannot_be_missed(client, county, code):
    item = item_of(county.person)
    with acting_as(TEST):
        Post.objects.filter(pk=item.post_id).update(lodging=True)
    assert "不包住" not in page(client, "reply", code, item.pk).content.decode()


@pytest.mark.parametrize("form", [{}, {"answer": "placed"}, {"answer": ""}, {"answer": "<script>"}])
def test_another_answer_is_asked_again(client, county, code, form):
    item = item_of(county.person)
    answer = client.post(reverse("worker:reply", args=[code, item.pk]), form)
    assert answer.status_code == 400
    assert "哪里不合适" in answer.content.decode()
    assert state_of(county.person) == ("recommended", "")


def test_one_person_s_link_reaches_nobody_else_s_posts(client, county, code):
    other = item_of(county.seeker)
    for form in ({"answer": "yes"}, {"answer": "far"}):
        assert client.post(reverse("worker:reply", args=[code, other.pk]), form).status_code == 404
    assert page(client, "reply", code, other.pk).status_code == 404
    assert state_of(county.seeker) == ("recommended", "")
    for name in ("posts", "mine"):
        assert f"/{other.pk}/" not in page(client, name, code).content.decode()


def test_even_somebody_of_the_same_household_is_somebody_else(client, county, code):
    with acting_as(TEST):
        kin = make_person(county.household, "覃小妹", sex="女")
        run = MatchRun.objects.get()
        theirs = Recommendation.objects.create(
            run=run, person=kin, post=county.post, region_code=kin.region_code, rank=1, score=100, terms={},
            reasons=[], state_on=DAY,
        )  # fmt: skip
    assert client.post(reverse("worker:reply", args=[code, theirs.pk]), {"answer": "yes"}).status_code == 404
    assert "覃女士" in page(client, "posts", code_of(kin)).content.decode()


def test_a_draft_is_not_shown(client, county, code):
    MatchRun.objects.update(state="draft")
    item = item_of(county.person)
    assert "缝纫车工" not in page(client, "posts", code).content.decode()
    assert "缝纫车工" not in page(client, "mine", code).content.decode()
    assert page(client, "reply", code, item.pk).status_code == 404
    assert state_of(county.person) == ("recommended", "")


WRONG = {
    "forged": lambda code: code[:-1] + ("a" if code[-1] != "a" else "b"),
    "cut short": lambda code: code[:7],
    "too long": lambda code: code + code,
    "other letters": lambda code: "覃平国",
    "nothing like it": lambda code: "%00' OR 1=1",
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
@pytest.mark.parametrize("name", sorted(BY_LINK))
def test_a_wrong_link_is_told_kindly_what_to_do(client, county, code, wrong, name):
    item = item_of(county.person)
    keys = [wrong(code), item.pk] if name == "worker:reply" else [wrong(code)]
    url = reverse(name, args=keys)
    answers = [client.get(url), client.post(url, {"answer": "yes", "language": "en"})]
    assert {answer.status_code for answer in answers} == {404}
    for answer in answers:
        text = answer.content.decode()
        assert "请直接点短信里的链接" in text
        assert "乡镇社保所" in text
        assert "缝纫车工" not in text
    assert state_of(county.person) == ("recommended", "")


def test_a_link_that_ended_says_so_and_shows_nothing(client, county):
    old = code_of(county.person, made=timezone.now() - timedelta(days=31))
    answer = page(client, "posts", old)
    assert answer.status_code == 410
    assert "链接已到期" in answer.content.decode()
    taken = code_of(county.seeker)
    revoke(actor=TEST, person_id=county.seeker.pk, now=timezone.now())
    for url in (reverse("worker:posts", args=[taken]), reverse("worker:mine", args=[taken])):
        assert client.get(url).status_code == 410
    item = item_of(county.seeker)
    assert client.post(reverse("worker:reply", args=[taken, item.pk]), {"answer": "yes"}).status_code == 410
    assert state_of(county.seeker) == ("recommended", "")


def test_private_data_stay_off_the_pages(client, county, code):
    item = item_of(county.person)
    client.post(reverse("worker:reply", args=[code, item.pk]), {"answer": "yes"})
    for name, args in (("posts", [code]), ("mine", [code]), ("reply", [code, item.pk])):
        text = page(client, name, *args).content.decode()
        for private in ("覃平国", "990101", "1640000", "164****", "1980"):
            assert private not in text


def test_headers_keep_the_pages_out_of_caches_engines_and_other_sites(client, county, code):
    for answer in (page(client, "posts", code), page(client, "posts", "a" * 12)):
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script" not in policy
        assert "unsafe" not in policy
        assert "no-store" in answer["Cache-Control"]
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["X-Frame-Options"] == "DENY"
        assert "<script" not in answer.content.decode()


def test_a_form_needs_no_cookie_and_other_sites_cannot_know_the_address(county, code):
    browser = Client(enforce_csrf_checks=True)
    item = item_of(county.person)
    answer = browser.post(reverse("worker:reply", args=[code, item.pk]), {"answer": "yes"})
    assert answer.status_code == 302
    assert not browser.cookies


def test_the_page_weighs_little(client, county, code):
    """Page, style and both weights of the figures, as they travel."""
    files = ["build/worker.css", "build/fonts/number-500.woff2", "build/fonts/number-600.woff2"]
    style, *fonts = (Path(finders.find(name)).read_bytes() for name in files)
    for name, args in (("posts", [code]), ("mine", [code]), ("reply", [code, item_of(county.person).pk])):
        body = page(client, name, *args).content
        assert len(gzip.compress(body)) + len(gzip.compress(style)) + sum(map(len, fonts)) <= WIRE
    own = style[style.index(b".top{") :]
    sizes = [int(size) for size in re.findall(rb"font-size:(\d+)px", own)]
    assert min(sizes) >= 15  # the county's name and the other language; whatever is to be read has 17 and more


def test_the_language_is_kept_with_the_link(client, county, code):
    url = reverse("worker:language", args=[code])
    answer = client.post(url, {"language": "en", "page": "mine"}, follow=True)
    assert answer["Content-Language"] == "en"
    assert 'lang="en"' in answer.content.decode()
    assert answer.redirect_chain[-1][0] == reverse("worker:mine", args=[code])
    assert Client().get(reverse("worker:posts", args=[code]))["Content-Language"] == "en"
    client.post(url, {"language": "tlh"})
    client.post(url, {"language": "zh-hans"})
    assert page(client, "posts", code)["Content-Language"] == "zh-hans"
    assert client.get(url).status_code == 405


def test_guessing_is_slowed_and_shuts_nobody_out(client, county, code):
    for number in range(door.MOST_WRONG):
        assert page(client, "posts", f"{number:a>12}"[-12:]).status_code == 404
    answer = page(client, "posts", "z" * 12)
    assert answer.status_code == 429
    assert "请过几分钟再打开" in answer.content.decode()
    assert page(client, "posts", code).status_code == 200  # the neighbours behind the same address get in


def test_one_link_opens_only_so_often_a_minute(client, county, code, monkeypatch):
    monkeypatch.setattr(door, "MOST_OPENED", 3)
    assert [page(client, "mine", code).status_code for _ in range(5)] == [200, 200, 200, 429, 429]


def test_who_is_signed_in_sees_the_link_s_person_not_their_own_rows(signed_in, county, code):
    browser = signed_in("neighbour")
    assert "缝纫车工" in page(browser, "posts", code).content.decode()
    assert state_of(county.person) == ("seen", "")


def test_staff_read_the_message_without_the_code(signed_in, county, code):
    body = f"看详情请点 https://jobs.example/w/{code}/ 或回复岗位序号"
    with acting_as(TEST):
        make_message(county.person)
        Message.objects.update(body=body)
    text = signed_in("county").get(reverse("desk:messages")).content.decode()
    assert code not in text
    assert "https://jobs.example/w/…/ 或回复岗位序号" in text


def test_long_lists_cost_as_many_queries_as_short_ones(client, county, code, django_assert_num_queries):
    page(client, "posts", code)
    with CaptureQueriesContext(connection) as few:
        page(client, "mine", code)
    with acting_as(TEST):
        run = MatchRun.objects.get()
        for number in range(2, 9):
            Recommendation.objects.create(
                run=run, person=county.person, post=make_post(f"w{number}"), region_code=county.person.region_code,
                rank=number, score=100, terms={}, reasons=["同工种"], state_on=DAY,
            )  # fmt: skip
    with django_assert_num_queries(len(few)):
        page(client, "mine", code)
