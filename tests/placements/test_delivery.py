"""Both ways over a real message centre: digests out, receipts and replies in, refusals honoured."""

import pytest

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.casework.models import ServiceItem
from jobbridge.apps.casework.services import follow_groups
from jobbridge.apps.messaging.models import Message, OptOut
from jobbridge.apps.placements.delivery import DeliveryStopped, deliver_day, moment
from jobbridge.apps.placements.models import Recommendation
from jobbridge.apps.placements.services import match_day
from tests.factories import DAY
from tests.messaging.smsc import Smsc
from tests.placements.conftest import fill, quiet

CYCLE = system_actor("cycle")
SYSTEM = system_actor("test")


@pytest.fixture
def centre():
    smsc = Smsc()
    yield smsc
    smsc.stop()


@pytest.fixture
def matched(transactional_db, settings, centre):
    settings.SMS_CHANNEL, settings.SMPP_URL, settings.CYCLE_TIME = "smpp", centre.url(), "09:30"
    people, posts = fill(seekers=2, posts=4)
    follow_groups(on=DAY, actor=CYCLE, progress=quiet)
    match_day(on=DAY, actor=CYCLE, progress=quiet)
    return people, posts


def deliver(on=DAY):
    return deliver_day(on=on, actor=CYCLE, progress=quiet)


def states():
    with acting_as(SYSTEM):
        return sorted(Recommendation.objects.values_list("state", flat=True))


def phone_of(person):
    from jobbridge.apps.accounts.sealing import sealer

    with acting_as(SYSTEM):
        return sealer().open(person.contacts.get().phone_sealed, "phone")


def test_digests_arrive_and_count_for_the_plan(matched):
    people, _ = matched
    counts = deliver()
    assert counts["queued"] == 2
    assert counts["delivered"] == counts["sent"] == 2 + counts["employers"]
    assert states() == ["delivered"] * 6
    with acting_as(SYSTEM):
        body = Message.objects.get(person_id=people[0].pk).body
        done = ServiceItem.objects.filter(person=people[0], kind="recommendation", state="done")
        assert done.count() == 3
        assert set(done.values_list("recommendation_id", flat=True)) == set(
            Recommendation.objects.filter(person=people[0]).values_list("id", flat=True)
        )
    assert body.startswith("【云阳就业】")
    assert "1." in body
    assert "3." in body
    assert "拒收请回复TD" in body


def test_again_sends_nothing_twice(matched, centre):
    deliver()
    seen = len(centre.report()["taken"])
    again = deliver()
    assert (again["queued"], again["employers"], again["sent"]) == (0, 0, 0)
    assert len(centre.report()["taken"]) == seen


def test_a_reply_with_a_number_is_interest_in_that_post(matched, centre):
    people, _ = matched
    deliver()
    centre.reply(phone_of(people[0]), "2")
    counts = deliver()
    assert (counts["replies"], counts["answers"]) == (1, 1)
    with acting_as(SYSTEM):
        assert Recommendation.objects.get(person=people[0], rank=2).state == "interested"
        assert Recommendation.objects.get(person=people[1], rank=2).state == "delivered"


def test_who_opts_out_gets_no_more(matched, centre):
    people, _ = matched
    deliver()
    centre.reply(phone_of(people[0]), "退订")
    deliver()
    with acting_as(SYSTEM):
        assert OptOut.objects.count() == 1
        Recommendation.objects.filter(person=people[0]).update(state="expired")
    match_day(on=DAY, actor=CYCLE, progress=quiet)
    counts = deliver()
    assert counts["suppressed"] == counts["queued"] == 1
    assert counts["sent"] == counts["employers"]


def test_a_wrong_password_stops_clearly_and_loses_nothing(matched, centre, settings):
    settings.SMPP_URL = centre.url(password="wrong")
    with pytest.raises(DeliveryStopped, match="条仍在发件箱"):
        deliver()
    assert states() == ["recommended"] * 6
    settings.SMPP_URL = centre.url()
    assert deliver()["sent"] > 0
    assert states() == ["delivered"] * 6


def test_at_night_everything_waits_for_the_morning(matched, settings):
    settings.CYCLE_TIME = "23:00"
    counts = deliver()
    assert counts["sent"] == 0
    assert counts["waiting"] == 2 + counts["employers"]
    assert moment(DAY).hour == 23
