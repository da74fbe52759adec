"""Matching the day's seekers with open posts, and writing down what was recommended and why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db.models import Max
from django.utils import timezone

from jobbridge.apps.accounts.scope import Actor, acting_as
from jobbridge.apps.placements import columns, flows, runs
from jobbridge.apps.placements.enums import RunKind, RunState
from jobbridge.apps.placements.models import MatchRun
from jobbridge.apps.placements.on_offer import FILLED
from jobbridge.apps.placements.outcomes import move_where
from jobbridge.apps.placements.policies import in_force, parameters_of, settings_of
from jobbridge.apps.placements.releases import lapse
from jobbridge.apps.placements.stability import follow_ledger
from jobbridge.apps.placements.writing import one_at_a_time, write
from jobbridge.apps.vacancies.titles import classify_posts, recount

Report = Callable[..., None]

EXPIRE = f"""
SELECT r.id FROM placements_recommendation r JOIN vacancies_post o ON o.id = r.post_id
  JOIN registry_person p ON p.id = r.person_id
WHERE r.state = ANY(%(live)s) AND (
  p.life <> 'alive'
  OR (r.state NOT IN ('interview', 'offered') AND (o.state <> 'active' OR o.expires_on < %(today)s))
  OR (r.state = ANY(%(unanswered)s) AND o.id IN ({FILLED}))
  OR (r.state <> ALL(%(talking)s) AND NOT EXISTS (
    SELECT 1 FROM targeting_personstatus s WHERE s.person_id = r.person_id AND s.status IN ('S', 'U')))
  OR (r.state = 'recommended' AND r.state_on < %(told_after)s)
  OR (r.state IN ('sent', 'delivered', 'seen') AND r.state_on < %(answered_after)s)
  OR (r.state IN ('interview', 'offered') AND r.state_on < %(talked_after)s))
"""


def match_day(*, on: date, actor: Actor, progress: Report) -> dict[str, Any]:
    """Three posts for every seeker who has none waiting; nobody left to serve means nothing is written.

    The counts name the certified gap: no allowed allocation is better by more than that share of the score.
    """
    # Here and not above: pages import this module too, and need neither numba nor its second of loading.
    from jobbridge.engines.matching import match

    with acting_as(actor):
        one_at_a_time()
        policy = in_force(on)
        told = settings_of(policy)
        progress("整理岗位", 0, 4)
        classified = classify_posts()
        follow_ledger(on=on, actor=actor)
        lapse(before=on - timedelta(days=flows.SEND_DAYS), actor=actor, now=timezone.now())
        expired = expire(on=on, today=on)
        progress("整理求职人员", 1, 4)
        given = columns.instance(on, parameters_of(told))
        recount(columns.wishes(on))
        seekers, posts = given.seekers, given.posts
        counts: dict[str, Any] = {
            "seekers": seekers.num_rows, "posts": posts.num_rows, "classified": classified, "expired": expired,
            "recommendations": 0, "gap": None,
        }  # fmt: skip
        if seekers.num_rows and posts.num_rows:
            result = match(
                seekers, posts, excluded=given.excluded, places=given.places, on=on,
                parameters=parameters_of(told, seekers=seekers.num_rows),
                progress=lambda step, done, total: progress(f"匹配：{step}", done, total),
            )  # fmt: skip
            counts |= _brief(result.report)
            if result.recommendations.num_rows:
                progress("写入推荐", 3, 4)
                state = RunState.DRAFT if policy.manual_release else RunState.RELEASED
                run = write(on, result, given, told, state=state)
                progress("写入说明", 3, 4)
                runs.keep(run, result, given)
        counts["latest_gap"] = MatchRun.objects.filter(on=on, kind=RunKind.DAY).aggregate(gap=Max("gap"))["gap"]
        progress("写入推荐", 4, 4)
        return counts


def expire(*, on: date, today: date) -> int:
    """End the recommendations that are of no use any more, so that they make room for new ones; returns how many.

    The post is closed or over by ``today`` (an interview goes on), or filled before they answered; the person died,
    or is known to seek no more (unknown is not no, and who is interested may be at work with that very employer);
    nobody could be told; nobody answered; nobody told how the talk with the employer ended.
    """
    days = {"told_after": flows.SEND_DAYS, "answered_after": flows.ANSWER_DAYS, "talked_after": flows.TALK_DAYS}
    values = {name: on - timedelta(days=count) for name, count in days.items()}
    values |= {"today": today, "live": list(flows.LIVE), "talking": list(flows.TALKING),
               "unanswered": list(flows.UNANSWERED)}  # fmt: skip
    return move_where(EXPIRE, values, "expired", on=on)


def _brief(report: dict[str, Any]) -> dict[str, Any]:
    names = ("gap", "recommendations", "reached", "without_legal_post", "posts_short_of_candidates", "rejections")
    return {name: report[name] for name in names} | {"zero_households": report["zero_employment_households"]}
