"""这是您村的张三吗: only the village's own broker is asked, sees no more than the clerk, and gives no verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from jobbridge.apps.accounts.models import Role, User
from jobbridge.apps.accounts.scope import acting_as
from jobbridge.apps.linkage import village
from jobbridge.apps.linkage.deciding import AlreadyDecided, decide
from jobbridge.apps.linkage.models import FeedRecord, Link, LinkDecision, VillageQuestion
from jobbridge.apps.linkage.village import TooLate, ask, close_expired, open_questions, reply, withdraw
from tests.factories import make_broker, make_user
from tests.linkage_app.conftest import SYSTEM

HERE, NEXT, THERE = "500235001001", "500235001002", "500235002001"
NOW = timezone.now()


@pytest.fixture
def brokers(county):
    """Brokers of the person's village, of the next village, and of the neighbouring township."""
    with acting_as(SYSTEM):
        make_broker(HERE)
        return {code: make_user(f"broker-{code}", Role.BROKER, code).actor() for code in (HERE, NEXT, THERE)}


@pytest.fixture
def question(county, pair, brokers):
    with acting_as(SYSTEM):
        FeedRecord.objects.update(
            id_mask="9901**********1234", phone_mask="164****2271", sex="男", birth_date="1980-05-01"
        )
    with acting_as(county.li):
        return ask(actor=county.li, link_id=pair.pk, person_id=county.near.pk, now=NOW)


def answer(actor, question, said="yes", now=NOW):
    with acting_as(actor):
        return reply(actor=actor, question_id=question.pk, answer=said, note="是他弟弟", now=now)


def test_only_the_village_itself_is_asked(question, brokers):
    today = timezone.localdate(NOW)
    for code, count in ((HERE, 1), (NEXT, 0), (THERE, 0)):
        with acting_as(brokers[code]):
            assert open_questions(brokers[code], today).count() == VillageQuestion.objects.count() == count
    for code in (NEXT, THERE):
        with pytest.raises(VillageQuestion.DoesNotExist):
            answer(brokers[code], question)


def test_the_facts_are_no_more_than_the_clerk_sees(question):
    assert question.facts == {
        "source": "铁路", "name": "覃平果", "sex": "男", "birth_year": 1980, "phone_tail": "2271",
        "seen_on": "2026-11-21", "direction": "返乡", "village": "",
    }  # fmt: skip


def test_the_answer_is_evidence_and_no_verdict(county, question, brokers):
    done = answer(brokers[HERE], question)
    assert (done.state, done.answer, done.note) == ("answered", "yes", "是他弟弟")
    assert done.answered_by == brokers[HERE].key
    assert answer(brokers[HERE], question).answered_at == done.answered_at
    with acting_as(SYSTEM):
        assert Link.objects.get().decision == "pending"
        assert not LinkDecision.objects.exists()
    with pytest.raises(TooLate):
        answer(brokers[HERE], question, "no")


def test_a_county_may_take_the_villages_yes(county, question, brokers, monkeypatch):
    accepting = replace(village.review_settings(timezone.localdate(NOW)), accept_village_yes=True)
    monkeypatch.setattr(village, "review_settings", lambda day: accepting)
    answer(brokers[HERE], question)
    with acting_as(SYSTEM):
        assert Link.objects.get().decision == "confirmed"
        assert LinkDecision.objects.get().via == "village"


def test_a_question_has_its_day(county, pair, question, brokers):
    last = NOW + timedelta(days=5)
    with pytest.raises(TooLate):
        answer(brokers[HERE], question, now=last + timedelta(days=1))
    with acting_as(county.wu):
        again = ask(actor=county.wu, link_id=pair.pk, person_id=county.near.pk, now=last + timedelta(days=1))
    with acting_as(SYSTEM):
        states = dict(VillageQuestion.objects.values_list("pk", "state"))
    assert states == {question.pk: "expired", again.pk: "open"}


def test_the_daily_step_closes_what_is_past_its_day_and_nothing_else(county, pair, question, brokers):
    last = timezone.localdate(NOW) + timedelta(days=5)
    assert close_expired(on=last, actor=SYSTEM) == {"expired_questions": 0}
    assert close_expired(on=last + timedelta(days=1), actor=SYSTEM) == {"expired_questions": 1}
    assert close_expired(on=last + timedelta(days=1), actor=SYSTEM) == {"expired_questions": 0}
    with acting_as(SYSTEM):
        assert VillageQuestion.objects.get().state == "expired"
    with pytest.raises(TooLate):
        answer(brokers[HERE], question)


def test_an_answer_that_came_in_time_stays(question, brokers):
    answer(brokers[HERE], question)
    close_expired(on=timezone.localdate(NOW) + timedelta(days=100), actor=SYSTEM)
    with acting_as(SYSTEM):
        assert VillageQuestion.objects.get().state == "answered"


def test_the_same_question_is_asked_once(county, pair, question):
    with acting_as(county.wu):
        assert ask(actor=county.wu, link_id=pair.pk, person_id=county.near.pk, now=NOW) == question


def test_whoever_asked_takes_it_back(county, pair, question, brokers):
    with acting_as(county.wu), pytest.raises(TooLate):
        withdraw(actor=county.wu, link_id=pair.pk)
    with acting_as(county.li):
        withdraw(actor=county.li, link_id=pair.pk)
    with pytest.raises(TooLate):
        answer(brokers[HERE], question)


@pytest.mark.parametrize("reason", ["no broker", "no candidate", "decided"])
def test_what_cannot_be_asked(county, pair, reason):
    refusal = AlreadyDecided if reason == "decided" else ValueError
    with acting_as(SYSTEM):
        if reason != "no broker":
            make_broker(HERE)
        if reason == "decided":
            decide(actor=county.li, link_id=pair.pk, same=False, now=NOW)
    person = county.far.pk if reason == "no candidate" else county.near.pk
    with acting_as(county.li), pytest.raises(refusal):
        ask(actor=county.li, link_id=pair.pk, person_id=person, now=NOW)
    with acting_as(SYSTEM):
        assert not VillageQuestion.objects.exists()


@pytest.mark.parametrize("same", [True, False])
def test_a_decision_closes_what_the_village_was_asked(county, pair, question, brokers, same):
    with acting_as(county.wu):
        decide(actor=county.wu, link_id=pair.pk, same=same, now=NOW)
    with acting_as(SYSTEM):
        assert VillageQuestion.objects.get().state == "withdrawn"
    with pytest.raises(TooLate):
        answer(brokers[HERE], question)


def test_a_question_without_its_facts_is_not_on_the_phone(county, question, brokers):
    with acting_as(SYSTEM):
        VillageQuestion.objects.update(facts={})
    client = Client()
    with acting_as(SYSTEM):
        client.force_login(User.objects.get(username=f"broker-{HERE}"))
    page = client.get(reverse("field:today"))
    assert page.status_code == 200
    assert "这是您村的" not in page.content.decode()


def test_on_the_phone(county, question, brokers):
    pages = {}
    for code in (HERE, NEXT):
        client = Client()
        with acting_as(SYSTEM):
            client.force_login(User.objects.get(username=f"broker-{code}"))
        pages[code] = client
    text = pages[HERE].get(reverse("field:today")).content.decode()
    assert "这是您村的覃平国吗" in text
    for fact in ("覃平果", "1980 年生", "手机尾号 2271", "2026-11-21"):
        assert fact in text
    assert "9901**********1234" not in text
    assert "这是您村的" not in pages[NEXT].get(reverse("field:today")).content.decode()
    url = reverse("field:answer", args=[question.pk])
    assert pages[NEXT].post(url, {"answer": "no"}).status_code == 404
    assert pages[HERE].post(url, {"answer": "maybe"}).status_code == 400
    after = pages[HERE].post(url, {"answer": "no", "note": "早就搬走了"}, follow=True).content.decode()
    assert "已告诉经办人" in after
    assert "这是您村的" not in after
    with acting_as(SYSTEM):
        assert VillageQuestion.objects.get().answer == "no"
