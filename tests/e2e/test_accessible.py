"""Every page in the state people meet it in, against the rules of axe: colours, names, roles, structure."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.county import County
from tests.e2e.pages import Site

DESK = (
    "", "households/", "households/?view=zero", "persons/", "persons/?status=S", "groups/", "groups/?group=seeking",
    "tasks/", "tasks/?view=late", "posts/", "posts/?view=closed", "posts/?count=quality",
    "posts/review/", "posts/calls/", "posts/shortage/", "employers/", "employers/new/", "messages/", "imports/",
    "linkage/",
    "linkage/?view=decided", "linkage/second/", "linkage/results/", "linkage/records/",
    "linkage/returnees/", "linkage/outsiders/", "linkage/suspicions/", "linkage/duplicates/",
    "linkage/agreements/", "cycle/", "indicators/", "nothing-here/",
    "matching/", "matching/what-if/", "matching/policies/", "posts/titles/", "posts/titles/?view=known",
)  # fmt: skip


def test_pages_of_the_desk(visit: Callable[..., Site], county: County, check: Callable[..., list[str]]) -> None:
    site = visit(refusals=True)
    page = site.page
    page.goto("/login/")
    found = check(page, "log-in")
    site.log_in("county")
    for path in DESK + tuple(records(county)):
        page.goto(f"/desk/{path}")
        found += check(page, f"/desk/{path}")
    page.goto("/m/")
    found += check(page, "refused")
    assert not found, "\n".join(found)


def test_states_of_the_desk(visit: Callable[..., Site], check: Callable[..., list[str]]) -> None:
    """The drawer with a number asked for and read; large type; nothing found."""
    site = visit().log_in("county")
    page = site.page
    site.open("户台账")
    page.locator("#list tbody a.name").first.click()
    expect(site.drawer).to_be_visible()
    found = check(page, "drawer")
    site.drawer.get_by_role("link", name="查看（留痕）").click()
    site.drawer.get_by_label("为什么要看证件号码").fill("核对身份")
    found += check(page, "reason")
    site.drawer.get_by_role("button", name="查看并留痕").click()
    expect(site.drawer.get_by_text("已记入审计")).to_be_visible()
    found += check(page, "number")
    page.keyboard.press("Escape")
    page.goto("/desk/linkage/")
    page.keyboard.press("l")
    found += check(page, "a pair and where it comes from")
    page.keyboard.press("?")
    found += check(page, "keys")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="大字版").click()
    found += check(page, "large type")
    page.goto("/desk/households/?q=没有这一户")
    found += check(page, "nothing found")
    assert not found, "\n".join(found)


def test_pages_of_the_phone(visit: Callable[..., Site], county: County, check: Callable[..., list[str]]) -> None:
    ((village,),) = county.rows(
        "SELECT region_code FROM casework_task WHERE state = 'open' GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
    )
    site = visit(phone=True).log_in("axe-broker", county.user("axe-broker", "broker", village))
    page = site.page
    expect(page.locator(".card").first).to_be_visible()
    found = check(page, "today")
    page.get_by_role("link", name="记走访").first.tap()
    expect(page.get_by_role("dialog")).to_be_visible()
    found += check(page, "visit")
    page.get_by_role("dialog").get_by_role("link", name="关闭").tap()
    page.get_by_role("button", name="打电话给").first.tap()
    expect(page.get_by_role("dialog")).to_contain_text("打电话给")
    found += check(page, "call")
    assert not found, "\n".join(found)


def test_pages_of_an_employer(visit: Callable[..., Site], check: Callable[..., list[str]]) -> None:
    """Their posts and the form of a new one, on the phone."""
    site = visit(phone=True).log_in("employer")
    page, found = site.page, []
    for path in ("", "?view=waiting", "posts/new/"):
        page.goto(f"/employer/{path}")
        found += check(page, f"/employer/{path}")
    assert not found, "\n".join(found)


def records(county: County) -> list[str]:
    """One record of each kind with as much on its page as there is."""
    ((household, person, post, batch, run),) = county.rows(
        "SELECT (SELECT household_id FROM targeting_householdstatus ORDER BY urgency DESC LIMIT 1),"
        " (SELECT person_id FROM placements_recommendation ORDER BY id LIMIT 1),"
        " (SELECT post_id FROM placements_recommendation ORDER BY id LIMIT 1),"
        " (SELECT batch_id FROM imports_importrow WHERE state = 'refused' ORDER BY id LIMIT 1),"
        " (SELECT id FROM placements_matchrun ORDER BY id LIMIT 1)"
    )
    return [
        f"households/{household}/", f"persons/{person}/", f"persons/{person}/reveal/phone/", f"posts/{post}/",
        f"imports/{batch}/", f"imports/{batch}/columns/", f"matching/{run}/", f"matching/{run}/people/",
        f"matching/{run}/posts/", f"persons/{person}/outlook/",
    ]  # fmt: skip
