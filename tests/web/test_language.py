"""English pages: the catalogue has every text, the user's setting alone decides, and only records stay Chinese."""

from __future__ import annotations

import re

import polib
import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.core.signals import setting_changed
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import translation

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.engines.occupations import occupation_names
from jobbridge.web.templatetags import zhumo
from tests.factories import make_user
from tools import messages

TEST = system_actor("test")
CHINESE = re.compile("[\u4e00-\u9fff]+")
PLACEHOLDER = re.compile(r"%\([a-z_]+\)s|{[a-z_]*}")
NEVER_IN_ATTRIBUTES = set('"<>&')
DESK = ["home", "households", "persons", "groups", "tasks", "posts", "messages", "imports", "linkage", "cycle",
        "indicators"]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _catalogue():
    """The compiled catalogue is not in git: build it, and have Django read it anew."""
    messages.compile_catalogue()
    setting_changed.send(sender=None, setting="LOCALE_PATHS", value=None, enter=True)


@pytest.fixture(scope="module")
def entries():
    return polib.pofile(str(messages.CATALOGUE))


def test_every_text_of_the_code_is_in_the_catalogue_and_no_other(entries):
    known = {(entry.msgctxt or "", entry.msgid) for entry in entries if not entry.obsolete}
    assert known == set(messages.collect())


def test_every_text_has_its_english(entries):
    assert [entry.msgid for entry in entries if not entry.msgstr or entry.fuzzy] == []


def test_placeholders_are_the_same_on_both_sides(entries):
    for entry in entries:
        wanted, given = (sorted(PLACEHOLDER.findall(text)) for text in (entry.msgid, entry.msgstr))
        assert wanted == given, entry.msgid


def test_english_texts_may_stand_in_attributes(entries):
    """Marked texts go into the page unescaped, also between double quotes."""
    assert [entry.msgstr for entry in entries if NEVER_IN_ATTRIBUTES & set(entry.msgstr)] == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("{% trans '户台账' %}", [("", "户台账")]),
        ('{% trans "户" context "column" %}', [("column", "户")]),
        ("{% blocktrans with n=rows|length %}共 {{ n }} 户{% endblocktrans %}", [("", "共 %(n)s 户")]),
        ('{{ text|default:_("（空）") }}', [("", "（空）")]),
        ("<c-kpi label=\"{% trans '已就业' %}\">{{ n|wan:'户' }}</c-kpi>", [("", "已就业")]),
    ],
)
def test_marked_texts_of_a_template_are_found(source, found):
    assert list(messages.in_template(source)) == found


def test_the_switch_is_kept_on_the_user(signed_in, county):
    client = signed_in("county")
    page = reverse("desk:households") + "?view=zero"
    before = client.get(page)
    assert before["Content-Language"] == "zh-hans"
    assert '<html lang="zh-hans">' in before.content.decode()
    assert f'name="next" value="{page}"' in before.content.decode()

    answer = client.post(reverse("language"), {"language": "en", "next": page})
    assert (answer.status_code, answer.url) == (302, page)
    county.users["county"].refresh_from_db()
    assert county.users["county"].language == "en"
    later = signed_in("county").get(page)
    assert later["Content-Language"] == "en"
    assert '<html lang="en">' in later.content.decode()
    assert "<h1>Households</h1>" in later.content.decode()
    assert "<h1>户台账</h1>" in signed_in("town").get(page).content.decode()

    client.post(reverse("language"), {"language": "zh-hans", "next": page})
    assert "<h1>户台账</h1>" in client.get(page).content.decode()


@pytest.mark.parametrize("chosen", ["", "fr", "zh-hant", "EN"])
def test_a_language_there_is_not_changes_nothing(signed_in, county, chosen):
    signed_in("county").post(reverse("language"), {"language": chosen})
    county.users["county"].refresh_from_db()
    assert county.users["county"].language == "zh-hans"


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_the_switch_leads_nowhere_else(signed_in, target):
    assert signed_in("county").post(reverse("language"), {"language": "en", "next": target}).url == "/"


def test_the_browsers_language_does_not_count(signed_in, county):
    english = {"HTTP_ACCEPT_LANGUAGE": "en-US,en;q=0.9"}
    assert "<h1>登录</h1>" in Client().get(reverse("login"), **english).content.decode()
    assert "<h1>户台账</h1>" in signed_in("county").get(reverse("desk:households"), **english).content.decode()
    in_english(county.users["county"])
    answer = signed_in("county").get(reverse("desk:households"), HTTP_ACCEPT_LANGUAGE="zh-CN,zh;q=0.9")
    assert "<h1>Households</h1>" in answer.content.decode()


def test_words_kept_for_a_minute_do_not_cross_languages(signed_in, county):
    with acting_as(TEST):
        in_english(make_user("colleague", "county", "500235000000"))
    assert "零就业家庭待见面" in signed_in("county").get(reverse("desk:home")).content.decode()
    colleague = Client()
    with acting_as(TEST):
        colleague.force_login(type(county.users["county"]).objects.get(username="colleague"))
    page = colleague.get(reverse("desk:home")).content.decode()
    assert "Zero employment: to meet" in page
    assert "零就业家庭待见面" not in page


def test_desk_pages_in_english_keep_only_records_in_chinese(signed_in, county):
    in_english(county.users["county"])
    client = signed_in("county")
    addresses = [reverse(f"desk:{page}") for page in DESK]
    addresses += [reverse("desk:groups") + f"?group={group}" for group in ("seeking", "monitored")]
    addresses += [
        reverse("desk:household", args=[county.household.pk]),
        reverse("desk:person", args=[county.person.pk]),
        reverse("desk:reveal", args=[county.person.pk, "id"]),
        reverse("desk:post", args=[county.post.pk]),
        reverse("desk:import", args=[county.link.record.batch_id]),
        reverse("desk:import_columns", args=[county.link.record.batch_id]),
    ]
    records = everything_recorded()
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert left_in_chinese(answer.content.decode(), records) == set(), address


def test_the_phone_in_english_keeps_only_records_in_chinese(signed_in, county):
    in_english(county.users["broker"])
    client = signed_in("broker")
    records = everything_recorded()
    pages = [
        client.get(reverse("field:today")),
        client.get(reverse("field:visit", args=[county.household.pk])),
        client.post(reverse("field:call", args=[county.household.pk])),
    ]
    for answer in pages:
        assert answer.status_code == 200
        assert left_in_chinese(answer.content.decode(), records) == set(), answer.request["PATH_INFO"]


def test_error_pages_speak_the_users_language(signed_in, county):
    in_english(county.users["town"])
    client = signed_in("town")
    assert "There is nothing here for you to see" in client.get("/desk/nowhere/").content.decode()
    assert "You may not open this page" in client.get(reverse("desk:messages")).content.decode()


def test_refusals_are_said_in_the_users_language(signed_in, county):
    in_english(county.users["broker"])
    answer = signed_in("broker").post(
        reverse("field:visit", args=[county.household.pk]), {"key": "0" * 8 + "-0000-4000-8000-" + "0" * 12}
    )
    assert answer.status_code == 400
    assert "Please say whether you met somebody." in answer.content.decode()


@pytest.mark.parametrize(("value", "text"), [(5, "5"), (50512, "50,512"), (159_000_000, "159,000,000")])
def test_ten_thousands_are_not_counted_in_english(value, text):
    with translation.override("en"):
        assert re.sub(r"<[^>]+>", "", zhumo.wan(value, "人")) == text


def test_runtime_labels_are_translated_where_they_are_shown():
    with translation.override("en"):
        assert zhumo.tr("待见面") == "To meet"
        assert zhumo.tr("谁也没写过的话") == "谁也没写过的话"
        assert zhumo.tr("") == ""
        assert 'aria-label="Seeking work: 2, Working away: 1"' in zhumo.glyphs("SWS")
    assert zhumo.tr("待见面") == "待见面"


def in_english(user) -> None:
    with acting_as(TEST):
        user.language = "en"
        user.save(update_fields=["language"])


def left_in_chinese(page: str, records: str) -> set[str]:
    """Runs of Chinese on the page that no record holds; the switch and two decorations of every page aside."""
    page = re.sub(r'<(\w+)[^>]*(?:lang="zh-hans"|class="seal"|class="avatar")[^>]*>.*?</\1>', "", page)
    return {run for run in CHINESE.findall(page) if run not in records}


def everything_recorded() -> str:
    """All text of all our tables, one value a line; and the names of the national classification of occupations."""
    said = list(occupation_names().values())
    with acting_as(TEST):
        for model in apps.get_models():
            kept = (models.CharField, models.TextField, models.JSONField, ArrayField)
            names = [field.name for field in model._meta.concrete_fields if isinstance(field, kept)]
            if model.__module__.startswith("jobbridge.") and names:
                said += [str(value) for row in model.objects.values_list(*names) for value in row]
    return "\n".join(said)
