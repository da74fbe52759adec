"""Pushing both ways: three posts to each worker, a shortlist to each employer; and what became of the messages."""

from __future__ import annotations

import json
import time as pause
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.accounts.sealing import sealer
from jobbridge.apps.messaging.enums import Priority
from jobbridge.apps.messaging.models import Message
from jobbridge.apps.messaging.segments import PART, units
from jobbridge.apps.messaging.sending import SendReport, deliver
from jobbridge.apps.messaging.services import Draft, cancel, queue_many
from jobbridge.apps.messaging.templates import signed, template
from jobbridge.apps.placements import flows
from jobbridge.apps.placements.answers import take_answers
from jobbridge.apps.placements.enums import RecommendationState, Refusal
from jobbridge.apps.placements.links import Wanted, links_for
from jobbridge.apps.placements.outcomes import move_where
from jobbridge.apps.placements.rules import Listed, digest_key, listing
from jobbridge.apps.placements.services import expire

Report = Callable[..., None]
PLACE = "乡镇社保所"
SHORTLIST_DAYS = 3
TRIES = 4


class DeliveryStopped(RuntimeError):
    """The channel stopped; what was not sent is still queued."""


# Of runs that were released; a draft waits for its word.
WORKERS = """
SELECT r.run_id, r.person_id, p.name, p.region_code, c.phone_sealed, array_agg(r.rank ORDER BY r.rank),
  jsonb_agg(jsonb_build_array(o.title, o.place_text, o.wage_min, o.wage_max, o.lodging) ORDER BY r.rank) AS posts
FROM placements_recommendation r JOIN placements_matchrun u ON u.id = r.run_id AND u.state = 'released'
  JOIN registry_person p ON p.id = r.person_id
  JOIN vacancies_post o ON o.id = r.post_id
  LEFT JOIN registry_contactpoint c ON c.person_id = p.id AND c.primary
WHERE r.state = 'recommended' AND NOT EXISTS (
  SELECT 1 FROM messaging_message m WHERE m.template = 'recommend_posts' AND m.person_id = r.person_id
    AND split_part(m.idempotency_key, ':', 2) = r.run_id::text AND m.state <> 'cancelled')
GROUP BY r.run_id, r.person_id, p.name, p.region_code, c.phone_sealed
ORDER BY r.run_id, r.person_id
"""

# One message a day: whom the clerks have had matched since counts with the day's run, or else by the day itself.
EMPLOYERS = """
SELECT coalesce((min(r.run_id) FILTER (WHERE u.kind = 'day'))::text, 'c' || to_char(u.on, 'YYYYMMDD')) AS batch,
  e.id, e.name, e.phone_sealed, count(DISTINCT r.person_id), min(o.title), count(DISTINCT o.id)
FROM placements_recommendation r JOIN placements_matchrun u ON u.id = r.run_id AND u.state = 'released'
  JOIN vacancies_post o ON o.id = r.post_id
  JOIN employers_employer e ON e.id = o.employer_id
WHERE r.state IN ('recommended', 'sent', 'delivered', 'seen', 'interested') AND e.phone_sealed IS NOT NULL
GROUP BY u.on, e.id, e.name, e.phone_sealed ORDER BY u.on, e.id
"""

# A digest and what it lists, as `rules.digest_key` says.
LISTED = """
m.template = 'recommend_posts' AND m.person_id = r.person_id
  AND split_part(m.idempotency_key, ':', 2) = r.run_id::text
  AND strpos(split_part(m.idempotency_key, ':', 4), r.rank::text) > 0
"""

# What still waits to be sent although a post or person in it has dropped out, or nobody is left on the list.
STALE = f"""
SELECT m.idempotency_key FROM messaging_message m JOIN placements_recommendation r ON {LISTED}
WHERE m.state = 'queued' AND r.state <> 'recommended'
UNION
SELECT m.idempotency_key FROM messaging_message m
WHERE m.state = 'queued' AND m.template = 'shortlist_ready' AND NOT EXISTS (
  SELECT 1 FROM placements_recommendation r JOIN vacancies_post o ON o.id = r.post_id
    JOIN placements_matchrun u ON u.id = r.run_id
  WHERE o.employer_id = m.employer_id AND r.state = ANY(%(live)s) AND (
    split_part(m.idempotency_key, ':', 2) = 'c' || to_char(u.on, 'YYYYMMDD')
    OR u.on = (SELECT d.on FROM placements_matchrun d WHERE d.id::text = split_part(m.idempotency_key, ':', 2))))
ORDER BY 1
"""

FOLLOW = f"""
SELECT r.id FROM placements_recommendation r JOIN messaging_message m ON {LISTED}
WHERE m.state = ANY(%(fate)s) AND r.state = %(before)s
"""

# Every recommendation that reached its person counts for the 311 plan, in order; `outcomes` keeps its outcome.
COUNT_SERVICES = """
UPDATE casework_serviceitem s SET state = 'done', done_on = %(on)s, recommendation_id = r.id,
  note = left(r.title || '：' || (%(labels)s::jsonb ->> r.state)
    || coalesce('（' || (%(reasons)s::jsonb ->> r.refusal) || '）', ''), 200)
FROM (
  SELECT r.id, r.person_id, r.state, r.refusal, o.title,
    row_number() OVER (PARTITION BY r.person_id ORDER BY r.rank, r.id) AS place
  FROM placements_recommendation r JOIN vacancies_post o ON o.id = r.post_id
  WHERE r.state NOT IN ('recommended', 'expired')
    AND NOT EXISTS (SELECT 1 FROM casework_serviceitem d WHERE d.recommendation_id = r.id)
) r, (
  SELECT id, person_id, row_number() OVER (PARTITION BY person_id ORDER BY case_id, ordinal) AS place
  FROM casework_serviceitem WHERE kind = 'recommendation' AND state = 'planned'
) free
WHERE s.id = free.id AND free.person_id = r.person_id AND free.place = r.place
"""

# Those that find the plan's own places taken follow behind them once their person has said a word to them.
COUNT_FURTHER = """
INSERT INTO casework_serviceitem (person_id, case_id, region_code, kind, ordinal, due_on, state, done_on,
  recommendation_id, note)
SELECT r.person_id, plan.case_id, r.region_code, 'recommendation',
  plan.last + row_number() OVER (PARTITION BY r.person_id ORDER BY r.run_id, r.rank, r.id), %(on)s, 'done', %(on)s,
  r.id, left(o.title || '：' || (%(labels)s::jsonb ->> r.state)
    || coalesce('（' || (%(reasons)s::jsonb ->> r.refusal) || '）', ''), 200)
FROM placements_recommendation r JOIN vacancies_post o ON o.id = r.post_id JOIN LATERAL (
  SELECT s.case_id, max(s.ordinal) AS last, bool_or(s.state = 'planned') AS free FROM casework_serviceitem s
  WHERE s.person_id = r.person_id AND s.kind = 'recommendation' GROUP BY s.case_id ORDER BY s.case_id DESC LIMIT 1
) plan ON NOT plan.free
WHERE r.state <> ALL(%(silent)s)
  AND NOT EXISTS (SELECT 1 FROM casework_serviceitem d WHERE d.recommendation_id = r.id)
ORDER BY r.id
"""


def deliver_day(*, on: date, actor: Actor, progress: Report) -> dict[str, Any]:
    """Queue digests and shortlists, send what is due, take receipts and replies, follow them in the records.

    ``on`` is the day that the records carry; what may be sent is judged by the clock (`moment`).
    Raises DeliveryStopped when the channel could not be used; everything unsent stays queued.
    """
    now = moment(on)
    progress("写入发件箱", 0, 0)
    with acting_as(actor):
        expire(on=on, today=now.date())
        withdrawn = _withdraw(actor)
        drafts, no_phone = _worker_drafts(now)
        queued = queue_many(actor=actor, drafts=drafts, now=now, progress=progress, total=len(drafts))
        shortlists = list(_employer_drafts(now))
        employers = queue_many(actor=actor, drafts=shortlists, now=now)
    arrived = _arrived(actor)
    sent = _send(actor, on, progress)
    arrived = _arrived(actor) - arrived
    with acting_as(actor):
        progress("跟踪推荐", 0, 0)
        _follow(on)
        answers = take_answers(on=on, actor=actor, now=now)
        waiting = Message.objects.filter(state__in=["queued", "claimed"]).count()
    if sent.stopped:
        raise DeliveryStopped(f"{sent.stopped}（{waiting} 条仍在发件箱）")
    return {
        "queued": queued.new,
        "employers": employers.new,
        "sent": sent.sent,
        "delivered": arrived,
        "failed": sent.failed,
        "suppressed": sent.suppressed,
        "withdrawn": withdrawn,
        "waiting": waiting,
        "no_phone": no_phone,
        "replies": sent.replies,
        "answers": answers,
        "unwritten": len(queued.refused) + len(employers.refused),
    }


def _arrived(actor: Actor) -> int:
    """Messages that reached their phone, by the provider's receipts."""
    with acting_as(actor):
        return Message.objects.filter(state="delivered").count()


def _send(actor: Actor, on: date, progress: Report) -> SendReport:
    """Send by the clock, read anew: queueing takes minutes in a large county, and the evening may have come.

    The server frees the channel of a killed sender a moment after its end, so a busy one is asked again.
    """
    listen = 0.5 if settings.SMS_CHANNEL == "file" else 3.0
    for _ in range(TRIES):
        sent = deliver(actor=actor, now=moment(on), listen=listen, progress=progress)
        if not sent.busy:
            break
        pause.sleep(1)
    return sent


def moment(on: date) -> datetime:
    """Now, by the real clock, whatever day is worked on: people sleep by it.

    Only the file channel, which reaches nobody, may be given a time of ``on`` for rehearsals.
    """
    now = timezone.localtime()
    if settings.CYCLE_TIME and settings.SMS_CHANNEL == "file":
        return datetime.combine(on, time.fromisoformat(settings.CYCLE_TIME), now.tzinfo)
    return now


def _withdraw(actor: Actor) -> int:
    """Take back what has not left and is no longer true; the posts that remain go into a new message."""
    with connection.cursor() as cursor:
        cursor.execute(STALE, {"live": list(flows.LIVE)})
        keys = [key for (key,) in cursor.fetchall()]
    return cancel(actor=actor, keys=keys, reason="发送前岗位或求职状况有变，已撤回")


def _worker_drafts(now: datetime) -> tuple[list[Draft], int]:
    open_ = sealer().open
    with connection.cursor() as cursor:
        cursor.execute(WORKERS)
        rows = cursor.fetchall()
    reached = [(digest_key(row[0], row[1], row[5]), *row[1:5], row[6]) for row in rows if row[4] is not None]
    links = links_for((Wanted(key, person, region) for key, person, _, region, *_ in reached), now=now)
    drafts = [
        Draft(
            key=key,
            template="recommend_posts",
            context=_digest(name, [Listed(*post) for post in json.loads(posts)], links.get(key, "")),
            phone=open_(phone, "phone"),
            region_code=region,
            person_id=person,
        )
        for key, person, name, region, phone, posts in reached
    ]
    return drafts, len(rows) - len(reached)


def _digest(name: str, posts: list[Listed], link: str) -> dict[str, object]:
    """Variables of the digest; what it lists is cut so that the whole keeps to the limit of its parts."""
    # A space on either side, or the phone takes the words behind for a part of the address.
    answer = f"看详情、选岗位请点 {link} 或回复岗位序号" if link else "有意请回复岗位序号"
    made = template("recommend_posts")
    context: dict[str, object] = {"name": name, "count": len(posts), "answer": answer, "place": PLACE}
    around = signed(made.text.format_map(context | {"posts": ""}), settings.SMS_SIGNATURE)
    return context | {"posts": listing(posts, made.most_parts * PART - units(around))}


def _employer_drafts(now: datetime) -> Iterator[Draft]:
    open_ = sealer().open
    until = timezone.localtime(now) + timedelta(days=SHORTLIST_DAYS)
    with connection.cursor() as cursor:
        cursor.execute(EMPLOYERS)
        for batch, employer, name, phone, people, title, posts in cursor.fetchall():
            yield Draft(
                key=f"shortlist:{batch}:{employer}",
                template="shortlist_ready",
                context={
                    "employer": name,
                    "post": title if posts == 1 else f"{title}等{posts}个岗位",
                    "count": people,
                    "until": f"{until.month}月{until.day}日",
                    "place": "县就业中心",
                },
                phone=open_(phone, "phone"),
                region_code=settings.COUNTY_CODE.ljust(12, "0"),
                employer_id=employer,
                priority=Priority.BULK,
            )


def _follow(on: date) -> None:
    move_where(FOLLOW, {"fate": ["sent", "delivered"], "before": "recommended"}, "sent", on=on)
    move_where(FOLLOW, {"fate": ["delivered"], "before": "sent"}, "delivered", on=on)
    words = {"labels": RecommendationState, "reasons": Refusal}
    values = {name: json.dumps(dict(choices.choices)) for name, choices in words.items()}
    with connection.cursor() as cursor:
        cursor.execute(COUNT_SERVICES, {"on": on, **values})
        cursor.execute(COUNT_FURTHER, {"on": on, "silent": [*flows.UNANSWERED, "expired"], **values})
