"""Who opens which page, and that a neighbouring township sees nothing of ours."""

import pytest
from django.urls import reverse
from django.utils import timezone

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.areas.models import Area
from jobbridge.apps.audit.models import Unmasking
from jobbridge.apps.casework.models import Task, Visit
from jobbridge.apps.linkage.models import DuplicateSuspicion, Link, Opinion
from jobbridge.apps.linkage.village import ask
from tests.web.conftest import HTMX, PHONE

TEST = system_actor("test")
STAFF_PAGES = [
    "home", "households", "persons", "groups", "tasks", "posts", "shortage", "employers", "cycle", "indicators"
]  # fmt: skip
CLERK_PAGES = ["imports", "linkage", "post_review", "post_calls"]
COUNTY_PAGES = ["messages"]
ALLOWED = {
    "county": STAFF_PAGES + CLERK_PAGES + COUNTY_PAGES,
    "town": STAFF_PAGES + CLERK_PAGES,
    "leader": STAFF_PAGES,
    "broker": [],
    "employer": [],
}


@pytest.mark.parametrize("role", ALLOWED)
def test_each_role_opens_its_pages_and_no_others(signed_in, role):
    client = signed_in(role)
    for page in STAFF_PAGES + CLERK_PAGES + COUNTY_PAGES:
        answer = client.get(reverse(f"desk:{page}"))
        assert answer.status_code == (200 if page in ALLOWED[role] else 403), page


@pytest.mark.parametrize("page", STAFF_PAGES + CLERK_PAGES + COUNTY_PAGES)
def test_a_stranger_is_asked_to_sign_in(client, db, page):
    answer = client.get(reverse(f"desk:{page}"))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("login"))


@pytest.mark.parametrize(
    ("role", "start"), [("county", "desk:home"), ("broker", "field:today"), ("employer", "employer:home")]
)
def test_each_role_starts_at_its_own_page(signed_in, role, start):
    assert signed_in(role).get("/").url == reverse(start)


@pytest.mark.parametrize("page", [*STAFF_PAGES, *CLERK_PAGES])
def test_the_neighbour_reads_nothing_of_ours(signed_in, county, page):
    ours, theirs = signed_in("town"), signed_in("neighbour")
    assert county.household.head_name not in theirs.get(reverse(f"desk:{page}")).content.decode()
    assert county.other.head_name not in ours.get(reverse(f"desk:{page}")).content.decode()


def test_the_neighbour_opens_and_changes_nothing_of_ours(signed_in, county):
    theirs = signed_in("neighbour")
    ours = county.household.pk, county.person.pk
    for name, key in [("household", ours[0]), ("person", ours[1])]:
        assert theirs.get(reverse(f"desk:{name}", args=[key])).status_code == 404
    assert theirs.post(reverse("desk:assign", args=[ours[0]])).status_code == 404
    assert theirs.post(reverse("desk:reveal", args=[ours[1], "id"]), {"reason": "看看"}).status_code == 404
    assert theirs.post(reverse("desk:linkage_decide", args=[county.link.pk]), {"person": ours[1]}).status_code == 404
    with acting_as(TEST):
        assert Link.objects.get(pk=county.link.pk).decision == "pending"
        assert not Unmasking.objects.exists()


def test_a_county_clerk_of_one_township_settles_nothing_of_another(signed_in, records):
    """The county's role, but for the neighbouring township only: what the pages of the county do is scoped too."""
    with acting_as(TEST):
        records.users["county"].areas.set(Area.objects.filter(code="500235002000"))
        before = list(Link.objects.order_by("pk").values()), list(Opinion.objects.values())
    theirs = signed_in("county")
    posts = [
        ("linkage_settle", records.opinion.pk, {"person": ""}),
        ("linkage_reopen", records.opinion.link_id, {}),
        ("linkage_duplicate", records.duplicate.pk, {"state": "same"}),
        ("linkage_undo", records.opinion.link_id, {"what": "decide"}),
    ]
    for name, key, form in posts:
        assert theirs.post(reverse(f"desk:{name}", args=[key]), form).status_code == 404, name
    with acting_as(TEST):
        assert before == (list(Link.objects.order_by("pk").values()), list(Opinion.objects.values()))
        assert DuplicateSuspicion.objects.get().state == "open"


def test_the_neighbour_takes_back_no_question_of_ours_and_their_broker_answers_none(signed_in, county):
    with acting_as(TEST):
        town = county.users["town"].actor()
        question = ask(actor=town, link_id=county.link.pk, person_id=county.person.pk, now=timezone.now())
    theirs, stranger = signed_in("neighbour"), signed_in("stranger")
    asked = {"person": county.person.pk}
    assert theirs.post(reverse("desk:linkage_ask", args=[county.link.pk]), asked).status_code == 404
    answer = theirs.post(
        reverse("desk:linkage_undo", args=[county.link.pk]), {"what": "ask"}, HTTP_ACCEPT="application/json"
    )
    assert answer.status_code == 404
    assert county.person.name in signed_in("broker").get(reverse("field:today")).content.decode()
    assert "这是您村的" not in stranger.get(reverse("field:today")).content.decode()
    for said in ("yes", "no", "unsure"):
        url = reverse("field:answer", args=[question.pk])
        assert stranger.post(url, {"answer": said}).status_code == 404
    with acting_as(TEST):
        question.refresh_from_db()
    assert question.state == "open"


def test_a_broker_of_another_village_sees_and_records_nothing_here(signed_in, county):
    stranger = signed_in("stranger")
    assert county.household.head_name not in stranger.get(reverse("field:today")).content.decode()
    for name in ("visit", "call"):
        url = reverse(f"field:{name}", args=[county.household.pk])
        assert stranger.post(url, {"met": "person"}).status_code == 404
    with acting_as(TEST):
        assert not Visit.objects.exists()


def test_a_filter_for_another_township_gives_an_empty_list(signed_in, county):
    page = signed_in("town").get(reverse("desk:households"), {"town": "500235002"}).content.decode()
    assert county.other.head_name not in page


def test_search_does_not_reach_beyond_the_scope(signed_in, county):
    with acting_as(TEST):
        number = county.seeker.id_mask
    page = signed_in("town").get(reverse("desk:persons"), {"q": county.seeker.name}).content.decode()
    assert number not in page


def test_a_number_is_shown_for_a_reason_only_and_the_reading_is_recorded(signed_in, county):
    town = signed_in("town")
    url = reverse("desk:reveal", args=[county.person.pk, "phone"])
    assert PHONE not in town.get(reverse("desk:person", args=[county.person.pk])).content.decode()
    assert PHONE not in town.post(url, {"reason": "  "}, **HTMX).content.decode()
    assert PHONE in town.post(url, {"reason": "电话联系本人"}, **HTMX).content.decode()
    with acting_as(TEST):
        reading = Unmasking.objects.get()
    assert (reading.subject, reading.field, reading.reason) == (f"person:{county.person.pk}", "phone", "电话联系本人")
    assert reading.actor == f"user:{county.users['town'].pk}"


def test_leaders_read_figures_but_no_numbers(signed_in, county):
    leader = signed_in("leader")
    url = reverse("desk:reveal", args=[county.person.pk, "id"])
    assert leader.post(url, {"reason": "看看"}).status_code == 403
    assert leader.post(reverse("desk:assign", args=[county.household.pk])).status_code == 403
    assert leader.post(reverse("desk:cycle_run")).status_code == 403


def test_a_visit_reaches_the_ledger_once(signed_in, county):
    broker = signed_in("broker")
    page = broker.get(reverse("field:today")).content.decode()
    assert county.household.head_name in page
    url = reverse("field:visit", args=[county.household.pk])
    form = {
        "key": "6f1c1f52-6d0e-4b8e-8b3c-111111111111",
        "met": "person",
        f"person-{county.person.pk}": "S",
        "need": "job",
        "note": "想做缝纫",
    }
    assert broker.post(url, form).url == reverse("field:today")
    assert broker.post(url, form).status_code == 302
    with acting_as(TEST):
        assert Visit.objects.get().note == "想做缝纫"
        assert not Task.objects.filter(household=county.household, state="open").exists()


@pytest.mark.parametrize(
    "form",
    [{"met": "person"}, {"key": "x", "met": "person"}, {"key": "6f1c1f52-6d0e-4b8e-8b3c-111111111111", "met": ""}],
)
def test_a_broken_visit_form_is_answered_with_a_sentence(signed_in, county, form):
    answer = signed_in("broker").post(reverse("field:visit", args=[county.household.pk]), form)
    assert answer.status_code == 400
    assert "notice-error" in answer.content.decode()


def test_preselected_answers_do_not_count_when_nobody_was_met(signed_in, county):
    form = {"key": "6f1c1f52-6d0e-4b8e-8b3c-222222222222", "met": "absent", f"person-{county.person.pk}": "W"}
    answer = signed_in("broker").post(reverse("field:visit", args=[county.household.pk]), form)
    assert answer.status_code == 302
    with acting_as(TEST):
        assert Task.objects.filter(household=county.household, state="open").exists()
