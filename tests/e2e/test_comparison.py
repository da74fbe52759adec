"""What a data clerk does around the comparison: no list without an agreement, numbers that open, doubts."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import psycopg
from playwright.sync_api import expect

from tests.county import County
from tests.e2e.conftest import DAY
from tests.e2e.pages import Site

LIST = (
    "旅客姓名,证件号码,手机号,线路,乘车日期,流向\n向无名,990101199001010012,16400009999,东莞-云阳,2026-03-01,返乡\n"
)
SEARCH_SECONDS = 90
ACTING = (
    "SELECT set_config('jb.actor', 'system:test', false), set_config('jb.lo', '', false),"
    " set_config('jb.hi', '~', false)"
)
TABS = ("结果", "待核对", "返乡人员", "疑似未登记", "疑点", "重复人员", "协议")


def test_a_list_comes_in_only_under_an_agreement_and_only_what_it_permits(
    visit: Callable[..., Site], county: County, tmp_path: Path
) -> None:
    clerk = visit().log_in("county")
    ends_the_agreement(clerk, "铁路示范客运段")
    path = tmp_path / "铁路_到发.csv"
    path.write_text(LIST, encoding="utf-8")
    clerk.hand_in(path, DAY)
    expect(clerk.page.locator("#progress")).to_contain_text("没有铁路有效的数据协议，不能导入")
    expect(clerk.page.get_by_role("button", name="并入台账")).to_have_count(0)

    registers_one(clerk, without=("手机号",))
    path.write_text(LIST + "\n", encoding="utf-8")
    clerk.hand_in(path, DAY)
    progress = clerk.page.locator("#progress")
    expect(progress).to_contain_text("协议没有许可、没有存下的列：手机号")
    expect(progress).to_contain_text("之后删除")
    clerk.page.get_by_role("button", name="并入台账").click()
    expect(clerk.page.get_by_role("status").first).to_contain_text("已并入台账")
    kept = county.rows("SELECT id_mask, phone_mask, place_note FROM linkage_feedrecord WHERE name = '向无名'")
    assert kept == [("9901**********0012", "", "东莞-云阳")]


def test_numbers_open_their_records_and_doubts_are_settled_in_words(
    visit: Callable[..., Site], county: County
) -> None:
    clerk = visit().log_in("county")
    tab(clerk, "结果")
    number = clerk.page.get_by_role("table").first.get_by_role("link").first
    said = int(number.inner_text().replace(",", ""))
    number.click()
    rows = clerk.page.locator("#list tbody tr")
    expect(rows).to_have_count(min(said, 20))

    tab(clerk, "返乡人员")
    ((most,),) = county.rows(
        "SELECT left(region_code, 9) AS town FROM linkage_returnee WHERE state = 'home' GROUP BY town"
        " ORDER BY count(*) DESC, town LIMIT 1"
    )
    clerk.page.locator(f'a.act[href*="town={most}"]').click()
    expect(clerk.page).to_have_url(re.compile(f"town={most}"))
    expect(rows.first).not_to_contain_text("没有这样的人")

    ((person, village),) = county.rows("SELECT id, region_code FROM registry_person ORDER BY id LIMIT 1")
    doubt(county, person, village)
    tab(clerk, "疑点")
    card = clerk.page.locator(".pair").filter(has_text="示范疑点")
    count = clerk.page.locator("#tabs [aria-current] b")
    waiting = int(count.inner_text())
    card.get_by_placeholder("问了谁、怎么说").fill("电话问过本人，已回来")
    card.get_by_role("button", name="已说明").click()
    expect(clerk.page.locator(".pair").filter(has_text="电话问过本人，已回来")).to_contain_text("已说明")
    expect(count).to_have_text(str(waiting - 1))

    tab(clerk, "疑似未登记")
    expect(rows.first.get_by_role("button", name="已走访")).to_be_in_viewport(ratio=1)
    waiting = int(count.inner_text())
    rows.first.get_by_role("button", name="已走访").click()
    expect(rows.first).to_contain_text("撤回")
    expect(count).to_have_text(str(waiting - 1))


def test_a_township_has_no_agreements_to_keep(visit: Callable[..., Site]) -> None:
    town = visit(refusals=True).log_in("town1")
    town.page.goto("/desk/linkage/results/")
    nav = town.page.get_by_role("navigation", name="数据比对")
    expect(nav.get_by_role("link")).to_have_text(list(TABS[:-2]))
    assert town.get("/desk/linkage/agreements/").status == 403


def tab(clerk: Site, name: str) -> None:
    """One of the pages of the comparison."""
    clerk.open("数据比对")
    nav = clerk.page.get_by_role("navigation", name="数据比对")
    expect(nav.get_by_role("link")).to_have_text(list(TABS))
    nav.get_by_role("link", name=name, exact=True).click()


def ends_the_agreement(clerk: Site, agency: str) -> None:
    tab(clerk, "协议")
    clerk.page.get_by_role("row", name=agency).get_by_text("终止", exact=True).click()
    clerk.page.get_by_role("button", name=f"确认终止 {agency}").click()
    expect(clerk.page.get_by_role("row", name=agency)).to_contain_text("已终止")


def registers_one(clerk: Site, without: tuple[str, ...]) -> None:
    tab(clerk, "协议")
    page = clerk.page
    with page.expect_response("**source=railway*"):
        page.locator("select[name=source]").select_option(label="铁路")
    for label, usual in (("姓名", True), ("行程（站点、线路）", True), ("出生日期", False)):
        expect(page.get_by_label(label, exact=True)).to_be_checked(checked=usual)
    for label, text in (("提供单位", "铁路新约客运段"), ("法律依据", "《就业促进法》"), ("文号", "新1号"),
                        ("用途", "核实返乡"), ("到期日", "2099-12-31")):  # fmt: skip
        page.get_by_label(label, exact=True).fill(text)
    for label in without:
        page.get_by_label(label, exact=True).uncheck()
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_role("row", name="铁路新约客运段")).to_contain_text("生效中")


def doubt(county: County, person: int, village: str) -> None:
    """A suspicion as the cycle raises them."""
    with psycopg.connect(county.url) as link:
        link.execute(ACTING)
        link.execute(
            "INSERT INTO linkage_suspicion (kind, person_id, region_code, ledger, sightings, records, seen_on, state,"
            " opened_on, note, decided_by) VALUES ('away_home', %s, %s, %s, '[]', 0, %s, 'open', %s, '', '')",
            [
                person,
                village,
                '{"text": "在外务工", "place": "示范疑点", "as_of": "2026-03-01", "source": "名册"}',
                DAY,
                DAY,
            ],
        )


def test_persons_entered_twice_are_found_in_the_background_and_settled_by_one_click(
    visit: Callable[..., Site], county: County
) -> None:
    with psycopg.connect(county.url) as link:
        link.execute(ACTING)
        one, other = (
            key
            for (key,) in link.execute(
                "SELECT id FROM registry_person WHERE life = 'alive' AND region_code = (SELECT region_code FROM"
                " registry_person WHERE life = 'alive' GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1)"
                " ORDER BY id LIMIT 2"
            )
        )
        link.execute(
            "INSERT INTO linkage_duplicatesuspicion (person_a_id, person_b_id, region_code, posterior, hold, levels,"
            " weights, state, found_on, note, decided_by) SELECT %s, %s, region_code, 0.999, '', '{}', '{}', 'open',"
            " '2026-03-01', '', '' FROM registry_person WHERE id = %s",
            [one, other, one],
        )
    people = county.rows("SELECT count(*) FROM registry_person")
    clerk = visit().log_in("county")
    tab(clerk, "重复人员")
    card = clerk.page.locator("article.pair").first
    card.get_by_role("button", name="确为同一人").click()
    expect(card).to_contain_text("没有合并，也没有删除")
    expect(card.get_by_role("link", name="打开记录 1")).to_have_attribute("href", f"/desk/persons/{one}/")
    assert county.rows("SELECT count(*) FROM registry_person") == people
    asked = f"SELECT state FROM linkage_duplicatesuspicion WHERE person_a_id = {one} AND person_b_id = {other}"
    assert county.rows(asked) == [("same",)]

    clerk.page.get_by_role("button", name="查找重复人员").click()
    expect(clerk.page.locator("#search")).to_contain_text("上次查找", timeout=SEARCH_SECONDS * 1000)
    assert county.rows(asked) == [("same",)]
    clerk.page.get_by_role("group", name="状态").get_by_role("link", name="确为同一人").click()
    expect(clerk.page.locator("article.pair")).to_have_count(1)
