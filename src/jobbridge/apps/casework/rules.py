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


def case_state_now(
    *, state: str, employed: bool | None, watched_days: int | None, eligible: bool = True, here: bool = True
) -> tuple[str, str]:
    """What the evidence of the day makes of a case, and the outcome when that closes it.

    Parameters
    ----------
    employed : bool or None
        Somebody of the case is known to work; None is unknown: who was at work may still be.
    watched_days : int or None
        Days since the case came under watch.
    eligible : bool
        The key group still has whom the case is about; it closes on what is known, never on the unknown.
    here : bool
        Whom the case is about still belongs to the household.
    """
    if state == "closed":
        return state, ""
    if not here:
        return "closed", "moved"
    if employed:
        stable = state == "watch" and watched_days is not None and watched_days >= WATCH_MONTHS * 30
        return ("closed", "cleared") if stable else ("watch", "")
    if state == "watch" and employed is None:
        return state, ""
    if not eligible:
        return "closed", "ineligible"
    return ("measures" if state == "watch" else state), ""


def settled(*, kind: str, met: str, answered: set[int], person_id: int | None, unknown: set[int]) -> bool:
    """Whether a visit does away with a task of its household.

    Parameters
    ----------
    met : str
        "person" or "phone"; where nobody was met, nothing is settled.
    answered : set of int
        Persons of whom the visit says something.
    person_id : int or None
        Whom the task is about; None is the whole household.
    unknown : set of int
        Members whose status is to be verified.
    """
    if kind == "meet":
        return met == "person"
    if kind == "verify" and person_id is None:
        return unknown <= answered and (bool(answered) or met == "person")
    return person_id in answered


def next_step(*, zero: bool | None, met: bool, seeking: int, unknown: int, late: bool) -> str:
    """What comes next at a household without an open task: "meet", "offer", "verify", "visit" or "monthly".

    Parameters
    ----------
    zero : bool or None
        A zero-employment household; None is not known.
    met : bool
        Its case is past the first meeting.
    seeking, unknown : int
        Members who want work, and whose situation is to be verified.
    late : bool
        Nobody has been there for longer than the rule of monthly visits.
    """
    if zero and not met:
        return "meet"
    if seeking:
        return "offer"
    if unknown:
        return "verify"
    return "visit" if late else "monthly"
