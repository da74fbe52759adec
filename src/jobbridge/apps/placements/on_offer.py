"""Whether a post can still be had: the one rule for pages, replies and the day's cycle."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db import connection

from jobbridge.apps.accounts.scope import acting_as, system_actor
from jobbridge.apps.placements.flows import AT_WORK

# Posts whose places are all taken by people we brought to work there.
FILLED = f"""
SELECT o.id FROM vacancies_post o JOIN placements_recommendation w ON w.post_id = o.id
WHERE w.state IN ({", ".join(f"'{state}'" for state in AT_WORK)})
GROUP BY o.id HAVING count(*) >= o.openings
"""

GONE = f"""
SELECT p.id FROM vacancies_post p
WHERE p.id = ANY(%(posts)s) AND (p.state <> 'active' OR p.expires_on < %(on)s
  OR p.id IN ({FILLED.replace("GROUP BY", "AND o.id = ANY(%(posts)s) GROUP BY")}))
"""


def filled() -> set[int]:
    """The posts whose places are all taken; the system counts, as in `gone`."""
    with acting_as(system_actor("on-offer")), connection.cursor() as cursor:
        cursor.execute(FILLED)
        return {post for (post,) in cursor.fetchall()}


def gone(posts: Collection[int], *, on: date) -> set[int]:
    """Those of the posts to which nobody can say yes any more: paused, closed, over by ``on``, or filled.

    Who filled a place may live in another village than whoever asks, so the system counts.
    """
    with acting_as(system_actor("on-offer")), connection.cursor() as cursor:
        cursor.execute(GONE, {"posts": list(posts), "on": on})
        return {post for (post,) in cursor.fetchall()}
