"""The desk without a mouse."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.pages import Site


@pytest.fixture
def desk(visit: Callable[..., Site]) -> Site:
    """A county user in front of the ledger."""
    site = visit().log_in("county")
    site.open("户台账")
    return site


def test_slash_goes_to_the_search_and_is_a_character_inside_it(desk: Site) -> None:
    search = desk.page.get_by_label("查人")
    desk.page.keyboard.press("/")
    expect(search).to_be_focused()
    expect(search).to_have_value("")
    desk.page.keyboard.type("a/b")
    expect(search).to_have_value("a/b")


def test_escape_closes_the_drawer_and_the_focus_returns(desk: Site) -> None:
    name = desk.page.locator("#list tbody a.name").nth(2)
    name.focus()
    desk.page.keyboard.press("Enter")
    expect(desk.drawer).to_be_visible()
    assert inside(desk.drawer), "the focus stayed behind the drawer"
    for _ in range(30):
        desk.page.keyboard.press("Tab")
        assert inside(desk.drawer) or at_browser(desk), "the focus left the open drawer"
    desk.page.keyboard.press("Escape")
    expect(desk.drawer).not_to_be_visible()
    expect(name).to_be_focused()


def test_the_first_stop_leads_past_the_navigation(desk: Site) -> None:
    desk.page.reload()
    desk.page.keyboard.press("Tab")
    skip = desk.page.get_by_role("link", name="跳到主要内容")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator("#main")).to_be_focused()


def inside(drawer: Locator) -> bool:
    return bool(drawer.evaluate("drawer => drawer.contains(document.activeElement)"))


def at_browser(desk: Site) -> bool:
    """Between the last and the first stop of a dialog the browser's own bars have the focus."""
    return bool(desk.page.evaluate("document.activeElement === document.body"))
