"""Messages over WeChat: who may bind, that only the person themself can, and that it can be ended."""

from __future__ import annotations

import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.accounts.sealing import sealer
from jobbridge.apps.messaging.models import OPENID, WeChatBinding
from jobbridge.apps.placements.links import at_counter
from jobbridge.apps.registry.models import Person
from jobbridge.web.worker import wechat as page_of
from tests.messaging.providers import KEY_ID, KEY_SECRET
from tests.messaging.providers.wechat import WeChat
from tests.web.test_worker import code_of

INSIDE = {"HTTP_USER_AGENT": "Mozilla/5.0 (Linux; Android 10) MicroMessenger/8.0.49"}


@pytest.fixture(autouse=True)
def account(settings) -> Iterator[WeChat]:
    service = WeChat()
    settings.PUBLIC_URL = "https://jobs.example"
    settings.WECHAT_ACCOUNT = {
        "KEY_ID": KEY_ID, "KEY_SECRET": KEY_SECRET, "TEMPLATES": "{}", "ENDPOINT": service.endpoint,
    }  # fmt: skip
    yield service
    service.stop()
    assert service.faults == []


@pytest.fixture
def code(county) -> str:
    return code_of(county.person)


def ask(client, code, tail):
    return client.post(reverse("worker:wechat", args=[code]), {"tail": tail}, **INSIDE)


def consent(client, code, person) -> dict[str, str]:
    """What WeChat is asked, after the right last signs."""
    answer = ask(client, code, person.id_mask[-4:].lower())
    text = answer.content.decode()
    assert "去微信确认" in text
    link = text.split('class="yes" href="')[1].split('"')[0].replace("&amp;", "&")
    parts = urlsplit(link)
    assert (parts.scheme, parts.netloc, parts.fragment) == ("https", "open.weixin.qq.com", "wechat_redirect")
    return {name: values[0] for name, values in parse_qs(parts.query).items()}


def come_back(client, asked, **given):
    path = urlsplit(asked["redirect_uri"]).path
    return client.get(path, {"state": asked["state"], **given})


def test_inside_wechat_it_is_offered_and_bound_in_three_steps(client, county, code, account):
    posts = reverse("worker:posts", args=[code])
    assert "以后用微信收消息" not in client.get(posts).content.decode()  # another browser cannot say who it is
    assert "以后用微信收消息" in client.get(posts, **INSIDE).content.decode()
    asked = consent(client, code, county.person)
    assert asked["redirect_uri"] == f"https://jobs.example/w/{code}/wechat/back/"
    assert (asked["appid"], asked["scope"], asked["response_type"]) == (KEY_ID, "snsapi_base", "code")
    assert asked["state"].isalnum()
    assert len(asked["state"]) <= 128
    account.consents["c1"] = "open-7"
    answer = come_back(client, asked, code="c1")
    assert answer["Location"] == f"{posts}?said=bound"
    binding = WeChatBinding.objects.get()
    assert (binding.person_id, sealer().open(binding.openid_sealed, OPENID)) == (county.person.pk, "open-7")
    text = client.get(answer["Location"], **INSIDE).content.decode()
    assert "以后的消息发到您的微信" in text
    assert "以后用微信收消息" not in text


def test_it_is_ended_from_the_same_page(client, county, code, account):
    account.consents["c1"] = "open-7"
    come_back(client, consent(client, code, county.person), code="c1")
    assert "改回短信" in client.get(reverse("worker:mine", args=[code])).content.decode()
    answer = client.post(reverse("worker:wechat", args=[code]), {"answer": "end"})
    assert "said=unbound" in answer["Location"]
    assert not WeChatBinding.objects.exists()


@pytest.mark.parametrize("tail", ["", "0", "123", "99990", "****", "１２３４", "'; --"])
def test_who_does_not_know_the_number_gets_no_further(client, county, code, tail):
    text = ask(client, code, tail).content.decode()
    assert "与登记的身份证后四位不一致" in text
    assert "open.weixin" not in text
    assert escape(county.person.id_mask[-4:]) not in text


def test_guessing_ends_after_a_few_tries(client, county, code):
    for _ in range(page_of.MOST_TRIES):
        ask(client, code, "0000")
    text = ask(client, code, county.person.id_mask[-4:]).content.decode()
    assert "今天试得太多了" in text
    assert "open.weixin" not in text


def test_a_new_link_gives_no_new_tries(client, county, code):
    for _ in range(page_of.MOST_TRIES):
        ask(client, code, "0000")
    address = at_counter(county.person, actor=county.users["town"].actor(), now=timezone.now())
    other = address.removesuffix("/").rpartition("/")[2]
    assert "今天试得太多了" in ask(client, other, county.person.id_mask[-4:]).content.decode()


def test_looking_ahead_binds_nobody_and_coming_back_again_is_no_error(client, county, code, account):
    asked = consent(client, code, county.person)
    account.consents["c1"] = "open-7"
    path = urlsplit(asked["redirect_uri"]).path
    assert client.head(path, {"state": asked["state"], "code": "c1"}).status_code == 405
    assert not WeChatBinding.objects.exists()
    for _ in range(2):
        assert come_back(client, asked, code="c1")["Location"].endswith("?said=bound")
    assert WeChatBinding.objects.get().source == "本人手机"


def test_a_binding_over_the_code_of_a_clerk_says_so(client, county, account):
    address = at_counter(county.person, actor=county.users["town"].actor(), now=timezone.now())
    other = address.removesuffix("/").rpartition("/")[2]
    account.consents["c1"] = "open-7"
    come_back(client, consent(client, other, county.person), code="c1")
    assert WeChatBinding.objects.get().source == "窗口二维码"


def test_who_is_bound_can_leave_whatever_the_settings(client, county, code, account, settings):
    account.consents["c1"] = "open-7"
    come_back(client, consent(client, code, county.person), code="c1")
    settings.PUBLIC_URL = ""
    assert "改回短信" in client.get(reverse("worker:mine", args=[code])).content.decode()
    settings.WECHAT_ACCOUNT = {}
    assert "消息发到您的微信" not in client.get(reverse("worker:mine", args=[code])).content.decode()
    client.post(reverse("worker:wechat", args=[code]), {"answer": "end"})
    assert not WeChatBinding.objects.exists()


def test_outside_wechat_the_page_says_where_to_open_it(client, county, code):
    text = client.get(reverse("worker:wechat", args=[code])).content.decode()
    assert "请在微信里打开这个页面" in text
    assert "身份证最后四位" not in text


def test_a_person_without_a_number_on_record_cannot_bind(client, county, code):
    with acting_as(system_actor("test")):
        Person.objects.filter(pk=county.person.pk).update(id_mask="")
    assert "与登记的身份证后四位不一致" in ask(client, code, "").content.decode()


def test_a_way_back_that_we_did_not_begin_binds_nobody(client, county, code, account, monkeypatch):
    asked = consent(client, code, county.person)
    account.consents["c1"] = "stranger"
    other = code_of(county.seeker)
    foreign = asked | {"redirect_uri": asked["redirect_uri"].replace(code, other)}
    late = asked["state"]
    cases = [foreign, asked | {"state": ""}, asked | {"state": "x" * 50}, asked | {"state": late[:-1] + "z"}]
    for case in cases:
        assert "等得太久了" in come_back(client, case, code="c1").content.decode()
    later = time.time() + page_of.GOOD_SECONDS + 1
    monkeypatch.setattr(page_of.time, "time", lambda: later)
    assert "等得太久了" in come_back(client, asked, code="c1").content.decode()
    assert not WeChatBinding.objects.exists()


def test_what_wechat_refuses_or_does_not_answer_is_said(client, county, code, account):
    asked = consent(client, code, county.person)
    refused = come_back(client, asked)
    assert refused.status_code == 400
    assert "微信没有同意" in refused.content.decode()
    assert "没有办成" in come_back(client, asked, code="used").content.decode()
    account.consents["c1"], account.drops = "open-7", 1
    assert "没有办成" in come_back(client, asked, code="c1").content.decode()
    assert not WeChatBinding.objects.exists()


@pytest.mark.parametrize("missing", ["account", "address"])
def test_without_an_account_or_an_address_of_our_own_there_is_no_such_page(client, county, code, settings, missing):
    if missing == "account":
        settings.WECHAT_ACCOUNT = {}
    else:
        settings.PUBLIC_URL = ""
    for name in ("worker:wechat", "worker:wechat_back"):
        assert client.get(reverse(name, args=[code])).status_code == 404
    assert "以后用微信" not in client.get(reverse("worker:posts", args=[code]), **INSIDE).content.decode()
