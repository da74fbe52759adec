"""An employer's own pages: their posts and nobody else's, on a phone and at a desk."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.audit.models import AuditEntry
from jobbridge.apps.employers.models import Employer, EmployerAccount, EmployerKind
from jobbridge.apps.placements.models import MatchRun, Recommendation
from jobbridge.apps.vacancies.models import Post, PostLog
from jobbridge.apps.vacancies.rules import SEX_LAW
from jobbridge.kernel import credit_code

TEST = system_actor("test")


def offer(**changes) -> dict[str, str]:
    until = timezone.localdate() + timedelta(days=30)
    return {
        "title": "裁剪工", "place_text": "云阳县", "openings": "2", "wage_min": "3600", "wage_max": "4500",
        "expires_on": until.isoformat(), **changes,
    }  # fmt: skip


def read(title: str) -> Post:
    with acting_as(TEST):
        return Post.objects.get(title=title)


def said(post: Post, **changes) -> dict[str, str]:
    """The form as the post's own page shows it, with changes."""
    return offer(
        title=post.title, place_text=post.place_text, openings=str(post.openings), wage_min=str(post.wage_min),
        wage_max=str(post.wage_max), expires_on=(timezone.localdate() + timedelta(days=9)).isoformat(), **changes,
    )  # fmt: skip


def test_an_employer_enters_a_post_and_it_waits_for_review(signed_in, county):
    browser = signed_in("employer")
    answer = browser.post(reverse("employer:post_new"), offer(), follow=True)
    assert "已提交" in answer.content.decode()
    post = read("裁剪工")
    assert (post.state, post.origin, post.employer_id) == ("pending", "employer", county.post.employer_id)
    with acting_as(TEST):
        made = AuditEntry.objects.get(table_name="vacancies_post", row_id=str(post.pk), operation="I")
        assert PostLog.objects.get(post=post).actor == f"user:{county.users['employer'].pk}"
    assert made.actor == f"user:{county.users['employer'].pk}"
    assert "裁剪工" in browser.get(reverse("employer:home"), {"view": "waiting"}).content.decode()


def test_a_draft_waits_for_nobody_until_it_is_handed_in(signed_in, county):
    browser = signed_in("employer")
    browser.post(reverse("employer:post_new"), offer(save="draft"))
    post = read("裁剪工")
    assert post.state == "draft"
    assert "裁剪工" not in signed_in("county").get(reverse("desk:post_review")).content.decode()
    browser.post(reverse("employer:post", args=[post.pk]), offer(save="draft", openings="9"))
    assert (read("裁剪工").state, read("裁剪工").openings) == ("draft", 9)
    browser.post(reverse("employer:post", args=[post.pk]), offer())
    assert read("裁剪工").state == "pending"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"sex_limit": "女"}, SEX_LAW),
        ({"age_max": "45"}, "限定年龄需写明法律依据"),
        ({"age_min": "18", "ground": "women"}, "没有规定这项限制"),
        ({"place_text": "外地"}, "工作地点认不出"),
        ({"wage_min": "五千"}, "月薪下限应是1到200000之间的整数"),
        ({"wage_min": "-1"}, "月薪下限应是1到200000之间的整数"),
        ({"wage_min": "-1", "wage_max": ""}, "还有 1 处要改"),
        ({"wage_max": "200001"}, "月薪上限应是1到200000之间的整数"),
        ({"wage_max": "9" * 12}, "月薪上限应是1到200000之间的整数"),
        ({"wage_max": "3000"}, "月薪上限低于下限"),
        ({"wage_max": "3000", "openings": "0"}, "还有 2 处要改"),
        ({"title": "裁剪工" * 21}, "岗位名称最多60个字"),
        ({"sex_limit": "都行"}, "性别请选不限、男或女"),
        ({"education_min": "博士"}, "请在列出的里选一项"),
        ({"health_min": "9"}, "请在列出的里选一项"),
        ({"expires_on": "2020-01-01"}, "有效期应在"),
        ({"openings": "0"}, "招聘人数应在"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_lost(signed_in, county, changes, sentence):
    answer = signed_in("employer").post(reverse("employer:post_new"), offer(note="会车缝", **changes))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "会车缝" in page
    with acting_as(TEST):
        assert not Post.objects.filter(title="裁剪工").exists()


@pytest.mark.parametrize(
    ("changes", "state"),
    [({"openings": "9"}, "active"), ({"shift": "两班倒"}, "pending"), ({"wage_min": "3000"}, "pending"),
     ({"place_text": "云阳县 加微信详谈"}, "pending"), ({"title": "车工"}, "pending"),
     ({"wage_min": "3000", "save": "draft"}, "pending")],
)  # fmt: skip
def test_what_was_screened_is_screened_again_when_it_changes(signed_in, county, changes, state: str):
    signed_in("employer").post(reverse("employer:post", args=[county.post.pk]), said(county.post) | changes)
    with acting_as(TEST):
        assert Post.objects.get(pk=county.post.pk).state == state


def test_a_returned_post_shows_why_and_is_handed_in_again(signed_in, county):
    with acting_as(TEST):
        Post.objects.filter(pk=county.waiting.pk).update(state="rejected", rejection="请写明班次")
    browser = signed_in("employer")
    assert "请写明班次" in browser.get(reverse("employer:home"), {"view": "waiting"}).content.decode()
    browser.post(reverse("employer:post", args=[county.waiting.pk]), said(county.waiting, shift="长白班"))
    with acting_as(TEST):
        post = Post.objects.get(pk=county.waiting.pk)
    assert (post.state, post.rejection) == ("pending", "")


def test_an_employer_confirms_and_ends(signed_in, county):
    browser, until = signed_in("employer"), timezone.localdate() + timedelta(days=20)
    url = reverse("employer:post_confirm", args=[county.post.pk])
    browser.post(url, {"missing": "7", "expires_on": until.isoformat()})
    with acting_as(TEST):
        post = Post.objects.get(pk=county.post.pk)
    assert (post.openings, post.expires_on, post.confirmed_on) == (7, until, timezone.localdate())
    browser.post(reverse("employer:post_close", args=[post.pk]), {"outcome": "filled"})
    with acting_as(TEST):
        assert Post.objects.get(pk=post.pk).state == "closed"
    assert "状态已有变化" in browser.post(
        reverse("employer:post_close", args=[post.pk]), {"outcome": "closed"}, follow=True
    ).content.decode()


def test_an_employer_sees_how_many_stand_behind_a_post_but_nobody_by_name(signed_in, county):
    with acting_as(TEST):
        Recommendation.objects.filter(person=county.person).update(state="interested")
    page = signed_in("employer").get(reverse("employer:home"))
    listed = {post.pk: post for post in page.context["page"]}
    figures = listed[county.post.pk].standing
    assert (figures.recommended, figures.wanting, figures.hired) == (2, 1, 0)
    assert "有人有意向" in page.content.decode()
    assert county.person.name not in page.content.decode()
    assert county.seeker.name not in page.content.decode()


def test_an_employer_whose_places_are_all_taken_says_whether_to_go_on(signed_in, county):
    with acting_as(TEST):
        Recommendation.objects.filter(post=county.post).update(state="placed", started_on=timezone.localdate())
        Post.objects.filter(pk=county.post.pk).update(openings=2, confirmed_on=timezone.localdate())
    page = signed_in("employer").get(reverse("employer:home"))
    listed = {post.pk: post for post in page.context["page"]}
    assert listed[county.post.pk].step.urgent
    assert "名额已满：还招不招？" in page.content.decode()
    assert "正在推荐人选" not in page.content.decode()


def test_a_draft_stands_behind_no_post_yet(signed_in, county):
    with acting_as(TEST):
        MatchRun.objects.filter(pk=county.run.pk).update(state="draft")
    listed = {post.pk: post for post in signed_in("employer").get(reverse("employer:home")).context["page"]}
    assert listed[county.post.pk].standing.recommended == 0


def test_the_rival_sees_and_touches_nothing_of_ours(signed_in, county):
    rival = signed_in("rival")
    assert [post.key for post in rival.get(reverse("employer:home")).context["page"]] == ["p3"]
    for name, form in (("post", said(county.post)), ("post_confirm", {"missing": "1"}), ("post_close", {})):
        assert rival.post(reverse(f"employer:{name}", args=[county.post.pk]), form).status_code == 404
    rival.post(reverse("employer:post_new"), offer(employer=str(county.post.employer_id)))
    assert read("裁剪工").employer.name == "样例鞋厂"


def test_an_account_that_belongs_to_no_employer_is_refused(signed_in, county):
    with acting_as(TEST):
        EmployerAccount.objects.filter(user=county.users["rival"]).delete()
    assert signed_in("rival").get(reverse("employer:home")).status_code == 403


def test_an_agency_names_the_employer_it_hires_for(signed_in, county):
    with acting_as(TEST):
        Employer.objects.filter(accounts__user=county.users["rival"]).update(kind=EmployerKind.AGENCY)
    agency, url = signed_in("rival"), reverse("employer:post_new")
    body = "99500235MA0TRY005"
    code = body + credit_code.check_character(body)
    assert "信用代码不对" in agency.post(url, offer(client_name="样例灯具厂", client_code="99")).content.decode()
    assert "实际用工单位" in agency.post(url, offer(client_code=code)).content.decode()
    agency.post(url, offer(client_name="样例灯具厂", client_code=code))
    post = read("裁剪工")
    refused = agency.post(url, offer(title="车工", client_name="样例鞋厂", client_code=code))
    assert refused.status_code == 422
    assert "这个信用代码登记的是“样例灯具厂”，名称不一致，请核对" in refused.content.decode()
    agency.post(url, offer(title="包装工", client_name="云阳县样例灯具厂 有限公司", client_code=code))
    assert read("包装工").employer == post.employer
    assert (post.employer.name, post.agency.name, post.origin) == ("样例灯具厂", "样例鞋厂", "agency")
    assert "裁剪工" in agency.get(reverse("employer:home"), {"view": "waiting"}).content.decode()
    desk = signed_in("county").get(reverse("desk:employer", args=[post.agency_id])).content.decode()
    assert "裁剪工" in desk
    assert "代样例灯具厂招" in desk
