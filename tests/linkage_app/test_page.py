"""The page of pairs: who was quicker is told by name, and the county may ask for another look."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from jobbridge.apps.accounts.models import Role, User
from jobbridge.apps.accounts.scope import acting_as
from jobbridge.apps.linkage.deciding import parameters_digest
from jobbridge.apps.linkage.models import Lease, Link, LinkRun, Opinion
from jobbridge.web.desk.differences import pieces
from tests.factories import DAY, make_user
from tests.linkage_app.conftest import COUNTY, SYSTEM

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def browser(county):
    def signed_in(name: str) -> Client:
        client = Client()
        with acting_as(SYSTEM):
            client.force_login(User.objects.get(username=name))
        return client

    return signed_in


def url(action: str, pair: Link) -> str:
    return reverse(f"desk:linkage_{action}", args=[pair.pk])


def test_the_second_clerk_is_told_who_decided(county, pair, browser):
    browser("li").post(url("decide", pair), {"person": county.near.pk}, **HTMX)
    answer = browser("wu").post(url("decide", pair), {"person": ""}, **HTMX)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert f'id="pair-{pair.pk}"' in text
    assert "已由 li 核对" in text
    assert "是同一人" in text
    plain = browser("wu").post(url("decide", pair), {"person": ""}, follow=True)
    assert "已由 li 核对：是同一人" in plain.content.decode()


def test_the_county_has_the_button_and_the_township_has_not(county, pair, browser):
    answer = browser("li").post(url("decide", pair), {"person": county.near.pk}, **HTMX)
    assert "重新核对" not in answer.content.decode()
    decided = browser("zhou").get(reverse("desk:linkage"), {"view": "decided"}).content.decode()
    assert url("reopen", pair) in decided
    assert browser("li").post(url("reopen", pair), **HTMX).status_code == 403
    again = browser("zhou").post(url("reopen", pair), **HTMX).content.decode()
    assert "都不是" in again
    assert "已由" not in again


def test_a_second_look_tells_nothing_of_the_first(county, pair, browser, everything_twice):
    """Neither the card nor any list shows the second clerk that, how and by whom the pair was decided."""
    browser("li").post(url("decide", pair), {"person": county.near.pk})
    card = browser("wu").get(reverse("desk:linkage_next")).content.decode()
    assert f'id="pair-{pair.pk}"' in card
    decided = browser("wu").get(reverse("desk:linkage"), {"view": "decided"}).content.decode()
    assert f'id="pair-{pair.pk}"' not in decided
    for text in (card, decided):
        assert "已由" not in text
        assert "核对：是同一人" not in text
    assert f'id="pair-{pair.pk}"' not in browser("li").get(reverse("desk:linkage_next")).content.decode()
    assert "已由 li 核对" in browser("li").get(reverse("desk:linkage"), {"view": "decided"}).content.decode()


TOLD = ("已由", "是同一人</small>", "li 核对", "：是同一人", 'name="opinion"')


def card_of(client: Client, pair: Link) -> str:
    """The card of the pair as the desk shows it, without what is another in each answer."""
    (card,) = re.findall(
        rf'<article class="pair" id="pair-{pair.pk}".*?</article>',
        client.get(reverse("desk:linkage_next")).content.decode(),
        re.DOTALL,
    )
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", card)


@pytest.mark.parametrize("chosen", ["near", "far", None])
def test_the_card_of_a_second_look_is_the_card_of_a_first(county, pair, browser, everything_twice, chosen):
    with acting_as(SYSTEM):
        other = make_user("qian", Role.COUNTY, COUNTY)
        Link.objects.update(run=None)
    first = card_of(browser("zhou"), pair)
    with acting_as(SYSTEM):
        Lease.objects.all().delete()
    browser("zhou").post(url("decide", pair), {"person": getattr(county, chosen).pk if chosen else ""})
    assert card_of(browser(other.username), pair) == first


def test_no_list_and_no_refusal_tells_the_second_clerk(county, pair, browser, everything_twice):
    browser("zhou").post(url("decide", pair), {"person": county.near.pk})
    wu, records = browser("wu"), reverse("desk:linkage_records")
    assert "<small>是同一人</small>" in browser("zhou").get(records).content.decode()
    script = {"HTTP_ACCEPT": "application/json"}
    posts = [("ask", {"person": county.near.pk}), ("undo", {"what": "decide"}), ("decide", {"person": 0})]
    for action, form in posts:
        for more in ({}, HTMX, script):
            text = wu.post(url(action, pair), form, follow=True, **more).content.decode()
            assert not [word for word in TOLD if word in text], (action, more)
    assert "<small>是同一人</small>" not in wu.get(records).content.decode()


def test_the_second_clerk_is_told_their_own_word_and_learns_the_first_when_theirs_stands(
    county, pair, browser, everything_twice
):
    browser("li").post(url("decide", pair), {"person": county.near.pk})
    wu = browser("wu")
    assert "已记下：不是同一人" in wu.post(url("decide", pair), {"person": ""}, follow=True).content.decode()
    assert "已记下：不是同一人" in wu.post(url("decide", pair), {"person": ""}, follow=True).content.decode()
    assert "已记下：待核对" in wu.post(url("undo", pair), follow=True).content.decode()
    wu.post(url("decide", pair), {"person": ""}, follow=True)
    pages = [reverse("desk:linkage") + "?view=decided", reverse("desk:linkage_records")]
    for page in pages:
        assert ">是同一人" not in wu.get(page).content.decode()
    with acting_as(SYSTEM):
        Opinion.objects.update(given_at=timezone.now() - timedelta(hours=25))
    for page in pages:
        assert ">是同一人" in wu.get(page).content.decode()


def test_a_decided_pair_says_who_was_chosen(county, pair, browser, nothing_twice):
    zhou = browser("zhou")
    assert "pair-chosen" not in zhou.get(reverse("desk:linkage")).content.decode()
    zhou.post(url("decide", pair), {"person": county.far.pk})
    text = zhou.get(reverse("desk:linkage"), {"view": "decided"}).content.decode()
    assert f"是同一人：{county.far.name}" in text
    heads = re.findall(r"<th scope=.col.( class=.pair-chosen.)?><kbd>(\d)</kbd>", text)
    assert [number for marked, number in heads if marked] == ["2"]
    assert set(re.findall(r'<td data-who="(\d)" class="pair-chosen">', text)) == {"2"}
    with acting_as(SYSTEM):
        Link.objects.update(decision="rejected")
    assert "pair-chosen" not in zhou.get(reverse("desk:linkage"), {"view": "decided"}).content.decode()


def test_the_records_say_how_sure_the_engine_is_of_whom_they_show(county, pair, browser, nothing_twice):
    zhou, records = browser("zhou"), reverse("desk:linkage_records")
    assert "70.0%" in zhou.get(records).content.decode()
    zhou.post(url("decide", pair), {"person": county.far.pk})
    text = zhou.get(records).content.decode()
    assert "20.0%" in text
    assert "70.0%" not in text
    zhou.post(url("reopen", pair))
    zhou.post(url("decide", pair), {"person": ""})
    assert "%" not in zhou.get(records).content.decode().split("<tbody>")[1].split("</tbody>")[0]


@pytest.mark.parametrize("who", ["zhou", "li", "wu"])
def test_a_number_and_its_records_agree_for_who_is_not_to_know_the_decision(
    county, pair, browser, everything_twice, who
):
    """Who is to give the second opinion counts the pair as one that waits, and finds it there."""
    browser("zhou").post(url("decide", pair), {"person": county.near.pk})
    client = browser(who)
    text = client.get(reverse("desk:linkage_results")).content.decode()
    cells = dict(re.findall(r"zone=(\w+)\">(\d+)<", text))
    waits = {"review": "1", "decided": "0"} if who != "zhou" else {"review": "0", "decided": "1"}
    assert cells == {"auto": "0", "none": "0", "outsiders": "0"} | waits
    for zone, number in waits.items():
        listed = client.get(reverse("desk:linkage_records"), {"zone": zone}).content.decode()
        assert listed.split("<tbody>")[1].count('data-label="把握"') == int(number), zone


@pytest.mark.parametrize("hold", ["name_only", "phone_only"])
def test_a_reason_that_would_contradict_the_chance_says_that_it_is_a_rule(county, pair, browser, hold):
    with acting_as(SYSTEM):
        Link.objects.update(hold=hold)
    for name in ("linkage", "linkage_records"):
        assert "对得上，规定须人工确认" in browser("zhou").get(reverse(f"desk:{name}")).content.decode(), name


def test_the_list_shows_the_second_clerk_the_engine_s_first_candidate(county, pair, browser, everything_twice):
    """Not the other one whom the first clerk chose."""
    browser("zhou").post(url("decide", pair), {"person": county.far.pk})
    with acting_as(SYSTEM):
        make_user("qian", Role.COUNTY, COUNTY)
    row = browser("qian").get(reverse("desk:linkage_records")).content.decode()
    assert reverse("desk:person", args=[county.near.pk]) in row
    assert reverse("desk:person", args=[county.far.pk]) not in row


def test_the_county_sees_agreement_and_rules(county, pair, browser, everything_twice):
    browser("li").post(url("decide", pair), {"person": county.near.pk})
    with acting_as(SYSTEM):
        opinion = Opinion.objects.get()
    answer = browser("wu").post(url("decide", pair), {"person": ""}, HTTP_ACCEPT="application/json")
    assert answer.status_code == 204
    page = browser("zhou").get(reverse("desk:linkage_second")).content.decode()
    assert "li" in page
    assert "认为都不是" in page
    settle = reverse("desk:linkage_settle", args=[opinion.pk])
    assert settle in page
    assert browser("li").get(reverse("desk:linkage_second")).status_code == 403
    assert browser("zhou").post(settle, {"person": "", "reason": "不是"}).status_code == 302
    with acting_as(SYSTEM):
        assert Link.objects.get().decision == "rejected"
    assert settle not in browser("zhou").get(reverse("desk:linkage_second")).content.decode()


def test_the_script_gets_reasons_as_text(county, pair, browser):
    browser("li").post(url("decide", pair), {"person": county.near.pk}, HTTP_ACCEPT="application/json")
    answer = browser("wu").post(url("decide", pair), {"person": ""}, HTTP_ACCEPT="application/json")
    assert (answer.status_code, answer.json()) == (409, {"reason": "已由 li 核对：是同一人"})
    assert (
        browser("li").post(url("undo", pair), {"what": "decide"}, HTTP_ACCEPT="application/json").status_code == 204
    )
    refused = browser("li").post(url("ask", pair), {"person": county.near.pk}, HTTP_ACCEPT="application/json")
    assert (refused.status_code, refused.json()) == (400, {"reason": "这个村没有在任经纪人，问不了"})


@pytest.mark.parametrize("nonsense", ["²", "-1", "abc", "9" * 30])
def test_nonsense_is_no_verdict(county, pair, browser, nonsense):
    assert browser("li").post(url("decide", pair), {"person": nonsense}).status_code == 400
    with acting_as(SYSTEM):
        assert Link.objects.get().decision == "pending"


def test_where_an_answer_comes_from_is_on_the_card(county, pair, browser):
    with acting_as(SYSTEM):
        report = {"engine": "engine-9", "parameters": {"auto": 0.95}}
        run = LinkRun.objects.create(
            on=DAY, register_mark="12:345", feed_mark="1:2", counts={}, report=report, finished_at=timezone.now()
        )
        Link.objects.update(run=run, stage="R")
    card = browser("zhou").get(reverse("desk:linkage")).content.decode()
    for text in ("engine-9", "12:345", parameters_digest(report), "逐项计分", "铁路.csv"):
        assert text in card


@pytest.mark.parametrize(
    ("said", "known", "whole", "marked"),
    [
        ("覃平国", "覃平果", False, "覃平[果]"),
        ("覃国", "覃平国", False, "覃[平]国"),
        ("覃平国", "覃国", False, "覃[]国"),
        ("覃*", "覃平国", False, "覃平国"),
        ("覃*光", "覃平国", False, "覃平[国]"),
        ("164****0072", "164****0073", False, "164****007[3]"),
        ("9901**********1234", "9901**********1324", False, "9901**********1[32]4"),
        ("9901**********1234", "", False, ""),
        ("", "9901**********1234", False, "9901**********1234"),
        ("1980-05-01", "1980-01-05", False, "1980-0[1]-0[5]"),
        ("双江街道 群益社区", "双江街道 梨园村", True, "[双江街道 梨园村]"),
        ("男", "男", True, "男"),
    ],
)
def test_differences_character_by_character(said, known, whole, marked):
    shown = "".join(f"[{piece.text}]" if piece.bad else piece.text for piece in pieces(said, known, whole))
    assert shown == marked


@given(st.text("0*19", max_size=8), st.text("0*19", max_size=8))
def test_no_mark_lies_on_a_masked_character(said, known):
    found = pieces(said, known)
    assert "".join(piece.text for piece in found) == known
    if "*" in said + known:
        assert not any("*" in piece.text for piece in found if piece.bad)
