"""Who may ask what: strangers, other roles, the neighbouring township, forms without their token."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.accounts.sealing import sealer
from jobbridge.apps.audit.models import Unmasking
from jobbridge.apps.casework.models import Task, Visit
from jobbridge.apps.employers.models import Employer, EmployerAccount
from jobbridge.apps.imports.models import ImportBatch, ImportRow
from jobbridge.apps.linkage.models import DataAgreement, Link, Opinion, Outsider, Suspicion, VillageQuestion
from jobbridge.apps.placements.models import Recommendation
from jobbridge.apps.registry.models import Household, Person
from jobbridge.apps.vacancies.models import Post
from tests.web.addresses import ADDRESSES, BY_LINK, READ, ROLES, SCOPED, WRITE, Address
from tests.web.conftest import PHONE

TEST = system_actor("test")
every = pytest.mark.parametrize("address", ADDRESSES, ids=str)


def test_the_table_has_every_address():
    named = {
        f"{space}:{pattern.name}"
        for space, (_, resolver) in get_resolver().namespace_dict.items()
        for pattern in resolver.url_patterns
    }
    assert named == {address.name for address in ADDRESSES} | BY_LINK


@pytest.fixture
def state(records):
    """``state()`` is everything a form of these pages could change."""

    def now():
        with acting_as(TEST):
            return (
                list(Task.objects.order_by("pk").values()),
                list(Visit.objects.order_by("pk").values()),
                list(Unmasking.objects.order_by("pk").values("actor", "subject", "field")),
                list(Link.objects.order_by("pk").values("pk", "decision", "person_id")),
                list(Opinion.objects.order_by("pk").values("pk", "state", "given_by")),
                list(VillageQuestion.objects.order_by("pk").values("pk", "state", "answer")),
                list(Outsider.objects.order_by("pk").values("pk", "decision")),
                list(Suspicion.objects.order_by("pk").values("pk", "state", "note")),
                list(DataAgreement.objects.order_by("pk").values("pk", "ended_on")),
                list(ImportBatch.objects.order_by("pk").values("pk", "state", "merged_rows", "mapping")),
                list(ImportRow.objects.order_by("pk").values("pk", "state")),
                list(Recommendation.objects.order_by("pk").values("pk", "state")),
                list(Post.objects.order_by("pk").values("pk", "state", "unanswered", "expires_on", "title")),
                list(Employer.objects.order_by("pk").values("pk", "name", "specialist")),
                list(EmployerAccount.objects.order_by("pk").values("pk", "user__is_active")),
                Person.objects.count(),
                Household.objects.count(),
            )

    return now


@pytest.fixture
def ours(records) -> set[str]:
    """What gives a row of the first township away."""
    with acting_as(TEST):
        people = Person.objects.filter(region_code__startswith="500235001").values_list("name", "id_mask")
        households = Household.objects.filter(region_code__startswith="500235001").values_list("pk", "number")
        words = {word for pair in people for word in pair}
        words |= {word for pk, number in households for word in (number, f"/households/{pk}/")}
    return words | {"我们的名册", "164****1111", f"/persons/{records.person.pk}/"}


@every
def test_a_stranger_is_sent_to_the_log_in_page(client, records, state, address: Address):
    before, url = state(), address.url(records)
    answers = [client.get(url)] if address.reads else []
    answers += [client.post(url, address.form)] if address.writes else []
    for answer in answers:
        assert answer.status_code == 302
        assert answer.url.startswith(reverse("login") + "?next=/")
    assert state() == before


@every
def test_other_roles_are_refused_and_change_nothing(signed_in, records, state, address: Address):
    url, before = address.url(records), state()
    for role in ROLES:
        browser = signed_in(role)
        if role not in address.roles:
            assert browser.get(url).status_code in ((403,) if address.reads else (403, 405)), role
            assert browser.post(url, address.form).status_code == 403, role
        elif address.reads:
            assert browser.get(url).status_code == 200, role
    assert state() == before


def neighbour_of(address: Address) -> str:
    """Who has the same role next door."""
    return {frozenset({"broker"}): "stranger", frozenset({"employer"}): "rival"}.get(address.roles, "neighbour")


@pytest.mark.parametrize("address", SCOPED, ids=str)
def test_the_neighbour_finds_no_record_of_ours(signed_in, records, state, address: Address):
    theirs = signed_in(neighbour_of(address))
    before, url = state(), address.url(records)
    if address.reads:
        assert theirs.get(url).status_code == 404
        assert theirs.get(url, HTTP_HX_REQUEST="true", HTTP_HX_TARGET="list").status_code == 404
    if address.writes:
        assert theirs.post(url, address.form).status_code == 404
    assert state() == before


@pytest.mark.parametrize("address", [address for address in READ if not address.scoped], ids=str)
def test_the_neighbour_sees_none_of_our_rows(signed_in, records, ours, fragment, address: Address):
    theirs, url = signed_in(neighbour_of(address)), address.url(records)
    for answer in (theirs.get(url), fragment(theirs, url, "list"), theirs.get(url, {"town": "500235001"})):
        text = answer.content.decode(errors="replace")
        assert not [secret for secret in ours if secret in text]


@pytest.mark.parametrize(
    "page", ["home", "households", "persons", "groups", "tasks", "imports", "linkage", "messages"]
)
def test_these_words_would_be_seen(signed_in, records, ours, page: str):
    """Whoever may see our rows does: the test above would notice them."""
    text = signed_in("county").get(reverse(f"desk:{page}")).content.decode()
    assert [secret for secret in ours if secret in text]


@pytest.mark.parametrize("address", WRITE, ids=str)
def test_a_form_without_its_token_is_refused(records, state, address: Address):
    browser = Client(enforce_csrf_checks=True)
    with acting_as(TEST):
        browser.force_login(records.users[min(address.roles)])
    before = state()
    assert browser.post(address.url(records), address.form).status_code == 403
    assert state() == before


@pytest.mark.parametrize("address", [address for address in ADDRESSES if not address.reads], ids=str)
def test_what_changes_something_is_not_done_by_following_a_link(signed_in, records, state, address: Address):
    before = state()
    assert signed_in(min(address.roles)).get(address.url(records)).status_code == 405
    assert state() == before


@pytest.mark.parametrize("address", READ, ids=str)
def test_no_page_carries_a_whole_number(signed_in, records, address: Address):
    with acting_as(TEST):
        numbers = {whole(one, "id") for one in Person.objects.all()} | {PHONE}
    assert len(numbers) > 3
    text = signed_in(min(address.roles)).get(address.url(records)).content.decode(errors="replace")
    assert not [number for number in numbers if number in text]


@pytest.mark.parametrize("field", ["id", "phone"])
def test_reading_a_number_needs_a_reason_and_leaves_a_record(signed_in, records, field: str):
    browser = signed_in("town")
    url = reverse("desk:reveal", args=[records.person.pk, field])
    with acting_as(TEST):
        number = whole(records.person, field)
    for form in ({}, {"reason": ""}, {"reason": " 　\n"}):
        assert number not in browser.post(url, form).content.decode()
    assert number not in browser.get(url, {"reason": "核对身份"}).content.decode()
    with acting_as(TEST):
        assert not Unmasking.objects.exists()
    assert number in browser.post(url, {"reason": "核对身份"}).content.decode()
    with acting_as(TEST):
        reading = Unmasking.objects.get()
    assert (reading.subject, reading.field, reading.reason) == (f"person:{records.person.pk}", field, "核对身份")


def whole(person: Person, field: str) -> str:
    """The number itself, read behind the pages' back."""
    sealed = person.id_sealed if field == "id" else person.contacts.get().phone_sealed
    return sealer().open(bytes(sealed), field)
