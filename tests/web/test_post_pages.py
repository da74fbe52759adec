"""The desk's pages of posts: review, confirmation calls, shortage, entering."""

from __future__ import annotations

import io
from datetime import timedelta

import openpyxl
import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.audit.models import AuditEntry
from jobbridge.apps.employers.models import Employer
from jobbridge.apps.placements.models import Recommendation
from jobbridge.apps.vacancies.confirming import no_answer
from jobbridge.apps.vacancies.models import Post, PostLog
from jobbridge.apps.vacancies.rules import must_confirm
from jobbridge.kernel import credit_code
from tests.web.conftest import make_post

TEST = system_actor("test")


def read(pk: int) -> Post:
    with acting_as(TEST):
        return Post.objects.get(pk=pk)


def events(pk: int) -> list[str]:
    with acting_as(TEST):
        return list(PostLog.objects.filter(post=pk).order_by("pk").values_list("event", flat=True))


def lawful_code(post: Post) -> None:
    """Give the post's employer a code whose check character is right, so that the machine finds nothing in it."""
    Employer.objects.filter(pk=post.employer_id).update(credit_code=code_of("99500235MA0TRY002"))


def code_of(body: str) -> str:
    return body + credit_code.check_character(body)


@pytest.mark.parametrize("role", ["county", "town"])
def test_a_waiting_post_is_published_by_whoever_looks_after_the_employer(signed_in, county, role: str):
    clerk = signed_in(role)
    page = clerk.get(reverse("desk:post_review")).content.decode()
    assert "客服" in page
    with acting_as(TEST):
        lawful_code(county.waiting)
    clerk.post(reverse("desk:post_judge", args=[county.waiting.pk]), {"decision": "approve"})
    post = read(county.waiting.pk)
    assert (post.state, post.screened_by) == ("active", f"user:{county.users[role].pk}")
    assert events(post.pk) == ["approved"]
    again = clerk.post(reverse("desk:post_judge", args=[post.pk]), {"decision": "approve"}, follow=True)
    assert "已经审核过" in again.content.decode()
    assert "客服" not in clerk.get(reverse("desk:post_review")).content.decode().split("</nav>")[-1]


def test_what_the_employer_changed_since_is_looked_at_again(signed_in, county):
    clerk, url = signed_in("county"), reverse("desk:post_judge", args=[county.waiting.pk])
    old = clerk.get(reverse("desk:post_review")).context["page"].rows[0]
    form = {"title": "客服", "place_text": "云阳县", "openings": "2", "wage_min": "3600", "wage_max": "4500",
            "note": "入职交押金", "expires_on": (timezone.localdate() + timedelta(days=30)).isoformat()}  # fmt: skip
    assert signed_in("employer").post(reverse("employer:post", args=[old.pk]), form).status_code == 302
    answer = clerk.post(url, {"decision": "approve", "seen": old.seen}, follow=True)
    assert "刚刚改过" in answer.content.decode()
    assert read(old.pk).state == "pending"
    shown = next(post for post in clerk.get(reverse("desk:post_review")).context["page"] if post.pk == old.pk)
    clerk.post(url, {"decision": "approve", "seen": shown.seen, "reason": "单位已取消押金"})
    assert read(old.pk).state == "active"


@pytest.mark.parametrize("role", ["county", "town"])
def test_a_post_with_doubts_costs_a_reason_that_stays_on_record(signed_in, county, role: str):
    with acting_as(TEST):
        Post.objects.filter(pk=county.waiting.pk).update(wage_min=900)
    clerk, url = signed_in(role), reverse("desk:post_judge", args=[county.waiting.pk])
    assert "有 2 处疑点：要通过，先写明为什么" in clerk.get(reverse("desk:post_review")).content.decode()
    refused = clerk.post(url, {"decision": "approve", "reason": " "}, follow=True)
    assert "有疑点，请写明为什么通过" in refused.content.decode()
    assert read(county.waiting.pk).state == "pending"
    clerk.post(url, {"decision": "approve", "reason": "非全日制用工"})
    assert read(county.waiting.pk).state == "active"
    with acting_as(TEST):
        assert PostLog.objects.get(post=county.waiting, event="approved").note == "非全日制用工"
    assert "非全日制用工" in clerk.get(reverse("desk:post", args=[county.waiting.pk])).content.decode()


def test_nobody_lets_doubts_through_that_they_wrote_themselves(signed_in, county):
    clerk, other = signed_in("town"), signed_in("county")
    with acting_as(TEST):
        lawful_code(county.post)
    form = {"title": "领班", "place_text": "云阳县", "openings": "2", "wage_min": "900", "wage_max": "4500",
            "expires_on": (timezone.localdate() + timedelta(days=30)).isoformat()}  # fmt: skip
    clerk.post(reverse("desk:post_new", args=[county.post.employer_id]), form)
    with acting_as(TEST):
        post = Post.objects.get(title="领班")
    assert post.state == "pending"
    url, own = reverse("desk:post_judge", args=[post.pk]), "自己登记、有疑点的岗位要请别人审核"
    approval = {"decision": "approve", "reason": "没问题"}

    def card(browser, pk: int) -> str:
        page = browser.get(reverse("desk:post_review")).content.decode()
        return page.split(f'id="post-{pk}"')[1].split("</form>\n    </div>")[0]

    assert own in card(clerk, post.pk)
    assert 'value="approve"' not in card(clerk, post.pk)
    assert 'value="approve"' in card(clerk, county.waiting.pk)
    assert own in clerk.post(url, approval, follow=True).content.decode()
    assert read(post.pk).state == "pending"
    # Who chooses the occupation of a post has not written it.
    other.post(reverse("desk:post_occupation", args=[post.pk]), {"code": "6-18-02-04"})
    assert own not in card(other, post.pk)
    assert own in card(clerk, post.pk)
    seen = next(row for row in other.get(reverse("desk:post_review")).context["page"] if row.pk == post.pk).seen
    other.post(url, approval | {"seen": seen})
    assert read(post.pk).state == "active"


def test_a_return_needs_its_reason(signed_in, county):
    clerk, url = signed_in("county"), reverse("desk:post_judge", args=[county.waiting.pk])
    assert "退回要写明原因" in clerk.post(url, {"decision": "return", "reason": " "}, follow=True).content.decode()
    assert read(county.waiting.pk).state == "pending"
    clerk.post(url, {"decision": "return", "reason": "不得收费"})
    post = read(county.waiting.pk)
    assert (post.state, post.rejection) == ("rejected", "不得收费")


def test_the_reviewer_is_warned_of_money_and_doubles(signed_in, county):
    with acting_as(TEST):
        make_post("twin", title="客服")
        Post.objects.filter(pk=county.waiting.pk).update(note="入职交押金", wage_min=900)
    page = signed_in("county").get(reverse("desk:post_review")).content.decode()
    for said in ("出现“押金”", "当地不低于 2200 元", "已有 1 个同名岗位", "校验位不对", "4 处疑点"):
        assert said in page


def test_the_neighbours_queue_is_empty(signed_in, county):
    assert "客服" not in signed_in("neighbour").get(reverse("desk:post_review")).content.decode()


@pytest.fixture
def ending(county) -> Post:
    """A post that ends in three days."""
    with acting_as(TEST):
        today = timezone.localdate()
        Post.objects.filter(pk=county.post.pk).update(expires_on=today + timedelta(days=3), confirmed_on=today)
    return county.post


def test_a_post_that_is_still_open_is_prolonged(signed_in, ending):
    clerk, until = signed_in("town"), timezone.localdate() + timedelta(days=40)
    assert ending.title in clerk.get(reverse("desk:post_calls")).content.decode()
    assert ending.title not in clerk.get(reverse("desk:post_calls"), {"view": "silent"}).content.decode()
    form = {"outcome": "open", "missing": "4", "expires_on": until.isoformat()}
    clerk.post(reverse("desk:post_call", args=[ending.pk]), form)
    post = read(ending.pk)
    assert (post.state, post.openings, post.expires_on) == ("active", 4, until)
    assert not list(clerk.get(reverse("desk:post_calls")).context["page"])


def test_who_was_hired_already_is_not_missing_again(signed_in, ending):
    with acting_as(TEST):
        Recommendation.objects.filter(post=ending).update(state="placed", started_on=timezone.localdate())
    form = {"outcome": "open", "missing": "4", "expires_on": timezone.localdate().isoformat()}
    signed_in("town").post(reverse("desk:post_call", args=[ending.pk]), form)
    assert read(ending.pk).openings == 6  # two at work, four missing


@pytest.mark.parametrize(
    "form",
    [{"outcome": "open"}, {"outcome": "open", "missing": "3", "expires_on": "2020-01-01"}, {"outcome": "open",
     "missing": "-1", "expires_on": "2026-12-31"}, {"outcome": "?"}, {}],
)  # fmt: skip
def test_a_call_without_an_answer_that_makes_sense_changes_nothing(signed_in, ending, form):
    answer = signed_in("county").post(reverse("desk:post_call", args=[ending.pk]), form, follow=True)
    assert "notice-error" in answer.content.decode()
    assert events(ending.pk) == []


def test_the_third_call_without_an_answer_pauses_the_post(signed_in, county, ending):
    actor = county.users["county"].actor()
    clerk, url = signed_in("county"), reverse("desk:post_call", args=[ending.pk])
    clerk.post(url, {"outcome": "no_answer"})
    again = clerk.post(url, {"outcome": "no_answer"}, follow=True)
    assert "今天已记过一次没打通" in again.content.decode()
    for times, state in ((1, "active"), (2, "active"), (3, "paused")):
        if times > 1:
            with acting_as(TEST):
                no_answer(actor=actor, post_id=ending.pk, now=timezone.now() + timedelta(days=times))
        assert (read(ending.pk).unanswered, read(ending.pk).state) == (times, state)
    assert ending.title in clerk.get(reverse("desk:post_calls"), {"view": "paused"}).content.decode()
    until = timezone.localdate() + timedelta(days=20)
    clerk.post(url, {"outcome": "open", "missing": "2", "expires_on": until.isoformat()})
    assert (read(ending.pk).state, read(ending.pk).unanswered) == ("active", 0)
    assert events(ending.pk) == [*["no_answer"] * 3, "paused", "confirmed"]


def test_a_post_that_ran_out_before_anybody_called_is_still_called(signed_in, ending):
    clerk, today = signed_in("county"), timezone.localdate()
    with acting_as(TEST):
        Post.objects.filter(pk=ending.pk).update(expires_on=today - timedelta(days=1))
    page = clerk.get(reverse("desk:post_calls")).content.decode()
    assert ending.title in page
    assert "已到期，不再推荐" in page
    until = today + timedelta(days=20)
    clerk.post(
        reverse("desk:post_call", args=[ending.pk]), {"outcome": "open", "missing": "2", "expires_on": str(until)}
    )
    assert read(ending.pk).expires_on == until


@pytest.mark.parametrize("ends", [-31, -30, -1, 0, 7, 8, 60])
@pytest.mark.parametrize("silent", [0, 29, 30])
@pytest.mark.parametrize("full", [False, True])
def test_the_list_of_calls_follows_the_rule(county, ends: int, silent: int, full: bool):
    today = timezone.localdate()
    word, expires = today - timedelta(days=silent), today + timedelta(days=ends)
    with acting_as(TEST):
        Post.objects.filter(pk=county.post.pk).update(expires_on=expires, confirmed_on=word)
        keys = {county.post.pk} if full else set()
        listed = Post.objects.to_confirm(today, full=keys).filter(pk=county.post.pk).exists()
    assert listed == must_confirm(expires_on=expires, word_of=word, full=full, on=today)
    assert listed == (-30 <= ends <= 7 or (ends > 7 and (full or silent >= 30)))


def test_a_post_whose_places_are_all_taken_is_called(signed_in, county):
    today = timezone.localdate()
    clerk, page, calls = signed_in("town"), reverse("desk:post", args=[county.post.pk]), reverse("desk:post_calls")
    with acting_as(TEST):
        Post.objects.filter(pk=county.post.pk).update(confirmed_on=today)
    assert not list(clerk.get(calls).context["page"])
    assert "名额已满" not in clerk.get(page).content.decode()
    assert "差 3 个人选" in clerk.get(page).content.decode()
    with acting_as(TEST):  # two at work, one of each township: the figures are the county's whoever looks
        Recommendation.objects.filter(post=county.post).update(state="placed", started_on=today)
        Post.objects.filter(pk=county.post.pk).update(openings=2)
    for view, listed in (("", True), ("full", True), ("silent", False), ("ending", False)):
        found = [post.pk for post in clerk.get(calls, {"view": view}).context["page"]]
        assert found == ([county.post.pk] if listed else [])
    for url in (page, calls, reverse("desk:posts"), reverse("desk:employer", args=[county.post.employer_id])):
        assert "名额已满" in clerk.get(url).content.decode().split("</nav>")[-1]
    assert "个人选" not in clerk.get(page).content.decode()
    form = {"outcome": "open", "missing": "1", "expires_on": (today + timedelta(days=20)).isoformat()}
    clerk.post(reverse("desk:post_call", args=[county.post.pk]), form)
    assert not list(clerk.get(calls).context["page"])


@pytest.mark.parametrize("values", [{"state": "closed"}, {"expires_on": "2026-01-01"}])
def test_a_post_that_is_over_is_short_of_nobody(signed_in, county, values):
    with acting_as(TEST):
        Post.objects.filter(pk=county.post.pk).update(**values)
    assert "个人选" not in signed_in("county").get(reverse("desk:post", args=[county.post.pk])).content.decode()


@pytest.mark.parametrize("outcome", ["filled", "closed"])
def test_a_post_ends(signed_in, ending, outcome: str):
    signed_in("county").post(reverse("desk:post_call", args=[ending.pk]), {"outcome": outcome})
    assert read(ending.pk).state == "closed"
    assert events(ending.pk) == [outcome]


def test_the_log_of_posts_is_only_added_to(county, signed_in):
    form = {"decision": "approve", "reason": "代码已当面核对"}
    signed_in("county").post(reverse("desk:post_judge", args=[county.waiting.pk]), form)
    with acting_as(TEST):
        for change in (PostLog.objects.update, PostLog.objects.all().delete):
            with pytest.raises(DatabaseError), transaction.atomic():
                change(note="x") if change == PostLog.objects.update else change()


@pytest.mark.parametrize(
    "values",
    [{"age_min": 18}, {"age_max": 50}, {"sex_limit": "女"}, {"sex_limit": "?", "limit_ground": "《x》"},
     {"state": "gone"}, {"origin": "gone"}, {"origin": "liaison"}, {"state": "rejected"}, {"screened_on": None},
     {"screened_by": ""}],
)  # fmt: skip
def test_the_database_refuses_what_the_law_and_the_table_refuse(county, values):
    with acting_as(TEST), pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        Post.objects.filter(pk=county.post.pk).update(**values)


@pytest.mark.parametrize("count", ["collected", "screened", "quality", "liaison"])
def test_every_count_opens_the_list_of_its_posts(signed_in, county, count: str):
    with acting_as(TEST):
        make_post("q", title="优质的", quality=True, screened_on=timezone.localdate())
        make_post("l", title="联络的", origin="liaison", liaison_city="义乌市", openings=7)
        make_post("d", title="草稿的", state="draft")
    answer = signed_in("leader").get(reverse("desk:posts"), {"count": count})
    told = next(row for row in answer.context["counted"] if row["name"] == count)
    listed = list(answer.context["page"])
    assert told["n"] == len(listed) > 0
    assert told["places"] == sum(post.openings for post in listed)
    assert "草稿的" not in {post.title for post in listed}


def test_the_shortage_list_names_the_gap_and_who_must_act(signed_in, county):
    clerk = signed_in("neighbour")
    page = clerk.get(reverse("desk:shortage"))
    rows = {row.post.title: row for row in page.context["rows"]}
    # Five places and two candidates, one of each township: the figures are the county's whoever looks.
    assert (rows["缝纫车工"].short, rows["缝纫车工"].standing.live) == (3, 2)
    assert rows["缝纫车工"].step == "broker"
    assert "客服" not in rows
    assert not list(clerk.get(reverse("desk:shortage"), {"q": "没有的"}).context["rows"])
    assert list(clerk.get(reverse("desk:shortage"), {"step": "broker"}).context["rows"])


@pytest.mark.parametrize("order", ["short", "employer", "occupation", "wage", "end", "nonsense"])
def test_the_shortage_list_is_sorted_and_downloaded_as_it_stands(signed_in, county, order: str):
    with acting_as(TEST):
        make_post("s1", title="=1+1", openings=40, wage_min=2500)
    clerk = signed_in("county")
    listed = [row.post.title for row in clerk.get(reverse("desk:shortage"), {"order": order}).context["rows"]]
    content = clerk.get(reverse("desk:shortage_file"), {"order": order}).content
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert [row[2].value for row in sheet.iter_rows(min_row=2)] == listed
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    if order == "wage":
        assert listed[0] == "=1+1"


def test_a_specialists_post_is_published_unless_the_machine_wonders(signed_in, county):
    with acting_as(TEST):
        Employer.objects.filter(pk=county.post.employer_id).update(credit_code=code_of("99500235MA0TRY002"))
    clerk, url = signed_in("town"), reverse("desk:post_new", args=[county.post.employer_id])
    form = {"title": "裁剪工", "place_text": "云阳县", "openings": "2", "wage_min": "3600", "wage_max": "4500",
            "expires_on": (timezone.localdate() + timedelta(days=30)).isoformat()}  # fmt: skip
    refused = clerk.post(url, form | {"sex_limit": "女"})
    assert refused.status_code == 422
    assert "就业促进法" in refused.content.decode()
    clerk.post(url, form | {"liaison_city": "义乌市"})
    clerk.post(url, form | {"title": "领班", "note": "须交保证金"})
    clerk.post(url, form | {"title": "锅炉工", "age_min": "18", "ground": "equipment"})
    with acting_as(TEST):
        found = {post.title: post for post in Post.objects.filter(title__in=("裁剪工", "领班", "锅炉工"))}
    assert (found["裁剪工"].state, found["裁剪工"].origin) == ("active", "liaison")
    assert found["裁剪工"].place_code == "500235000000"
    change = reverse("desk:post_edit", args=[found["裁剪工"].pk])
    for city, origin in (("", "specialist"), ("义乌市", "liaison")):
        clerk.post(change, form | {"liaison_city": city})
        assert read(found["裁剪工"].pk).origin == origin
    assert (found["领班"].state, found["领班"].screened_on) == ("pending", None)
    assert found["锅炉工"].limit_ground.startswith("《特种设备")
    assert not found["锅炉工"].quality
    with acting_as(TEST):
        made = AuditEntry.objects.get(table_name="vacancies_post", row_id=str(found["裁剪工"].pk), operation="I")
    assert made.actor == f"user:{county.users['town'].pk}"
