"""The division tree with its other names, and the codes that id numbers began with."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from jobbridge.apps.accounts.scope import Actor, Scope, acting_as, system_actor
from jobbridge.apps.areas.models import Area, AreaAlias, FormerCode
from jobbridge.apps.areas.services import county_of_prefix, load_country, load_former_codes, load_villages
from jobbridge.apps.imports import services as imports
from jobbridge.apps.imports.places import PlaceBook, UnknownPlace
from jobbridge.apps.registry.models import Person
from jobbridge.kernel.division import bounds
from tests.imports.conftest import DAY, NOW, codes
from tests.imports.workbooks import member, workbook

TEST = system_actor("test")


@pytest.fixture
def country(db: None) -> None:
    load_country()


def test_loading_twice_changes_nothing(country: None) -> None:
    load_villages("140223")
    before = [model.objects.count() for model in (Area, AreaAlias, FormerCode)]
    assert load_country() == before[0]
    load_villages("140223")
    assert [model.objects.count() for model in (Area, AreaAlias, FormerCode)] == before


def test_an_alias_of_a_village_comes_with_the_villages(country: None) -> None:
    assert not AreaAlias.objects.filter(name="望狐乡").exists()
    load_villages("140223")
    alias = AreaAlias.objects.get(name="望狐乡")
    assert (alias.area.name, alias.kind) == ("望狐村委会", "former")


NAMES = {
    ("500235", "黄石街道", "黄石社区"): "500235121001",
    ("500235", "黄石镇", "黄石社区居委会"): "500235121001",
    ("500235", "500235005000", "黄石"): "500235121001",
    ("500235", "500235121", "黄石"): "500235121001",
    ("610204", "孙塬镇", "惠原村"): "610204108204",
    ("610204", "孙原镇", "惠原村民委员会"): "610204108204",
    ("430523", "小溪市镇", ""): "430523201000",
    ("140223", "望狐乡", "望狐村"): "140223104218",
    ("140223", "", "望狐乡"): "140223104218",
    ("140223", "山西省广灵县望狐乡望狐村12号", "address"): "140223104218",
}


def find(county: str, town: str, village: str) -> str:
    book = PlaceBook.load(county)
    if village == "address":
        return book.find_in_address(town)
    return book.find(town, village) if village else book.town_code(town)


def test_names_of_other_years(country: None) -> None:
    for county in {key[0] for key in NAMES}:
        load_villages(county)
    assert {key: find(*key) for key in NAMES} == NAMES
    with pytest.raises(UnknownPlace, match="没有乡镇"):
        find("500235", "500235999", "黄石")


@pytest.mark.parametrize(("county", "town", "village", "expected"), [
    ("610204", "孙塬镇", "惠原村", "610204108204"),
    ("140223", "望狐乡", "望狐村", "140223104218"),
])  # fmt: skip
def test_a_roster_under_the_name_of_another_year_is_taken_in(
    country: None, settings: Any, tmp_path: Path, county: str, town: str, village: str, expected: str
) -> None:
    settings.COUNTY_CODE = county
    options = {"location": tmp_path / "files"}
    settings.STORAGES = {**settings.STORAGES, "default": {**settings.STORAGES["default"], "OPTIONS": options}}
    load_villages(county)
    clerk = Actor("user:1", "县级经办", "county", Scope.of([bounds(county)]))
    content = workbook([member(1, 乡=town, 村=village)])
    batch = imports.upload(actor=clerk, name="名册.xlsx", content=content, as_of=DAY, now=NOW)
    batch = imports.merge(actor=clerk, batch=batch, now=NOW)
    assert codes(batch, TEST) == {}
    with acting_as(TEST):
        assert Person.objects.get().region_code == expected


@pytest.fixture
def former_codes(db: None) -> None:
    load_former_codes()


@pytest.mark.parametrize(
    ("prefix", "year", "name"),
    [
        ("512225", 1985, "云阳县"),  # Wanxian prefecture until 1991
        ("512225", 1981, "旺苍县"),
        ("512225", 1979, "旺苍县"),  # before the first list: the earliest name
        ("512225", 2026, "云阳县"),  # given up: the last name it had
        ("500235", 2026, "云阳县"),
        ("430523", 1983, "衡山县"),
        ("430523", 1984, "衡山县"),  # a year without an entry: the one before
        ("430523", 1986, "邵阳县"),
        ("430402", 1983, "雨湖区"),  # listed for two: the later one
        ("430402", 1990, "江东区"),  # the later one is over, the earlier one is not
        ("140223", 1950, "广灵县"),
        ("130229", 2026, "玉田县"),
        ("990101", 2026, ""),
        ("51222", 2026, ""),
        ("", 2026, ""),
    ],
)
def test_the_county_that_issued_an_id_number(former_codes: None, prefix: str, year: int, name: str) -> None:
    assert county_of_prefix(prefix, date(year, 6, 1)) == name
