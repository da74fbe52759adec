"""A day in the county, from the workbook on a clerk's disk to the visit at a door."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import openpyxl
from playwright.sync_api import expect

from tests.county import County
from tests.e2e.conftest import DAY
from tests.e2e.pages import Site
from tests.imports import workbooks

LISTS = (
    "", "households/", "persons/", "groups/", "tasks/", "posts/", "imports/", "linkage/", "cycle/", "indicators/",
    "linkage/results/", "linkage/records/", "linkage/returnees/", "linkage/outsiders/", "linkage/suspicions/",
)  # fmt: skip
RECORD = re.compile(r'"/desk/(households|persons|imports|linkage)/([0-9]+)/')
NEXT = re.compile(r'href="(\?[^"]*after=[^"]*)"[^>]*>下一页')
TABLES = {
    "households": "registry_household", "persons": "registry_person", "imports": "imports_importbatch",
    "linkage": "linkage_link",
}  # fmt: skip


# The household of a row without a fault, and alone in it: one person, out of work and willing.
NUMBER = "H0011"


def test_a_day_in_the_county(visit: Callable[..., Site], county: County, tmp_path: Path) -> None:
    place = a_village_with_a_broker(county)
    clerk = visit().log_in("county")

    bring_in_a_damaged_workbook(clerk, place, tmp_path)

    sights = clerk.run_cycle(DAY + timedelta(days=1))
    assert "已排队" in sights[0] or "正在运行" in sights[0]
    assert len(sights) > 2, "no progress was shown between the start and the end"
    household = place | from_the_workbook(county)
    hand_to_the_broker(clerk, household)

    broker = visit(phone=True).log_in("visitor", county.user("visitor", "broker", household["village"]))
    record_a_visit(broker, household, "想在县城做缝纫")

    find_in_ledger(clerk, household)
    story = clerk.drawer.locator(".file")
    expect(story).to_contain_text("想在县城做缝纫")
    expect(story).to_contain_text("visitor")

    neighbour = visit().log_in("next-door", county.user("next-door", "township", household["neighbour"]))
    sees_only_its_own(neighbour, county, household["neighbour"])
    finds_nothing_of(neighbour, county, household)
    changes_nothing_of(neighbour, county, household)


def a_village_with_a_broker(county: County) -> dict[str, str]:
    """Where most is to do, and a neighbouring township that has people too."""
    ((village, village_name, town_name),) = county.rows(
        "SELECT v.code, v.name, t.name FROM casework_task k JOIN brokers_broker b ON b.id = k.broker_id"
        " JOIN areas_area v ON v.code = k.region_code JOIN areas_area t ON t.code = v.parent_id"
        " GROUP BY 1, 2, 3 ORDER BY count(*) DESC, v.code LIMIT 1"
    )
    ((neighbour,),) = county.rows(
        "SELECT left(region_code, 9) AS town FROM registry_person WHERE left(region_code, 9) <> %s GROUP BY town"
        " ORDER BY count(*) DESC, town LIMIT 1",
        village[:9],
    )
    return {
        "village": village, "village_name": village_name, "town": village[:9], "town_name": town_name,
        "neighbour": neighbour,
    }  # fmt: skip


def from_the_workbook(county: County) -> dict[str, str]:
    """The household that the workbook brought."""
    ((pk, number, head),) = county.rows(
        "SELECT id, number, head_name FROM registry_household WHERE number = %s", NUMBER
    )
    return {"pk": str(pk), "number": number, "head": head}


def bring_in_a_damaged_workbook(clerk: Site, place: dict[str, str], folder: Path) -> None:
    """Ten kinds of damage come back marked with their reasons; the good rows go into the ledger."""
    village = place["village_name"].removesuffix("村民委员会").removesuffix("居民委员会")
    made = workbooks.damaged_roster(place["town_name"], village)
    path = folder / "花名册.xlsx"
    path.write_bytes(made.content)
    clerk.hand_in(path, DAY)
    expect(clerk.page.locator("#progress")).to_contain_text("已校验")
    listed = clerk.page.locator("#list")
    for number in made.refused:
        expect(listed.get_by_text(f"第 {number} 行")).to_be_visible()

    marked = openpyxl.load_workbook(clerk.download("下载标注文件", folder))["名册"]
    sent = openpyxl.load_workbook(path)["名册"]
    beside = next(cell.column for cell in marked[len(workbooks.TITLE) + 1] if cell.value == "问题")
    for number in range(1, sent.max_row + 1):
        coloured = [cell for cell in marked[number] if cell.fill.fill_type == "solid"]
        reason = marked.cell(number, beside).value
        if number in made.refused or number in made.noted:
            assert coloured, f"row {number} has no marked cell"
            assert reason, f"row {number} has no reason"
            assert [cell for cell in coloured if cell.comment or cell.column == beside], f"row {number}"
            assert ("未并入" in reason) == (number in made.refused)
        else:
            assert not coloured, f"row {number} is marked without need"
            assert not reason or number == len(workbooks.TITLE) + 1
        theirs = [cell.value for cell in sent[number]]
        assert [cell.value for cell in marked[number][: len(theirs)]] == theirs, f"row {number} is not as it was"

    people = "SELECT count(*) FROM registry_person"
    ((before,),) = clerk.county.rows(people)
    clerk.page.get_by_role("button", name="并入台账").click()
    expect(clerk.page.get_by_role("status").first).to_contain_text("已并入台账")
    assert clerk.county.rows(people) == [(before + len(made.good),)]


def find_in_ledger(clerk: Site, household: dict[str, str]) -> None:
    """Through the tab of zero-employment households into the drawer."""
    clerk.open("户台账")
    clerk.page.get_by_role("link", name="全部").first.click()
    clerk.page.get_by_label("户主或户编号").fill(household["number"])
    row = clerk.page.locator("#list").get_by_role("row", name=household["number"])
    expect(row).to_have_count(1)
    row.get_by_role("link", name=household["head"]).click()
    expect(clerk.drawer.get_by_role("heading", level=2)).to_have_text(f"{household['head']}户")


def hand_to_the_broker(clerk: Site, household: dict[str, str]) -> None:
    """From the tab of zero-employment households into the drawer, and to the village's broker."""
    clerk.open("户台账")
    clerk.page.get_by_role("group", name="视图").get_by_role("link", name="零就业家庭").click()
    expect(clerk.page).to_have_url(re.compile("view=zero"))
    row = clerk.page.locator("#list").get_by_role("row", name=household["number"])
    row.get_by_role("link", name=household["head"]).click()
    expect(clerk.drawer.get_by_role("heading", level=2)).to_have_text(f"{household['head']}户")
    expect(clerk.drawer).to_contain_text("零就业家庭")
    clerk.drawer.get_by_role("button", name="派给经纪人").click()
    expect(clerk.drawer.get_by_role("status")).to_contain_text("已派给经纪人")
    expect(clerk.drawer.get_by_role("button", name="派给经纪人")).to_have_count(0)
    clerk.drawer.get_by_role("button", name="关闭").click()
    expect(clerk.drawer).not_to_be_visible()


def record_a_visit(broker: Site, household: dict[str, str], note: str) -> None:
    """The card on the phone, the form at the door, the card gone."""
    page = broker.page
    card = page.locator(f"#household-{household['pk']}")
    expect(card).to_contain_text("县里派发")
    expect(card).to_contain_text("零就业")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width == 390, "the phone page scrolls sideways"
    card.get_by_role("link", name="记走访").tap()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("见到本人").tap()
    for person in sheet.locator("fieldset", has_text="现在").all():
        person.get_by_label("想找活").tap()
    sheet.get_by_label("其他情况").fill(note)
    sheet.get_by_role("button", name="保存").tap()
    expect(page.get_by_role("status").first).to_contain_text("走访已记下")
    expect(card).to_have_count(0)
    expect(page.locator(".card-done")).to_contain_text(household["head"])


def sees_only_its_own(neighbour: Site, county: County, town: str) -> None:
    """Every record that any list of the neighbour links to, on all of its pages, lies in the neighbour's township."""
    shown: dict[str, set[int]] = {kind: set() for kind in TABLES}
    for address in LISTS:
        page: str | None = f"/desk/{address}"
        while page:
            answer = neighbour.get(page)
            assert answer.status == 200, page
            text = answer.text()
            for kind, key in RECORD.findall(text):
                shown[kind].add(int(key))
            following = NEXT.search(text)
            page = f"/desk/{address}{html.unescape(following[1])}" if following else None
    assert shown["households"], "the neighbour has no household: nothing would be proved"
    assert shown["persons"], "the neighbour has no person: nothing would be proved"
    for kind, table in TABLES.items():
        outside = county.rows(
            f"SELECT id FROM {table} WHERE id = ANY(%s) AND left(region_code, 9) <> %s", list(shown[kind]), town
        )
        assert not outside, f"{kind} of other townships are shown"


def finds_nothing_of(neighbour: Site, county: County, household: dict[str, str]) -> None:
    """Neither by name, number, phone or filter, nor by the address of the record itself."""
    pk, town = household["pk"], household["town"]
    persons = county.rows("SELECT id, name FROM registry_person WHERE household_id = %s ORDER BY id", int(pk))
    for key, name in persons:
        neighbour.page.get_by_role("searchbox").or_(neighbour.page.get_by_label("查人")).first.fill(name)
        neighbour.page.keyboard.press("Enter")
        expect(neighbour.page.get_by_role("heading", level=1)).to_have_text("人员台账")
        assert f"/desk/persons/{key}/" not in neighbour.page.content()
        assert neighbour.get(f"/desk/persons/{key}/").status == 404
    assert household["head"] not in neighbour.get(f"/desk/households/?q={household['number']}").text()
    for address in ("households", "persons", "tasks", "groups"):
        text = neighbour.get(f"/desk/{address}/?town={town}").text()
        assert not RECORD.findall(text), f"{address} of another township are listed"
    assert neighbour.get(f"/desk/households/{pk}/").status == 404
    assert neighbour.get("/desk/messages/").status == 403
    marked = "SELECT id FROM imports_importbatch WHERE marked_id IS NOT NULL ORDER BY id DESC LIMIT 3"
    for (key,) in county.rows(marked):
        for part in ("", "marked/", "columns/"):
            assert neighbour.get(f"/desk/imports/{key}/{part}").status == 404


def changes_nothing_of(neighbour: Site, county: County, household: dict[str, str]) -> None:
    """Forms sent by hand to the addresses of another township's records are answered as if there were none."""
    ((person,),) = county.rows("SELECT min(id) FROM registry_person WHERE household_id = %s", int(household["pk"]))
    ((link,),) = county.rows(
        "SELECT min(id) FROM linkage_link WHERE left(region_code, 9) <> %s", household["neighbour"]
    )
    ((batch, row),) = county.rows("SELECT batch_id, id FROM imports_importrow ORDER BY id DESC LIMIT 1")
    state = (
        "SELECT (SELECT count(*) FROM casework_task), (SELECT count(*) FROM casework_visit),"
        " (SELECT count(*) FROM audit_unmasking),"
        " (SELECT md5(string_agg(concat_ws(' ', id, decision), ',' ORDER BY id)) FROM linkage_link),"
        " (SELECT md5(string_agg(concat_ws(' ', id, state), ',' ORDER BY id)) FROM imports_importbatch)"
    )
    before = county.rows(state)
    pk = household["pk"]
    attempts = {
        f"/desk/households/{pk}/assign/": {},
        f"/desk/persons/{person}/reveal/id/": {"reason": "看看"},
        f"/desk/persons/{person}/reveal/phone/": {"reason": "看看"},
        f"/desk/linkage/{link}/decide/": {"person": str(person)},
        f"/desk/imports/{batch}/rows/{row}/decide/": {"accept": "1"},
        f"/desk/imports/{batch}/merge/": {},
        f"/desk/imports/{batch}/cancel/": {},
    }
    for address, form in attempts.items():
        assert neighbour.post(address, **form).status == 404, address
    assert neighbour.post(f"/m/households/{pk}/visit/", met="person").status == 403
    assert neighbour.post(f"/m/households/{pk}/call/").status == 403
    assert neighbour.post("/desk/cycle/run/").status == 403
    assert county.rows(state) == before
