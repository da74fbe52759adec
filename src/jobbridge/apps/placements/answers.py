"""What people say to their recommendations: by SMS, and through their link."""

from __future__ import annotations

from datetime import date, datetime

from jobbridge.apps.accounts.scope import Actor
from jobbridge.apps.messaging.models import Inbound
from jobbridge.apps.placements import flows
from jobbridge.apps.placements.models import Recommendation
from jobbridge.apps.placements.outcomes import move, move_where
from jobbridge.apps.placements.rules import Answer, understood

BY_SMS, BY_LINK = "短信回复", "本人在手机页面选择"
SEEN = "SELECT id FROM placements_recommendation WHERE id = ANY(%(shown)s)"


def take_answers(*, on: date, actor: Actor, now: datetime) -> int:
    """Follow the replies that are plain: a number is a yes to that post, a number and a reason a no to it.

    Returns how many posts were answered. To say it again changes nothing; what cannot be followed (a post that is
    gone, another word than before) waits for a person, as everything else does.
    """
    count = 0
    for inbound in Inbound.objects.filter(handled_at=None, answers__template="recommend_posts").order_by("pk"):
        digest = inbound.answers
        said = understood(digest.idempotency_key, inbound.text) if digest else None
        if digest is None or said is None:
            continue
        moved = _follow(said, digest.person_id, on, actor)
        if moved is None:
            continue
        count += moved
        inbound.handled_at, inbound.handled_by = now, actor.key
        inbound.save(update_fields=["handled_at", "handled_by"])
    return count


def _follow(said: Answer, person_id: int | None, on: date, actor: Actor) -> int | None:
    """Move what was answered; how many, None when nothing of it could be followed."""
    after = "refused" if said.reason else "interested"
    listed = Recommendation.objects.filter(run_id=said.run, person_id=person_id, rank__in=said.ranks)
    rows = list(listed.order_by("pk"))
    open_ = [row for row in rows if row.state in flows.UNANSWERED]
    if not open_:
        return 0 if any(row.state == after for row in rows) else None
    moved = [move(row, after, actor=actor, on=on, reason=said.reason, note=BY_SMS) for row in open_]
    # A yes to a post that is gone ends it; somebody has to tell them.
    return sum(row.state == after for row in moved) or None


def mark_seen(*, shown: list[int], on: date) -> int:
    """Note that these were shown to their person; inside `acting_as`."""
    return move_where(SEEN, {"shown": shown}, "seen", on=on)


def answer(
    recommendation: Recommendation, *, interested: bool, actor: Actor, on: date, reason: str = "", note: str = BY_LINK
) -> Recommendation:
    """The person's own word, on their page or to their broker: yes, and the employer sees name and phone; or no, why.

    Said again it changes nothing; another word than before is a changed mind. A yes that finds the post gone ends the
    recommendation: it comes back expired. Raises flows.Refused when it comes too late.
    """
    after = "interested" if interested else "refused"
    if interested and recommendation.state in flows.CONSENTED:
        return recommendation
    if not interested and (recommendation.state, recommendation.refusal) == (after, reason):
        return recommendation
    return move(recommendation, after, actor=actor, on=on, reason=reason, note=note)
