"""A worker on their phone, behind the link of a message: one refusal with its reason, one yes, and taking it back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import psycopg
import pytest
from playwright.sync_api import expect

from tests.county import County
from tests.e2e.pages import Site

CODE = "aBcDeFgHjKmN"
ACTING = (
    "SELECT set_config('jb.actor', 'system:test', false), set_config('jb.lo', '', false),"
    " set_config('jb.hi', '~', false)"
)


@pytest.fixture
def worker(county: County) -> int:
    """Somebody with three posts to choose from, and a link of their own."""
    with psycopg.connect(county.url) as link:
        link.execute(ACTING)
        ((person, region),) = link.execute(
            "SELECT person_id, region_code FROM placements_recommendation WHERE state IN ('sent', 'delivered')"
            " GROUP BY 1, 2 HAVING count(*) = 3 ORDER BY 1 LIMIT 1"
        ).fetchall()
        link.execute(
            "INSERT INTO placements_workerlink (person_id, region_code, code_hash, made_at, expires_at, revoked_by,"
            " language) VALUES (%s, %s, %s, now(), now() + interval '1 day', '', 'zh-hans')",
            [person, region, hashlib.sha256(CODE.encode()).digest()],
        )
        # The county's day is long past; the employers have since said that they still hire.
        link.execute(
            "UPDATE vacancies_post SET confirmed_on = current_date, expires_on = current_date + 30"
            " WHERE id IN (SELECT post_id FROM placements_recommendation WHERE person_id = %s)",
            [person],
        )
    return person


def test_from_the_message_to_the_consent(
    visit: Callable[..., Site], county: County, worker: int, check: Callable[..., list[str]]
) -> None:
    page = visit(phone=True).page
    page.goto(f"/w/{CODE}/")
    cards = page.locator(".post")
    expect(cards).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth") == 390, "the page scrolls sideways"
    small = "[...document.querySelectorAll('a, button')].filter((one) => one.getBoundingClientRect().height < 44)"
    assert page.evaluate(f"{small}.map((one) => one.textContent)") == []
    found = check(page, "posts")

    cards.first.get_by_role("link", name="不合适").tap()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("哪里不合适")
    found += check(page, "reasons")
    page.get_by_role("button", name="太远").tap()
    expect(page.get_by_role("status")).to_contain_text("下次会按您的意见推荐")
    expect(cards).to_have_count(2)

    cards.first.get_by_role("button", name="有意向").tap()
    expect(page.get_by_role("status")).to_contain_text("可以联系您")
    expect(cards.first).to_contain_text("单位会打电话给您")
    page.get_by_role("link", name="我的申请").tap()
    expect(heading).to_have_text("我的岗位与申请")
    found += check(page, "mine")
    states = "SELECT state, refusal FROM placements_recommendation WHERE person_id = %s ORDER BY rank"
    assert county.rows(states, worker) == [("refused", "far"), ("interested", ""), ("seen", "")]

    page.get_by_role("link", name="撤回意向").tap()
    page.get_by_role("button", name="要照顾家人").tap()
    expect(page.get_by_role("status")).to_contain_text("下次会按您的意见推荐")
    assert county.rows(states, worker)[1] == ("refused", "family")
    page.get_by_role("button", name="English").tap()
    expect(page.get_by_role("link", name="My applications")).to_be_visible()
    logged = county.rows("SELECT DISTINCT actor FROM placements_recommendationlog WHERE reason <> ''")
    assert logged == [(f"worker:{worker}",)]
    assert not found, "\n".join(found)


def test_a_broken_link_says_what_to_do(visit: Callable[..., Site], check: Callable[..., list[str]]) -> None:
    page = visit(phone=True, refusals=True).page
    page.goto("/w/aBcDeF/")
    expect(page.get_by_role("heading", level=1)).to_have_text("打不开这个链接")
    assert not check(page, "closed")
