"""重复人员: two entries side by side, one click, and nobody is merged."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.areas.models import Area
from jobbridge.apps.linkage.models import DuplicateSearch, DuplicateSuspicion
from jobbridge.apps.registry.models import Person
from tests.factories import DAY, make_household, make_person, make_phone
from tests.web.conftest import HERE, HTMX, THERE, make_duplicate

TEST = system_actor("test")
LIST = "desk:linkage_duplicates"


@pytest.fixture
def twins(county):
    """One person under two names that sound alike, in two townships."""
    with acting_as(TEST):
        one, other = (
            make_person(make_household(village), name) for village, name in ((HERE, "纳兰慕青"), (THERE, "纳兰慕清"))
        )
        make_phone(one, "16400001234")
        county.pair = make_duplicate(one, other)
    county.one, county.another = one, other
    return county


def text_of(client, **query):
    return client.get(reverse(LIST), query).content.decode()


def say(client, pair, state, **more):
    return client.post(reverse("desk:linkage_duplicate", args=[pair.pk]), {"state": state, **more}, **HTMX)


def jobs():
    return ProcrastinateJob.objects.filter(task_name__endswith="find_duplicates_job")


def test_both_entries_stand_side_by_side_and_differences_are_marked(signed_in, twins):
    card = text_of(signed_in("county")).split(f'id="duplicate-{twins.pair.pk}"')[1].split("</article>")[0]
    marked = re.findall(r"<mark[^>]*>([^<]*)</mark>", card)
    assert marked[:2] == ["青", "清"]
    assert "同音" in card
    assert "把握" in card
    assert "97%" in card
    assert "16400001234" not in card
    assert twins.one.id_mask in re.sub("</?mark[^>]*>", "", card)
    for person in (twins.one, twins.another):
        assert reverse("desk:person", args=[person.pk]) in card


def test_one_click_says_one_person_merges_nothing_and_tells_the_next_step(signed_in, twins):
    client = signed_in("county")
    with acting_as(TEST):
        before = list(Person.objects.order_by("pk").values())
    card = say(client, twins.pair, "same").content.decode()
    assert card.lstrip().startswith(f'<article class="pair" id="duplicate-{twins.pair.pk}"')
    assert "没有合并，也没有删除" in card
    assert "下一步" in card
    for person in (twins.one, twins.another):
        assert card.count(reverse("desk:person", args=[person.pk])) == 2
    with acting_as(TEST):
        assert list(Person.objects.order_by("pk").values()) == before
        assert DuplicateSuspicion.objects.get().decided_by == twins.users["county"].actor().key
    assert "纳兰" not in text_of(client).split('id="list"')[1]
    assert "纳兰慕青" in text_of(client, view="same")


def test_two_persons_with_a_note_and_taken_back(signed_in, twins):
    client = signed_in("county")
    card = say(client, twins.pair, "different", note="电话问过，是两姐妹").content.decode()
    assert "电话问过，是两姐妹" in card
    assert "没有合并" not in card
    assert 'value="same"' in say(client, twins.pair, "open").content.decode()
    assert say(client, twins.pair, "nonsense").status_code == 400
    plain = client.post(reverse("desk:linkage_duplicate", args=[twins.pair.pk]), {"state": "x"}, follow=True)
    assert "请选择核实结果" in plain.content.decode()


def test_a_township_neither_sees_nor_settles_them(signed_in, twins):
    with acting_as(TEST):
        neighbours_own = make_duplicate(twins.another, twins.seeker, region_code=THERE)
    for who in ("town", "neighbour", "leader", "broker"):
        client = signed_in(who)
        assert client.get(reverse(LIST)).status_code == 403
        for pair in (twins.pair, neighbours_own):
            assert say(client, pair, "same").status_code == 403
    with acting_as(TEST):
        assert set(DuplicateSuspicion.objects.values_list("state", flat=True)) == {"open"}
    nav = signed_in("town").get(reverse("desk:linkage_results")).content.decode()
    assert reverse(LIST) not in nav
    # Whoever has the county's role in one township sees that township's pairs and settles no others.
    with acting_as(TEST):
        user = twins.users["county"]
        user.areas.set(Area.objects.filter(code="500235002000"))
    client = signed_in("county")
    assert f"duplicate-{neighbours_own.pk}" in text_of(client)
    assert f"duplicate-{twins.pair.pk}" not in text_of(client)
    assert say(client, twins.pair, "same").status_code == 404


def test_the_button_puts_one_search_in_the_queue(signed_in, county):
    client = signed_in("county")
    first = client.post(reverse("desk:linkage_duplicate_search"), follow=True).content.decode()
    assert "已开始" in first
    assert "已排队" in first
    assert 'hx-trigger="every 2s"' in first
    assert reverse("desk:linkage_duplicate_search") not in first
    again = client.post(reverse("desk:linkage_duplicate_search"), follow=True).content.decode()
    assert "不用再点" in again
    assert jobs().count() == 1
    assert jobs().get().args == {"user_id": county.users["county"].pk}


def test_progress_is_told_and_the_end_brings_the_page_anew(signed_in, county, fragment):
    client = signed_in("county")
    client.post(reverse("desk:linkage_duplicate_search"))
    search = DuplicateSearch.objects.create(
        started_by="user:1", started_at=timezone.now(), step="查找重复人员", total=20_000
    )
    polled = fragment(client, reverse(LIST), "search")
    assert "20,000" in polled.content.decode()
    assert "HX-Refresh" not in polled
    jobs().update(status="succeeded")
    search.finished_at, search.counts = timezone.now(), {"found": 7_200, "kept": 5_000, "open": 5_000}
    search.save()
    polled = fragment(client, reverse(LIST), "search")
    assert polled["HX-Refresh"] == "true"
    assert "找到 7,200 对" in polled.content.decode()
    assert "最像的 5,000 对" in polled.content.decode()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "上次查找已中断"),
        ({"finished_at": timezone.now(), "error": "内存不够"}, "上次没有找完：内存不够"),
    ],
)
def test_a_search_cut_off_or_failed_says_so_and_can_be_begun_anew(signed_in, county, values, words):
    DuplicateSearch.objects.create(started_by="user:1", started_at=timezone.now(), step="读取台账", **values)
    text = text_of(signed_in("county"))
    assert words in text
    assert reverse("desk:linkage_duplicate_search") in text


def test_a_page_at_a_time_the_likeliest_first(signed_in, county):
    with acting_as(TEST):
        home = make_household(HERE)
        people = [make_person(home, f"谭{number}") for number in range(13)]
        pairs = [
            make_duplicate(one, other, posterior=0.5 + number / 100, found_on=DAY)
            for number, (one, other) in enumerate(zip(people, people[1:], strict=False))
        ]
    client = signed_in("county")
    first = text_of(client)
    shown = [int(key) for key in re.findall(r'<article class="pair" id="duplicate-(\d+)"', first)]
    likeliest_first = [pair.pk for pair in reversed(pairs)]
    assert shown == likeliest_first[:10]
    after = re.search(r"after=([^&\"]+)", first)[1]
    rest = client.get(f"{reverse(LIST)}?after={after}").content.decode()
    assert [int(key) for key in re.findall(r'id="duplicate-(\d+)"', rest)] == [pair.pk for pair in reversed(pairs)][
        10:
    ]


def test_the_desk_says_how_many_wait(signed_in, twins):
    assert "疑似重复人员" in signed_in("county").get(reverse("desk:home")).content.decode()
    assert "疑似重复人员" not in signed_in("town").get(reverse("desk:home")).content.decode()
