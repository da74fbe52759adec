"""The one table of moves a message may make. Every set update in `querysets` takes its sources from here."""

from __future__ import annotations

from .enums import State

MOVES: dict[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.CLAIMED, State.EXPIRED, State.CANCELLED, State.SUPPRESSED}),
    # Back to the queue: throttled, connection lost before it left, or the sender died.
    State.CLAIMED: frozenset({State.QUEUED, State.SENT, State.DELIVERED, State.FAILED}),
    State.SENT: frozenset({State.DELIVERED, State.FAILED}),
    # A late receipt corrects a message that was given up because its outcome was unknown.
    State.FAILED: frozenset({State.DELIVERED}),
    State.DELIVERED: frozenset(),
    State.EXPIRED: frozenset(),
    State.CANCELLED: frozenset(),
    State.SUPPRESSED: frozenset(),
}


def sources(target: State) -> list[State]:
    """States from which ``target`` may be reached."""
    return [state for state, targets in MOVES.items() if target in targets]
