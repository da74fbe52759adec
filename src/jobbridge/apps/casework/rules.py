"""What a case needs and by when. Plain values in and out."""

from __future__ import annotations

from datetime import date, timedelta

from jobbridge.apps.casework.models import ServiceKind

MEET_DAYS = 2  # a zero-employment household is met within 48 hours
OFFER_DAYS = 30  # first suitable offer; our default, no source
VERIFY_DAYS = 7
PACKAGE_DAYS = 30
WATCH_MONTHS = 3  # months of stable work before a case is closed

# 311: one guidance, three recommendations, one training offer.
PACKAGE_311 = (
    (ServiceKind.GUIDANCE, 1),
    (ServiceKind.RECOMMENDATION, 1),
    (ServiceKind.RECOMMENDATION, 2),
    (ServiceKind.RECOMMENDATION, 3),
    (ServiceKind.TRAINING, 1),
)


def due(kind: str, opened: date) -> date:
    """Day by which a case must have its first offer."""
    return opened + timedelta(days=MEET_DAYS if kind == "zero_employment" else OFFER_DAYS)


def case_state_now(*, state: str, employed: bool | None, watched_days: int | None) -> str:
    """What the evidence of the day makes of a case.

    ``employed``: somebody of the case is known to work; None is unknown and changes nothing.
    """
    if state == "closed" or employed is None:
        return state
    if not employed:
        return "measures" if state == "watch" else state
    if state != "watch":
        return "watch"
    return "closed" if watched_days is not None and watched_days >= WATCH_MONTHS * 30 else "watch"
