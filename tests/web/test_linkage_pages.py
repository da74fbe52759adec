"""The pages around the comparison: numbers that open their records, forms that say why they refuse."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.linkage.daily import keep_tally
from jobbridge.apps.linkage.models import DataAgreement, FeedRecord, Link, LinkRun, Outsider, Suspicion
from tests.factories import DAY, make_agreements
from tests.web.conftest import HERE, HTMX, make_pair

TEST = system_actor("test")
REPORT = {"seconds": {"total": 1.5}, "rows": {"register": 3, "feed": 1},
          "expected": {"auto": 10, "right_auto": 9.8, "review": 0, "right_review": 0, "findable": 10}}  # fmt: skip


def page(client, name, **query):
    return client.get(reverse(f"desk:{name}"), query).content.decode()


def a_run(**counts):
    with acting_as(TEST):
        run = LinkRun.objects.create(
            on=DAY, register_mark="1", feed_mark="1", counts=counts, report=REPORT, finished_at=timezone.now()
        )
    keep_tally(actor=TEST)
    return run


def test_every_number_opens_its_records(signed_in, records):
    a_run()
    client = signed_in("county")
    text = page(client, "linkage_results")
    cells = re.findall(r'href="([^"]*linkage/records/\?[^"]*)">([0-9,]+)<', text)
    assert [number for _href, number in cells] == ["0", "1", "1", "0", "0"]  # one agency, five columns
    cells += re.findall(r'href="([^"]*zone=review)">待核对 <span class="num">([0-9,]+)<', text)
    assert len(cells) == 6  # and its township
    for href, number in cells:
        rows = client.get(href.replace("&amp;", "&")).content.decode().count("<tr>") - 1
        empty = number == "0"
        assert rows == (1 if empty else int(number)), href
    assert "98.00%" in text
    assert "预计错 0.2 条" in text


def test_the_change_since_the_run_before_and_that_run_itself(signed_in, records):
    first = a_run()
    with acting_as(TEST):
        make_pair(records.person, "再来.csv")
    a_run()
    client = signed_in("county")
    assert "+1" in page(client, "linkage_results")
    then = page(client, "linkage_results", run=first.pk)
    assert "当时的数" in then
    assert "linkage/records/?source" not in then
    assert client.get(reverse("desk:linkage_results"), {"run": 10**9}).status_code == 404


def test_what_is_decided_is_counted_at_once_and_so_is_another_run(signed_in, records):
    a_run()
    client = signed_in("county")

    def numbers():
        found = dict(re.findall(r'zone=(review|decided)">([0-9,]+)<', page(client, "linkage_results")))
        badge = re.search(r'side-count[^>]*>([0-9,]+)<', page(client, "linkage_results").split("desk/linkage/")[1])
        return found["review"], found["decided"], badge and badge[1]

    assert numbers() == ("1", "1", "1")
    client.post(reverse("desk:linkage_decide", args=[records.link.pk]), {"person": ""})
    assert numbers()[:2] == ("0", "2")
    with acting_as(TEST):
        for name in ("再来.csv", "又来.csv"):
            make_pair(records.person, name)
    a_run()
    assert numbers() == ("2", "2", "2")


def test_a_run_of_before_the_decided_were_counted_apart_is_still_read(signed_in, records):
    then = a_run(tally={"500235001": {"railway": [7, 3, 2, 1]}})
    a_run()
    text = page(signed_in("county"), "linkage_results", run=then.pk)
    assert re.findall(r'<td class="right"><span class="num">(\d+)<', text) == ["7", "3", "0", "2", "1"]


def test_a_township_sees_its_own_numbers(signed_in, records):
    a_run()
    for who, seen in (("town", True), ("neighbour", False)):
        text = page(signed_in(who), "linkage_results")
        assert ("铁路</td>" in text) is seen
        assert "现在运行" not in text


def test_what_people_said_is_held_against_what_the_engine_believed(signed_in, records):
    with acting_as(TEST):
        for number, decision in enumerate(["confirmed", "confirmed", "rejected"]):
            pair = make_pair(records.person, f"核对{number}.csv")
            Link.objects.filter(pk=pair.pk).update(decision=decision, posterior=0.75)
        # The reviewer found another of the candidates: the engine's first was not right.
        other = make_pair(records.seeker, "核对另一人.csv")
        Link.objects.filter(pk=other.pk).update(
            decision="confirmed", posterior=0.75, candidates=[{"person_id": records.person.pk}]
        )
        FeedRecord.objects.update(region_code=HERE)
    text = page(signed_in("county"), "linkage_results")
    assert "0.70 – 0.80" in text
    assert "74.0%" in text
    assert "40.0%" in text  # the pair of the fixture was rejected too


def test_returnees_by_agency_and_township_open_their_lists(signed_in, records):
    client = signed_in("county")
    text = page(client, "linkage_returnees")
    for address in re.findall(
        r'href="([^"]*linkage/returnees/\?(?:town|source)=[^"]+)" class|class="act" href="([^"]+)"', text
    ):
        listed = client.get(next(filter(None, address))).content.decode()
        assert "</html>" in listed
    assert records.person.name in page(client, "linkage_returnees", source="railway", town="500235001")
    assert records.person.name not in page(client, "linkage_returnees", source="police").split('id="list"')[1]
    assert "从东莞" in text


def test_a_stranger_is_settled_in_place(signed_in, records):
    client = signed_in("town")
    url = reverse("desk:linkage_outsider", args=[records.outsider.pk])
    answer = client.post(url, {"decision": "visited"}, **HTMX).content.decode()
    assert f'id="outsider-{records.outsider.pk}"' in answer
    assert "已走访" in answer
    assert "向无名" not in page(client, "linkage_outsiders")
    assert "向无名" in page(client, "linkage_outsiders", view="settled")
    assert client.post(url, {"decision": "nonsense"}, **HTMX).status_code == 400


@pytest.mark.parametrize(
    ("view", "one", "form"),
    [("linkage_outsiders", "outsider", {"decision": "visited"}),
     ("linkage_suspicions", "suspicion", {"state": "explained", "note": "已返岗"}),
     ("linkage_duplicates", "duplicate", {"state": "different"})],
)  # fmt: skip
def test_the_tabs_count_anew_after_an_answer_given_in_the_page(signed_in, records, fragment, view, one, form):
    client, here = signed_in("county"), reverse(f"desk:{view}") + "?town="
    first = r'aria-current="true".*?<b class="num">(\d+)</b>'
    text = client.get(here).content.decode()
    assert re.search(r'id="tabs" hx-get="\?town=" hx-trigger="settled from:body"', text)
    assert re.search(first, text[text.index('id="tabs"') :])[1] == "1"
    answer = client.post(reverse(f"desk:linkage_{one}", args=[getattr(records, one).pk]), form, **HTMX)
    assert answer["HX-Trigger"] == "settled"
    tabs = fragment(client, here, "tabs").content.decode()
    assert tabs.strip().startswith('<div class="tabs" id="tabs"')
    assert "<table" not in tabs
    assert re.search(first, tabs)[1] == "0"


def test_the_broker_settles_a_stranger_on_the_phone(signed_in, records):
    client = signed_in("broker")
    assert "1 人疑似未登记" in client.get(reverse("field:today")).content.decode()
    assert "向无名" in client.get(reverse("field:outsiders")).content.decode()
    client.post(reverse("field:outsider", args=[records.outsider.pk]), {"decision": "elsewhere"})
    with acting_as(TEST):
        assert Outsider.objects.get().decision == "elsewhere"


def test_a_suspicion_shows_both_sides_and_is_settled_with_words_only(signed_in, records):
    client = signed_in("town")
    text = page(client, "linkage_suspicions", kind="away_home", town="500235001")
    for words in ("不是结论", "在外务工", "浙江省义乌市", "铁路.csv", "返乡"):
        assert words in text
    url = reverse("desk:linkage_suspicion", args=[records.suspicion.pk])
    assert client.post(url, {"state": "explained", "note": " "}, **HTMX).status_code == 400
    answer = client.post(url, {"state": "explained", "note": "回来收割，已返岗"}, **HTMX).content.decode()
    assert "回来收割，已返岗" in answer
    with acting_as(TEST):
        assert Suspicion.objects.get().state == "explained"


def test_a_suspicion_of_very_many_records_says_how_many(signed_in, records):
    client = signed_in("town")
    assert "条，这里是最近的" not in page(client, "linkage_suspicions")
    with acting_as(TEST):
        Suspicion.objects.update(records=1_000)
    assert "共 1,000 条，这里是最近的" in page(client, "linkage_suspicions")


FORM = {
    "source": "police", "agency": "县公安局", "legal_ground": "《就业促进法》", "document_number": "示1号",
    "purpose": "核实返乡", "fields": ["name", "seen_on"], "valid_from": "2026-01-01", "valid_until": "2099-01-01",
    "retention_days": "90",
}  # fmt: skip


def test_an_agreement_is_registered_listed_and_ended(signed_in, records):
    client = signed_in("county")
    url = reverse("desk:linkage_agreements")
    assert client.post(url, FORM).status_code == 302
    with acting_as(TEST):
        made = DataAgreement.objects.get(source="police")
    assert (made.fields, made.retention_days) == (["name", "seen_on"], 90)
    assert "县公安局" in client.get(url).content.decode()
    client.post(reverse("desk:linkage_agreement_end", args=[made.pk]))
    assert "已终止" in client.get(url).content.decode()
    signed = client.get(reverse("desk:linkage_agreement_file", args=[records.agreement.pk]))
    assert signed.content == b"signed"
    assert client.get(reverse("desk:linkage_agreement_file", args=[made.pk])).status_code == 404


def test_the_form_starts_with_the_fields_that_the_agency_s_lists_have(signed_in, records, fragment):
    client, url = signed_in("county"), reverse("desk:linkage_agreements")

    def ticked(text):
        return re.findall(r'name="fields" value="(\w+)" checked', text)

    passage = ["name", "phone", "seen_on", "direction"]
    for source in ("mobile", "unicom", "telecom"):
        part = fragment(client, f"{url}?source={source}", "fields").content.decode()
        assert part.strip().startswith("<fieldset")
        assert ticked(part) == passage
    assert set(ticked(fragment(client, f"{url}?source=road", "fields").content.decode())) == {
        *passage, "id_number", "trip",
    }  # fmt: skip
    assert "trip" not in ticked(client.get(url).content.decode())  # of the police, the first of the choices
    assert ticked(client.post(url, FORM | {"retention_days": "-1"}).content.decode()) == FORM["fields"]


@pytest.mark.parametrize(
    ("change", "why"),
    [({"fields": ["sex"]}, "至少许可一项"), ({"valid_until": "x"}, "请填写生效日和到期日"),
     ({"retention_days": "-1"}, "保存天数"), ({"source": "railway"}, "已有协议")],
)  # fmt: skip
def test_a_refused_agreement_keeps_what_was_typed(signed_in, records, change, why):
    answer = signed_in("county").post(reverse("desk:linkage_agreements"), FORM | change)
    assert answer.status_code == 422
    text = answer.content.decode()
    # On top, not beside the form under the long list: the page opens at its top.
    assert 0 <= text.find('role="alert"') < text.find("<table")
    assert why in text[text.find('role="alert"') : text.find("<table")]
    assert 'value="县公安局"' in text


def test_an_agreement_that_runs_out_is_on_the_county_s_desk_only(signed_in, records):
    with acting_as(TEST):
        make_agreements("road", valid_until=timezone.localdate() + timedelta(days=10))
    assert "数据协议将到期" in page(signed_in("county"), "home")
    for who in ("town", "leader"):
        assert "数据协议将到期" not in page(signed_in(who), "home")
