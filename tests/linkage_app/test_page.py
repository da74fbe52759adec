"""The page of pairs: who was quicker is told by name, and the county may ask for another look."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from jobbridge.apps.accounts.models import User
from jobbridge.apps.accounts.scope import acting_as
from jobbridge.apps.linkage.models import Link
from tests.linkage_app.conftest import SYSTEM

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
