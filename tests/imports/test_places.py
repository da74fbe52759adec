"""Place names as people write them."""

from __future__ import annotations

import pytest

from jobbridge.apps.areas.models import Area, AreaAlias
from jobbridge.apps.imports.places import PlaceBook, UnknownPlace, WorkPlaces

pytestmark = pytest.mark.usefixtures("county")


@pytest.fixture
def book(county: dict[str, Area]) -> PlaceBook:
    AreaAlias.objects.create(area_id="500235001002", name="老梨园", code="500235001901", kind="former")
    return PlaceBook.load("500235")


@pytest.mark.parametrize(
    ("town", "village", "code"),
    [
        ("双江街道", "群益社区", "500235001001"),
        ("双江", "群益社区居委会", "500235001001"),
        ("双江街道办事处", " 群 益 ", "500235001001"),
        ("", "马沱村民委员会", "500235002002"),
        ("青龙街道", "马沱社区", "500235002002"),
        ("双江街道", "老梨园村", "500235001002"),
        ("", "500235001001", "500235001001"),
        ("", "500235001901", "500235001002"),
    ],
)
def test_villages(book: PlaceBook, town: str, village: str, code: str) -> None:
    assert book.find(town, village) == code


@pytest.mark.parametrize(
    ("town", "village", "words"),
    [
        ("双江街道", "群艺社区", "是否群益社区"),
        ("双龙街道", "群益社区", "没有乡镇“双龙街道”，是否双江街道"),
        ("", "500235009001", "不是本县的村"),
    ],
)
def test_unknown_places_name_what_is_near(book: PlaceBook, town: str, village: str, words: str) -> None:
    with pytest.raises(UnknownPlace, match=words):
        book.find(town, village)


def test_a_village_and_a_community_of_one_name(book: PlaceBook) -> None:
    Area.objects.create(code="500235001003", name="群益村", level=5, parent_id="500235001000")
    both = PlaceBook.load("500235")
    assert both.find("双江街道", "群益村民委员会") == "500235001003"
    assert both.find("双江街道", "群益居委会") == "500235001001"
    with pytest.raises(UnknownPlace, match="多个"):
        both.find("双江街道", "群益")


def test_one_name_in_two_townships_asks_for_the_township(book: PlaceBook) -> None:
    Area.objects.create(code="500235002003", name="梨园村", level=5, parent_id="500235002000")
    with pytest.raises(UnknownPlace, match="请写明乡镇"):
        PlaceBook.load("500235").find("", "梨园村")


def test_a_village_inside_an_address(book: PlaceBook) -> None:
    assert book.find_in_address("重庆市云阳县青龙街道马沱村3组12号") == "500235002002"
    with pytest.raises(UnknownPlace):
        book.find_in_address("浙江省义乌市")


def test_another_county_is_not_ours(book: PlaceBook) -> None:
    with pytest.raises(UnknownPlace, match="不是云阳县"):
        book.locate("奉节县", "", "群益社区", "")
    assert book.locate("云阳", "", "群益社区", "") == "500235001001"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("浙江省金华市义乌市", "330782"),
        ("浙江义乌", "330782"),
        ("义乌市", "330782"),
        ("浙江省", "330000"),
        ("广东省东莞市长安镇", "441900"),
        ("重庆市重庆市云阳县", "500235"),
        ("重庆市云阳县", "500235"),
        ("吉林省吉林市", "220200"),
        ("330782", "330782"),
        ("火星", ""),
        ("", ""),
    ],
)
def test_places_of_work(text: str, code: str) -> None:
    for number, name, level in [
        ("330000", "浙江省", 1), ("330700", "金华市", 2), ("330782", "义乌市", 3), ("440000", "广东省", 1),
        ("441900", "东莞市", 2), ("220000", "吉林省", 1), ("220200", "吉林市", 2), ("500200", "县", 2),
    ]:  # fmt: skip
        Area.objects.get_or_create(code=number.ljust(12, "0"), defaults={"name": name, "level": level})
    assert WorkPlaces.load().find(text) == code
