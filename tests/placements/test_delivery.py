"""Both ways over a real message centre: digests out, receipts and replies in, refusals honoured."""

import re
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.casework.models import ServiceItem
from jobbridge.apps.casework.services import follow_groups
from jobbridge.apps.messaging import segments
from jobbridge.apps.messaging.channels.base import Incoming
from jobbridge.apps.messaging.models import Inbound, Message, OptOut
from jobbridge.apps.messaging.services import record_inbound
from jobbridge.apps.placements.at_once import recommend
from jobbridge.apps.placements.delivery import DeliveryStopped, deliver_day, moment
from jobbridge.apps.placements.links import Fate, open_link
from jobbridge.apps.placements.models import MatchRun, Recommendation, WorkerLink
from jobbridge.apps.placements.outcomes import move
from jobbridge.apps.placements.services import match_day
from jobbridge.apps.registry.models import Person
from jobbridge.apps.targeting.models import PersonStatus
from jobbridge.apps.vacancies.models import Post
from jobbridge.apps.vacancies.titles import classify_posts
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
def clock(monkeypatch):
    """``clock(23, 59)`` sets the real time of the day; half past nine of ``DAY`` to begin with."""

    def set_to(hour, minute=0, day=DAY):
        now = datetime(day.year, day.month, day.day, hour, minute, tzinfo=timezone.get_default_timezone())
        monkeypatch.setattr(timezone, "now", lambda: now)

    set_to(9, 30)
    return set_to


@pytest.fixture
def matched(transactional_db, settings, centre, clock):
    settings.SMS_CHANNEL, settings.SMPP_URL, settings.CYCLE_TIME = "smpp", centre.url(), ""
    people, posts = fill(seekers=2, posts=4)
    follow_groups(on=DAY, actor=CYCLE, progress=quiet)
    match_day(on=DAY, actor=CYCLE, progress=quiet)
    return people, posts


@pytest.fixture
def rehearsed(settings, tmp_path):
    """Messages go to a file: quick, where the way over the network is not the question."""
    settings.SMS_CHANNEL, settings.STATE = "file", tmp_path


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


def reply(person, *texts):
    """Answers of a person to the digest, taken in without a message centre."""
    with acting_as(SYSTEM):
        for text in texts:
            incoming = Incoming(provider_id=f"{person.pk}:{text}", phone=phone_of(person), text=text)
            record_inbound(actor=CYCLE, channel="file", incoming=incoming, now=timezone.now())


@pytest.mark.parametrize(
    ("before", "texts", "after", "open_"),
    [
        ({}, ["1", "2"], ["interested", "interested", "delivered"], []),
        ({}, ["2", "2"], ["delivered", "interested", "delivered"], []),
        ({1: "expired"}, ["2"], ["expired", "interested", "delivered"], []),
        ({1: "refused"}, ["3", "1"], ["refused", "delivered", "interested"], ["1"]),
        ({2: "expired"}, ["2"], ["delivered", "expired", "delivered"], ["2"]),
    ],
)
def test_a_number_means_the_post_of_that_rank_whatever_became_of_the_others(
    matched, rehearsed, before, texts, after, open_
):
    people, _ = matched
    deliver()
    with acting_as(SYSTEM):
        for rank, state in before.items():
            reason = "other" if state == "refused" else ""
            Recommendation.objects.filter(person=people[0], rank=rank).update(state=state, refusal=reason)
    for at, text in enumerate(texts):
        reply(people[0], text + " " * at)  # every message has an id of its own
    deliver()
    with acting_as(SYSTEM):
        own = Recommendation.objects.filter(person=people[0]).order_by("rank")
        assert list(own.values_list("state", flat=True)) == after
        assert [inbound.text.strip() for inbound in Inbound.objects.open()] == open_


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


def test_at_night_everything_waits_for_the_morning_whatever_day_is_worked_on(matched, clock, settings):
    settings.CYCLE_TIME = "09:30"
    clock(0, 5, DAY + timedelta(days=1))
    counts = deliver()
    assert counts["sent"] == 0
    assert counts["waiting"] == 2 + counts["employers"]


def test_an_earlier_day_is_resumed_by_the_real_clock_and_its_records_keep_their_day(matched, clock):
    tomorrow = DAY + timedelta(days=1)
    clock(10, 0, tomorrow)
    assert deliver()["sent"] > 0
    with acting_as(SYSTEM):
        assert {timezone.localdate(sent) for sent in Message.objects.values_list("sent_at", flat=True)} == {tomorrow}
        assert set(Recommendation.objects.values_list("state_on", flat=True)) == {DAY}


@pytest.mark.parametrize(
    ("channel", "pretended", "hour"),
    [("file", "09:30", 9), ("file", "23:00", 23), ("file", "", 2), ("smpp", "09:30", 2)],
)
def test_only_the_file_channel_may_be_given_a_time_for_rehearsals(clock, settings, channel, pretended, hour):
    settings.SMS_CHANNEL, settings.CYCLE_TIME = channel, pretended
    clock(2, 0, DAY + timedelta(days=1))
    now = moment(DAY)
    assert now.hour == hour
    assert now.date() == (DAY if channel == "file" and pretended else DAY + timedelta(days=1))


def told():
    """Texts that wait or went out, by person; and how many were taken back."""
    with acting_as(SYSTEM):
        digests = Message.objects.filter(template="recommend_posts")
        live = digests.exclude(state="cancelled")
        return dict(live.values_list("person_id", "body")), digests.filter(state="cancelled").count()


def close_post(person):
    post = Recommendation.objects.get(person=person, rank=2).post
    Post.objects.filter(pk=post.pk).update(state="closed", title="已停的岗位")


def die(person):
    Person.objects.filter(pk=person.pk).update(life="dead")


def start_work(person):
    PersonStatus.objects.filter(person=person).update(status="L")


@pytest.mark.parametrize("happens", [die, start_work])
@pytest.mark.parametrize("queued", [False, True])
def test_nobody_is_written_to_who_died_or_works(matched, rehearsed, clock, happens, queued):
    people, _ = matched
    if queued:
        clock(23)
        assert deliver()["waiting"]
    with acting_as(SYSTEM):
        happens(people[1])
    clock(9, 0, DAY + timedelta(days=1))
    deliver()
    bodies, withdrawn = told()
    assert (list(bodies), withdrawn) == ([people[0].pk], int(queued))


@pytest.mark.parametrize("queued", [False, True])
def test_a_closed_post_is_not_advertised_and_the_others_are(matched, rehearsed, clock, queued):
    people, _ = matched
    with acting_as(SYSTEM):
        Recommendation.objects.filter(person=people[1]).delete()
    if queued:
        clock(23)
        assert deliver()["waiting"]
    with acting_as(SYSTEM):
        close_post(people[0])
    clock(9, 0, DAY + timedelta(days=1))
    for _ in range(2):
        deliver()
        bodies, withdrawn = told()
        assert withdrawn == int(queued)
        assert "已停的岗位" not in bodies[people[0].pk]
        assert "推荐2个岗位：1." in bodies[people[0].pk]
    reply(people[0], "2")
    deliver()
    with acting_as(SYSTEM):
        own = Recommendation.objects.filter(person=people[0]).order_by("rank")
        assert list(own.values_list("state", flat=True)) == ["delivered", "expired", "interested"]


def test_an_employer_without_candidates_left_is_not_asked_to_fetch_a_list(matched, rehearsed, clock):
    clock(23)
    assert deliver()["employers"]
    with acting_as(SYSTEM):
        Post.objects.update(state="closed")
    clock(9, 0, DAY + timedelta(days=1))
    assert deliver()["sent"] == 0
    with acting_as(SYSTEM):
        assert set(Message.objects.values_list("state", flat=True)) == {"cancelled"}


def go(person, rank, *path, on=DAY, **values):
    with acting_as(SYSTEM):
        item = Recommendation.objects.get(person=person, rank=rank)
        for after in path:
            move(item, after, actor=CYCLE, on=on, **(values if after == path[-1] else {}))


def plan_of(person):
    with acting_as(SYSTEM):
        done = ServiceItem.objects.filter(person=person, kind="recommendation", state="done")
        ranks = dict(Recommendation.objects.filter(person=person).values_list("id", "rank"))
        return {ranks[item.recommendation_id]: item.note for item in done.order_by("ordinal")}


def test_the_plan_tells_the_outcome_of_every_recommendation(matched, rehearsed):
    (person, other), _ = matched
    deliver()
    assert plan_of(person) == dict.fromkeys((1, 2, 3), "缝纫工：已送达")
    go(person, 1, "interested", "placed")
    go(person, 1, "left", on=DAY + timedelta(days=9), note="家里有事")
    assert plan_of(person) == {1: "缝纫工：已离岗", 2: "缝纫工：已过期", 3: "缝纫工：已过期"}
    assert plan_of(other) == dict.fromkeys((1, 2, 3), "缝纫工：已送达")


def test_what_was_answered_beyond_the_plan_follows_it(matched, rehearsed, clock):
    (person, other), _ = matched
    deliver()
    later = DAY + timedelta(days=15)  # the first three have run out unanswered
    clock(9, 0, later)
    with acting_as(SYSTEM):
        further = Post.objects.order_by("pk").last()
        further.pk, further.key, further.title, further.expires_on = None, "further", "裁剪工", later
        further.save()
    match_day(on=later, actor=CYCLE, progress=quiet)
    deliver(later)
    with acting_as(SYSTEM):
        item = Recommendation.objects.filter(person=person, run__on=later).order_by("rank").last()
        move(item, "refused", actor=CYCLE, on=later, reason="far")
    for _ in range(2):
        deliver(later)
        with acting_as(SYSTEM):
            plan = ServiceItem.objects.filter(person=person, kind="recommendation").order_by("ordinal")
            assert list(plan.values_list("ordinal", "state"))[3:] == [(4, "done")]
            assert plan.last().recommendation_id == item.pk
            assert plan.last().note == f"{item.post.title}：不合适（太远）"
            assert ServiceItem.objects.filter(person=other, kind="recommendation").count() == 3


def test_an_answer_before_the_delivery_was_counted_still_counts(matched, rehearsed):
    (person, _), _ = matched
    go(person, 2, "refused", reason="far")
    deliver()
    assert "缝纫工：不合适（太远）" in plan_of(person).values()


def test_a_draft_reaches_nobody_until_it_is_released(matched, rehearsed):
    MatchRun.objects.update(state="draft")
    counts = deliver()
    assert (counts["queued"], counts["employers"]) == (0, 0)
    MatchRun.objects.update(state="released")
    assert deliver()["queued"] == 2


@pytest.mark.parametrize(
    ("text", "after", "reasons"),
    [
        ("2太远了", ["delivered", "refused", "delivered"], {"far"}),
        ("不合适", ["refused"] * 3, {"other"}),
        ("太远", ["delivered"] * 3, set()),  # which one? for a person
    ],
)
def test_a_reason_sent_back_is_a_no(matched, rehearsed, text, after, reasons):
    people, _ = matched
    deliver()
    reply(people[0], text)
    deliver()
    with acting_as(SYSTEM):
        own = Recommendation.objects.filter(person=people[0]).order_by("rank")
        assert list(own.values_list("state", flat=True)) == after
        assert set(own.exclude(refusal="").values_list("refusal", flat=True)) == reasons
        assert Inbound.objects.open().count() == (not reasons)


def test_the_digest_carries_the_person_s_own_link_where_pages_are_reached(matched, rehearsed, settings, clock):
    settings.PUBLIC_URL = "https://jobs.example"
    (person, other), _ = matched
    clock(23)
    deliver()
    bodies, _ = told()
    links = {pk: re.findall(r" (https://jobs\.example/w/(\w{12})/) ", body) for pk, body in bodies.items()}
    assert {pk: len(found) for pk, found in links.items()} == {person.pk: 1, other.pk: 1}
    for pk, ((_, code),) in links.items():
        fate, link = open_link(code, now=timezone.now())
        assert (fate, link.person_id) == (Fate.GOOD, pk)
        assert len(segments.split(bodies[pk])) <= 5
        assert "拒收请回复TD" in bodies[pk]
    deliver()
    with acting_as(SYSTEM):
        assert WorkerLink.objects.count() == 2


def test_a_long_digest_with_a_link_keeps_to_its_parts(matched, rehearsed, settings):
    settings.PUBLIC_URL = "https://a-rather-long-name.of-the-county.example/jobs"
    with acting_as(SYSTEM):
        Post.objects.update(title="很长的岗位名称" * 8, place_text="很长的工作地点" * 11)
    assert deliver()["unwritten"] == 0
    bodies, _ = told()
    assert all(len(segments.split(body)) <= 5 and "；3." in body for body in bodies.values())


def shortlists():
    with acting_as(SYSTEM):
        sent = Message.objects.filter(template="shortlist_ready").exclude(state="cancelled")
        return sorted((row.employer_id, row.idempotency_key.split(":")[1], row.state) for row in sent)


def test_an_employer_hears_once_a_day_of_all_whom_the_clerks_had_matched(transactional_db, rehearsed, clock):
    people, posts = fill(seekers=3, posts=1)
    with acting_as(SYSTEM):
        classify_posts()
    now = timezone.now()
    for person in people[:2]:
        recommend(actor=SYSTEM, person_id=person.pk, on=DAY, now=now)
    deliver()
    employer = posts[0].employer_id
    assert shortlists() == [(employer, f"c{DAY:%Y%m%d}", "delivered")]
    with acting_as(SYSTEM):
        assert "2" in Message.objects.get(template="shortlist_ready").body
    recommend(actor=SYSTEM, person_id=people[2].pk, on=DAY, now=now)
    deliver()
    assert len(shortlists()) == 1


def test_whom_the_clerks_had_matched_counts_with_the_day_s_run(transactional_db, rehearsed, clock):
    people, posts = fill(seekers=3, posts=1)
    with acting_as(SYSTEM):
        classify_posts()
    recommend(actor=SYSTEM, person_id=people[0].pk, on=DAY, now=timezone.now())
    match_day(on=DAY, actor=CYCLE, progress=quiet)
    deliver()
    with acting_as(SYSTEM):
        day = MatchRun.objects.get(kind="day")
    assert shortlists() == [(posts[0].employer_id, str(day.pk), "delivered")]
    deliver()
    assert len(shortlists()) == 1


def test_a_shortlist_of_the_counter_is_taken_back_when_nobody_is_left_on_it(transactional_db, rehearsed, clock):
    people, _ = fill(seekers=1, posts=1)
    with acting_as(SYSTEM):
        classify_posts()
    clock(22)  # nothing is sent at night
    recommend(actor=SYSTEM, person_id=people[0].pk, on=DAY, now=timezone.now())
    deliver()
    assert [row[2] for row in shortlists()] == ["queued"]
    with acting_as(SYSTEM):
        move(Recommendation.objects.get(), "refused", actor=SYSTEM, on=DAY, reason="far")
    deliver()
    assert shortlists() == []
