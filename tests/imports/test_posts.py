"""Lists of posts: what is taken in, what is refused, and what a list changes of posts on record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.accounts.sealing import sealer
from jobbridge.apps.employers.models import Employer
from jobbridge.apps.imports.models import ImportBatch
from jobbridge.apps.vacancies.confirming import confirm, finish
from jobbridge.apps.vacancies.models import Post, PostLog
from jobbridge.apps.vacancies.reading import age_range, sex_limit
from jobbridge.kernel import credit_code
from tests.factories import make_user
from tests.imports.conftest import DAY, NOW, codes
from tests.imports.workbooks import made_phone, workbook

BringIn = Callable[..., ImportBatch]
POSTS = ["单位名称", "统一社会信用代码", "招聘岗位", "招聘人数", "工作地点", "月薪", "年龄要求", "性别要求",
         "限制依据", "是否包住", "联系电话"]  # fmt: skip


def post(**changes: Any) -> list[str]:
    body = "99330782MA0000001"
    row = {
        "单位名称": "义乌示例电子厂", "统一社会信用代码": body + credit_code.check_character(body),
        "招聘岗位": "普工", "招聘人数": "12", "工作地点": "浙江省义乌市", "月薪": "4500-6000",
        "年龄要求": "不限", "性别要求": "不限", "限制依据": "", "是否包住": "包吃住",
        "联系电话": made_phone(1), **changes,
    }  # fmt: skip
    return [row[name] for name in POSTS]


@pytest.mark.usefixtures("yiwu")
def test_posts_come_with_their_employers(bring_in: BringIn, everything: Actor) -> None:
    rows = [post(), post(招聘岗位="保安员", 月薪="4000", 工作地点="重庆市云阳县双江街道"), post(月薪="7000-9000")]
    batch = bring_in(workbook(rows, POSTS), "岗位.xlsx")
    assert batch.counts["created"] == 3
    assert bring_in(workbook(rows, POSTS), "岗位.xlsx").counts["unchanged"] == 3
    with acting_as(everything):
        employer = Employer.objects.get()
        assert sealer().open(bytes(employer.phone_sealed), "phone") == made_phone(1)
        found = Post.objects.get(title="普工", wage_max=6000)
        assert (found.openings, found.wage_min, found.age_min, found.age_max) == (12, 4500, 16, 65)
        assert (found.place_code, found.lodging, found.sex_limit) == ("330782000000", True, "")
        assert Post.objects.get(title="保安员").place_code == "500235001000"


@pytest.mark.usefixtures("yiwu")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"性别要求": "女"}, "sex_limit_without_ground"),
        ({"年龄要求": "18-50周岁"}, "age_limit_without_ground"),
        ({"年龄要求": "18-65", "限制依据": "国家规定"}, "limit_ground_unnamed"),
        ({"性别要求": "女", "限制依据": "《女职工劳动保护特别规定》附录"}, "limit_ground_other"),
        ({"统一社会信用代码": "99330782MA00000019"}, "credit_code"),
        ({"统一社会信用代码": ""}, "credit_code_missing"),
        ({"招聘人数": "若干"}, "number"),
        ({"工作地点": "外地"}, "place_unknown"),
        ({"年龄要求": "14-50"}, "age_child"),
        ({"月薪": "面谈"}, "amount"),
        ({"招聘岗位": ""}, "title_empty"),
    ],
)
def test_posts_that_may_not_be(bring_in: BringIn, everything: Actor, changes: dict[str, str], code: str) -> None:
    batch = bring_in(workbook([post(**changes)], POSTS), "岗位.xlsx")
    assert codes(batch, everything) == {4: [code]}


@pytest.mark.usefixtures("yiwu")
def test_a_limit_with_its_legal_ground_is_taken(bring_in: BringIn, everything: Actor) -> None:
    rows = [post(性别要求="男", 限制依据="《女职工劳动保护特别规定》附录：矿山井下作业")]
    assert bring_in(workbook(rows, POSTS), "岗位.xlsx").counts["created"] == 1


@pytest.mark.usefixtures("yiwu")
def test_what_a_clerk_hands_in_is_published_but_for_what_looks_wrong(bring_in: BringIn, everything: Actor) -> None:
    header = [*POSTS, "联络城市", "岗位说明"]
    rows = [
        [*post(), "义乌市", ""],
        [*post(招聘岗位="客服"), "", "入职先交押金300元"],
        [*post(招聘岗位="杂工", 月薪="900"), "", ""],
    ]
    for _ in range(2):
        bring_in(workbook(rows, header), "岗位.xlsx")
    with acting_as(everything):
        states = dict(Post.objects.values_list("title", "state"))
        assert states == {"普工": "active", "客服": "pending", "杂工": "pending"}
        found = Post.objects.get(title="普工")
        assert (found.origin, found.liaison_city, found.quality) == ("liaison", "义乌市", True)
        assert found.screened_by
        assert found.screened_on == found.collected_on
        assert Post.objects.get(title="客服").screened_on is None
        events = sorted(PostLog.objects.values_list("event", "after"))
        assert events == [("approved", "active"), ("submitted", "pending"), ("submitted", "pending")]


@pytest.mark.parametrize(
    ("text", "limit"),
    [("不限", ""), ("男女不限", ""), ("男", "男"), ("限女性", "女"), ("女性优先", ""), ("中性", None)],
)
def test_sex_limits(text: str, limit: str | None) -> None:
    assert sex_limit(text) == limit


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("18-45岁", (18, 45)),
        ("50岁以下", (16, 50)),
        ("18周岁以上", (18, 65)),
        ("不限", (16, 65)),
        ("60-20", None),
        ("青年", None),
    ],
)
def test_age_ranges(text: str, ages: tuple[int, int] | None) -> None:
    assert age_range(text) == ages


def relist(bring_in: BringIn, *rows: list[str], as_of: date = DAY, **more: Any) -> ImportBatch:
    return bring_in(workbook(list(rows), [*POSTS, "岗位说明", "有效期至"]), "岗位.xlsx", as_of=as_of, **more)


def listing(note: str = "", until: str = "2027-01-31", **changes: Any) -> list[str]:
    return [*post(**changes), note, until]


def only_post(actor: Actor) -> Post:
    with acting_as(actor):
        return Post.objects.get()


def course(actor: Actor) -> list[tuple[str, str]]:
    with acting_as(actor):
        return list(PostLog.objects.order_by("pk").values_list("event", "after"))


@pytest.mark.usefixtures("yiwu")
def test_a_list_again_takes_nothing_back_of_what_was_said_since(bring_in: BringIn, everything: Actor) -> None:
    relist(bring_in, listing())
    pk = only_post(everything).pk
    with acting_as(everything):
        boss = Actor("user:9", "县级经办", "county", everything.scope)
        confirm(actor=boss, post_id=pk, expires_on=DAY + timedelta(days=90), openings=3, now=NOW)
    assert relist(bring_in, listing()).counts["unchanged"] == 1
    assert (only_post(everything).openings, only_post(everything).expires_on) == (3, DAY + timedelta(days=90))
    older = relist(bring_in, listing(招聘人数="99"), as_of=DAY - timedelta(days=5))
    assert older.counts["unchanged"] == 1
    assert only_post(everything).openings == 3


@pytest.mark.usefixtures("yiwu")
def test_a_list_does_not_bring_back_what_was_stopped(bring_in: BringIn, everything: Actor) -> None:
    relist(bring_in, listing())
    with acting_as(everything):
        boss = Actor("user:9", "县级经办", "county", everything.scope)
        finish(actor=boss, post_id=only_post(everything).pk, filled=True, now=NOW)
    relist(bring_in, listing(月薪="6000-9000"), as_of=DAY + timedelta(days=1))
    assert (only_post(everything).state, only_post(everything).wage_min) == ("closed", 4500)


@pytest.mark.usefixtures("yiwu")
@pytest.mark.parametrize(
    ("row", "event", "state"),
    [
        (listing(招聘人数="20"), "confirmed", "active"),
        (listing(月薪="5000-7000"), "approved", "active"),
        (listing(月薪="900"), "submitted", "pending"),
        (listing(note="入职先交押金300元"), "submitted", "pending"),
    ],
)
def test_what_a_newer_list_changes_is_logged_and_looked_at(
    bring_in: BringIn, everything: Actor, row: list[str], event: str, state: str
) -> None:
    relist(bring_in, listing())
    relist(bring_in, row, as_of=DAY + timedelta(days=1))
    assert only_post(everything).state == state
    assert course(everything) == [("approved", "active"), (event, state)]


@pytest.mark.usefixtures("yiwu")
def test_a_returned_post_that_is_listed_again_waits_again(bring_in: BringIn, everything: Actor) -> None:
    relist(bring_in, listing())
    with acting_as(everything):
        Post.objects.update(state="rejected", rejection="没有写清楚")
    relist(bring_in, listing(note="长白班，计件"), as_of=DAY + timedelta(days=1))
    assert (only_post(everything).state, only_post(everything).rejection) == ("pending", "")


@pytest.mark.usefixtures("yiwu")
@pytest.mark.parametrize(
    "changes",
    [
        {"招聘岗位": "包装女工"},
        {"性别要求": "女", "限制依据": "《某厂用工规定》"},
        {"工作地点": "浙江省义乌市 加微信详谈"},
    ],
)
def test_what_a_list_smuggles_in_waits_for_a_person(
    bring_in: BringIn, everything: Actor, changes: dict[str, str]
) -> None:
    relist(bring_in, listing(**changes))
    assert only_post(everything).state == "pending"


@pytest.mark.usefixtures("yiwu")
def test_a_list_does_not_double_what_was_entered_by_hand(bring_in: BringIn, everything: Actor) -> None:
    relist(bring_in, listing())
    with acting_as(everything):
        Post.objects.update(key="by hand", origin="employer")
    relist(bring_in, listing(), listing(月薪="7000-9000"), listing(招聘岗位="保安员"))
    with acting_as(everything):
        states = sorted(Post.objects.values_list("title", "state"))
    assert states == [("保安员", "active"), ("普工", "active"), ("普工", "pending"), ("普工", "pending")]


@pytest.mark.usefixtures("yiwu")
def test_no_list_keeps_a_post_open_for_ever(bring_in: BringIn, everything: Actor) -> None:
    relist(bring_in, listing(until="2999-12-31"))
    assert only_post(everything).expires_on <= timezone.localdate() + timedelta(days=366)


@pytest.mark.usefixtures("yiwu")
def test_a_township_lists_posts_of_its_own_employers_only(
    bring_in: BringIn, everything: Actor, county: dict[str, Any]
) -> None:
    with acting_as(everything):
        town, other = make_user("town", "township", "500235001000"), make_user("other", "township", "500235002000")
    relist(bring_in, listing(), actor=town.actor())
    with acting_as(everything):
        assert Employer.objects.get().specialist == town
    again = relist(bring_in, listing(月薪="5000-7000"), actor=town.actor(), as_of=DAY + timedelta(days=1))
    assert again.counts["updated"] == 1
    for row in (listing(月薪="7000-8000"), listing(月薪="7000-8000", 统一社会信用代码="")):
        refused = relist(bring_in, row, actor=other.actor(), as_of=DAY + timedelta(days=2))
        assert codes(refused, everything) == {4: ["employer_of_others"]}
    assert only_post(everything).wage_min == 5000
