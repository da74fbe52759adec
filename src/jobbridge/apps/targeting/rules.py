"""What is urgent at a household, as plain numbers; the ledger and the broker's phone sort by it."""

from __future__ import annotations

ZERO_EMPLOYMENT = 1000  # a visit within 48 hours comes before everything
SEEKING = 300  # somebody wants work
UNKNOWN = 150  # somebody's situation must be verified
MONITORED = 60
UNVISITED = 40  # more than 30 days without a visit
MOST_DAYS = 90  # longer waits count no further


def urgency(
    *, zero: bool | None, monitored: bool | None, seeking: int, unknown: int, unvisited_days: int | None
) -> int:
    """Points of urgency: the kind of household first, then how long nobody has been there."""
    waited = MOST_DAYS if unvisited_days is None else min(unvisited_days, MOST_DAYS)
    active = bool(zero or monitored or seeking or unknown)
    return (
        ZERO_EMPLOYMENT * bool(zero)
        + (SEEKING + 20 * min(seeking, 5)) * bool(seeking)
        + (UNKNOWN + 10 * min(unknown, 5)) * bool(unknown)
        + MONITORED * bool(monitored)
        + (UNVISITED + waited) * (active and waited > 30)
    )


URGENCY_SQL = f"""
  ({ZERO_EMPLOYMENT} * coalesce(zero, false)::int
  + ({SEEKING} + 20 * least(seeking, 5)) * (seeking > 0)::int
  + ({UNKNOWN} + 10 * least(unknown, 5)) * (unknown > 0)::int
  + {MONITORED} * coalesce(monitored, false)::int
  + ({UNVISITED} + least(coalesce(days_since_visit, {MOST_DAYS}), {MOST_DAYS}))
    * ((coalesce(zero, false) OR coalesce(monitored, false) OR seeking > 0 OR unknown > 0)
       AND coalesce(days_since_visit, {MOST_DAYS}) > 30)::int)
"""
