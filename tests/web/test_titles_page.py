"""职业核对: one title after the other, by tap; and the occupation of one post."""

from __future__ import annotations

import pytest
from django.urls import reverse

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.vacancies.models import JobTitle, Post
from jobbridge.apps.vacancies.titles import classify_posts, known, recount
from jobbridge.engines.occupations import GENERAL_LABOUR
from tests.web.conftest import make_post

TEST = system_actor("test")
WELDER, SEWER = "6-18-02-04", "6-05-01-03"
URL = "/desk/posts/titles/"
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def queue(county) -> list[JobTitle]:
    """Three titles nobody is sure of, the weightiest first, and one that is a known name."""
    weights = {"铁架子帮工": 300, "后道剪线小妹": 20, "白案帮手": 10, "缝纫工": 90}
    with acting_as(TEST):
        known(weights)
        make_post("iron", title="铁架子帮工", occupation="")
        classify_posts()
        recount(weights)
        return list(JobTitle.objects.unsure().order_by("-urgency", "id"))


def now(title: JobTitle) -> tuple[str, str]:
    with acting_as(TEST):
        return JobTitle.objects.values_list("confirmed", "confirmed_by").get(pk=title.pk)


def decide(browser, title: JobTitle, code: str, **more):
    return browser.post(reverse("desk:title_decide", args=[title.pk]), {"code": code, **more}, **HTMX)


def head(text: str) -> str:
    return text.split('id="title-head">')[1].split("<")[0]


def test_titles_come_one_after_the_other_and_what_was_skipped_comes_last(signed_in, county, queue):
    clerk = signed_in("county")
    page = clerk.get(URL).content.decode()
    assert head(page) == queue[0].text
    assert page.count('data-key="') == 7  # five candidates, no trade, skip
    assert "缝纫工" not in page.split("接下来")[-1]
    answer = decide(clerk, queue[1], queue[1].candidates[0][0]).content.decode()  # the first was skipped
    assert head(answer) == queue[2].text
    assert f"“{queue[1].text}”定为" in answer
    assert 'id="titles-waiting" hx-swap-oob="true">2<' in answer
    assert head(decide(clerk, queue[2], "").content.decode()) == queue[0].text
    last = decide(clerk, queue[0], WELDER).content.decode()
    assert "叫法都核对过了" in last
    with acting_as(TEST):
        assert Post.objects.get(key="iron").occupation == WELDER
    settled = clerk.get(URL, {"view": "confirmed"}).content.decode()
    assert all(title.text in settled for title in queue)
    assert "没有说工种" in settled
    assert "缝纫工" in clerk.get(URL, {"view": "known"}).content.decode()


def test_a_word_is_taken_back_and_changed(signed_in, county, queue):
    clerk = signed_in("county")
    decide(clerk, queue[0], WELDER)
    assert head(decide(clerk, queue[0], "", undo="1").content.decode()) == queue[0].text
    assert now(queue[0]) == ("", "")
    decide(clerk, queue[0], WELDER)
    page = clerk.get(URL, {"at": queue[0].pk}).content.decode()
    assert "现定为" in page
    assert 'name="again"' in page
    decide(clerk, queue[0], SEWER, again="1")
    assert now(queue[0]) == (SEWER, f"user:{county.users['county'].pk}")


def test_what_was_settled_is_taken_back_after_a_skip_too(signed_in, county, queue):
    clerk = signed_in("county")
    page = decide(clerk, queue[0], WELDER).content.decode()
    skip = page.split('data-key="s"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    after = clerk.get(skip).content.decode()
    assert head(after) == queue[2].text
    assert f"“{queue[0].text}”定为" in after
    assert f'action="{reverse("desk:title_decide", args=[queue[0].pk])}"' in after.split('data-key="u"')[0]
    assert 'data-key="u"' not in signed_in("town").get(skip).content.decode()  # it is not theirs


def test_general_labour_that_comes_first_by_rule_shows_no_percentage(signed_in, county):
    with acting_as(TEST):
        title = known(["注塑机操作普工"])["注塑机操作普工"]
        recount({title.text: 50})
    assert title.candidates[0][0] == GENERAL_LABOUR
    page = signed_in("county").get(URL, {"at": title.pk}).content.decode()
    first, second = page.split('data-key="1"')[1].split("</li>")[:2]
    assert "没有写明工种" in first
    assert "%" not in first
    assert "%" in second


def test_who_comes_second_is_told_by_whom_and_goes_on(signed_in, county, queue):
    decide(signed_in("town"), queue[0], WELDER)  # looks after an employer
    answer = decide(signed_in("county"), queue[0], SEWER)
    assert answer.status_code == 409
    assert f"“{queue[0].text}”已由 {county.users['town']} 定为 焊工" in answer.content.decode()
    assert head(answer.content.decode()) == queue[1].text
    assert now(queue[0])[0] == WELDER


def test_without_script_forms_and_links_do_the_same(signed_in, county, queue):
    clerk = signed_in("county")
    page = clerk.get(URL, {"at": queue[1].pk, "q": "焊"}).content.decode()
    assert f'value="{WELDER}"' in page
    answer = clerk.post(reverse("desk:title_decide", args=[queue[1].pk]), {"code": WELDER}, follow=True)
    assert head(answer.content.decode()) == queue[2].text


def test_the_search_answers_with_buttons_alone(signed_in, county, queue, fragment):
    clerk = signed_in("county")
    found = fragment(clerk, f"{URL}?at={queue[0].pk}&q=缝纫工", "found").content.decode()
    assert "<html" not in found
    assert f'value="{SEWER}"' in found
    nothing = fragment(clerk, f"{URL}?at={queue[0].pk}&q=没有这种", "found").content.decode()
    assert "职业分类里没有" in nothing


def test_nonsense_is_refused(signed_in, county, queue):
    clerk = signed_in("county")
    assert decide(clerk, queue[0], "焊工").status_code == 400
    assert clerk.post(reverse("desk:title_decide", args=[10**15]), {"code": WELDER}).status_code == 404
    for at in ("x", "9" * 30, str(10**15)):
        assert head(clerk.get(URL, {"at": at}).content.decode()) == queue[0].text


def test_a_township_that_looks_after_no_employer_is_refused_and_has_no_tab(signed_in, county, queue):
    theirs = signed_in("neighbour")
    assert theirs.get(URL).status_code == 403
    assert decide(theirs, queue[0], WELDER).status_code == 403
    assert now(queue[0]) == ("", "")
    assert "职业核对" not in theirs.get(reverse("desk:posts")).content.decode()
    assert "职业核对" in signed_in("town").get(reverse("desk:posts")).content.decode()


@pytest.mark.parametrize(
    ("role", "tabs"),
    [
        ("county", ["岗位", "岗位审核", "待确认岗位", "缺工清单", "职业核对", "撮合批次", "试算", "口径"]),
        ("town", ["岗位", "岗位审核", "待确认岗位", "缺工清单", "职业核对", "撮合批次", "口径"]),
        ("neighbour", ["岗位", "岗位审核", "待确认岗位", "缺工清单", "撮合批次", "口径"]),
        ("leader", ["岗位", "缺工清单", "撮合批次", "口径"]),
    ],
)
def test_every_page_of_posts_and_matching_has_the_same_row_of_tabs(signed_in, county, role: str, tabs: list[str]):
    browser = signed_in(role)
    for name in ("posts", "shortage", "match_runs", "match_policies"):
        row = browser.get(reverse(f"desk:{name}")).content.decode().split('class="subnav"')[1].split("</nav>")[0]
        words = [part.split(">")[1].split("<")[0] for part in row.split('class="tab"')[1:]]
        assert words == tabs
        assert row.count('aria-current="page"') == 1


def test_a_post_waiting_for_review_shows_its_candidates_and_one_is_chosen(signed_in, county):
    clerk = signed_in("town")
    page = clerk.get(reverse("desk:post_review")).content.decode()
    assert "今天提交" in page
    assert page.count('class="chip"') == 5
    url = reverse("desk:post_occupation", args=[county.waiting.pk])
    answer = clerk.post(url, {"code": WELDER}, **HTMX).content.decode()
    assert "<html" not in answer
    assert "这个岗位单独选定" in answer
    with acting_as(TEST):
        assert Post.objects.get(pk=county.waiting.pk).occupation == WELDER
    assert "按叫法" in clerk.get(url, {"q": "缝纫"}).content.decode()
    clerk.post(url, {"code": ""})
    with acting_as(TEST):
        assert Post.objects.get(pk=county.waiting.pk).occupation_by == ""
    assert signed_in("neighbour").post(url, {"code": WELDER}).status_code == 404


def test_the_form_of_a_post_offers_what_its_title_may_mean(signed_in, county):
    clerk = signed_in("county")
    offered = clerk.get(reverse("desk:post_occupations"), {"title": "诚聘焊工 包吃住"}, **HTMX).content.decode()
    assert offered.count('type="radio"') == 6
    assert "焊工 <small>建议" in offered
    with acting_as(TEST):
        assert not JobTitle.objects.filter(text__contains="包吃住").exists()  # half a title is not kept
    form = {
        "title": "样衣缝纫工", "place_text": "云阳县", "openings": "2", "wage_min": "3600", "wage_max": "4500",
        "expires_on": "2027-01-31", "occupation": WELDER,
    }  # fmt: skip
    answer = clerk.post(reverse("desk:post_new", args=[county.post.employer_id]), form)
    assert answer.status_code == 302
    with acting_as(TEST):
        post = Post.objects.get(title="样衣缝纫工")
        assert (post.occupation, bool(post.occupation_by)) == (WELDER, True)
    edit = clerk.get(reverse("desk:post_edit", args=[post.pk])).content.decode()
    assert f'value="{WELDER}" checked' in edit
    wrong = clerk.post(reverse("desk:post_new", args=[county.post.employer_id]), {**form, "occupation": "1"})
    assert wrong.status_code == 422
    with acting_as(TEST):
        assert Post.objects.filter(title="样衣缝纫工").count() == 1
