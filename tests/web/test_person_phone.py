"""A person's own page shown at the counter, and WeChat taken off: for clerks, of their own area, for half an hour."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.messaging.models import WeChatBinding
from jobbridge.apps.messaging.services import bind_wechat
from jobbridge.apps.placements.links import COUNTER_MINUTES, Fate, at_counter, open_link
from jobbridge.apps.placements.models import WorkerLink
from jobbridge.apps.registry.models import Person
from tests.web.conftest import HTMX

TEST = system_actor("test")


@pytest.fixture(autouse=True)
def _address(settings):
    settings.PUBLIC_URL = "https://jobs.example"


def show(client, person, **headers):
    return client.post(reverse("desk:person_link", args=[person.pk]), **headers)


def test_the_code_to_scan_is_the_person_s_page_for_half_an_hour(county):
    now = timezone.now()
    address = at_counter(county.person, actor=county.users["town"].actor(), now=now)
    code = address.removeprefix("https://jobs.example/w/").removesuffix("/")
    fate, link = open_link(code, now=now)
    assert (fate, link.person_id) == (Fate.GOOD, county.person.pk)
    assert open_link(code, now=now + timedelta(minutes=COUNTER_MINUTES + 1)) == (Fate.ENDED, None)
    again = at_counter(county.person, actor=county.users["town"].actor(), now=now)
    assert again == address
    other = at_counter(county.person, actor=county.users["county"].actor(), now=now)
    assert other != address


def test_a_clerk_shows_it_and_the_address_is_nowhere_in_words(signed_in, county):
    client = signed_in("town")
    shown = client.get(reverse("desk:person", args=[county.person.pk])).content.decode()
    assert "出示本人手机页面的二维码" in shown
    part = show(client, county.person, **HTMX).content.decode()
    assert "<html" not in part
    assert "<svg" in part
    assert "jobs.example" not in part
    whole = show(client, county.person).content.decode()
    assert "请本人用手机扫一扫" in whole
    # The other language leads back to the person: this page is not to be had by following a link.
    assert f'name="next" value="{reverse("desk:person", args=[county.person.pk])}"' in whole


def test_neighbours_leaders_and_the_dead_have_none(signed_in, county):
    assert show(signed_in("neighbour"), county.person).status_code == 404
    assert show(signed_in("leader"), county.person).status_code == 403
    with acting_as(TEST):
        Person.objects.filter(pk=county.person.pk).update(life="dead")
    assert show(signed_in("town"), county.person).status_code == 404
    with acting_as(TEST):
        assert not WorkerLink.objects.filter(person=county.person).exists()


def test_a_county_without_an_address_shows_no_button(signed_in, county, settings):
    settings.PUBLIC_URL = ""
    client = signed_in("town")
    assert "二维码" not in client.get(reverse("desk:person", args=[county.person.pk])).content.decode()
    assert show(client, county.person).status_code == 404


def test_wechat_is_shown_and_taken_off_by_a_clerk(signed_in, county, settings):
    settings.WECHAT_ACCOUNT = {"KEY_ID": "made-up", "KEY_SECRET": "made-up", "TEMPLATES": "{}"}
    bind_wechat(actor=TEST, person_id=county.person.pk, openid="open-1", source="本人手机", now=timezone.now())
    client = signed_in("town")
    shown = client.get(reverse("desk:person", args=[county.person.pk])).content.decode()
    assert "微信" in shown
    assert "确认解除" in shown
    assert "确认解除" not in signed_in("leader").get(reverse("desk:person", args=[county.person.pk])).content.decode()
    address = reverse("desk:person_unbind", args=[county.person.pk])
    assert signed_in("neighbour").post(address).status_code == 404
    assert WeChatBinding.objects.exists()
    client = signed_in("town")
    assert "以后的消息发短信" in client.post(address, follow=True).content.decode()
    assert not WeChatBinding.objects.exists()
    assert "没有绑定微信" in client.post(address, follow=True).content.decode()
