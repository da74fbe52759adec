"""The way in and back: the language of a page that answered a form, a stale form, links that a role may follow."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.linkage.models import Suspicion
from jobbridge.apps.placements.models import Recommendation
from tests.factories import DAY

TEST = system_actor("test")
NEXT = re.compile(r'name="next" value="([^"]*)"')
LINK = re.compile(r'(?:href|hx-get)="(/[^"#]*)"')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
BROWSER = {"HTTP_ACCEPT": "text/html,application/xhtml+xml,*/*;q=0.8"}


def to_english(browser, page: str) -> Client:
    """What a browser shows after the language button of a page."""
    (back,) = NEXT.findall(page)
    return browser.post(reverse("language"), {"language": "en", "next": back}, follow=True, **BROWSER)


def test_the_language_of_a_page_that_answered_a_form_leads_to_a_page(signed_in, county):
    with acting_as(TEST):
        Recommendation.objects.filter(pk=county.item.pk).update(state="interested", state_on=DAY)
    browser = signed_in("employer")
    answer = browser.post(reverse("employer:candidate_phone", args=[county.post.pk, county.item.pk]))
    assert answer.status_code == 200
    english = to_english(browser, answer.content.decode())
    assert english.status_code == 200
    assert english.redirect_chain[-1][0] == reverse("employer:candidates", args=[county.post.pk])
    assert '<html lang="en">' in english.content.decode()


def test_a_refused_form_of_the_desk_has_a_language_too(signed_in, county):
    browser = signed_in("county")
    refused = browser.post(reverse("desk:match_policy_add"), {"valid_from": ""})
    assert refused.status_code == 422
    assert to_english(browser, refused.content.decode()).redirect_chain[-1][0] == reverse("desk:match_policies")


def test_the_page_with_a_password_shown_once_offers_no_other_page(signed_in, county):
    browser = signed_in("county")
    page = reverse("desk:employer", args=[county.post.employer_id])
    assert NEXT.search(browser.get(page).content.decode())
    opening = reverse("desk:employer_account", args=[county.post.employer_id])
    opened = browser.post(opening, {"username": "shop1", "name": "店长"}).content.decode()
    assert "初始密码只显示这一次" in opened
    assert not NEXT.search(opened)
    assert browser.get(opening, **BROWSER).url == page  # reopened by hand
    assert browser.get(opening).status_code == 405


def test_a_form_opened_before_signing_in_elsewhere_says_so_in_our_words(county):
    with acting_as(TEST):
        county.users["county"].set_password("yunyang-demo-2026")
        county.users["county"].save()
    browser = Client(enforce_csrf_checks=True)
    (token,) = TOKEN.findall(browser.get(reverse("login")).content.decode())  # both tabs
    form = {"username": "county", "password": "yunyang-demo-2026", "csrfmiddlewaretoken": token}
    assert browser.post(reverse("login"), form).status_code == 302
    stale = browser.post(reverse("login"), form)
    assert stale.status_code == 403
    assert "登录状态有变化，请重新打开页面" in stale.content.decode()
    assert f'href="{reverse("login")}"' in stale.content.decode()
    assert browser.get(reverse("login")).url == reverse("home")
    fragment = browser.post(reverse("language"), HTTP_HX_REQUEST="true")
    assert (fragment.status_code, fragment["HX-Refresh"]) == (403, "true")


@pytest.mark.parametrize("role", ["leader", "town", "county"])
def test_no_page_of_the_desk_leads_where_its_reader_may_not_go(signed_in, records, role):
    browser = signed_in(role)
    with acting_as(TEST):
        assert Suspicion.objects.filter(state="open").exists()
    starts = [reverse(f"desk:{page}") for page in ("home", "households", "persons", "groups", "tasks", "posts",
              "employers", "cycle", "indicators", "match_runs", "match_policies")]  # fmt: skip
    starts += [
        reverse("desk:household", args=[records.household.pk]),
        reverse("desk:person", args=[records.person.pk]),
    ]
    starts += [reverse("desk:post", args=[records.post.pk]), reverse("desk:match_run", args=[records.run.pk])]
    starts += [reverse("desk:recommendation", args=[records.item.pk])]
    refused = {}
    seen: set[str] = set()
    for start in starts:
        answer = browser.get(start)
        assert answer.status_code == 200, start
        for link in set(LINK.findall(answer.content.decode().replace("&amp;", "&"))) - seen:
            seen.add(link)
            if not link.startswith("/static/") and browser.get(link).status_code == 403:
                refused[link] = start
    assert refused == {}


def test_a_leader_is_not_offered_to_read_a_number(signed_in, county):
    page = reverse("desk:household", args=[county.household.pk])
    reveal = reverse("desk:reveal", args=[county.person.pk, "phone"])
    assert reveal in signed_in("town").get(page).content.decode()
    assert reveal not in signed_in("leader").get(page).content.decode()
