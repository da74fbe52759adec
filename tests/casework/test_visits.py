"""What a visit settles, and what it leaves open; sent twice, or under a key that is taken."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from jobbridge.apps.accounts.models import Role
from jobbridge.apps.accounts.scope import acting_as
from jobbridge.apps.casework.models import Case, CaseLog, ServiceItem, Task, Visit
from jobbridge.apps.casework.rules import settled
from jobbridge.apps.casework.visits import Report, record_visit
from jobbridge.apps.linkage.models import FeedRecord, Link
from jobbridge.apps.registry.models import WorkStatement
from tests.casework.conftest import NOW, TEST, day
from tests.factories import DAY, make_household, make_person, make_spell, make_user
from tests.web.conftest import make_pair


@pytest.mark.parametrize(
    ("kind", "met", "answered", "person", "unknown", "done"),
    [
        ("meet", "person", set(), None, set(), True),
        ("meet", "phone", {1}, None, set(), False),
        ("returnee", "phone", {1}, 1, set(), True),
        ("returnee", "person", {2}, 1, set(), False),
        ("returnee", "person", set(), 1, set(), False),
        ("follow_up", "phone", {1}, 1, set(), True),
        ("follow_up", "person", set(), 1, set(), False),
        ("verify", "phone", {1, 2}, None, {1, 2}, True),
        ("verify", "person", {1}, None, {1, 2}, False),
        ("verify", "person", set(), None, {1}, False),
        ("verify", "person", set(), None, set(), True),
        ("verify", "phone", set(), None, set(), False),
        ("verify", "person", {2}, 1, set(), False),  # about one who says that they have work
        ("verify", "phone", {1}, 1, {2}, True),
    ],
)
def test_what_a_visit_settles(kind, met, answered, person, unknown, done):
    assert settled(kind=kind, met=met, answered=answered, person_id=person, unknown=unknown) is done


def visit(household, met="person", key=None, **answers):
    said = {int(name.removeprefix("p")): letter for name, letter in answers.items()}
    report = Report(client_key=key or uuid4(), household_id=household.pk, met=met, answers=said)
    return record_visit(actor=TEST, report=report, now=NOW)


@pytest.fixture
def full(zero, settings, tmp_path):
    """The household with a task of every kind: one member was never asked, one came home although away at work."""
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    }
    household, seeker = zero
    day()
    unasked = make_person(household, "没问过的", date(1990, 1, 1), "女")
    returned = make_person(household, "返乡的", date(1985, 1, 1))
    make_spell(returned, DAY - timedelta(days=200))
    link = make_pair(returned)
    Link.objects.filter(pk=link.pk).update(zone="auto")
    FeedRecord.objects.filter(pk=link.record_id).update(seen_on=DAY - timedelta(days=1))
    day()
    assert tasks("open") == {"meet", "follow_up", "verify", "returnee"}
    return household, seeker, unasked, returned


def tasks(state):
    return set(Task.objects.filter(state=state).values_list("kind", flat=True))


def test_a_call_in_which_nothing_was_asked_settles_nothing(full):
    household, *_ = full
    before = WorkStatement.objects.count()
    visit(household, "phone")
    assert tasks("done") == set()
    assert set(Case.objects.values_list("state", flat=True)) == {"open"}
    assert WorkStatement.objects.count() == before
    day()
    assert tasks("open") == {"meet", "follow_up", "verify", "returnee"}


def test_a_call_settles_what_was_answered_and_never_the_meeting(full):
    household, seeker, _, _ = full
    visit(household, "phone", **{f"p{seeker.pk}": "S"})
    assert tasks("done") == {"follow_up"}
    assert dict(Case.objects.values_list("kind", "state")) == {"zero_employment": "open", "seeking": "measures"}
    assert CaseLog.objects.get(after="measures").note == "已电话联系"
    assert ServiceItem.objects.get(kind="guidance").note == "test电话指导"


def test_a_meeting_settles_the_meeting_and_only_the_questions_that_were_asked(full):
    household, seeker, unasked, returned = full
    visit(household, "person", **{f"p{seeker.pk}": "S"})
    assert tasks("done") == {"meet", "follow_up"}
    assert set(Case.objects.values_list("state", flat=True)) == {"measures"}
    assert ServiceItem.objects.get(kind="guidance").note == "test入户指导"
    visit(household, "person", **{f"p{unasked.pk}": "N"})
    assert tasks("open") == {"verify", "returnee"}
    visit(household, "phone", **{f"p{unasked.pk}": "N", f"p{returned.pk}": "L"})
    assert tasks("open") == set()


def test_sent_again_it_is_the_same_visit(zero):
    household, person = zero
    key = uuid4()
    first = visit(household, key=key, **{f"p{person.pk}": "S"})
    assert visit(household, key=key, **{f"p{person.pk}": "W"}) == first
    assert WorkStatement.objects.filter(source__key=f"visit:{key}").count() == 1


def test_a_key_taken_by_another_household_is_refused(zero):
    household, _ = zero
    other, key = make_household(head="另一户"), uuid4()
    visit(household, key=key)
    with pytest.raises(ValueError, match="另一户"):
        visit(other, key=key)
    assert not Visit.objects.filter(household=other).exists()


def test_a_key_taken_where_the_broker_cannot_look_is_refused_too(zero):
    household, key = make_household("500235002001"), uuid4()
    visit(household, key=key)
    broker = make_user("broker", Role.BROKER, "500235001001").actor()
    report = Report(client_key=key, household_id=zero[0].pk, met="person")
    with acting_as(broker):
        with pytest.raises(ValueError, match="另一户"):
            record_visit(actor=broker, report=report, now=NOW)
        assert record_visit(actor=broker, report=replace(report, client_key=uuid4()), now=NOW)
