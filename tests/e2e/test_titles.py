"""职业核对 by keys at a desk and by taps on a phone, without loading a page."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.county import County
from tests.e2e.pages import Site

PATH = "/desk/posts/titles/"


def word_on(county: County, text: str) -> str:
    return county.rows("SELECT confirmed FROM vacancies_jobtitle WHERE text = %s", text)[0][0]


def open_titles(site: Site) -> Page:
    site.log_in("county")
    site.page.goto(PATH)
    site.page.evaluate("window.loadedOnce = true")
    return site.page


def test_titles_are_settled_by_keys(visit: Callable[..., Site], county: County, check) -> None:
    page = open_titles(visit())
    head, said = page.locator("#title-head"), page.locator(".title-said")
    assert check(page, "titles") == []
    first = head.inner_text()
    second_choice = page.locator("[data-key='2']").get_attribute("value")
    waiting = int(page.locator("#titles-waiting").inner_text().replace(",", ""))
    page.keyboard.press("2")
    expect(said).to_contain_text(first)
    expect(head).not_to_have_text(first)
    expect(head).to_be_focused()
    expect(page.locator("#titles-waiting")).to_have_text(f"{waiting - 1:,}")
    assert word_on(county, first) == second_choice
    second = head.inner_text()
    page.keyboard.press("s")
    expect(head).not_to_have_text(second)
    third = head.inner_text()
    page.keyboard.press("0")
    page.keyboard.type("焊工")
    found = page.locator("#found .choice").first
    expect(found).to_contain_text("6-18-02-04")
    assert check(page, "titles searched") == []
    found.focus()
    page.keyboard.press("Enter")
    expect(said).to_contain_text(third)
    assert word_on(county, third) == "6-18-02-04"
    page.keyboard.press("u")
    expect(head).to_have_text(third)
    assert word_on(county, third) == ""
    assert page.evaluate("window.loadedOnce"), "a page was loaded"


def test_titles_are_settled_by_taps_on_a_phone(visit: Callable[..., Site], county: County) -> None:
    page = open_titles(visit(phone=True))
    head = page.locator("#title-head")
    text = head.inner_text()
    choice = page.locator("[data-key='1']")
    code = choice.get_attribute("value")
    assert choice.bounding_box()["height"] >= 44
    choice.tap()
    expect(head).not_to_have_text(text)
    assert word_on(county, text) == code
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("window.loadedOnce"), "a page was loaded"
