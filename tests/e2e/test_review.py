"""The review desk by keys alone: ten pairs without a page load, and what happens when a word cannot be kept."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.county import County
from tests.e2e.pages import Site

PAIRS = 24
WAIT_SECONDS = 10
SETTLED_MS = 400  # a card younger than 300 ms takes no decision


@pytest.fixture
def doubtful(county: County) -> list[int]:
    """Pairs with candidates, all of them waiting for a person, whatever the engine was sure of."""
    with psycopg.connect(county.url) as link:
        link.execute(
            "SELECT set_config('jb.actor', 'system:test', false), set_config('jb.lo', '', false),"
            " set_config('jb.hi', '~', false)"
        )
        rows = link.execute(
            "UPDATE linkage_link SET zone = 'review', decision = 'pending', decided_by = '', decided_at = NULL"
            " WHERE id IN (SELECT id FROM linkage_link WHERE person_id IS NOT NULL AND candidates <> '[]'"
            "  ORDER BY jsonb_array_length(candidates) DESC, id LIMIT %s) RETURNING id",
            [PAIRS],
        ).fetchall()
        link.execute("DELETE FROM linkage_lease")
    assert len(rows) == PAIRS
    return [key for (key,) in rows]


@pytest.fixture
def desk(visit: Callable[..., Site], doubtful: list[int]) -> Site:
    return opened(visit().log_in("county"))


def opened(site: Site) -> Site:
    site.page.goto("/desk/linkage/")
    expect(site.page.locator("[data-current]")).to_be_visible()
    site.page.evaluate("window.neverLeft = true")
    return site


def current(page: Page) -> int:
    """The pair before the clerk."""
    return int(page.locator("[data-current]").get_attribute("data-pair") or 0)


def press(page: Page, key: str) -> int:
    """The pair that was there when the key was pressed; another one is there afterwards."""
    before = current(page)
    page.wait_for_timeout(SETTLED_MS)
    page.keyboard.press(key)
    expect(page.locator("[data-current]")).not_to_have_attribute("data-pair", str(before))
    return before


def becomes(county: County, pair: int, decision: str) -> None:
    """What the clerk said arrives."""
    until = time.monotonic() + WAIT_SECONDS
    query = "SELECT decision FROM linkage_link WHERE id = %s"
    while county.rows(query, pair) != [(decision,)]:
        assert time.monotonic() < until, (pair, decision, county.rows(query, pair))
        time.sleep(0.05)


def test_ten_pairs_by_keys_alone(desk: Site, county: County) -> None:
    page, documents = desk.page, []
    page.on("request", lambda request: request.is_navigation_request() and documents.append(request.url))
    words = {key: [press(page, key) for _ in range(4)] for key in ("1", "0")}
    words["0"].append(press(page, "n"))
    skipped = press(page, "s")
    words["1"].append(press(page, "1"))
    for key, decision in (("1", "confirmed"), ("0", "rejected")):
        for pair in words[key]:
            becomes(county, pair, decision)
    becomes(county, skipped, "pending")
    assert documents == []
    assert page.evaluate("window.neverLeft") is True
    assert page.evaluate("performance.getEntriesByType('navigation').length") == 1
    expect(page.locator("[data-done]")).to_have_text("10")
    log = "SELECT count(*) FROM linkage_linkdecision WHERE link_id = ANY(%s)"
    assert county.rows(log, [*words["1"], *words["0"]])[0][0] >= 10


def test_a_word_is_taken_back(desk: Site, county: County) -> None:
    page = desk.page
    first = press(page, "1")
    becomes(county, first, "confirmed")
    page.keyboard.press("z")
    expect(page.locator("[data-current]")).to_have_attribute("data-pair", str(first))
    becomes(county, first, "pending")
    page.wait_for_timeout(SETTLED_MS)
    page.keyboard.press("0")
    becomes(county, first, "rejected")
    page.keyboard.press("u")
    becomes(county, first, "pending")


def test_the_second_press_of_a_double_one_decides_nothing(desk: Site, county: County) -> None:
    page = desk.page
    page.wait_for_timeout(SETTLED_MS)
    before = done(county)
    # Both in one go: two calls from here could lie further apart than a double press.
    page.evaluate(
        """for (const _ of "11") document.activeElement.dispatchEvent(
             new KeyboardEvent("keydown", { key: "1", bubbles: true, cancelable: true }))"""
    )
    expect(page.locator("[data-done]")).to_have_text("1")
    page.wait_for_timeout(SETTLED_MS)
    page.evaluate("""for (const _ of "11") document.querySelector('[data-current] [data-key="0"]').click()""")
    expect(page.locator("[data-done]")).to_have_text("2")
    page.wait_for_timeout(SETTLED_MS)
    assert done(county) == before + 2


def done(county: County) -> int:
    """Decisions so far."""
    return county.rows("SELECT count(*) FROM linkage_linkdecision")[0][0]


def test_what_was_noted_stands_there_with_the_way_back_until_the_next_card(
    visit: Callable[..., Site], doubtful: list[int], county: County
) -> None:
    page = opened(visit(phone=True).log_in("county")).page
    said, back = page.locator("[data-said]"), page.get_by_role("button", name="撤销")
    expect(back).to_be_hidden()
    page.wait_for_timeout(SETTLED_MS)
    pair = current(page)
    page.evaluate("window.scrollTo(0, 300)")
    page.locator('[data-current] [data-key="0"]').tap()
    expect(said).to_contain_text(re.compile("^已记下：.*都不是$"))
    becomes(county, pair, "rejected")
    expect(back).to_be_in_viewport(ratio=1)
    back.tap()
    expect(page.locator("[data-current]")).to_have_attribute("data-pair", str(pair))
    expect(said).to_have_text("已撤销上一步")
    expect(back).to_be_hidden()
    becomes(county, pair, "pending")
    press(page, "j")
    expect(said).to_have_text("")


def test_moving_skipping_and_help_decide_nothing(desk: Site, county: County) -> None:
    page = desk.page
    first = press(page, "j")
    second = press(page, "k")
    assert current(page) == first
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="键位")).to_be_visible()
    page.keyboard.press("1")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="键位")).not_to_be_visible()
    press(page, " ")
    page.keyboard.press("u")
    expect(page.locator("[data-current]")).to_have_attribute("data-pair", str(first))
    page.keyboard.press("9")
    expect(page.get_by_text("没有这一位候选人")).to_be_visible()
    for pair in (first, second):
        becomes(county, pair, "pending")


def test_who_was_quicker_is_told_by_name(visit: Callable[..., Site], county: County, doubtful: list[int]) -> None:
    clerk = opened(visit(refusals=True).log_in("county"))
    other = visit().log_in("admin")
    pair = current(clerk.page)
    assert other.post(f"/desk/linkage/{pair}/decide/", person="").status == 302
    press(clerk.page, "1")
    # Where the sample asks this clerk for a second opinion, the first one's name and word are kept back.
    sampled = county.rows(f"SELECT 1 AS one FROM linkage_opinion WHERE link_id = {pair}")
    told = "这一对已经核对过" if sampled else "已由 .+ 核对：不是同一人"
    expect(clerk.page.get_by_text(re.compile(told))).to_be_visible()
    expect(clerk.page.locator(f"#pair-{pair}")).to_have_count(0)
    becomes(county, pair, "rejected")


def test_a_word_that_is_not_delivered_comes_back(visit: Callable[..., Site], county: County, doubtful: list[int]):
    clerk = opened(visit(refusals=True).log_in("county"))
    page = clerk.page
    page.route("**/decide/", lambda route: route.abort())
    pair = press(page, "1")
    expect(page.locator(f"#pair-{pair}")).to_contain_text("没有送达")
    assert current(page) == pair
    becomes(county, pair, "pending")
    page.unroute("**/decide/")
    press(page, "1")
    becomes(county, pair, "confirmed")


def test_one_lost_try_is_not_noticed(visit: Callable[..., Site], county: County, doubtful: list[int]) -> None:
    clerk = opened(visit(refusals=True).log_in("county"))
    tries: list[str] = []

    def falter(route) -> None:
        tries.append(route.request.url)
        route.abort() if len(tries) == 1 else route.continue_()

    clerk.page.route("**/decide/", falter)
    with clerk.page.expect_response("**/decide/"):
        pair = press(clerk.page, "0")
    becomes(county, pair, "rejected")
    assert len(tries) == 2


def test_the_village_is_asked_and_answers(
    visit: Callable[..., Site], county: County, doubtful: list[int], check: Callable[[Page, str], list[str]]
) -> None:
    """Key B puts the question on the broker's phone; Enter follows the answer."""
    clerk = opened(visit().log_in("county"))
    page = clerk.page
    villages = dict(county.rows("SELECT l.id, p.region_code FROM linkage_link l JOIN registry_person p ON"
                                " p.id = (l.candidates -> 0 ->> 'person_id')::bigint JOIN brokers_broker b"
                                " ON b.region_code = p.region_code AND b.active"))  # fmt: skip
    while current(page) not in villages:
        press(page, "j")
    pair = press(page, "b")
    user = f"asked-{villages[pair]}"
    broker = visit(phone=True).log_in(user, county.user(user, "broker", villages[pair]))
    card = broker.page.locator(".card", has_text="这是您村的")
    expect(card).to_have_count(1)
    assert broker.page.evaluate("document.documentElement.scrollWidth") == 390
    found = check(broker.page, "a question on the phone")
    card.get_by_role("button", name="：是", exact=False).first.tap()
    expect(broker.page.get_by_role("status").first).to_contain_text("已告诉经办人")
    expect(card).to_have_count(0)

    opened(clerk)
    assert current(page) == pair, "an answered pair comes first"
    expect(page.locator("[data-current] .pair-reply")).to_contain_text("是")
    assert not found + check(page, "an answered pair")
    press(page, "Enter")
    becomes(county, pair, "confirmed")


def test_on_the_phone_the_buttons_stay_at_hand(
    visit: Callable[..., Site], doubtful: list[int], county: County
) -> None:
    page = opened(visit(phone=True).log_in("county")).page
    buttons = page.locator("[data-current] [data-key]")
    for where in (0, 200):
        page.evaluate("(top) => window.scrollTo(0, top)", where)
        for button in buttons.all():
            expect(button).to_be_in_viewport(ratio=1)
    pair = current(page)
    first = page.locator('[data-current] [data-key="1"]')
    page.wait_for_timeout(SETTLED_MS)
    expect(first).to_contain_text(page.locator("[data-current] thead a.name").first.inner_text())
    first.tap()
    expect(page.locator("[data-current]")).not_to_have_attribute("data-pair", str(pair))
    becomes(county, pair, "confirmed")
    assert page.evaluate("document.documentElement.scrollWidth") == page.viewport_size["width"]
